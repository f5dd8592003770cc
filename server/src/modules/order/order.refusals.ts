import type { BatchRefusalRow } from '../../db/tables/order.ts';
import type { BidSectionState } from '../../db/vocabulary.ts';
import { Refusal } from '../../kernel/refusal.ts';
import type { DocumentRow } from '../insurer/insurer.queries.ts';
import type { OrderRow } from './order.queries.ts';
import { onlyWaits, type ReadingGap } from './order.reading.ts';

/** The state of the section does not let an order of this kind be started or submitted. */
export class SectionClosed extends Refusal {
  readonly code = 'SECTION_CLOSED';
  constructor(state: BidSectionState) {
    const reason = {
      ANNOUNCED: '该标段暂不能申请',
      SUSPENDED: '该标段已暂停，恢复后方可申请',
      OPENED: '该标段已开标，不能再申请投标保函',
      AWARDED: '该标段已定标，不能再申请投标保函',
      FAILED: '该标段已流标，不能再申请',
    }[state];
    super(`${reason}。`);
  }
}

/** The enterprise has a live order for this section and kind; that is the one to go on with. */
export class DuplicateOrder extends Refusal {
  readonly code = 'DUPLICATE_ORDER';
  readonly orderId: string;
  constructor(orderId: string) {
    super('贵企业在该标段已有同类保证金的订单，请继续办理原订单。');
    this.orderId = orderId;
  }
}

/** Documents in force that have not been accepted as the law wants them to be. */
export class ConsentMissing extends Refusal {
  readonly code = 'CONSENT_MISSING';
  readonly documents: readonly DocumentRow[];
  constructor(documents: readonly DocumentRow[]) {
    const titles = [...new Set(documents.map((document) => `《${document.title}》`))];
    super(`请先阅读并同意${titles.join('')}。`);
    this.documents = documents;
  }
}

/** Somebody else has saved other things meanwhile, which this would have overwritten. Nothing was saved. */
export class DraftChanged extends Refusal {
  readonly code = 'DRAFT_CHANGED';
  /** The order with what is kept now. */
  readonly order: OrderRow;
  /** Paths within the application that both have changed, such as `applicant.contactName`. */
  readonly paths: readonly string[];
  constructor(order: OrderRow, paths: readonly string[]) {
    super('投保信息已在其他设备上被修改，请核对后再保存。');
    this.order = order;
    this.paths = paths;
  }
}

/** Of several sections some or all were refused, and nothing was written for any. */
export class BatchRefused extends Refusal {
  readonly code = 'BATCH_REFUSED';
  readonly refusals: readonly BatchRefusalRow[];
  constructor(refusals: readonly BatchRefusalRow[], consequence: string) {
    super(`有 ${refusals.length} 个标段未通过，${consequence}。请按各标段的提示处理后再试。`);
    this.refusals = refusals;
  }
}

/** Documents that were not opened, paged through and read to their end, or not for as long as that takes. */
export class ReadingIncomplete extends Refusal {
  readonly code = 'TRANSITION_REFUSED';
  override readonly retryable: boolean;
  readonly gaps: readonly ReadingGap[];
  /** Until the last of them may be accepted, if nothing else is missing. */
  readonly secondsLeft: number;
  constructor(gaps: readonly ReadingGap[]) {
    super(`${gaps.map(missingOf).join('；')}。请逐页读完后再同意。`);
    this.gaps = gaps;
    this.retryable = gaps.every(onlyWaits);
    this.secondsLeft = Math.max(0, ...gaps.map((gap) => gap.secondsLeft));
  }
}

function missingOf({ document, opened, missingPages, readToEnd, secondsLeft }: ReadingGap): string {
  const title = `《${document.title}》`;
  if (!opened) return `${title}尚未打开`;
  if (missingPages.length > 0) return `${title}第 ${missingPages.join('、')} 页尚未按顺序显示`;
  if (!readToEnd) return `${title}尚未读至末页`;
  return `${title}还需阅读 ${secondsLeft} 秒`;
}

/** A piece of a recording that does not follow the one before it, or for which there is no room. */
export class RecordingRefused extends Refusal {
  readonly code = 'RECORDING_REFUSED';
  /** The part that is expected next; null where nothing more is taken. */
  readonly expectedPart: number | null;
  constructor(message: string, expectedPart: number | null) {
    super(message);
    this.expectedPart = expectedPart;
  }
}
