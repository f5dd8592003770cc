import { and, eq, isNull } from 'drizzle-orm';
import { partiesOf, system } from '../../access/actor.ts';
import { requireAllowance } from '../../command/allowance.ts';
import { bear, expectState, fire, note, refusedEvent, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import { asConsequence, type Command } from '../../command/run.ts';
import { prepared, shapeOf } from '../../db/prepared.ts';
import { insurers } from '../../db/tables/insurer.ts';
import { events } from '../../db/tables/ledger.ts';
import { paymentVouchers, receipts, refunds } from '../../db/tables/payment.ts';
import type { PaymentExceptionKind, RefundKind } from '../../db/vocabulary.ts';
import { maskBankAccount, normaliseBankAccount } from '../../kernel/bank-account.ts';
import { shanghaiDay } from '../../kernel/clock.ts';
import { newId, remarkCode } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { cleanText, toHalfWidth } from '../../kernel/text.ts';
import { dueAt } from '../../kernel/workdays.ts';
import { limits } from '../../limits.ts';
import { post } from '../ledger/ledger.service.ts';
import { orderLife } from '../order/order.machine.ts';
import { liveOrders, type OrderRow, orderById } from '../order/order.queries.ts';
import { moveOrder, onOrderEnded } from '../order/order.service.ts';
import type { QuoteRow } from '../quote/quote.queries.ts';
import { onQuoteAccepted, reinstateQuote, requireBeforeDeadline } from '../quote/quote.service.ts';
import { takeUpload } from '../upload/upload.service.ts';
import { paymentLife, refundLife } from './payment.machine.ts';
import {
  type PaymentRow,
  type PaymentView,
  type PaymentWork,
  paymentById,
  paymentsOfOrders,
  paymentWork,
  type ReceiptRow,
  type RefundRow,
  type RefundView,
  receiptByLine,
  receiptByTransaction,
  receiptsOfPayments,
  refundById,
  refundByTransaction,
  refundsOfPayments,
  remarkCodeIsUsed,
  transactionIsUsed,
} from './payment.queries.ts';
import { AmountMismatch, PayerMismatch, TransactionUsed } from './payment.refusals.ts';

/** Where an order is reviewed, its payment is too: the two move together, the order as a consequence. */
const orderOf = async (command: Command, payment: { orderId: string }): Promise<OrderRow> => {
  const view = await orderById(command.db, system, payment.orderId);
  invariant(view, 'a payment belongs to an order');
  return view.order;
};

const seen = async (command: Command, id: string): Promise<PaymentView> => {
  const payment = await paymentById(command.db, command.actor, id);
  if (!payment) throw new NotFound();
  return payment;
};

/** Asks for the premium of an accepted quote, on the account that the insurer has at this moment. */
export async function openPayment(command: Command, order: OrderRow, quote: QuoteRow): Promise<void> {
  invariant(quote.premiumFen !== null, 'an accepted quote has a premium');
  const [insurer] = await command.db.select().from(insurers).where(eq(insurers.id, quote.insurerId));
  invariant(insurer, 'a quote belongs to an insurer');
  await bear(asConsequence(command), paymentLife, {
    id: newId('pay'),
    orderId: order.id,
    insurerId: insurer.id,
    amountFen: quote.premiumFen,
    remarkCode: await freeRemarkCode(command),
    accountName: insurer.accountName,
    accountBank: insurer.accountBank,
    accountNumber: insurer.accountNumber,
    createdAt: command.now,
    dueAt: order.dueAt,
  });
}

async function freeRemarkCode(command: Command): Promise<string> {
  const code = remarkCode();
  return (await remarkCodeIsUsed(command.db, code)) ? freeRemarkCode(command) : code;
}

onQuoteAccepted(openPayment);

/** Nothing is waited for any more once the order has ended. */
onOrderEnded(async (command, order) => {
  const [payment] = await paymentsOfOrders(command.db, system, [order.id]);
  if (payment?.state !== 'AWAITING_TRANSFER') return;
  await fire(command, paymentLife, payment, 'CLOSE', { set: { dueAt: null } });
});

export interface VoucherInput {
  readonly orderId: string;
  readonly uploadId: string;
  /** More pictures of the same transfer. */
  readonly furtherUploadIds?: readonly string[] | null | undefined;
  readonly payerName: string;
  readonly payerAccount: string;
  readonly transactionNumber: string;
  readonly paidOn: string;
  /** In fen. */
  readonly amount?: number | null | undefined;
  readonly expectedState?: string | null | undefined;
}

/**
 * Says that the money was sent, with pictures of the transfer. A second voucher, while the first is not yet reviewed, takes its
 * place; pictures of the first may be named again and stay. Where money came in short, the voucher is for the rest.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, DeadlinePassed, InvalidInput, PayerMismatch, AmountMismatch, TransactionUsed,
 * UploadRefused.
 */
export async function submitVoucher(command: Command, input: VoucherInput): Promise<PaymentView> {
  const view = await orderById(command.db, command.actor, input.orderId);
  if (!view) throw new NotFound();
  const { order, enterprise } = view;

  const [payment] = await paymentsOfOrders(command.db, command.actor, [order.id]);
  // Before a quote is accepted there is nothing to pay: then it is the order's state that does not allow it.
  if (!payment) throw refusedEvent(orderLife, order, 'SUBMIT_VOUCHER');
  expectState(payment, input.expectedState);
  const event = payment.state === 'EXCEPTION' ? 'TOP_UP' : 'SUBMIT_VOUCHER';
  requireEvent(command.actor, paymentLife, payment, event);
  if (event === 'TOP_UP' && !mayTopUp(payment)) throw refusedEvent(paymentLife, payment, event);
  // The order ends at its deadline, whether or not the clock's job has come by.
  if (payment.state === 'AWAITING_TRANSFER') await requireBeforeDeadline(command, view);

  const account = readVoucher(command, order, input);
  if (!isApplicant(input.payerName, order, enterprise.name)) throw new PayerMismatch();
  const restFen = payment.amountFen - payment.heldFen;
  if (input.amount != null && input.amount !== restFen) throw new AmountMismatch();
  const transactionNumber = normaliseTransactionNumber(input.transactionNumber);
  const used = await transactionIsUsed(command.db, enterprise.id, transactionNumber, payment.id);
  const [own = []] = await receiptsOfPayments(command.db, [payment.id]);
  if (used || own.some((receipt) => receipt.transactionNumber === transactionNumber))
    throw new TransactionUsed();
  const [uploadId, ...furtherUploadIds] = await takePictures(command, payment, [
    input.uploadId,
    ...(input.furtherUploadIds ?? []),
  ]);
  invariant(uploadId, 'a voucher has a picture');

  await setAside(command, payment);
  const voucherId = newId('vch');
  await command.db.insert(paymentVouchers).values({
    id: voucherId,
    paymentId: payment.id,
    uploadId,
    furtherUploadIds,
    payerName: toHalfWidth(input.payerName).trim(),
    payerAccountSealed: command.core.cipher.seal(account, payerAccountPlace(voucherId)),
    payerAccountMasked: maskBankAccount(account),
    transactionNumber,
    paidOn: input.paidOn,
    submittedAt: command.now,
  });

  const reviewed =
    payment.state === 'AWAITING_TRANSFER'
      ? await moveOrder(asConsequence(command), order, 'SUBMIT_VOUCHER')
      : order;
  await fire(command, paymentLife, payment, event, {
    set: { dueAt: reviewWithin(command, reviewed, payment), rejectReason: null },
    data: { voucherId, replaced: payment.voucher?.id ?? null },
  });
  return seen(command, payment.id);
}

/** A top-up begins a review of its own; otherwise it is the order's. */
const reviewWithin = (command: Command, order: OrderRow, payment: PaymentRow) =>
  payment.state === 'EXCEPTION' ? dueAt(command.now, limits.paymentReviewWorkdays) : order.dueAt;

/** Whether the bidder may send what is missing: it is known how much that is. */
export const mayTopUp = (payment: Pick<PaymentView, 'exceptionKind' | 'heldFen' | 'amountFen'>): boolean =>
  payment.exceptionKind === 'SHORT' && payment.heldFen > 0 && payment.heldFen < payment.amountFen;

/** Pictures of the voucher that stands are kept where they are named again; all others are taken as any upload. */
async function takePictures(
  command: Command,
  { voucher }: PaymentView,
  uploadIds: readonly string[],
): Promise<string[]> {
  const kept = voucher ? [voucher.uploadId, ...voucher.furtherUploadIds] : [];
  const taken: string[] = [];
  for (const id of new Set(uploadIds))
    taken.push(kept.includes(id) ? id : (await takeUpload(command, id, 'VOUCHER')).id);
  return taken;
}

/**
 * Takes a voucher back that nobody has reviewed: the transfer was not made after all, or for something else.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function withdrawVoucher(
  command: Command,
  input: { readonly orderId: string; readonly expectedState?: string | null | undefined },
): Promise<PaymentView> {
  const view = await orderById(command.db, command.actor, input.orderId);
  if (!view) throw new NotFound();
  const [payment] = await paymentsOfOrders(command.db, command.actor, [view.order.id]);
  if (!payment) throw refusedEvent(orderLife, view.order, 'WITHDRAW_VOUCHER');
  expectState(payment, input.expectedState);
  requireEvent(command.actor, paymentLife, payment, 'WITHDRAW_VOUCHER');
  await setAside(command, payment);
  const order = await moveOrder(asConsequence(command), view.order, 'WITHDRAW_VOUCHER');
  await fire(command, paymentLife, payment, 'WITHDRAW_VOUCHER', { set: { dueAt: order.dueAt } });
  return seen(command, payment.id);
}

/** Where the payer's account is sealed to. */
export const payerAccountPlace = (voucherId: string) => ({
  column: 'payment_vouchers.payer_account_sealed',
  rowId: voucherId,
});

/** @throws InvalidInput with every fault at once */
function readVoucher(command: Command, order: OrderRow, input: VoucherInput): string {
  const account = normaliseBankAccount(input.payerAccount);
  const issues = [
    account === null && { path: 'payerAccount', message: '付款账号应为 8 到 32 位数字' },
    !isTransactionNumber(input.transactionNumber) && transactionIssue,
    input.paidOn > shanghaiDay(command.now) && { path: 'paidOn', message: '付款日期不能晚于今天' },
    input.paidOn < shanghaiDay(order.createdAt) && {
      path: 'paidOn',
      message: '付款日期不能早于订单生成日期',
    },
  ].filter((issue) => issue !== false);
  if (issues.length > 0 || account === null) throw new InvalidInput(issues);
  return account;
}

/** One number has one form, however it was typed. */
export const normaliseTransactionNumber = (text: string) =>
  toHalfWidth(text).replace(/\s/g, '').toUpperCase();

/** A name as it is compared: the width of its brackets and the blanks within do not matter. */
export const comparableName = (name: string) =>
  toHalfWidth(name.normalize('NFC')).replace(/\s/g, '').toUpperCase();

/**
 * Whether money comes from the applicant. After a change of name the bank may know it by either: as the order was submitted, or
 * as it is called now.
 */
const isApplicant = (payerName: string, order: OrderRow, enterpriseName: string) =>
  [order.application?.applicant.name ?? enterpriseName, enterpriseName]
    .map(comparableName)
    .includes(comparableName(payerName));

/**
 * The voucher that counted counts no longer; its serial number is free again, since the clerk may have mistyped it. Where money
 * came in short, a voucher that stands afterwards is for what is missing.
 */
async function setAside(command: Command, payment: { readonly id: string }): Promise<void> {
  await command.db
    .update(paymentVouchers)
    .set({ rejectedAt: command.now })
    .where(and(eq(paymentVouchers.paymentId, payment.id), isNull(paymentVouchers.rejectedAt)));
}

interface Move {
  readonly paymentId: string;
  readonly expectedState?: string | null | undefined;
}

/** Money that came in on the insurer's account. */
export interface Arrival {
  readonly amountFen: number;
  readonly payerName: string | null;
  /** 8 to 32 digits. */
  readonly payerAccount: string | null;
  readonly transactionNumber: string | null;
  readonly receivedOn: string;
  readonly voucherId?: string | null;
  readonly lineId?: string | null;
  /** Whether the books hold it already as nobody's. */
  readonly held?: boolean;
}

/** Refuses: TransactionUsed. */
async function receive(command: Command, payment: PaymentRow, money: Arrival): Promise<ReceiptRow> {
  const { transactionNumber } = money;
  if (transactionNumber && (await receiptByTransaction(command.db, payment.accountNumber, transactionNumber)))
    throw new TransactionUsed();
  const id = newId('rcp');
  const { db } = command;
  const { shape, columns, values } = shapeOf({
    id,
    paymentId: payment.id,
    insurerId: payment.insurerId,
    amountFen: money.amountFen,
    accountNumber: payment.accountNumber,
    payerName: money.payerName,
    payerAccountSealed:
      money.payerAccount && command.core.cipher.seal(money.payerAccount, receiptAccountPlace(id)),
    payerAccountMasked: money.payerAccount && maskBankAccount(money.payerAccount),
    transactionNumber,
    receivedOn: money.receivedOn,
    voucherId: money.voucherId ?? null,
    lineId: money.lineId ?? null,
    createdAt: command.now,
  });
  const insert = prepared(db, `receipt ${shape}`, () =>
    db.insert(receipts).values(columns).returning().prepare(),
  );
  const [receipt] = await insert.execute(values);
  invariant(receipt, 'an inserted row is returned');
  await post(command, {
    kind: 'RECEIVE',
    causeId: id,
    insurerId: payment.insurerId,
    orderId: payment.orderId,
    legs: [{ debit: money.held ? 'SUSPENSE' : 'BANK', credit: 'CUSTOMER_FUNDS', fen: money.amountFen }],
  });
  return receipt;
}

const receiptAccountPlace = (receiptId: string) => ({
  column: 'receipts.payer_account_sealed',
  rowId: receiptId,
});

/**
 * The premium is there: the order goes to the insurer for issue. What came in above it goes back.
 *
 * @param heldFen what was received and does not go back, at least the amount
 */
async function settle(
  command: Command,
  payment: PaymentRow,
  order: OrderRow,
  heldFen: number,
  note: string | null = null,
): Promise<void> {
  await fire(command, paymentLife, payment, 'CONFIRM', {
    set: {
      confirmedAt: command.now,
      dueAt: null,
      rejectReason: null,
      exceptionKind: null,
      exceptionReason: null,
    },
    note,
  });
  await post(command, {
    kind: 'EARN',
    causeId: payment.id,
    insurerId: payment.insurerId,
    orderId: payment.orderId,
    legs: [{ debit: 'CUSTOMER_FUNDS', credit: 'PREMIUM_UNINVOICED', fen: payment.amountFen }],
  });
  await moveOrder(asConsequence(command), order, 'CONFIRM_PAYMENT');
  const surplusFen = heldFen - payment.amountFen;
  if (surplusFen > 0) await openRefunds(command, payment, 'SURPLUS', surplusFen, '多付款项退回');
}

/** Notes what is wrong with money that is there, so that the order neither lapses nor can be cancelled meanwhile. */
async function except(
  command: Command,
  { payment, order }: Pick<PaymentWork, 'payment' | 'order'>,
  kind: PaymentExceptionKind,
  reason: string,
): Promise<void> {
  const reviewed =
    order.state === 'AWAITING_PAYMENT'
      ? await moveOrder(asConsequence(command), order, 'SUBMIT_VOUCHER', { note: reason })
      : order;
  await fire(command, paymentLife, payment, 'EXCEPT', {
    set: {
      dueAt: reviewed.dueAt ?? dueAt(command.now, limits.paymentReviewWorkdays),
      exceptionKind: kind,
      exceptionReason: reason,
    },
    note: reason,
    data: { kind },
  });
}

interface Move {
  readonly paymentId: string;
  readonly expectedState?: string | null | undefined;
}

/** Within a command. */
async function workOn(command: Command, payment: PaymentView): Promise<PaymentWork> {
  const work = await paymentWork(command.db, payment.id);
  invariant(work, 'a payment belongs to an order');
  return work;
}

const isTooLate = (command: Command, { bidDeadlineAt }: PaymentWork): boolean =>
  bidDeadlineAt !== null && command.now >= bidDeadlineAt;

/**
 * The money has arrived: the order goes to the insurer for issue. Without a voucher too, where the bank says so. Of an exception:
 * what came in above the amount goes back; what came late is accepted while the deadline allows; what came from another name only
 * by the insurer, with the reason why it is the applicant's own; what came in short needs the voucher of the rest.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, PayerMismatch, InvalidInput, AmountMismatch, TransactionUsed.
 */
export async function confirmPayment(
  command: Command,
  input: Move & { readonly note?: string | null | undefined },
): Promise<PaymentView> {
  const payment = await seen(command, input.paymentId);
  expectState(payment, input.expectedState);
  requireEvent(command.actor, paymentLife, payment, 'CONFIRM');
  const work = await workOn(command, payment);
  // In the words of the state, not of the deadline: staff who match under seal are told nothing of the section.
  if (work.order.state === 'AWAITING_PAYMENT' && isTooLate(command, work))
    throw refusedEvent(paymentLife, payment, 'CONFIRM');
  if (payment.exceptionKind === 'FOREIGN_PAYER') {
    if (!partiesOf(command.actor).includes('UNDERWRITER')) throw new PayerMismatch();
    if (!input.note?.trim())
      throw new InvalidInput([{ path: 'note', message: '请说明为何认定款项由投保企业本企业账户转出' }]);
  }
  if (payment.exceptionKind === 'LATE') await revive(command, work);

  const restFen = payment.amountFen - payment.heldFen;
  const { voucher } = payment;
  if (restFen > 0) {
    if (payment.heldFen > 0 && !voucher) throw new AmountMismatch();
    await receive(command, payment, {
      amountFen: restFen,
      payerName: voucher?.payerName ?? null,
      payerAccount: voucher && openVoucherAccount(command, voucher),
      transactionNumber: voucher?.transactionNumber ?? null,
      receivedOn: voucher?.paidOn ?? shanghaiDay(command.now),
      voucherId: voucher?.id ?? null,
    });
  }
  const note = input.note ? cleanText(input.note, limits.noteCharactersMax) : null;
  await settle(command, payment, work.order, Math.max(payment.heldFen, payment.amountFen), note);
  return seen(command, payment.id);
}

const openVoucherAccount = (command: Command, voucher: NonNullable<PaymentView['voucher']>) =>
  command.core.cipher.open(voucher.payerAccountSealed, payerAccountPlace(voucher.id));

/** An order that ended unpaid lives again with its quote, where nothing else stands against it. Refuses: TransitionRefused. */
async function revive(command: Command, work: PaymentWork): Promise<void> {
  const { payment, order, sectionState } = work;
  if (order.state === 'PAYMENT_REVIEW' && !isTooLate(command, work)) return;
  const live = await liveOrders(command.db, order.enterpriseId, [order.sectionId]);
  const isFree = live.every((other) => other.depositKind !== order.depositKind || other.id === order.id);
  const isOpen = order.depositKind !== 'BID' || sectionState === 'ANNOUNCED';
  if (order.state !== 'LAPSED' || !isFree || !isOpen || isTooLate(command, work))
    throw refusedEvent(paymentLife, payment, 'CONFIRM');
  await reinstateQuote(command, order.id, payment.insurerId, payment.amountFen);
}

/**
 * Sends a voucher back to the bidder, who pays or proves it anew. Of an exception: where no money is recorded, or the voucher of
 * what was missing; recorded money goes back by a refund.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function rejectPayment(
  command: Command,
  input: Move & { readonly reason: string },
): Promise<PaymentView> {
  const payment = await seen(command, input.paymentId);
  expectState(payment, input.expectedState);
  const reason = cleanText(input.reason, limits.noteCharactersMax);
  requireEvent(command.actor, paymentLife, payment, 'REJECT');
  if (!mayReject(payment)) throw refusedEvent(paymentLife, payment, 'REJECT');

  if (payment.heldFen > 0) {
    await setAside(command, payment);
    await fire(command, paymentLife, payment, 'REJECT_TOP_UP', {
      set: { rejectReason: reason },
      note: reason,
    });
    return seen(command, payment.id);
  }
  const order = await moveOrder(asConsequence(command), await orderOf(command, payment), 'REJECT_PAYMENT', {
    note: reason,
  });
  await setAside(command, payment);
  await fire(command, paymentLife, payment, 'REJECT', {
    set: { rejectReason: reason, dueAt: order.dueAt, exceptionKind: null, exceptionReason: null },
    note: reason,
  });
  return seen(command, payment.id);
}

/** Money that is recorded is not sent back with a word. */
export const mayReject = (payment: PaymentView): boolean =>
  payment.heldFen === 0 || (payment.exceptionKind === 'SHORT' && payment.voucher !== null);

export interface ExceptionInput extends Move {
  readonly reason: string;
  readonly kind?: PaymentExceptionKind | null | undefined;
  /** What has come in, in fen, where it is known. */
  readonly receivedAmount?: number | null | undefined;
  readonly receivedOn?: string | null | undefined;
  readonly transactionNumber?: string | null | undefined;
  readonly payerName?: string | null | undefined;
  readonly payerAccount?: string | null | undefined;
}

/**
 * Notes that money came in short, over, late, or from somebody else's account. It is looked into before anything is issued. With
 * the amount it can be topped up or paid back.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput, TransactionUsed.
 */
export async function reportPaymentException(command: Command, input: ExceptionInput): Promise<PaymentView> {
  const payment = await seen(command, input.paymentId);
  expectState(payment, input.expectedState);
  const reason = cleanText(input.reason, limits.noteCharactersMax) ?? '';
  requireEvent(command.actor, paymentLife, payment, 'EXCEPT');
  const kind = input.kind ?? payment.exceptionKind ?? 'OTHER';
  const { voucher } = payment;
  const account = input.payerAccount ? normaliseBankAccount(input.payerAccount) : null;
  const received = input.receivedAmount ?? 0;
  const heldFen = payment.heldFen + received;
  const known = input.receivedAmount != null;
  const issues = [
    input.payerAccount &&
      account === null && { path: 'payerAccount', message: '付款账号应为 8 到 32 位数字' },
    input.transactionNumber && !isTransactionNumber(input.transactionNumber) && transactionIssue,
    known && received <= 0 && { path: 'receivedAmount', message: '到账金额应大于 0' },
    known &&
      kind === 'SHORT' &&
      heldFen >= payment.amountFen && { path: 'receivedAmount', message: '到账金额并不少于应付金额' },
    known &&
      kind === 'OVER' &&
      heldFen <= payment.amountFen && { path: 'receivedAmount', message: '到账金额并不多于应付金额' },
    input.receivedOn &&
      input.receivedOn > shanghaiDay(command.now) && { path: 'receivedOn', message: '到账日期不能晚于今天' },
    // Money for an order that is over is not looked for without any.
    payment.state === 'CLOSED' &&
      !known && { path: 'receivedAmount', message: '订单已结束，请填写实际到账金额' },
  ].filter((issue) => typeof issue === 'object' && issue !== null);
  if (issues.length > 0) throw new InvalidInput(issues);

  if (known) {
    const own = kind === 'FOREIGN_PAYER' ? null : voucher;
    await receive(command, payment, {
      amountFen: received,
      payerName: input.payerName?.trim() || (own?.payerName ?? null),
      payerAccount: account ?? (own && openVoucherAccount(command, own)),
      transactionNumber: input.transactionNumber
        ? normaliseTransactionNumber(input.transactionNumber)
        : (voucher?.transactionNumber ?? null),
      receivedOn: input.receivedOn ?? voucher?.paidOn ?? shanghaiDay(command.now),
      voucherId: voucher?.id ?? null,
    });
    if (kind === 'SHORT') await setAside(command, payment);
  }
  const { order } = await workOn(command, payment);
  await except(command, { payment, order }, payment.state === 'CLOSED' ? 'LATE' : kind, reason);
  return seen(command, payment.id);
}

const isTransactionNumber = (text: string) => /^[0-9A-Z-]{4,64}$/.test(normaliseTransactionNumber(text));
const transactionIssue = {
  path: 'transactionNumber',
  message: '银行流水号应为 4 到 64 位字母、数字或短横线',
} as const;

/** What money does that a bank line brings: `null` where it is taken as it should be, else what is wrong with it. */
export type ArrivalFault = Exclude<PaymentExceptionKind, 'OTHER'> | 'DUPLICATE';

/**
 * Brings money of a bank line to a payment. Exact, it confirms the payment; short, over, late or from another name, the payment
 * becomes an exception that holds it. Money that a person confirmed before is recognised and not counted again.
 *
 * @param paidAt when it was booked, in milliseconds: money is late by that, not by when the statement is read
 * @param insist a person says that the money is for this payment, whatever else came in for it: what is too much goes back
 * @returns whether the money is now the payment's, and what is wrong with it
 */
export async function takeArrival(
  command: Command,
  work: PaymentWork,
  money: Arrival & { readonly lineId: string; readonly payerName: string },
  paidAt: number,
  insist: boolean,
): Promise<{ readonly taken: boolean; readonly counted: boolean; readonly fault: ArrivalFault | null }> {
  const { payment, order } = work;
  const known = await recognised(command, payment, money);
  if (known === 'ANOTHER') {
    if (insist) throw new TransactionUsed();
    return { taken: false, counted: false, fault: 'DUPLICATE' };
  }
  if (known) {
    await command.db
      .update(receipts)
      .set({ lineId: money.lineId, transactionNumber: money.transactionNumber ?? known.transactionNumber })
      .where(eq(receipts.id, known.id));
    return { taken: true, counted: true, fault: null };
  }

  const isWaiting =
    payment.state === 'AWAITING_TRANSFER' ||
    payment.state === 'VOUCHER_SUBMITTED' ||
    (payment.state === 'EXCEPTION' && payment.exceptionKind === 'SHORT');
  if (isWaiting) {
    const restFen = payment.amountFen - work.heldFen;
    const fault = !isApplicant(money.payerName, order, work.enterpriseName)
      ? 'FOREIGN_PAYER'
      : order.state === 'AWAITING_PAYMENT' && work.bidDeadlineAt !== null && paidAt >= work.bidDeadlineAt
        ? 'LATE'
        : money.amountFen < restFen
          ? 'SHORT'
          : money.amountFen > restFen
            ? 'OVER'
            : null;
    await receive(command, payment, money);
    if (fault === null) await settle(command, payment, order, payment.amountFen);
    else {
      if (fault === 'SHORT') await setAside(command, payment);
      await except(command, work, fault, faultText[fault]);
    }
    return { taken: true, counted: false, fault };
  }
  if (payment.state === 'CLOSED') {
    await receive(command, payment, money);
    await except(command, work, 'LATE', faultText.LATE);
    return { taken: true, counted: false, fault: 'LATE' };
  }
  if (!insist) return { taken: false, counted: false, fault: 'DUPLICATE' };

  const receipt = await receive(command, payment, money);
  // An exception decides about all its money together; elsewhere the order needs none any more.
  if (payment.state === 'EXCEPTION')
    await except(command, work, payment.exceptionKind ?? 'OTHER', faultText.DUPLICATE);
  else await refundReceipt(command, payment, receipt, 'WHOLE', receipt.amountFen, faultText.DUPLICATE);
  return { taken: true, counted: false, fault: 'DUPLICATE' };
}

const faultText: Readonly<Record<ArrivalFault, string>> = {
  SHORT: '到账金额少于应付金额',
  OVER: '到账金额多于应付金额',
  FOREIGN_PAYER: '付款户名与投保企业名称不一致',
  LATE: '款项在订单结束或截止时间之后到账',
  DUPLICATE: '重复付款',
};

/** A receipt that a person entered before the bank's line came, or that the serial number is another's. */
async function recognised(
  command: Command,
  payment: PaymentRow,
  money: Arrival,
): Promise<ReceiptRow | 'ANOTHER' | null> {
  const same = money.transactionNumber
    ? await receiptByTransaction(command.db, payment.accountNumber, money.transactionNumber)
    : null;
  if (same) {
    const fits = same.paymentId === payment.id && same.lineId === null && same.amountFen === money.amountFen;
    return fits ? same : 'ANOTHER';
  }
  if (payment.state === 'AWAITING_TRANSFER' || payment.state === 'VOUCHER_SUBMITTED') return null;
  const [entered = []] = await receiptsOfPayments(command.db, [payment.id]);
  return entered.find((receipt) => receipt.lineId === null && receipt.amountFen === money.amountFen) ?? null;
}

/** Money goes back to where it came from: newest receipts first, each at most what is left of it. */
async function openRefunds(
  command: Command,
  payment: PaymentRow,
  kind: RefundKind,
  amountFen: number,
  reason: string,
): Promise<void> {
  const [came = []] = await receiptsOfPayments(command.db, [payment.id]);
  const [went = []] = await refundsOfPayments(command.db, system, [payment.id]);
  let left = amountFen;
  for (const receipt of came.toReversed()) {
    const gone = went.reduce((sum, row) => (row.receiptId === receipt.id ? sum + row.amountFen : sum), 0);
    const part = Math.min(left, receipt.amountFen - gone);
    if (part > 0) await refundReceipt(command, payment, receipt, kind, part, reason);
    left -= Math.max(part, 0);
  }
  invariant(left === 0, 'no more goes back than came in');
}

async function refundReceipt(
  command: Command,
  payment: PaymentRow,
  receipt: ReceiptRow,
  kind: RefundKind,
  amountFen: number,
  reason: string,
): Promise<void> {
  const refund = await bear(
    command,
    refundLife,
    {
      id: newId('rfd'),
      paymentId: payment.id,
      orderId: payment.orderId,
      insurerId: payment.insurerId,
      receiptId: receipt.id,
      kind,
      amountFen,
      reason,
      createdAt: command.now,
      dueAt: dueAt(command.now, limits.refundWorkdays),
    },
    { note: reason, data: { kind, amountFen } },
  );
  await post(command, {
    kind: 'OWE_REFUND',
    causeId: refund.id,
    insurerId: payment.insurerId,
    orderId: payment.orderId,
    legs: [
      {
        debit: kind === 'SURRENDER' ? 'PREMIUM_UNINVOICED' : 'CUSTOMER_FUNDS',
        credit: 'REFUNDS_PAYABLE',
        fen: amountFen,
      },
    ],
  });
}

/**
 * Pays back the whole of an exception. While the order can still be paid for, it waits for a right payment at once; otherwise it is
 * over, and the payment with it.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function startRefund(
  command: Command,
  input: Move & { readonly reason: string },
): Promise<PaymentView> {
  const payment = await seen(command, input.paymentId);
  expectState(payment, input.expectedState);
  const reason = cleanText(input.reason, limits.noteCharactersMax) ?? '';
  requireEvent(command.actor, paymentLife, payment, 'REFUND');
  // A confirmed premium goes back by a surrender, and what never came cannot go back.
  if (!mayRefund(payment)) throw refusedEvent(paymentLife, payment, 'REFUND');
  const work = await workOn(command, payment);

  await openRefunds(command, payment, 'WHOLE', payment.heldFen, reason);
  await setAside(command, payment);
  const cleared = { exceptionKind: null, exceptionReason: null } as const;
  if (work.order.state === 'PAYMENT_REVIEW' && !isTooLate(command, work)) {
    const order = await moveOrder(asConsequence(command), work.order, 'REJECT_PAYMENT', { note: reason });
    await fire(command, paymentLife, payment, 'RETURN', {
      set: { ...cleared, rejectReason: reason, dueAt: order.dueAt },
      note: reason,
    });
    return seen(command, payment.id);
  }
  await fire(command, paymentLife, payment, 'REFUND', {
    set: { ...cleared, dueAt: dueAt(command.now, limits.refundWorkdays) },
    note: reason,
  });
  if (work.order.state === 'PAYMENT_REVIEW')
    await moveOrder(asConsequence(command), work.order, 'LAPSE', { note: '已过截止时间，款项退回' });
  return seen(command, payment.id);
}

export const mayRefund = (payment: PaymentView): boolean =>
  payment.state === 'EXCEPTION' && payment.heldFen > 0;

/**
 * Within a command, for a surrender: pays a confirmed premium back in whole to the account it came from, and enters it in the
 * books. An issued invoice has to be reversed before. When the insurer has paid, `onRefunded` is called.
 *
 * Refuses: TransitionRefused.
 */
export async function refundPremium(command: Command, paymentId: string, reason: string): Promise<void> {
  const payment = await paymentById(command.db, system, paymentId);
  invariant(payment, 'the payment of an order is known');
  // An exception goes back by `startRefund`: its money was never a premium.
  if (payment.state !== 'CONFIRMED') throw refusedEvent(paymentLife, payment, 'REFUND');
  const acting = asConsequence(command);
  await fire(acting, paymentLife, payment, 'REFUND', {
    set: { dueAt: dueAt(command.now, limits.refundWorkdays) },
    note: reason,
  });
  await openRefunds(acting, payment, 'SURRENDER', payment.amountFen, reason);
}

/** What a later module does in the same transaction when a payment has gone back in whole. */
type RefundListener = (command: Command, payment: PaymentRow) => Promise<void>;
const refundListeners: RefundListener[] = [];
export function onRefunded(listener: RefundListener): void {
  refundListeners.push(listener);
}

export interface RefundProof {
  readonly refundId: string;
  readonly transactionNumber: string;
  readonly paidOn: string;
  /** Where it was paid to. */
  readonly payeeAccount: string;
  readonly uploadId: string;
  readonly expectedState?: string | null | undefined;
}

/**
 * The money has gone back, with the bank's proof: to the account it came from, and to no other.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput, PayerMismatch, TransactionUsed, UploadRefused.
 */
export async function confirmRefund(command: Command, input: RefundProof): Promise<RefundView> {
  const refund = await refundById(command.db, command.actor, input.refundId);
  if (!refund) throw new NotFound();
  expectState(refund, input.expectedState);
  requireEvent(command.actor, refundLife, refund, 'CONFIRM');

  const account = normaliseBankAccount(input.payeeAccount);
  const today = shanghaiDay(command.now);
  const issues = [
    account === null && { path: 'payeeAccount', message: '收款账号应为 8 到 32 位数字' },
    !isTransactionNumber(input.transactionNumber) && transactionIssue,
    input.paidOn > today && { path: 'paidOn', message: '退款日期不能晚于今天' },
    input.paidOn < shanghaiDay(refund.createdAt) && {
      path: 'paidOn',
      message: '退款日期不能早于发起退款之日',
    },
  ].filter((issue) => issue !== false);
  if (issues.length > 0) throw new InvalidInput(issues);
  const [receipt] = await command.db.select().from(receipts).where(eq(receipts.id, refund.receiptId));
  invariant(receipt, 'a refund belongs to a receipt');
  const from =
    receipt.payerAccountSealed &&
    command.core.cipher.open(receipt.payerAccountSealed, receiptAccountPlace(receipt.id));
  if (from && from !== account) throw new PayerMismatch('退款只能退回原付款账户，请核对收款账号。');
  const transactionNumber = normaliseTransactionNumber(input.transactionNumber);
  if (await refundByTransaction(command.db, refund.insurerId, transactionNumber)) throw new TransactionUsed();
  const upload = await takeUpload(command, input.uploadId, 'EVIDENCE');

  await settleRefund(
    command,
    refund,
    { transactionNumber, paidOn: input.paidOn, uploadId: upload.id },
    { sha256: upload.sha256 },
  );
  if (!from) await keepPayeeAccount(command, receipt, account ?? '');
  const done = await refundById(command.db, command.actor, refund.id);
  invariant(done, 'who confirms a refund sees it');
  return done;
}

/** The money has gone back: by a person's proof, or by a line of the bank's statement. */
async function settleRefund(
  command: Command,
  refund: RefundRow,
  proof: Pick<Partial<RefundRow>, 'transactionNumber' | 'paidOn' | 'uploadId' | 'lineId'>,
  data: Record<string, unknown>,
): Promise<void> {
  await fire(command, refundLife, refund, 'CONFIRM', {
    set: { ...proof, doneAt: command.now, dueAt: null },
    data: { amountFen: refund.amountFen, ...data },
  });
  await post(command, {
    kind: 'PAY_REFUND',
    causeId: refund.id,
    insurerId: refund.insurerId,
    orderId: refund.orderId,
    legs: [{ debit: 'REFUNDS_PAYABLE', credit: 'BANK', fen: refund.amountFen }],
  });
  await endRefunding(command, refund.paymentId);
}

/** Money that a bank line shows to have gone out. */
export interface Outflow {
  readonly amountFen: number;
  readonly payeeAccount: string | null;
  readonly transactionNumber: string | null;
  readonly paidOn: string;
  readonly lineId: string;
}
export type OutflowFault = 'NO_REFUND' | 'REFUND_AMOUNT' | 'PAYEE' | 'DUPLICATE';

/**
 * Takes money that went out as a refund of a payment: of the same amount, to the account it came from, not before it was ordered.
 * A refund that a person proved before is recognised by its serial number.
 *
 * @param insist a person says that it is; then the account may be one that nobody knew before, and still no other
 * @returns the refund, or why there is none
 */
export async function takeOutflow(
  command: Command,
  payment: PaymentRow,
  money: Outflow,
  insist: boolean,
): Promise<{ readonly refundId: string } | { readonly fault: OutflowFault }> {
  const { transactionNumber } = money;
  const known =
    transactionNumber && (await refundByTransaction(command.db, payment.insurerId, transactionNumber));
  if (known) {
    const fits =
      known.paymentId === payment.id && known.lineId === null && known.amountFen === money.amountFen;
    if (!fits) return { fault: 'DUPLICATE' };
    await command.db.update(refunds).set({ lineId: money.lineId }).where(eq(refunds.id, known.id));
    return { refundId: known.id };
  }
  const [all = []] = await refundsOfPayments(command.db, system, [payment.id]);
  const waiting = all.filter(
    (refund) => refund.state === 'REFUNDING' && shanghaiDay(refund.createdAt) <= money.paidOn,
  );
  if (waiting.length === 0) return { fault: 'NO_REFUND' };
  const exact = waiting.filter((refund) => refund.amountFen === money.amountFen);
  if (exact.length === 0) return { fault: 'REFUND_AMOUNT' };
  const [came = []] = await receiptsOfPayments(command.db, [payment.id]);
  for (const refund of exact) {
    const receipt = came.find(({ id }) => id === refund.receiptId);
    invariant(receipt, 'a refund belongs to a receipt');
    const from =
      receipt.payerAccountSealed &&
      command.core.cipher.open(receipt.payerAccountSealed, receiptAccountPlace(receipt.id));
    if (from ? from !== money.payeeAccount : !insist || !money.payeeAccount) continue;
    const { lineId, paidOn } = money;
    await settleRefund(asConsequence(command), refund, { transactionNumber, paidOn, lineId }, { lineId });
    if (!from) await keepPayeeAccount(command, receipt, money.payeeAccount ?? '');
    return { refundId: refund.id };
  }
  return { fault: 'PAYEE' };
}

/**
 * Takes the money of a bank line back from the payment that holds it, into suspense: it was another's. Only from an exception of
 * which nothing went back: what was confirmed may be covered already.
 *
 * @returns the receipt that counts no longer, or null where something final followed
 */
export async function takeBackArrival(command: Command, lineId: string): Promise<ReceiptRow | null> {
  const receipt = await receiptByLine(command.db, lineId);
  const payment = receipt && (await paymentById(command.db, system, receipt.paymentId));
  if (payment?.state !== 'EXCEPTION' || !receipt) return null;
  const [went = []] = await refundsOfPayments(command.db, system, [payment.id]);
  if (went.some((refund) => refund.receiptId === receipt.id)) return null;

  await command.db.update(receipts).set({ takenBackAt: command.now }).where(eq(receipts.id, receipt.id));
  await post(command, {
    kind: 'HOLD',
    causeId: receipt.id,
    insurerId: payment.insurerId,
    orderId: payment.orderId,
    legs: [{ debit: 'CUSTOMER_FUNDS', credit: 'SUSPENSE', fen: receipt.amountFen }],
  });
  const acting = asConsequence(command);
  const order = await orderOf(command, payment);
  const leftFen = payment.heldFen - receipt.amountFen;
  if (leftFen > 0) {
    const kind =
      leftFen < payment.amountFen ? 'SHORT' : leftFen > payment.amountFen ? 'OVER' : ('OTHER' as const);
    await except(acting, { payment, order }, kind, TAKEN_BACK);
    return receipt;
  }
  const cleared = { exceptionKind: null, exceptionReason: null } as const;
  if (order.state !== 'PAYMENT_REVIEW')
    await fire(acting, paymentLife, payment, 'CLOSE', { set: { ...cleared, dueAt: null }, note: TAKEN_BACK });
  else if (payment.voucher)
    await fire(acting, paymentLife, payment, 'RESUME', {
      set: { ...cleared, dueAt: order.dueAt },
      note: TAKEN_BACK,
    });
  else {
    const reopened = await moveOrder(acting, order, 'REJECT_PAYMENT', { note: TAKEN_BACK });
    await fire(acting, paymentLife, payment, 'TAKE_BACK', {
      set: { ...cleared, rejectReason: TAKEN_BACK, dueAt: reopened.dueAt },
      note: TAKEN_BACK,
    });
  }
  return receipt;
}

const TAKEN_BACK = '此前登记的款项经核实属于其他订单';

/** Where nobody said from which account the money came, the insurer has read it off its own statement. */
async function keepPayeeAccount(command: Command, receipt: ReceiptRow, account: string): Promise<void> {
  await command.db
    .update(receipts)
    .set({
      payerAccountSealed: command.core.cipher.seal(account, receiptAccountPlace(receipt.id)),
      payerAccountMasked: maskBankAccount(account),
    })
    .where(eq(receipts.id, receipt.id));
}

/** The act of opening the account that a refund goes to. */
export const REVEAL_PAYEE = 'REVEAL_PAYEE_ACCOUNT';

/**
 * Opens the account that money goes back to, for the insurer that has to pay it. An act of its own, with a reason, that the applicant
 * sees. Refunds are counted one by one: of a failed section there may be hundreds.
 *
 * Refuses: NotFound, TransitionRefused, RateLimited.
 */
export async function revealPayeeAccount(
  command: Command,
  input: { readonly refundId: string; readonly reason: string },
): Promise<{ payeeAccount: string }> {
  const refund = await refundById(command.db, command.actor, input.refundId);
  if (!refund) throw new NotFound();
  requireEvent(command.actor, refundLife, refund, 'CONFIRM');
  const [receipt] = await command.db.select().from(receipts).where(eq(receipts.id, refund.receiptId));
  if (!receipt?.payerAccountSealed) throw new NotFound();

  const acts = and(eq(events.objectId, refund.id), eq(events.event, REVEAL_PAYEE));
  await requireAllowance(command, acts, limits.reveals);
  await note(command, {
    noun: refundLife.machine.name,
    objectId: refund.id,
    event: REVEAL_PAYEE,
    note: cleanText(input.reason, limits.noteCharactersMax),
    orderId: refund.orderId,
    insurerId: refund.insurerId,
  });
  return {
    payeeAccount: command.core.cipher.open(receipt.payerAccountSealed, receiptAccountPlace(receipt.id)),
  };
}

/** A payment is paid back when all that goes back has gone. */
async function endRefunding(command: Command, paymentId: string): Promise<void> {
  const payment = await paymentById(command.db, system, paymentId);
  invariant(payment, 'a refund belongs to a payment');
  const [all = []] = await refundsOfPayments(command.db, system, [paymentId]);
  if (payment.state !== 'REFUNDING' || all.some((row) => row.state === 'REFUNDING')) return;
  const refunded = await fire(command, paymentLife, payment, 'CONFIRM_REFUND', { set: { dueAt: null } });
  for (const listener of refundListeners) await listener(asConsequence(command), refunded);
}
