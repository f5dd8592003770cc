import { and, count, desc, eq, exists, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { ordersFor, ownAffairs, paymentsFor } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { contains } from '../../db/search.ts';
import { orders } from '../../db/tables/order.ts';
import { payments, paymentVouchers } from '../../db/tables/payment.ts';
import { bidSections } from '../../db/tables/section.ts';
import type { PaymentState } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';

export type PaymentRow = typeof payments.$inferSelect;
export type VoucherRow = typeof paymentVouchers.$inferSelect;

/** A payment as one caller sees it. */
export interface PaymentView extends PaymentRow {
  readonly orderNumber: string;
  /** Whether the caller may not know of the order: then neither section nor enterprise is shown, nor what tells them. */
  readonly sealed: boolean;
  /** The voucher that counts: the newest that was not rejected. */
  readonly voucher: VoucherRow | null;
}

export interface PaymentFilter {
  readonly states?: readonly PaymentState[] | null | undefined;
  readonly search?: string | null | undefined;
}

const standing = and(eq(paymentVouchers.paymentId, payments.id), isNull(paymentVouchers.rejectedAt));

const visible = (db: Db, actor: Actor) => and(paymentsFor(db, actor), ownAffairs(actor, payments.insurerId));

function select(db: Db, actor: Actor, where: SQL | undefined) {
  return db
    .select({
      payment: payments,
      orderNumber: orders.number,
      orderVisible: sql<number>`(${ordersFor(db, actor)})`,
      voucher: paymentVouchers,
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

/** Whether a bank serial number stands on a voucher that counts, beside that of one payment. */
export async function transactionIsUsed(
  db: Db,
  transactionNumber: string,
  paymentId: string,
): Promise<boolean> {
  const [row] = await db
    .select({ paymentId: paymentVouchers.paymentId })
    .from(paymentVouchers)
    .where(and(eq(paymentVouchers.transactionNumber, transactionNumber), isNull(paymentVouchers.rejectedAt)));
  return row !== undefined && row.paymentId !== paymentId;
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
                eq(paymentVouchers.uploadId, uploadId),
                eq(payments.orderId, orders.id),
                ownAffairs(actor, payments.insurerId),
              ),
            ),
        ),
      ),
    );
  return row !== undefined;
}
