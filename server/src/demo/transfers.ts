import { createHash } from 'node:crypto';
import { and, asc, eq, inArray, isNull, or } from 'drizzle-orm';
import type { Db } from '../db/open.ts';
import { enterprises } from '../db/tables/enterprise.ts';
import { orders } from '../db/tables/order.ts';
import { payments, paymentVouchers } from '../db/tables/payment.ts';
import { randomDigits } from '../kernel/id.ts';

/** What may go wrong with a transfer, each by name. */
export const TRANSFER_FAULTS = ['short', 'over', 'foreign', 'no-code'] as const;
export type TransferFault = (typeof TRANSFER_FAULTS)[number];

/**
 * The transfers of everybody who has to pay: name and code as the payer knows them, which the platform's API tells no bank before
 * the opening. Of the sandbox only; no money moves.
 *
 * @param only number of an order or code of a payment; null for all that are waited for
 */
export async function sandboxTransfers(db: Db, only: string | null, fault: TransferFault | null) {
  const waiting = await db
    .select({
      payment: payments,
      enterpriseId: enterprises.id,
      payerName: enterprises.name,
      transactionNumber: paymentVouchers.transactionNumber,
    })
    .from(payments)
    .innerJoin(orders, eq(orders.id, payments.orderId))
    .innerJoin(enterprises, eq(enterprises.id, orders.enterpriseId))
    .leftJoin(
      paymentVouchers,
      and(eq(paymentVouchers.paymentId, payments.id), isNull(paymentVouchers.rejectedAt)),
    )
    .where(
      and(
        inArray(payments.state, ['AWAITING_TRANSFER', 'VOUCHER_SUBMITTED']),
        only ? or(eq(orders.number, only), eq(payments.remarkCode, only.toUpperCase())) : undefined,
      ),
    )
    .orderBy(asc(payments.createdAt));
  return waiting.map(({ payment, enterpriseId, payerName, transactionNumber }) => ({
    receivingAccount: payment.accountNumber,
    amountFen:
      payment.amountFen +
      (fault === 'short' ? -Math.ceil(payment.amountFen / 10) : fault === 'over' ? 100_00 : 0),
    payerName: fault === 'foreign' ? '他人代付演示有限公司' : payerName,
    payerAccount: `62220000${digitsOf(fault === 'foreign' ? 'foreign' : enterpriseId)}`,
    remark: fault === 'no-code' ? '保函费' : `保函费 ${payment.remarkCode}`,
    // What the voucher says is what the bank wrote on it. Without a code it would give the payment away.
    transactionNumber:
      fault !== 'no-code' && transactionNumber ? transactionNumber : `SANDBOX${randomDigits(12)}`,
  }));
}

/** An enterprise pays from one account. */
const digitsOf = (id: string) =>
  String(createHash('sha256').update(id).digest().readUIntBE(0, 6) % 100_000_000).padStart(8, '0');
