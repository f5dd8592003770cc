import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { expect, onTestFinished, test } from 'vitest';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { newId, remarkCode } from '../../src/kernel/id.ts';
import { describeLedger, verifyLedger } from '../../src/modules/ledger/ledger.queries.ts';

const drizzleFolder = fileURLToPath(new URL('../../../drizzle', import.meta.url));

/** A database as a platform of before has it: with the migrations up to one and no later. */
async function databaseAt(last: number) {
  const folder = await mkdtemp(join(tmpdir(), 'tender-guarantee-old-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const journal = JSON.parse(await readFile(join(drizzleFolder, 'meta', '_journal.json'), 'utf8')) as {
    entries: { idx: number; tag: string }[];
  };
  const entries = journal.entries.filter(({ idx }) => idx <= last);
  const migrationsFolder = join(folder, 'drizzle');
  await mkdir(join(migrationsFolder, 'meta'), { recursive: true });
  for (const { tag } of entries)
    await copyFile(join(drizzleFolder, `${tag}.sql`), join(migrationsFolder, `${tag}.sql`));
  await writeFile(join(migrationsFolder, 'meta', '_journal.json'), JSON.stringify({ ...journal, entries }));
  const file = join(folder, 'platform.sqlite');
  const client = new BetterSqlite3(file);
  client.pragma('foreign_keys = OFF');
  migrate(drizzle(client), { migrationsFolder });
  client.pragma('foreign_keys = ON');

  const insert = (table: string, row: Record<string, string | number | null>) => {
    const columns = Object.keys(row);
    client
      .prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`)
      .run(...Object.values(row));
    return row;
  };
  return { file, insert, close: () => client.close() };
}
type Old = Awaited<ReturnType<typeof databaseAt>>;

const then = Date.UTC(2026, 10, 20, 2);
const made = { created_at: then };
const account = { account_name: '演示财产', account_bank: '演示银行', account_number: '0000111122223333' };
const ids = { insurer: newId('ins'), user: newId('usr'), enterprise: newId('ent'), product: newId('prd') };
const picture = {
  content_type: 'image/png',
  bytes: 1,
  sha256: 'a',
  original_sha256: 'a',
  file_name: 'a.png',
};

/** Who takes part. */
function parties({ insert }: Old): void {
  const { insurer, user, enterprise, product } = ids;
  const insurerRow = {
    name: '演示财产保险股份有限公司',
    short_name: '演示',
    license_number: '1',
    hotline: '400',
  };
  insert('insurers', { id: insurer, state: 'ACTIVE', ...insurerRow, ...account, ...made });
  insert('users', { id: user, mobile: '13900000001', role: 'BIDDER', enterprise_id: enterprise, ...made });
  const creditCode = '91330212MA2AECMD5B';
  insert('enterprises', {
    id: enterprise,
    name: '演示建设',
    credit_code: creditCode,
    certified_at: then,
    ...made,
  });
  const kinds = { deposit_kind: 'BID', form: 'INSURANCE', formula: 'PER_CASE', rate: '0.004' };
  insert('products', {
    id: product,
    insurer_id: insurer,
    name: '保险',
    ...kinds,
    minimum_fen: 1,
    active: 1,
    ...made,
  });
}

/** An order on a section of its own, and its payment. */
function paymentOf(
  { insert }: Old,
  order: string,
  payment: Record<string, string | number | null> & { state: string },
): { orderId: string; paymentId: string } {
  const [sectionId, orderId, paymentId] = [newId('sec'), newId('ord'), newId('pay')];
  insert('bid_sections', {
    id: sectionId,
    source: 'x',
    code: sectionId,
    name: '标段',
    project_type: 'OTHER',
    region_code: '210502',
    data_timestamp: then,
    state: 'OPENED',
    ...made,
  });
  insert('orders', {
    id: orderId,
    number: orderId,
    enterprise_id: ids.enterprise,
    section_id: sectionId,
    deposit_kind: 'BID',
    form: 'INSURANCE',
    state: order,
    order_amount_fen: 40_000,
    created_by: ids.user,
    ...made,
  });
  const of = { order_id: orderId, insurer_id: ids.insurer };
  insert('payments', {
    id: paymentId,
    ...of,
    amount_fen: 40_000,
    remark_code: remarkCode(),
    ...account,
    ...made,
    ...payment,
  });
  return { orderId, paymentId };
}

const booksOf = async (file: string) => {
  migrateDatabase(file);
  const database = openDatabase(file);
  onTestFinished(() => database.close());
  return { database, report: await verifyLedger(database.reader) };
};

test('payments and invoices of before there were books are entered by the migration, and the books agree', async () => {
  const old = await databaseAt(9);
  parties(old);
  const { insert } = old;
  const voucherOf = (paymentId: string, number: string, rejectedAt: number | null = null) => {
    const uploadId = newId('upl');
    insert('uploads', { id: uploadId, purpose: 'VOUCHER', ...picture, ...made });
    insert('payment_vouchers', {
      id: newId('vch'),
      payment_id: paymentId,
      upload_id: uploadId,
      payer_name: '演示建设',
      payer_account_sealed: 'x',
      payer_account_masked: '****5365',
      transaction_number: number,
      paid_on: '2026-11-20',
      submitted_at: then,
      rejected_at: rejectedAt,
    });
  };
  const invoiceOf = (orderId: string, invoice: Record<string, string | number | null>) => {
    const [quoteId, policyId, uploadId] = [newId('qte'), newId('pol'), newId('upl')];
    const of = { order_id: orderId, insurer_id: ids.insurer };
    insert('uploads', { id: uploadId, purpose: 'POLICY', ...picture, ...made });
    insert('quotes', {
      id: quoteId,
      number: quoteId,
      ...of,
      product_id: ids.product,
      state: 'ISSUED',
      submitted_at: then,
    });
    insert('policies', {
      id: policyId,
      ...of,
      quote_id: quoteId,
      policy_number: policyId,
      verification_code: policyId.slice(-8),
      state: 'ACTIVE',
      sum_insured_fen: 10_000_000,
      premium_fen: 40_000,
      start_on: '2026-11-20',
      end_on: '2027-02-20',
      upload_id: uploadId,
      issued_at: then,
    });
    const parts = { amount_fen: 40_000, net_fen: 37_736, vat_fen: 2264 };
    insert('invoices', { id: newId('inv'), ...of, policy_id: policyId, ...parts, ...made, ...invoice });
  };

  // Refunds were not to be had then: no payment of before is REFUNDING or REFUNDED.
  paymentOf(old, 'AWAITING_PAYMENT', { state: 'AWAITING_TRANSFER' });
  voucherOf(paymentOf(old, 'PAYMENT_REVIEW', { state: 'VOUCHER_SUBMITTED' }).paymentId, 'OLD-0001');
  const exception = paymentOf(old, 'PAYMENT_REVIEW', { state: 'EXCEPTION' });
  voucherOf(exception.paymentId, 'OLD-0002');
  paymentOf(old, 'LAPSED', { state: 'CLOSED' });
  const confirmed = { state: 'CONFIRMED', confirmed_at: then + 1000 };
  const withVouchers = paymentOf(old, 'ISSUING', confirmed);
  voucherOf(withVouchers.paymentId, 'OLD-0003', then);
  voucherOf(withVouchers.paymentId, 'OLD-0004');
  paymentOf(old, 'ISSUING', confirmed);
  invoiceOf(paymentOf(old, 'COMPLETED', confirmed).orderId, { state: 'NOT_REQUESTED' });
  const issued = { issued_on: '2026-11-20', type: 'E_ORDINARY', requested_at: then };
  invoiceOf(paymentOf(old, 'COMPLETED', confirmed).orderId, {
    state: 'ISSUED',
    number: '12345678',
    ...issued,
  });
  invoiceOf(paymentOf(old, 'COMPLETED', confirmed).orderId, {
    state: 'REVERSED',
    number: '12345679',
    red_number: '12345680',
    ...issued,
  });
  // A premium of a few fen has no tax.
  const tiny = paymentOf(old, 'COMPLETED', { ...confirmed, amount_fen: 5 });
  invoiceOf(tiny.orderId, {
    state: 'ISSUED',
    number: '12345681',
    ...issued,
    amount_fen: 5,
    net_fen: 5,
    vat_fen: 0,
  });
  old.close();
  const set = new BetterSqlite3(old.file);
  set.prepare('update orders set order_amount_fen = 5 where id = ?').run(tiny.orderId);
  set.close();

  const { database, report } = await booksOf(old.file);
  expect(report.disagreements).toEqual([]);
  expect(describeLedger(report).at(-1)).toContain('The books balance');
  expect(report.balances).toEqual({
    BANK: 5 * 40_000 + 5,
    CUSTOMER_FUNDS: 0,
    PREMIUM_UNINVOICED: 4 * 40_000,
    PREMIUM_INVOICED: 37_736 + 5,
    VAT: 2264,
  });
  // 6 receipts and premiums, 2 legs of the issued invoice, 4 of the reversed one, 1 of that without tax.
  expect(report.entries).toBe(6 + 6 + 2 + 4 + 1);
  const rows = await database.reader.all(
    'select exception_kind as kind from payments where exception_kind is not null',
  );
  expect(rows).toEqual([{ kind: 'OTHER' }]);
  const receipts = await database.reader.all(
    `select transaction_number as number, received_on as day from receipts where payment_id = '${withVouchers.paymentId}'`,
  );
  expect(receipts).toEqual([{ number: 'OLD-0004', day: '2026-11-20' }]);

  // And it is found where the books say something else than the rows.
  await database.transact(async (db) => {
    db.run(`update payments set confirmed_at = ${then} where id = '${exception.paymentId}'`);
  });
  expect((await verifyLedger(database.reader)).disagreements).not.toEqual([]);
  // A second migration enters nothing again.
  expect((await booksOf(old.file)).report.entries).toBe(report.entries);
});

test('payments and bank lines of before keep all that they held, and a kind of exception has to be a known one', async () => {
  const old = await databaseAt(19);
  parties(old);
  const { insert } = old;
  const kinds = ['SHORT', 'OVER', 'FOREIGN_PAYER', 'LATE', 'OTHER', 'UNHEARD_OF'];
  const payments = kinds.map(
    (exception_kind) => paymentOf(old, 'PAYMENT_REVIEW', { state: 'EXCEPTION', exception_kind }).paymentId,
  );
  const plain = paymentOf(old, 'AWAITING_PAYMENT', {
    state: 'AWAITING_TRANSFER',
    reject_reason: '看不清',
  }).paymentId;
  const statementId = newId('bst');
  const { account_number } = account;
  insert('bank_statements', {
    id: statementId,
    insurer_id: ids.insurer,
    account_number,
    sha256: 'a',
    ...made,
  });
  const line = {
    id: newId('bnl'),
    statement_id: statementId,
    insurer_id: ids.insurer,
    account_number,
    identity: 'B-0001',
    transaction_number: 'B-0001',
    booked_on: '2026-11-20',
    booked_at: then,
    amount_fen: 40_000,
    payer_name: '演示建设',
    payer_account_sealed: 'x',
    payer_account_masked: '****5365',
    remark: '保函费',
    state: 'MATCHED',
    reason: 'SHORT',
    payment_id: payments[0] ?? '',
    order_id: null,
    set_aside_reason: null,
    ...made,
  };
  insert('bank_lines', line);
  old.close();

  migrateDatabase(old.file);
  const client = new BetterSqlite3(old.file);
  onTestFinished(() => void client.close());
  const kindOf = (id: string) =>
    client
      .prepare('select exception_kind as kind, reject_reason as reason from payments where id = ?')
      .get(id);
  expect(payments.map(kindOf)).toEqual(
    [...kinds.slice(0, -1), 'OTHER'].map((kind) => ({ kind, reason: null })),
  );
  expect(kindOf(plain)).toEqual({ kind: null, reason: '看不清' });
  expect(client.prepare('select * from bank_lines').all()).toEqual([
    { ...line, direction: 'IN', refund_id: null },
  ]);
  expect(() => client.prepare(`update payments set exception_kind = 'UNHEARD_OF'`).run()).toThrow(
    'payments_exception_kind_known',
  );
  expect(client.pragma('foreign_key_check')).toEqual([]);
});
