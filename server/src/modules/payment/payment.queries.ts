import { and, asc, count, desc, eq, exists, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { ordersFor, ownAffairs, paymentsFor } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { isAmong, prepared } from '../../db/prepared.ts';
import { contains } from '../../db/search.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import { orders } from '../../db/tables/order.ts';
import { payments, paymentVouchers, receipts, refunds } from '../../db/tables/payment.ts';
import { bidSections, depositRequirements } from '../../db/tables/section.ts';
import type { PaymentState } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';

export type PaymentRow = typeof payments.$inferSelect;
export type VoucherRow = typeof paymentVouchers.$inferSelect;
export type ReceiptRow = typeof receipts.$inferSelect;
export type RefundRow = typeof refunds.$inferSelect;

/** A payment as one caller sees it. */
export interface PaymentView extends PaymentRow {
  readonly orderNumber: string;
  /** Whether the caller may not know of the order: then neither section nor enterprise is shown, nor what tells them. */
  readonly sealed: boolean;
  /** The voucher that counts: the newest that was not rejected. */
  readonly voucher: VoucherRow | null;
  /** What came in and does not go back, in fen: what is still to be paid is the rest of the amount. */
  readonly heldFen: number;
}

export interface PaymentFilter {
  readonly states?: readonly PaymentState[] | null | undefined;
  readonly search?: string | null | undefined;
  /** In fen. */
  readonly amount?: number | null | undefined;
  /** Whether money of it is on its way back. */
  readonly refunding?: boolean | null | undefined;
}

/** A premium that goes back after a surrender was earned before, and is not missing from what was paid. */
const heldFen = sql<number>`coalesce((select sum(${receipts.amountFen}) from ${receipts} where ${receipts.paymentId} = ${payments.id} and ${receipts.takenBackAt} is null), 0)
  - coalesce((select sum(${refunds.amountFen}) from ${refunds} where ${refunds.paymentId} = ${payments.id} and ${refunds.kind} <> 'SURRENDER'), 0)`;

/** A receipt whose line was found to be another payment's counts no longer. */
const counts = isNull(receipts.takenBackAt);

const standing = and(eq(paymentVouchers.paymentId, payments.id), isNull(paymentVouchers.rejectedAt));

const visible = (db: Db, actor: Actor) => and(paymentsFor(db, actor), ownAffairs(actor, payments.insurerId));

function select(db: Db, actor: Actor, where: SQL | undefined) {
  return db
    .select({
      payment: payments,
      orderNumber: orders.number,
      orderVisible: sql<number>`(${ordersFor(db, actor)})`,
      voucher: paymentVouchers,
      heldFen,
    })
    .from(payments)
    .innerJoin(orders, eq(orders.id, payments.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .leftJoin(paymentVouchers, standing)
    .where(and(visible(db, actor), where));
}

type Selected = Awaited<ReturnType<typeof select>>[number];
const view = (row: Selected): PaymentView => ({
  ...row.payment,
  orderNumber: row.orderNumber,
  sealed: row.orderVisible === 0,
  voucher: row.voucher,
  heldFen: row.heldFen,
});

/** Payments the caller works on or made, newest first. */
export async function listPayments(
  db: Db,
  actor: Actor,
  filter: PaymentFilter,
  page: PageRequest,
): Promise<Page<PaymentView>> {
  const search = filter.search?.trim();
  const matching = and(
    filter.states?.length ? inArray(payments.state, [...filter.states]) : undefined,
    // Only what the masked view shows is searched: a name that finds something under seal would tell who bought.
    search
      ? or(
          contains(orders.number, search),
          contains(payments.remarkCode, search),
          contains(paymentVouchers.transactionNumber, search),
        )
      : undefined,
    filter.amount == null ? undefined : eq(payments.amountFen, filter.amount),
    filter.refunding ? exists(refundsOf(db, eq(refunds.state, 'REFUNDING'))) : undefined,
  );
  const { after } = page;
  const rows = await select(
    db,
    actor,
    and(
      matching,
      after ? sql`(${payments.createdAt}, ${payments.id}) < (${after.key}, ${after.id})` : undefined,
    ),
  )
    .orderBy(desc(payments.createdAt), desc(payments.id))
    .limit(page.first + 1);
  const total = async () => {
    const [row] = await db
      .select({ n: count() })
      .from(payments)
      .innerJoin(orders, eq(orders.id, payments.orderId))
      .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
      .leftJoin(paymentVouchers, standing)
      .where(and(visible(db, actor), matching));
    return row?.n ?? 0;
  };
  return pageOf(rows.map(view), page.first, (row) => ({ key: row.createdAt, id: row.id }), total);
}

export async function paymentById(db: Db, actor: Actor, id: string): Promise<PaymentView | null> {
  const [row] = await select(db, actor, eq(payments.id, id));
  return row ? view(row) : null;
}

/** The payment of each order, as far as the order has one and the caller may know of it. */
export async function paymentsOfOrders(
  db: Db,
  actor: Actor,
  orderIds: readonly string[],
): Promise<(PaymentView | null)[]> {
  const rows = await select(db, actor, inArray(payments.orderId, [...orderIds]));
  const byOrder = new Map(rows.map((row) => [row.payment.orderId, view(row)]));
  return orderIds.map((id) => byOrder.get(id) ?? null);
}

const refundsOf = (db: Db, where: SQL) =>
  db
    .select({ one: sql`1` })
    .from(refunds)
    .where(and(eq(refunds.paymentId, payments.id), where));

/**
 * Whether the enterprise itself used a bank serial number for another of its payments. Of other enterprises nothing is told: a
 * number used there as well is found when the money is confirmed.
 */
export async function transactionIsUsed(
  db: Db,
  enterpriseId: string,
  transactionNumber: string,
  paymentId: string,
): Promise<boolean> {
  const own = db
    .select({ id: payments.id })
    .from(payments)
    .innerJoin(orders, eq(orders.id, payments.orderId))
    .where(and(eq(orders.enterpriseId, enterpriseId), sql`${payments.id} <> ${paymentId}`));
  const said = await db
    .select({ id: paymentVouchers.id })
    .from(paymentVouchers)
    .where(
      and(
        eq(paymentVouchers.transactionNumber, transactionNumber),
        isNull(paymentVouchers.rejectedAt),
        inArray(paymentVouchers.paymentId, own),
      ),
    );
  const came = await db
    .select({ id: receipts.id })
    .from(receipts)
    .where(and(eq(receipts.transactionNumber, transactionNumber), counts, inArray(receipts.paymentId, own)));
  return said.length + came.length > 0;
}

/** Within a command. All that decides what money does to a payment. */
export interface PaymentWork {
  readonly payment: PaymentRow;
  readonly order: typeof orders.$inferSelect;
  readonly enterpriseName: string;
  readonly sectionState: typeof bidSections.$inferSelect.state;
  /** By when a bid deposit has to be in place, in milliseconds; itself too late. Null for other kinds. */
  readonly bidDeadlineAt: number | null;
  readonly heldFen: number;
}

const workOf = (db: Db, where: SQL) =>
  db
    .select({
      payment: payments,
      order: orders,
      enterpriseName: enterprises.name,
      sectionState: bidSections.state,
      bidDeadlineAt: sql<number | null>`case when ${orders.depositKind} = 'BID'
        then coalesce(${depositRequirements.deadlineAt}, ${bidSections.deadlineAt}) end`,
      heldFen,
    })
    .from(payments)
    .innerJoin(orders, eq(orders.id, payments.orderId))
    .innerJoin(enterprises, eq(enterprises.id, orders.enterpriseId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .leftJoin(
      depositRequirements,
      and(
        eq(depositRequirements.sectionId, orders.sectionId),
        eq(depositRequirements.kind, orders.depositKind),
      ),
    )
    .where(where);

export async function paymentWork(db: Db, paymentId: string): Promise<PaymentWork | null> {
  const query = prepared(db, 'paymentWork', () =>
    workOf(db, eq(payments.id, sql.placeholder('id'))).prepare(),
  );
  const [row] = await query.execute({ id: paymentId });
  return row ?? null;
}

/** Payments to an insurer whose codes are among those read out of a remark. */
export async function paymentWorkByCodes(
  db: Db,
  insurerId: string,
  codes: readonly string[],
): Promise<PaymentWork[]> {
  if (codes.length === 0) return [];
  const query = prepared(db, 'paymentWorkByCodes', () =>
    workOf(
      db,
      and(isAmong(payments.remarkCode, 'codes'), eq(payments.insurerId, sql.placeholder('insurerId'))) as SQL,
    ).prepare(),
  );
  return query.execute({ codes: JSON.stringify(codes), insurerId });
}

/** The payment to an insurer whose standing voucher bears a serial number; null also where two do. */
export async function paymentWorkByVoucher(
  db: Db,
  insurerId: string,
  transactionNumber: string,
): Promise<PaymentWork | null> {
  const query = prepared(db, 'paymentsByVoucher', () =>
    db
      .select({ id: payments.id })
      .from(paymentVouchers)
      .innerJoin(payments, eq(payments.id, paymentVouchers.paymentId))
      .where(
        and(
          eq(paymentVouchers.transactionNumber, sql.placeholder('number')),
          isNull(paymentVouchers.rejectedAt),
          eq(payments.insurerId, sql.placeholder('insurerId')),
          inArray(payments.state, ['VOUCHER_SUBMITTED', 'EXCEPTION']),
        ),
      )
      .prepare(),
  );
  const found = await query.execute({ number: transactionNumber, insurerId });
  return found.length === 1 && found[0] ? paymentWork(db, found[0].id) : null;
}

/** The receipt that a serial number stands for on an account. */
export async function receiptByTransaction(
  db: Db,
  accountNumber: string,
  transactionNumber: string,
): Promise<ReceiptRow | null> {
  const query = prepared(db, 'receiptByTransaction', () =>
    db
      .select()
      .from(receipts)
      .where(
        and(
          eq(receipts.accountNumber, sql.placeholder('account')),
          eq(receipts.transactionNumber, sql.placeholder('number')),
          counts,
        ),
      )
      .prepare(),
  );
  const [row] = await query.execute({ account: accountNumber, number: transactionNumber });
  return row ?? null;
}

/** What came in for each payment, oldest first. The payments have to be visible to whoever is shown it. */
export async function receiptsOfPayments(db: Db, paymentIds: readonly string[]): Promise<ReceiptRow[][]> {
  const rows = await db
    .select()
    .from(receipts)
    .where(and(inArray(receipts.paymentId, [...paymentIds]), counts))
    .orderBy(asc(receipts.createdAt), asc(receipts.id));
  const byPayment = Map.groupBy(rows, (row) => row.paymentId);
  return paymentIds.map((id) => byPayment.get(id) ?? []);
}

/** A refund as one caller sees it. */
export interface RefundView extends RefundRow {
  /** As of the payment it belongs to. */
  readonly sealed: boolean;
  /** `****5365`, null where nobody said from which account the money came. */
  readonly payeeAccountMasked: string | null;
  readonly payeeName: string | null;
}

function selectRefunds(db: Db, actor: Actor, where: SQL | undefined) {
  return db
    .select({
      refund: refunds,
      payeeName: receipts.payerName,
      payeeAccountMasked: receipts.payerAccountMasked,
      orderVisible: sql<number>`(${ordersFor(db, actor)})`,
    })
    .from(refunds)
    .innerJoin(receipts, eq(receipts.id, refunds.receiptId))
    .innerJoin(payments, eq(payments.id, refunds.paymentId))
    .innerJoin(orders, eq(orders.id, payments.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(visible(db, actor), where))
    .orderBy(asc(refunds.createdAt), asc(refunds.id));
}
const refundView = (row: Awaited<ReturnType<typeof selectRefunds>>[number]): RefundView => ({
  ...row.refund,
  payeeName: row.payeeName,
  payeeAccountMasked: row.payeeAccountMasked,
  sealed: row.orderVisible === 0,
});

/** The refunds of each payment that the caller may know of, oldest first. */
export async function refundsOfPayments(
  db: Db,
  actor: Actor,
  paymentIds: readonly string[],
): Promise<RefundView[][]> {
  const rows = await selectRefunds(db, actor, inArray(refunds.paymentId, [...paymentIds]));
  const byPayment = Map.groupBy(rows.map(refundView), (row) => row.paymentId);
  return paymentIds.map((id) => byPayment.get(id) ?? []);
}

export async function refundById(db: Db, actor: Actor, id: string): Promise<RefundView | null> {
  const [row] = await selectRefunds(db, actor, eq(refunds.id, id));
  return row ? refundView(row) : null;
}

/** The refund to which the insurer's bank gave a serial number. */
export async function refundByTransaction(
  db: Db,
  insurerId: string,
  transactionNumber: string,
): Promise<RefundRow | null> {
  const query = prepared(db, 'refundByTransaction', () =>
    db
      .select()
      .from(refunds)
      .where(
        and(
          eq(refunds.insurerId, sql.placeholder('insurerId')),
          eq(refunds.transactionNumber, sql.placeholder('number')),
        ),
      )
      .prepare(),
  );
  const [row] = await query.execute({ insurerId, number: transactionNumber });
  return row ?? null;
}

/** The receipt that a bank's line brought. */
export async function receiptByLine(db: Db, lineId: string): Promise<ReceiptRow | null> {
  const [row] = await db
    .select()
    .from(receipts)
    .where(and(eq(receipts.lineId, lineId), counts));
  return row ?? null;
}

export async function remarkCodeIsUsed(db: Db, remarkCode: string): Promise<boolean> {
  const [row] = await db
    .select({ id: payments.id })
    .from(payments)
    .where(eq(payments.remarkCode, remarkCode));
  return row !== undefined;
}

/** Whether the picture of a transfer hangs on an order that the caller may see whole. The masked view does not show it. */
export async function mayReadVoucher(db: Db, actor: Actor, uploadId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: orders.id })
    .from(orders)
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(
      and(
        ordersFor(db, actor),
        exists(
          db
            .select({ one: sql`1` })
            .from(paymentVouchers)
            .innerJoin(payments, eq(payments.id, paymentVouchers.paymentId))
            .where(
              and(
                or(
                  eq(paymentVouchers.uploadId, uploadId),
                  sql`${paymentVouchers.furtherUploadIds} like ${`%"${uploadId}"%`}`,
                ),
                eq(payments.orderId, orders.id),
                ownAffairs(actor, payments.insurerId),
              ),
            ),
        ),
      ),
    );
  return row !== undefined;
}

/** Whether a file proves a refund of an order that the caller may see whole. */
export async function mayReadRefundProof(db: Db, actor: Actor, uploadId: string): Promise<boolean> {
  const [row] = await selectRefunds(db, actor, and(eq(refunds.uploadId, uploadId), ordersFor(db, actor)));
  return row !== undefined;
}
