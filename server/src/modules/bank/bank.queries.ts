import { and, count, desc, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { insurerView, ordersFor } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { contains } from '../../db/search.ts';
import { bankLines, bankStatements } from '../../db/tables/bank.ts';
import { insurers } from '../../db/tables/insurer.ts';
import { orders } from '../../db/tables/order.ts';
import { payments, receipts, refunds } from '../../db/tables/payment.ts';
import { bidSections } from '../../db/tables/section.ts';
import type { BankLineReason, BankLineState } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';

export type BankLineRow = typeof bankLines.$inferSelect;
export type BankStatementRow = typeof bankStatements.$inferSelect;

/**
 * A line as one caller sees it. The bank's statement itself is no secret of ours: a line that belongs to nothing is shown whole.
 * But beside an order, its payer would tell who bids. So a line that is for a payment under seal shows amount, date and serial
 * number, as the payment does, and neither payer nor remark.
 */
export interface BankLineView extends BankLineRow {
  readonly sealed: boolean;
  /** Whether the money still lies with its payment as an exception: then it may turn out to be another's. */
  readonly movable: boolean;
}

export interface BankLineFilter {
  readonly states?: readonly BankLineState[] | null | undefined;
  readonly reasons?: readonly BankLineReason[] | null | undefined;
  readonly search?: string | null | undefined;
}

/** Lines on the accounts of an insurer are its own affair; operators and the bank work on all. */
const own = (actor: Actor): SQL | undefined => {
  const insurerId = insurerView(actor);
  return insurerId ? eq(bankLines.insurerId, insurerId) : undefined;
};

function select(db: Db, actor: Actor, where: SQL | undefined) {
  return db
    .select({
      line: bankLines,
      open: sql<number>`(${or(isNull(bankLines.orderId), ordersFor(db, actor))})`,
      movable: sql<number>`exists(select 1 from ${receipts} join ${payments} on ${payments.id} = ${receipts.paymentId}
        where ${receipts.lineId} = ${bankLines.id} and ${receipts.takenBackAt} is null and ${payments.state} = 'EXCEPTION'
        and not exists(select 1 from ${refunds} where ${refunds.receiptId} = ${receipts.id}))`,
    })
    .from(bankLines)
    .leftJoin(orders, eq(orders.id, bankLines.orderId))
    .leftJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(own(actor), where));
}
const view = ({ line, open, movable }: Awaited<ReturnType<typeof select>>[number]): BankLineView => ({
  ...line,
  sealed: open !== 1,
  movable: movable === 1,
});

/** Lines the caller works on, newest first. What is not shown of a line is not searched either. */
export async function listBankLines(
  db: Db,
  actor: Actor,
  filter: BankLineFilter,
  page: PageRequest,
): Promise<Page<BankLineView>> {
  const search = filter.search?.trim();
  const open = or(isNull(bankLines.orderId), ordersFor(db, actor));
  const matching = and(
    filter.states?.length ? inArray(bankLines.state, [...filter.states]) : undefined,
    filter.reasons?.length ? inArray(bankLines.reason, [...filter.reasons]) : undefined,
    search
      ? or(
          contains(bankLines.transactionNumber, search),
          and(open, or(contains(bankLines.payerName, search), contains(bankLines.remark, search))),
        )
      : undefined,
  );
  const { after } = page;
  const rows = await select(
    db,
    actor,
    and(
      matching,
      after ? sql`(${bankLines.createdAt}, ${bankLines.id}) < (${after.key}, ${after.id})` : undefined,
    ),
  )
    .orderBy(desc(bankLines.createdAt), desc(bankLines.id))
    .limit(page.first + 1);
  const total = async () => {
    const [row] = await db
      .select({ n: count() })
      .from(bankLines)
      .leftJoin(orders, eq(orders.id, bankLines.orderId))
      .leftJoin(bidSections, eq(bidSections.id, orders.sectionId))
      .where(and(own(actor), matching));
    return row?.n ?? 0;
  };
  return pageOf(rows.map(view), page.first, (row) => ({ key: row.createdAt, id: row.id }), total);
}

export async function bankLineById(db: Db, actor: Actor, id: string): Promise<BankLineView | null> {
  const [row] = await select(db, actor, eq(bankLines.id, id));
  return row ? view(row) : null;
}

export async function statementById(db: Db, actor: Actor, id: string): Promise<BankStatementRow | null> {
  const insurerId = insurerView(actor);
  const [row] = await db
    .select()
    .from(bankStatements)
    .where(and(eq(bankStatements.id, id), insurerId ? eq(bankStatements.insurerId, insurerId) : undefined));
  return row ?? null;
}

export async function statementByContent(
  db: Db,
  insurerId: string,
  accountNumber: string,
  sha256: string,
): Promise<BankStatementRow | null> {
  const [row] = await db
    .select()
    .from(bankStatements)
    .where(
      and(
        eq(bankStatements.insurerId, insurerId),
        eq(bankStatements.accountNumber, accountNumber),
        eq(bankStatements.sha256, sha256),
      ),
    );
  return row ?? null;
}

/** The insurer that an account belongs to, of those the caller may act for. */
export async function insurerOfAccount(db: Db, actor: Actor, accountNumber: string): Promise<string | null> {
  const insurerId = insurerView(actor);
  const rows = await db
    .select({ id: insurers.id, accountNumber: insurers.accountNumber })
    .from(insurers)
    .where(insurerId ? eq(insurers.id, insurerId) : undefined);
  return rows.find((row) => row.accountNumber.replace(/\s/g, '') === accountNumber)?.id ?? null;
}
