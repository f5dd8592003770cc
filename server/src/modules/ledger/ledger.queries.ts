import { sql } from 'drizzle-orm';
import type { Db } from '../../db/open.ts';
import { formatYuan, formatYuanGrouped } from '../../kernel/money.ts';

/** Sums of the books, all insurers together, in fen. Credits minus debits; BANK, where the money lies, the other way round. */
export type Balances = Readonly<Record<string, number>>;

export interface LedgerReport {
  readonly entries: number;
  readonly balances: Balances;
  /** Each in one English sentence with the ids it concerns; empty when all agrees. */
  readonly disagreements: readonly string[];
}

interface Sum {
  readonly id: string;
  readonly fact: number;
  readonly entered: number;
}

/** What a fact of another table has to stand for in the books. */
interface Agreement {
  readonly what: string;
  /** A query of `id`, `fact` and `entered`, a row for each object; rows where both are equal agree. */
  readonly query: string;
}

/** The sum entered for an object: `kind` from one side, whatever accounts took part. */
const entered = (kind: string, causeId: string) =>
  `coalesce((select sum(amount_fen) from ledger_entries where kind = '${kind}' and cause_id = ${causeId}), 0)`;

const heldOf = (orderId: string) => `coalesce((select
    sum(case when credit = 'CUSTOMER_FUNDS' then amount_fen when debit = 'CUSTOMER_FUNDS' then -amount_fen else 0 end)
  from ledger_entries where order_id = ${orderId}), 0)`;

/** Confirmed once and never undone: a payment that is being paid back was confirmed unless its money was wrong from the start. */
const agreements: readonly Agreement[] = [
  {
    what: 'receipt',
    query: `select id, amount_fen as fact, ${entered('RECEIVE', 'receipts.id')} as entered from receipts`,
  },
  {
    what: 'receipt that was taken back',
    query: `select id, case when taken_back_at is null then 0 else amount_fen end as fact, ${entered('HOLD', 'receipts.id')} as entered
      from receipts`,
  },
  {
    what: 'payment: the premium of a confirmed payment',
    query: `select id, case when confirmed_at is null then 0 else amount_fen end as fact, ${entered('EARN', 'payments.id')} as entered
      from payments`,
  },
  {
    what: 'refund that was opened',
    query: `select id, amount_fen as fact, ${entered('OWE_REFUND', 'refunds.id')} as entered from refunds`,
  },
  {
    what: 'refund that was paid',
    query: `select id, case when state = 'REFUNDED' then amount_fen else 0 end as fact, ${entered('PAY_REFUND', 'refunds.id')} as entered
      from refunds`,
  },
  {
    what: 'invoice that was issued',
    query: `select id, case when number is null then 0 else amount_fen end as fact, ${entered('INVOICE', 'invoices.id')} as entered
      from invoices`,
  },
  {
    what: 'invoice that was reversed',
    query: `select id, case when state = 'REVERSED' then amount_fen else 0 end as fact, ${entered('REVERSE_INVOICE', 'invoices.id')} as entered
      from invoices`,
  },
  {
    what: 'invoice: the tax of one in force',
    query: `select id, case when number is null or state = 'REVERSED' then 0 else vat_fen end as fact,
        coalesce((select sum(case when credit = 'VAT' then amount_fen when debit = 'VAT' then -amount_fen else 0 end)
          from ledger_entries where cause_id = invoices.id), 0) as entered
      from invoices`,
  },
  {
    what: 'bank line that waits in suspense',
    query: `select id, case when state = 'QUEUED' and direction = 'IN' then amount_fen else 0 end as fact,
        ${entered('HOLD', 'bank_lines.id')} - ${entered('RELEASE', 'bank_lines.id')}
        + coalesce((select sum(case when credit = 'SUSPENSE' then ledger_entries.amount_fen when debit = 'SUSPENSE' then -ledger_entries.amount_fen else 0 end)
          from ledger_entries join receipts on receipts.id = cause_id where receipts.line_id = bank_lines.id), 0) as entered
      from bank_lines`,
  },
  {
    what: 'order: money held for it, neither confirmed nor going back',
    query: `select orders.id as id,
        coalesce((select sum(receipts.amount_fen) from receipts join payments on payments.id = receipts.payment_id
          where payments.order_id = orders.id and receipts.taken_back_at is null), 0)
        - coalesce((select sum(amount_fen) from refunds where refunds.order_id = orders.id and kind <> 'SURRENDER'), 0)
        - coalesce((select sum(amount_fen) from payments where payments.order_id = orders.id and confirmed_at is not null), 0)
          as fact,
        ${heldOf('orders.id')} as entered
      from orders`,
  },
  {
    what: 'order: paid for before its guarantee is issued',
    query: `select id, coalesce(order_amount_fen, 0) as fact,
        coalesce((select sum(amount_fen) from ledger_entries where kind = 'EARN' and order_id = orders.id), 0) as entered
      from orders where state in ('ISSUING', 'COMPLETED', 'SURRENDERED')`,
  },
];

/**
 * Recomputes the books from the rows of orders, receipts, payments, refunds and invoices, and compares. Nothing is read from one
 * side that the other wrote.
 */
export async function verifyLedger(db: Db): Promise<LedgerReport> {
  const disagreements: string[] = [];
  for (const { what, query } of agreements) {
    const rows = await db.all<Sum>(sql.raw(`select * from (${query}) where fact <> entered`));
    for (const { id, fact, entered: sum } of rows)
      disagreements.push(`${what} ${id}: ${formatYuan(fact)} by its row, ${formatYuan(sum)} in the books`);
  }

  const orphans = await db.all<{ id: string; causeId: string }>(
    sql.raw(`select id, cause_id as causeId from ledger_entries where cause_id not in (
      select id from receipts union all select id from payments union all select id from refunds
      union all select id from invoices union all select id from bank_lines)`),
  );
  for (const { id, causeId } of orphans)
    disagreements.push(`entry ${id} follows from ${causeId}, which is not there`);

  const balances: Record<string, number> = {};
  const accounts = await db.all<{ insurerId: string; account: string; fen: number }>(
    sql.raw(`select insurer_id as insurerId, account, sum(fen) as fen from (
      select insurer_id, credit as account, amount_fen as fen from ledger_entries
      union all select insurer_id, debit, -amount_fen from ledger_entries) group by insurer_id, account`),
  );
  for (const { insurerId, account, fen } of accounts) {
    const balance = account === 'BANK' ? -fen : fen;
    balances[account] = (balances[account] ?? 0) + balance;
    if (balance < 0)
      disagreements.push(`account ${account} of ${insurerId} is overdrawn by ${formatYuan(-balance)}`);
  }
  const owed = Object.entries(balances).reduce(
    (sum, [account, fen]) => (account === 'BANK' ? sum : sum + fen),
    0,
  );
  if (owed !== (balances.BANK ?? 0))
    disagreements.push(
      `the bank holds ${formatYuan(balances.BANK ?? 0)}, but ${formatYuan(owed)} are accounted for`,
    );

  const [row] = await db.all<{ n: number }>(sql.raw('select count(*) as n from ledger_entries'));
  return { entries: row?.n ?? 0, balances, disagreements };
}

/** The report as people read it in a terminal, a line each. */
export function describeLedger({ entries, balances, disagreements }: LedgerReport): string[] {
  return [
    `${entries} entries`,
    ...Object.entries(balances)
      .sort()
      .map(([account, fen]) => `  ${account.padEnd(20)} ${formatYuanGrouped(fen).padStart(20)}`),
    ...disagreements.map((disagreement) => `Disagreement: ${disagreement}.`),
    ...(disagreements.length === 0
      ? ['The books balance and agree with orders, receipts, payments, refunds and invoices.']
      : []),
  ];
}
