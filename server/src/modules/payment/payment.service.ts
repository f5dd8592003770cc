import { and, eq, isNull } from 'drizzle-orm';
import { system } from '../../access/actor.ts';
import { bear, expectState, fire, refusedEvent, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import { asConsequence, type Command } from '../../command/run.ts';
import { insurers } from '../../db/tables/insurer.ts';
import { paymentVouchers } from '../../db/tables/payment.ts';
import { maskBankAccount, normaliseBankAccount } from '../../kernel/bank-account.ts';
import { shanghaiDay } from '../../kernel/clock.ts';
import { newId, remarkCode } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { cleanText, toHalfWidth } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import { orderLife } from '../order/order.machine.ts';
import { type OrderRow, orderById } from '../order/order.queries.ts';
import { moveOrder, onOrderEnded } from '../order/order.service.ts';
import type { QuoteRow } from '../quote/quote.queries.ts';
import { onQuoteAccepted } from '../quote/quote.service.ts';
import { takeUpload } from '../upload/upload.service.ts';
import { paymentLife } from './payment.machine.ts';
import {
  type PaymentView,
  paymentById,
  paymentsOfOrders,
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
  readonly payerName: string;
  readonly payerAccount: string;
  readonly transactionNumber: string;
  readonly paidOn: string;
  readonly amount?: number | null | undefined;
  readonly expectedState?: string | null | undefined;
}

/**
 * Says that the money was sent, with the picture of the transfer. A second voucher, while the first is not yet reviewed, takes its
 * place.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput, PayerMismatch, AmountMismatch, TransactionUsed, UploadRefused.
 */
export async function submitVoucher(command: Command, input: VoucherInput): Promise<PaymentView> {
  const view = await orderById(command.db, command.actor, input.orderId);
  if (!view) throw new NotFound();
  const { order, enterprise } = view;

  const [payment] = await paymentsOfOrders(command.db, command.actor, [order.id]);
  // Before a quote is accepted there is nothing to pay: then it is the order's state that does not allow it.
  if (!payment) throw refusedEvent(orderLife, order, 'SUBMIT_VOUCHER');
  expectState(payment, input.expectedState);
  requireEvent(command.actor, paymentLife, payment, 'SUBMIT_VOUCHER');

  const account = readVoucher(command, order, input);
  if (comparableName(input.payerName) !== comparableName(enterprise.name)) throw new PayerMismatch();
  if (input.amount != null && input.amount !== payment.amountFen) throw new AmountMismatch();
  const transactionNumber = normaliseTransactionNumber(input.transactionNumber);
  if (await transactionIsUsed(command.db, transactionNumber, payment.id)) throw new TransactionUsed();
  const upload = await takeUpload(command, input.uploadId, 'VOUCHER');

  await setAside(command, payment);
  const voucherId = newId('vch');
  await command.db.insert(paymentVouchers).values({
    id: voucherId,
    paymentId: payment.id,
    uploadId: upload.id,
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
  await fire(command, paymentLife, payment, 'SUBMIT_VOUCHER', {
    set: { dueAt: reviewed.dueAt, rejectReason: null },
    data: { voucherId, replaced: payment.voucher?.id ?? null },
  });
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
    !/^[0-9A-Z-]{4,64}$/.test(normaliseTransactionNumber(input.transactionNumber)) && {
      path: 'transactionNumber',
      message: '银行流水号应为 4 到 64 位字母、数字或短横线',
    },
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
const normaliseTransactionNumber = (text: string) => toHalfWidth(text).replace(/\s/g, '').toUpperCase();

/** A name as it is compared: the width of its brackets and the blanks within do not matter. */
export const comparableName = (name: string) =>
  toHalfWidth(name.normalize('NFC')).replace(/\s/g, '').toUpperCase();

/** The voucher that counted counts no longer; its serial number is free again, since the clerk may have mistyped it. */
async function setAside(command: Command, payment: PaymentView): Promise<void> {
  await command.db
    .update(paymentVouchers)
    .set({ rejectedAt: command.now })
    .where(and(eq(paymentVouchers.paymentId, payment.id), isNull(paymentVouchers.rejectedAt)));
}

interface Move {
  readonly paymentId: string;
  readonly expectedState?: string | null | undefined;
}

/**
 * The money has arrived: the order goes to the insurer for issue. Without a voucher too, where the bank's own line says so.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function confirmPayment(command: Command, input: Move): Promise<PaymentView> {
  const payment = await seen(command, input.paymentId);
  expectState(payment, input.expectedState);
  await fire(command, paymentLife, payment, 'CONFIRM', {
    set: { confirmedAt: command.now, dueAt: null, rejectReason: null },
  });

  await moveOrder(asConsequence(command), await orderOf(command, payment), 'CONFIRM_PAYMENT');
  return seen(command, payment.id);
}

/**
 * Sends a voucher back to the bidder, who pays or proves it anew.
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

  const order = await moveOrder(asConsequence(command), await orderOf(command, payment), 'REJECT_PAYMENT', {
    note: reason,
  });
  await setAside(command, payment);
  await fire(command, paymentLife, payment, 'REJECT', {
    set: { rejectReason: reason, dueAt: order.dueAt },
    note: reason,
  });
  return seen(command, payment.id);
}

/**
 * Notes that money came in short, over, or from somebody else's account. It is looked into before anything is issued.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function reportPaymentException(
  command: Command,
  input: Move & { readonly reason: string },
): Promise<PaymentView> {
  const payment = await seen(command, input.paymentId);
  expectState(payment, input.expectedState);
  const reason = cleanText(input.reason, limits.noteCharactersMax);
  requireEvent(command.actor, paymentLife, payment, 'EXCEPT');

  // Money is there, so the order neither lapses nor can be cancelled meanwhile.
  const order = await orderOf(command, payment);
  const reviewed =
    order.state === 'AWAITING_PAYMENT'
      ? await moveOrder(asConsequence(command), order, 'SUBMIT_VOUCHER', { note: reason })
      : order;
  await fire(command, paymentLife, payment, 'EXCEPT', { set: { dueAt: reviewed.dueAt }, note: reason });
  return seen(command, payment.id);
}
