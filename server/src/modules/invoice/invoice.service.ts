import { and, eq } from 'drizzle-orm';
import { actorId } from '../../access/actor.ts';
import { requireAllowance } from '../../command/allowance.ts';
import { bear, expectState, fire, note, refusedEvent, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound, TransitionRefused } from '../../command/refusals.ts';
import { asConsequence, type Command } from '../../command/run.ts';
import type { Db } from '../../db/open.ts';
import { type InvoiceTitleRow, invoiceFiles, invoices } from '../../db/tables/invoice.ts';
import { events } from '../../db/tables/ledger.ts';
import {
  type InvoiceFormat,
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
import { statementLabel } from '../order/order.documents.ts';
import { orderMachine } from '../order/order.machine.ts';
import { orderById } from '../order/order.queries.ts';
import { ConsentMissing } from '../order/order.refusals.ts';
import { onPolicyIssued } from '../policy/policy.service.ts';
import { NotOpened } from '../section/section.refusals.ts';
import { takeUpload } from '../upload/upload.service.ts';
import { ACCEPT_DISCLOSURE, disclosureAct, invoiceDisclosure, requestBasis } from './invoice.disclosure.ts';
import { invoiceLife, invoiceMachine } from './invoice.machine.ts';
import {
  type AddressRow,
  addressById,
  filesOfInvoices,
  type InvoiceRow,
  type InvoiceView,
  invoiceById,
  invoiceNumberIsUsed,
  invoiceRowsOfOrder,
  invoicesOfOrders,
  titleById,
  VALID_INVOICE_STATES,
} from './invoice.queries.ts';
import { readInvoiceNumber, shownNumber, type TypedNumber } from './invoice-number.ts';
import { bankAccountPlace, requireCertifiedTitle } from './invoice-title.service.ts';

const seen = async (command: Command, id: string): Promise<InvoiceView> => {
  const invoice = await invoiceById(command.db, command.actor, id);
  if (!invoice) throw new NotFound();
  return invoice;
};

/** What the caller was shown, with what an event changed in it. */
const moved = (before: InvoiceView, after: InvoiceRow): InvoiceView => ({ ...before, ...after });

type Invoiced = Pick<InvoiceRow, 'orderId' | 'policyId' | 'insurerId' | 'amountFen'>;

/** An invoice that nobody has asked for yet. */
const open = (command: Command, { orderId, policyId, insurerId, amountFen }: Invoiced): Promise<InvoiceRow> =>
  bear(asConsequence(command), invoiceLife, {
    id: newId('inv'),
    orderId,
    policyId,
    insurerId,
    amountFen,
    ...splitVat(amountFen),
    createdAt: command.now,
  });

onPolicyIssued(async (command, policy) => {
  await open(command, { ...policy, policyId: policy.id, amountFen: policy.premiumFen });
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
const isValid = (state: InvoiceState) => VALID_INVOICE_STATES.includes(state);

const DEMAND_REVERSAL = 'DEMAND_REVERSAL';

/**
 * The policy was given back: what was asked for and not issued yet ends, and the insurer is asked to reverse what was issued.
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
  if (!valid) return null;
  await command.db
    .update(invoices)
    .set({ dueAt: dueAt(command.now, limits.electronicInvoiceWorkdays) })
    .where(eq(invoices.id, valid.id));
  await note(command, {
    noun: invoiceLife.machine.name,
    objectId: valid.id,
    event: DEMAND_REVERSAL,
    note: reason,
    orderId,
    insurerId: valid.insurerId,
  });
  return valid;
}

/** Whether an invoice stands of a policy that was given back. */
export const isToReverse = (invoice: InvoiceView): boolean =>
  invoice.policyState === 'SURRENDERED' && isValid(invoice.state);

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

/**
 * Keeps that the text in front of the application was read and accepted for an invoice, word for word and by its hash. The same
 * text is accepted once; again changes nothing.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, NotOpened, InvalidInput where it is not the text in force.
 */
export async function acceptInvoiceDisclosure(
  command: Command,
  input: Move & { readonly version: string },
): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  const block = requestBlock(invoice);
  if (block) throw block;
  const { version, title, paragraphs, documents } = await invoiceDisclosure(command.db, command.core.config);
  if (input.version !== version)
    throw new InvalidInput([{ path: 'version', message: '特别提示已更新，请阅读新的内容后再同意' }]);
  if (await disclosureAct(command.db, invoice.id, version)) return invoice;
  await note(command, {
    noun: invoiceLife.machine.name,
    objectId: invoice.id,
    event: ACCEPT_DISCLOSURE,
    data: {
      version,
      labelText: statementLabel.DISCLOSURE,
      title,
      paragraphs,
      documents: documents.map(({ id, kind, sha256 }) => ({ id, kind, sha256 })),
    },
    orderId: invoice.orderId,
    insurerId: invoice.insurerId,
  });
  command.changed.add(invoice.orderId);
  return invoice;
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
 * Refuses: NotFound, StaleState, TransitionRefused, NotOpened, InvalidInput, TitleLocked, ConsentMissing.
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
  const lack = titleLack(title, input.type);
  if (lack !== null) throw new InvalidInput([{ path: 'titleId', message: `${lack}，请先补充` }]);
  if (isPaper(input.type) && !address)
    throw new InvalidInput([{ path: 'addressId', message: '纸质发票须选择收件地址' }]);
  requireCertifiedTitle(title, view.enterprise);
  const { config } = command.core;
  const basis = await requestBasis(command.db, config, invoice, 'ASKED');
  if (!basis) throw new ConsentMissing((await invoiceDisclosure(command.db, config)).documents);
  return askFor(command, invoice, 'REQUEST', { type: input.type, title, address, basis });
}

/** What an invoice is asked for with. A title without an id is that of the certificate. */
export interface Wanted {
  readonly type: InvoiceType;
  readonly title: InvoiceTitleRow & { readonly id: string | null };
  /** Of paper invoices. */
  readonly address: AddressRow | null;
  /** By what the disclosure was accepted. */
  readonly basis: Record<string, unknown>;
}

/** Refuses: StaleState, TransitionRefused. */
export async function askFor(
  command: Command,
  invoice: InvoiceView,
  event: 'REQUEST' | 'AUTO_REQUEST',
  { type, title, address, basis }: Wanted,
): Promise<InvoiceView> {
  const workdays = isPaper(type) ? limits.paperInvoiceWorkdays : limits.electronicInvoiceWorkdays;
  const after = await fire(command, invoiceLife, invoice, event, {
    set: {
      type,
      titleId: title.id,
      title: snapshotOf(title),
      address:
        isPaper(type) && address ? pick(address, ['recipient', 'phone', 'regionCode', 'address']) : null,
      requestedAt: command.now,
      dueAt: dueAt(command.now, workdays),
      rejectReason: null,
    },
    note: invoiceTypeLabel[type],
    data: basis,
  });
  return moved(invoice, after);
}

/** It is the order's state that does not allow an invoice: not issued yet, or surrendered. */
const notInThisOrder = (state: OrderState) =>
  new TransitionRefused({ value: state, label: orderMachine.states[state].label }, requestEvent);
const requestEvent = { value: 'REQUEST', label: invoiceMachine.events.REQUEST.label };

const pick = <T extends object, const K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;

const snapshotOf = (title: InvoiceTitleRow): InvoiceTitleRow =>
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

/** What a title lacks for an invoice of this type, in Chinese, or null: six facts of the buyer, or somewhere to send it. */
export function titleLack(title: InvoiceTitleRow, type: InvoiceType): string | null {
  const complete =
    title.registeredAddress && title.registeredPhone && title.bankName && title.bankAccountSealed;
  if (isSpecial(type) && !complete) return '专用发票的抬头须填写注册地址、注册电话、开户银行和银行账号';
  return !isPaper(type) && !title.email ? '电子发票的抬头须填写收件人电子邮箱' : null;
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

interface Files {
  readonly uploadId?: string | null | undefined;
  readonly uploadIds?: readonly string[] | null | undefined;
}
const uploadsOf = ({ uploadId, uploadIds }: Files) => [
  ...new Set([...(uploadId ? [uploadId] : []), ...(uploadIds ?? [])]),
];

/**
 * Enters the invoice that was made, with its files where it is electronic. The XML of a fully digital one, which is the legal file, may
 * follow by `addInvoiceFiles`: the bidder is told that it is missing.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput, UploadRefused.
 */
export async function issueInvoice(
  command: Command,
  input: Move & TypedNumber & Files & { readonly issuedOn: string },
): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  requireEvent(command.actor, invoiceLife, invoice, 'ISSUE');
  invariant(invoice.type, 'an invoice that was asked for has a type');

  const { issuedOn } = input;
  const read = readInvoiceNumber(invoice.type, input);
  const uploads = uploadsOf(input);
  const issues = [
    ...read.faults,
    read.number &&
      (await invoiceNumberIsUsed(command.db, invoice.insurerId, read.number)) && {
        path: 'number',
        message: '该发票号码已登记于本公司的其他发票',
      },
    issuedOn > shanghaiDay(command.now) && { path: 'issuedOn', message: '开票日期不能晚于今天' },
    issuedOn < shanghaiDay(invoice.policyIssuedAt) && {
      path: 'issuedOn',
      message: '开票日期不能早于保单出具日期',
    },
    !isPaper(invoice.type) && uploads.length === 0 && { path: 'uploadId', message: '电子发票须上传发票文件' },
  ].filter((issue) => issue !== false && issue !== null);
  if (issues.length > 0 || !read.number) throw new InvalidInput(issues);

  const files = await addFiles(command, invoice, uploads);
  const after = await fire(command, invoiceLife, invoice, 'ISSUE', {
    // A paper one is still to be sent.
    set: { ...read.number, issuedOn, dueAt: isPaper(invoice.type) ? invoice.dueAt : null },
    note: shownNumber(read.number),
    data: { ...read.number, issuedOn, files },
  });
  return moved(invoice, after);
}

/** Refuses: InvalidInput, UploadRefused. Answers what was added, by format. */
async function addFiles(
  command: Command,
  invoice: InvoiceRow,
  uploadIds: readonly string[],
): Promise<Record<string, string>> {
  const [there = []] = await filesOfInvoices(command.db, [invoice.id]);
  const taken = new Set<string>(there.map(({ format }) => format));
  const added: Record<string, string> = {};
  for (const uploadId of uploadIds) {
    const { contentType, sha256 } = await takeUpload(command, uploadId, 'INVOICE');
    const format = formatOf[contentType];
    invariant(format, 'an invoice is uploaded in a format of invoices');
    if (taken.has(format)) {
      throw new InvalidInput([{ path: 'uploadIds', message: `每种格式只能有一个文件，${format} 文件已有` }]);
    }
    taken.add(format);
    added[format] = sha256;
    await command.db
      .insert(invoiceFiles)
      .values({ invoiceId: invoice.id, format, uploadId, createdAt: command.now });
  }
  return added;
}

const formatOf: Readonly<Record<string, InvoiceFormat>> = {
  'application/pdf': 'PDF',
  'application/ofd': 'OFD',
  'application/xml': 'XML',
};

const ADD_FILES = 'ADD_FILES';

/**
 * Adds files of other formats to an invoice that was issued: its renditions may come after it.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput, UploadRefused.
 */
export async function addInvoiceFiles(
  command: Command,
  input: Move & { readonly uploadIds: readonly string[] },
): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  if (!isValid(invoice.state)) {
    const { label } = invoiceMachine.states[invoice.state];
    throw new TransitionRefused({ value: invoice.state, label }, { value: ADD_FILES, label: '补充发票文件' });
  }
  const uploads = uploadsOf(input);
  if (uploads.length === 0) throw new InvalidInput([{ path: 'uploadIds', message: '请选择发票文件' }]);
  const files = await addFiles(command, invoice, uploads);
  await note(command, {
    noun: invoiceLife.machine.name,
    objectId: invoice.id,
    event: ADD_FILES,
    note: Object.keys(files).join('、'),
    data: { files },
    orderId: invoice.orderId,
    insurerId: invoice.insurerId,
  });
  command.changed.add(invoice.orderId);
  return invoice;
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
    set: { courier, trackingNumber, dueAt: null },
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
 * Reverses an invoice by a red one: a surrender, or a mistake. Unless the policy was given back, a corrected one may be asked for
 * then.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput.
 */
export async function reverseInvoice(
  command: Command,
  input: Move & {
    readonly redNumber: string;
    readonly redCode?: string | null | undefined;
    readonly reason: string;
  },
): Promise<InvoiceView> {
  const invoice = await expected(command, input);
  requireEvent(command.actor, invoiceLife, invoice, 'REVERSE');
  invariant(invoice.type, 'an issued invoice has a type');

  const red = readInvoiceNumber(invoice.type, { code: input.redCode, number: input.redNumber });
  const issues = [
    ...red.faults.map(({ path, message }) => ({
      path: path === 'code' ? 'redCode' : 'redNumber',
      message: `红字${message}`,
    })),
    red.number &&
      (await invoiceNumberIsUsed(command.db, invoice.insurerId, red.number)) && {
        path: 'redNumber',
        message: '红字发票号码不能与已登记的发票号码相同',
      },
  ].filter((issue) => issue !== false && issue !== null);
  if (issues.length > 0 || !red.number) throw new InvalidInput(issues);

  const reason = cleanText(input.reason, limits.noteCharactersMax);
  const after = await fire(command, invoiceLife, invoice, 'REVERSE', {
    set: { redCode: red.number.code, redNumber: red.number.number, dueAt: null },
    note: reason,
    data: { number: invoice.number, redNumber: red.number.number },
  });
  for (const listener of reversalListeners) await listener(command, after);
  if (invoice.policyState !== 'SURRENDERED') await open(command, after);
  return moved(invoice, after);
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

  const own = eq(events.actorId, actorId(command.actor) ?? '');
  const acts = and(own, eq(events.noun, invoiceLife.machine.name), eq(events.event, REVEAL));
  await requireAllowance(command, acts, limits.reveals);
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
