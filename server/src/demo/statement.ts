import { asc, eq, inArray } from 'drizzle-orm';
import type { Db } from '../db/open.ts';
import { enterprises } from '../db/tables/enterprise.ts';
import { orders } from '../db/tables/order.ts';
import { payments } from '../db/tables/payment.ts';
import { formatInstant, shanghaiDay } from '../kernel/clock.ts';
import { randomDigits } from '../kernel/id.ts';
import { formatYuan } from '../kernel/money.ts';

/**
 * What a bank would export if everybody had paid: a statement for each receiving account with payments that are waited for. Of the
 * sandbox only; no money moves.
 *
 * @returns the text of a CSV by account number
 */
export async function sandboxStatements(db: Db, now: number): Promise<Map<string, string>> {
  const waiting = await db
    .select({ payment: payments, payerName: enterprises.name })
    .from(payments)
    .innerJoin(orders, eq(orders.id, payments.orderId))
    .innerJoin(enterprises, eq(enterprises.id, orders.enterpriseId))
    .where(inArray(payments.state, ['AWAITING_TRANSFER', 'VOUCHER_SUBMITTED']))
    .orderBy(asc(payments.createdAt));
  const byAccount = Map.groupBy(waiting, ({ payment }) => payment.accountNumber);
  return new Map(
    [...byAccount].map(([account, rows]) => [
      account,
      [
        '沙箱银行对账单（演示，无真实资金）',
        '本方账号,交易日期,交易时间,借方发生额,贷方发生额,对方户名,对方账号,附言,流水号',
        ...rows.map(({ payment, payerName }) =>
          [
            account,
            shanghaiDay(now),
            formatInstant(now).slice(11, 19),
            '',
            formatYuan(payment.amountFen),
            `"${payerName.replaceAll('"', '""')}"`,
            `62220000${randomDigits(8)}`,
            `保函费 ${payment.remarkCode}`,
            `SANDBOX${randomDigits(12)}`,
          ].join(','),
        ),
        '',
      ].join('\n'),
    ]),
  );
}
