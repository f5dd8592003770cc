import { and, count, eq, gt } from 'drizzle-orm';
import { actorId } from '../../access/actor.ts';
import { bear, expectState, fire, note, refusedEvent, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound, RateLimited, TransitionRefused } from '../../command/refusals.ts';
import { asConsequence, type Command } from '../../command/run.ts';
import type { Db } from '../../db/open.ts';
import type { InvoiceTitleRow } from '../../db/tables/invoice.ts';
import { events } from '../../db/tables/ledger.ts';
import {
  type InvoiceState,
  type InvoiceType,
  invoiceTypeLabel,
  isPaper,
  isSpecial,
  type OrderState,
} from '../../db/vocabulary.ts';
import { shanghaiDay } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { targetOf } from '../../kernel/machine.ts';
import { splitVat } from '../../kernel/money.ts';
import { cleanLine, cleanText, toHalfWidth } from '../../kernel/text.ts';
import { dueAt } from '../../kernel/workdays.ts';
import { limits } from '../../limits.ts';
import { orderMachine } from '../order/order.machine.ts';
import { orderById } from '../order/order.queries.ts';
import { onPolicyIssued } from '../policy/policy.service.ts';
import { NotOpened } from '../section/section.refusals.ts';
import { takeUpload } from '../upload/upload.service.ts';
import { invoiceLife, invoiceMachine } from './invoice.machine.ts';
import {
  addressById,
  type InvoiceRow,
  type InvoiceView,
  invoiceById,
  invoiceNumberIsUsed,
  invoiceRowsOfOrder,
  invoicesOfOrders,
  type TitleRow,
  titleById,
} from './invoice.queries.ts';
import { bankAccountPlace, requireCertifiedTitle } from './invoice-title.service.ts';

const seen = async (command: Command, id: string): Promise<InvoiceView> => {
  const invoice = await invoiceById(command.db, command.actor, id);
  if (!invoice) throw new NotFound();
  return invoice;
};

/** What the caller was shown, with what an event changed in it. */
const moved = (before: InvoiceView, after: InvoiceRow): InvoiceView => ({ ...before, ...after });

onPolicyIssued(async (command, policy) => {
  await bear(asConsequence(command), invoiceLife, {
    id: newId('inv'),
    orderId: policy.orderId,
    policyId: policy.id,
    insurerId: policy.insurerId,
    amountFen: policy.premiumFen,
    ...splitVat(policy.premiumFen),
    createdAt: command.now,
  });
});

/** What follows in the same transaction when a red invoice has reversed one. */
type InvoiceListener = (command: Command, invoice: InvoiceRow) => Promise<void>;
const reversalListeners: InvoiceListener[] = [];
export function onInvoiceReversed(listener: InvoiceListener): void {
  reversalListeners.push(listener);
}

/** The invoice of an order that was issued and not reversed, or null. Whoever asks has seen the order. */
export async function validInvoiceOfOrder(db: Db, orderId: string): Promise<InvoiceRow | null> {
  return (await invoiceRowsOfOrder(db, orderId)).find(({ state }) => isValid(state)) ?? null;
}
const isValid = (state: InvoiceState) => state === 'ISSUED' || state === 'SHIPPED' || state === 'DELIVERED';

const DEMAND_REVERSAL = 'DEMAND_REVERSAL';

/**
 * The policy is to be given back: what was asked for and not issued yet ends, and the insurer is asked to reverse what was issued.
 *
 * @param reason what the insurer and the bidder read
 * @returns the invoice that has to be reversed first, or null; `onInvoiceReversed` tells when it was
 */
export async function demandInvoiceReversal(
  command: Command,
  orderId: string,
  reason: string,
): Promise<InvoiceRow | null> {
  for (const invoice of await invoiceRowsOfOrder(command.db, orderId)) {
    if (targetOf(invoiceMachine, invoice.state, 'CANCEL')) {
      await fire(asConsequence(command), invoiceLife, invoice, 'CANCEL', { set: unasked, note: reason });
    }
  }
  const valid = await validInvoiceOfOrder(command.db, orderId);
  if (valid) {
    await note(command, {
      noun: invoiceLife.machine.name,
      objectId: valid.id,
      event: DEMAND_REVERSAL,
      note: reason,
      orderId,
      insurerId: valid.insurerId,
    });
  }
  return valid;
}

/** Why an invoice cannot be asked for now. */
export type RequestBlock = TransitionRefused | NotOpened;

/** The first thing that keeps the bidder from asking for an invoice, or null. */
export function requestBlock(invoice: InvoiceView): RequestBlock | null {
  if (!targetOf(invoiceMachine, invoice.state, 'REQUEST'))
    return refusedEvent(invoiceLife, invoice, 'REQUEST');
  // The order follows when the premium is back.
  if (invoice.policyState === 'SURRENDERED') return notInThisOrder('SURRENDERED');
  if (invoice.orderState !== 'COMPLETED') return notInThisOrder(invoice.orderState);
  // Before the opening an invoice on its way would tell who bid.
  const waits = invoice.depositKind === 'BID' && invoice.openedAt === null;
  return waits ? new NotOpened('该标段尚未开标，开标后方可申请发票。') : null;
}

export interface InvoiceRequest {
  readonly orderId: string;
  readonly type: InvoiceType;
  readonly titleId: string;
  readonly addressId?: string | null | undefined;
  readonly expectedState?: string | null | undefined;
}

/**
 * Asks the insurer for the invoice of a policy. Title and address are copied as they stand: what is changed later does not reach
 * an invoice that was asked for.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, NotOpened, InvalidInput, TitleLocked.
 */
export async function requestInvoice(command: Command, input: InvoiceRequest): Promise<InvoiceView> {
  const view = await orderById(command.db, command.actor, input.orderId);
  const title = await titleById(command.db, command.actor, input.titleId);
  const address = input.addressId ? await addressById(command.db, command.actor, input.addressId) : null;
  if (!view || !title || (input.addressId && !address)) throw new NotFound();

  const [invoice] = await invoicesOfOrders(command.db, command.actor, [view.order.id]);
  // There is one from the issue of the policy on.
  if (!invoice) throw notInThisOrder(view.order.state);
  expectState(invoice, input.expectedState);
  const block = requestBlock(invoice);
  if (block) throw block;
  checkTitle(title, input.type);
  if (isPaper(input.type) && !address)
    throw new InvalidInput([{ path: 'addressId', message: '纸质发票须选择收件地址' }]);
  requireCertifiedTitle(title, view.enterprise);

  const workdays = isPaper(input.type) ? limits.paperInvoiceWorkdays : limits.electronicInvoiceWorkdays;
  const after = await fire(command, invoiceLife, invoice, 'REQUEST', {
    set: {
      type: input.type,
      titleId: title.id,
      title: snapshotOf(title),
      address:
        isPaper(input.type) && address
          ? pick(address, ['recipient', 'phone', 'regionCode', 'address'])
          : null,
      requestedAt: command.now,
      dueAt: dueAt(command.now, workdays),
      rejectReason: null,
    },
    note: invoiceTypeLabel[input.type],
  });
  return moved(invoice, after);
}

/** It is the order's state that does not allow an invoice: not issued yet, or surrendered. */
const notInThisOrder = (state: OrderState) =>
  new TransitionRefused(
    { value: state, label: orderMachine.states[state].label },
    { value: 'REQUEST', label: invoiceMachine.events.REQUEST.label },
  );

const pick = <T extends object, const K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;

const snapshotOf = (title: TitleRow): InvoiceTitleRow =>
  pick(title, [
    'name',
    'taxNumber',
    'email',
    'registeredAddress',
    'registeredPhone',
    'bankName',
    'bankAccountSealed',
    'bankAccountMasked',
  ]);

/** A special invoice needs six facts of the buyer, an electronic one somewhere to go. */
function checkTitle(title: TitleRow, type: InvoiceType): void {
  const complete =
    title.registeredAddress && title.registeredPhone && title.bankName && title.bankAccountSealed;
  if (isSpecial(type) && !complete) {
    throw new InvalidInput([
      { path: 'titleId', message: '专用发票的抬头须填写注册地址、注册电话、开户银行和银行账号，请先补充' },
    ]);
  }
  if (!isPaper(type) && !title.email) {
    throw new InvalidInput([{ path: 'titleId', message: '电子发票的抬头须填写收件人电子邮箱，请先补充' }]);
  }
}

/** An invoice as it is before anybody asks for it. */
const unasked = {
  type: null,
  title: null,
  titleId: null,
  address: null,
  requestedAt: null,
  dueAt: null,
} as const satisfies Partial<InvoiceRow>;

interface Move {
  readonly invoiceId: string;
  readonly expectedState?: string | null | undefined;
}

async function expected(command: Command, input: Move): Promise<InvoiceView> {
  const invoice = await seen(command, input.invoiceId);
  expectState(invoice, input.expectedState);
  return invoice;
}

/** Takes a request back that nobody has taken up. Refuses: NotFound, StaleState, TransitionRefused. */
export async function withdrawInvoice(command: Command, input: Move): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  const after = await fire(command, invoiceLife, invoice, 'WITHDRAW', {
    set: unasked,
  });
  return moved(invoice, after);
}

/** The insurer takes a request up. Refuses: NotFound, StaleState, TransitionRefused. */
export async function acceptInvoice(command: Command, input: Move): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  return moved(invoice, await fire(command, invoiceLife, invoice, 'ACCEPT'));
}

/** The insurer cannot invoice as asked; the bidder may ask again. Refuses: NotFound, StaleState, TransitionRefused. */
export async function rejectInvoice(
  command: Command,
  input: Move & { readonly reason: string },
): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  const reason = cleanText(input.reason, limits.noteCharactersMax);
  const after = await fire(command, invoiceLife, invoice, 'REJECT', {
    set: { rejectReason: reason, dueAt: null },
    note: reason,
  });
  return moved(invoice, after);
}

/**
 * Enters the invoice that was made, with its file where it is electronic.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput, UploadRefused.
 */
export async function issueInvoice(
  command: Command,
  input: Move & {
    readonly number: string;
    readonly issuedOn: string;
    readonly uploadId?: string | null | undefined;
  },
): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  requireEvent(command.actor, invoiceLife, invoice, 'ISSUE');
  invariant(invoice.type, 'an invoice that was asked for has a type');

  const number = normaliseInvoiceNumber(input.number);
  const fault = invoiceNumberFault(invoice.type, number);
  const issues = [
    fault !== null && { path: 'number', message: fault },
    fault === null &&
      (await invoiceNumberIsUsed(command.db, invoice.insurerId, number)) && {
        path: 'number',
        message: '该发票号码已登记于本公司的其他发票',
      },
    input.issuedOn > shanghaiDay(command.now) && { path: 'issuedOn', message: '开票日期不能晚于今天' },
    !isPaper(invoice.type) && !input.uploadId && { path: 'uploadId', message: '电子发票须上传发票文件' },
  ].filter((issue) => issue !== false);
  if (issues.length > 0) throw new InvalidInput(issues);

  const upload = input.uploadId ? await takeUpload(command, input.uploadId, 'INVOICE') : null;
  const after = await fire(command, invoiceLife, invoice, 'ISSUE', {
    set: { number, issuedOn: input.issuedOn, uploadId: upload?.id ?? null, dueAt: null },
    note: number,
    data: { number, issuedOn: input.issuedOn, sha256: upload?.sha256 ?? null },
  });
  return moved(invoice, after);
}

/** Sends a paper invoice. Refuses: NotFound, StaleState, TransitionRefused. */
export async function shipInvoice(
  command: Command,
  input: Move & { readonly courier: string; readonly trackingNumber: string },
): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  // What is electronic is not sent by courier, whatever its state.
  if (!mayBeShipped(invoice)) throw refusedEvent(invoiceLife, invoice, 'SHIP');
  const courier = cleanLine(input.courier, limits.nameCharactersMax);
  const trackingNumber = cleanLine(toHalfWidth(input.trackingNumber), limits.nameCharactersMax);
  const after = await fire(command, invoiceLife, invoice, 'SHIP', {
    set: { courier, trackingNumber },
    note: `${courier} ${trackingNumber}`,
  });
  return moved(invoice, after);
}

export const mayBeShipped = (invoice: InvoiceRow): boolean => invoice.type !== null && isPaper(invoice.type);

/** A paper invoice has arrived. Refuses: NotFound, StaleState, TransitionRefused. */
export async function deliverInvoice(command: Command, input: Move): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  return moved(invoice, await fire(command, invoiceLife, invoice, 'DELIVER'));
}

/**
 * Reverses an invoice by a red one: a surrender, or a mistake.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput.
 */
export async function reverseInvoice(
  command: Command,
  input: Move & { readonly redNumber: string; readonly reason: string },
): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  requireEvent(command.actor, invoiceLife, invoice, 'REVERSE');
  invariant(invoice.type, 'an issued invoice has a type');
  const redNumber = normaliseInvoiceNumber(input.redNumber);
  const fault =
    invoiceNumberFault(invoice.type, redNumber) ??
    (redNumber === invoice.number ? '红字发票号码不能与原发票号码相同' : null);
  if (fault !== null) throw new InvalidInput([{ path: 'redNumber', message: fault }]);
  const reason = cleanText(input.reason, limits.noteCharactersMax);
  const after = await fire(command, invoiceLife, invoice, 'REVERSE', {
    set: { redNumber, dueAt: null },
    note: reason,
    data: { number: invoice.number, redNumber },
  });
  for (const listener of reversalListeners) await listener(command, after);
  return moved(invoice, after);
}

/** Numbers are digits, however they were typed. */
const normaliseInvoiceNumber = (text: string) => toHalfWidth(text).replace(/\s/g, '');

/**
 * What is wrong with an invoice's number, in Chinese, or null. A fully digital invoice has a number of 20 digits; others have 8,
 * with the code of 10 or 12 digits in front of them where it is given.
 */
export function invoiceNumberFault(type: InvoiceType, number: string): string | null {
  const digital = type === 'DIGITAL_ORDINARY' || type === 'DIGITAL_SPECIAL';
  if (digital) return /^\d{20}$/.test(number) ? null : '数电票号码应为 20 位数字';
  return /^(\d{10}|\d{12})?\d{8}$/.test(number)
    ? null
    : '发票号码应为 8 位数字，可在前面加上 10 位或 12 位发票代码（共 18 位或 20 位）';
}

const REVEAL = 'REVEAL_BANK_ACCOUNT';

/**
 * Opens the buyer's bank account for the insurer that makes the invoice: a special one bears it. An act of its own, with a reason,
 * that the applicant sees.
 *
 * Refuses: NotFound, TransitionRefused, RateLimited.
 */
export async function revealBankAccount(
  command: Command,
  input: { readonly invoiceId: string; readonly reason: string },
): Promise<{ bankAccount: string }> {
  const invoice = await seen(command, input.invoiceId);
  if (!invoice.title?.bankAccountSealed || !invoice.titleId) throw new NotFound();
  // Before and after it is none of the insurer's business.
  requireEvent(command.actor, invoiceLife, invoice, invoice.state === 'ISSUING' ? 'ISSUE' : 'ACCEPT');

  const actor = actorId(command.actor) ?? '';
  const [row] = await command.db
    .select({ n: count() })
    .from(events)
    .where(
      and(
        eq(events.noun, invoiceLife.machine.name),
        eq(events.event, REVEAL),
        eq(events.actorId, actor),
        gt(events.at, command.now - limits.revealsPerPersonWindowMs),
      ),
    );
  if ((row?.n ?? 0) >= limits.revealsPerPersonMax) throw new RateLimited(limits.revealsPerPersonWindowMs);

  await note(command, {
    noun: invoiceLife.machine.name,
    objectId: invoice.id,
    event: REVEAL,
    note: cleanText(input.reason, limits.noteCharactersMax),
    orderId: invoice.orderId,
  });
  return {
    bankAccount: command.core.cipher.open(invoice.title.bankAccountSealed, bankAccountPlace(invoice.titleId)),
  };
}
