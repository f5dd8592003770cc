import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { readConfig } from '../src/config.ts';
import { type DemoAccounts, demoAccountsFile } from '../src/demo/seed.ts';
import { listen } from '../src/http/listen.ts';
import { newId, orderNumber, randomDigits, remarkCode } from '../src/kernel/id.ts';
import { readStatement } from '../src/modules/bank/statement.ts';
import { readStatementFile } from '../src/modules/bank/statement-file.ts';
import { verifyLedger } from '../src/modules/ledger/ledger.queries.ts';
import { benchApp } from './data.ts';

const confirming = 5000;
const queueing = 2500;
const known = 2500;
const enterprises = 500;
const self = fileURLToPath(import.meta.url);

/**
 * A statement of 10,000 lines sent to a service as a bank sends it: half of the lines confirm a payment each, a quarter fit nothing and
 * queue, a quarter are known from an earlier statement. Meanwhile somebody else reads the list of sections and somebody else writes,
 * each again and again: how long they wait. There is no floor to stand beside: the figures name themselves.
 */
export async function benchBankStatement(): Promise<void> {
  const { app, dataDir, end } = await benchApp();
  const { databaseFile } = app.core.config;
  const accounts = JSON.parse(await readFile(demoAccountsFile(dataDir), 'utf8')) as DemoAccounts;
  const { accountNumber, transfers } = fill(databaseFile);
  const others = Array.from({ length: queueing + known }, (_, i) =>
    lineOf(accountNumber, i, '演示水暖器材经营部', '货款'),
  );
  const earlier = others.slice(0, known);
  // Of each kind one after the other, as they come in on a day.
  const all = transfers.flatMap((line, i) => [line, others[i] as string]);
  await benchReading(accountNumber);
  const service = await serve(dataDir);
  const bank = client(service.port, accounts.apiClients.bank.secret);
  const centre = client(service.port, accounts.apiClients.centre.secret);
  try {
    await bank.importStatement(earlier);
    const uploadId = await bank.upload(statementOf(all));
    const waits = { reading: [] as number[], writing: [] as number[] };
    const stop = new AbortController();
    const meanwhile = [
      again(waits.reading, stop.signal, () => centre.ask(SECTIONS, {})),
      again(waits.writing, stop.signal, () => centre.ask(ANNOUNCE, { input: announcement() })),
    ];
    await pause(500);
    for (const times of Object.values(waits)) times.length = 0;
    const [begun, cpuBegun] = [performance.now(), await service.cpuSeconds()];
    const done = await bank.importUpload(uploadId);
    const seconds = (performance.now() - begun) / 1000;
    const cpuSeconds = (await service.cpuSeconds()) - cpuBegun;
    stop.abort();
    await Promise.all(meanwhile);

    const counted = `${done.confirmed} confirmed, ${done.queued} queued, ${done.repeated} known before`;
    if (done.confirmed !== confirming || done.queued !== queueing || done.repeated !== known)
      throw new Error(`The statement was not worked through as it should be: ${counted}`);
    const { disagreements } = await verifyLedger(app.core.database.reader);
    if (disagreements.length > 0) throw new Error(disagreements.slice(0, 3).join('\n'));
    process.stdout.write(
      `statement of ${all.length} lines (${counted}): ${seconds.toFixed(1)} s, ${Math.round(all.length / seconds)} lines/s, ` +
        `${cpuSeconds.toFixed(1)} s of CPU with all that went on meanwhile\n` +
        `  meanwhile ${described('a query waits', waits.reading)}; ${described('a command', waits.writing)}\n`,
    );
  } finally {
    service.child.kill('SIGTERM');
    await service.ended;
    await end();
  }
}

/** How late the thread that answers requests is while a file of nearly 10 MiB is read: in that thread, and in one of its own. */
async function benchReading(accountNumber: string): Promise<void> {
  const lines = 20_000;
  const remark = '货款'.repeat(64);
  const csv = statementOf(
    Array.from({ length: lines }, (_, i) => lineOf(accountNumber, i, '演示水暖器材经营部', remark)),
  );
  const entry = (i: number) =>
    `<Ntry><Amt Ccy="CNY">400.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt><AcctSvcrRef>BENCH${i}</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>演示水暖器材经营部</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>6222000012345678</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>货款</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`;
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Document><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>${accountNumber}</Id></Othr></Id></Acct>${Array.from(
    { length: lines },
    (_, i) => entry(i),
  ).join('')}</Stmt></BkToCstmrStmt></Document>`;
  for (const [name, text] of [
    ['CSV', csv],
    ['camt.053', xml],
  ] as const) {
    const bytes = new TextEncoder().encode(text);
    const ways = {
      'in the same thread': async () => readStatement(bytes),
      'in its own': () => readStatementFile(bytes),
    };
    for (const [where, read] of Object.entries(ways)) {
      await read();
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      // Lateness is counted from a first timer on.
      await pause(20);
      const begun = performance.now();
      const got = await read();
      const ms = performance.now() - begun;
      // What blocked is seen when the next timer is late.
      await pause(20);
      delay.disable();
      if (!('lines' in got) || got.lines.length !== lines) throw new Error(`The ${name} was not read.`);
      process.stdout.write(
        `statement of ${(bytes.length / 2 ** 20).toFixed(1)} MiB of ${name} read ${where}: ${ms.toFixed(0)} ms, event loop late by ${(delay.percentile(99) / 1e6).toFixed(0)} ms (99th percentile), ${(delay.max / 1e6).toFixed(0)} ms at most\n`,
      );
    }
  }
}

const SECTIONS = `{ bidSections(first: 20) { nodes { id code name stateLabel regionName deadlineAt deposits { kind amount } } } }`;
const ANNOUNCE = `mutation ($input: ImportBidSectionsInput!) { importBidSections(input: $input) { ... on BidSectionImport { created } ... on Error { code } } }`;
const IMPORT = `mutation ($input: ImportBankStatementInput!) { importBankStatement(input: $input) {
  ... on BankStatement { confirmed queued repeated } ... on Error { code message } ... on InvalidInput { issues { path message } } } }`;

const announcement = () => ({
  source: 'bench',
  sections: [
    {
      BID_SECTION_CODE: newId('b'),
      BID_SECTION_NAME: '测试标段，用于测量',
      REGION_CODE: '210502',
      MARGIN_AMOUNT: '20000',
      DATA_TIMESTAMP: '20260316194000',
    },
  ],
});

interface Taken {
  readonly confirmed: number;
  readonly queued: number;
  readonly repeated: number;
}

function client(port: number, secret: string) {
  const send = async (path: string, type: string, body: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: {
        'content-type': type,
        authorization: `Bearer ${secret}`,
        'idempotency-key': randomUUID(),
      },
      body,
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const ask = async (query: string, variables: object) => {
    const { data, errors } = await send('/graphql', 'application/json', JSON.stringify({ query, variables }));
    const [answer] = Object.values((data ?? {}) as object) as Record<string, unknown>[];
    if (errors || !answer || 'code' in answer) throw new Error(JSON.stringify(errors ?? answer));
    return answer;
  };
  const upload = async (text: string) =>
    String((await send('/uploads?purpose=STATEMENT', 'text/csv', text)).id);
  const importUpload = async (uploadId: string) =>
    (await ask(IMPORT, { input: { uploadId } })) as unknown as Taken;
  return {
    ask,
    upload,
    importUpload,
    importStatement: async (lines: readonly string[]) => importUpload(await upload(statementOf(lines))),
  };
}

async function again(times: number[], signal: AbortSignal, act: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    const begun = performance.now();
    await act();
    times.push(performance.now() - begun);
    await pause(5);
  }
}

function described(what: string, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(0);
  return `${what} ${at(0.5)} ms (median), ${at(0.99)} ms (99th percentile), ${at(1)} ms at most, of ${sorted.length}`;
}

const statementOf = (lines: readonly string[]) =>
  `本方账号,交易日期,交易时间,贷方发生额,对方户名,对方账号,附言,流水号\n${lines.join('\n')}\n`;
const lineOf = (account: string, i: number, name: string, remark: string) =>
  `${account},2026-11-24,10:11:12,400.00,${name},62220000${String(i).padStart(8, '0')},${remark},BENCH${randomDigits(14)}`;

/** Orders to be paid for, of several enterprises on a few sections, written as the service would have left them. */
function fill(file: string): { accountNumber: string; transfers: string[] } {
  const database = new BetterSqlite3(file);
  const insurer = database
    .prepare('select id, account_name, account_bank, account_number from insurers limit 1')
    .get() as { id: string; account_name: string; account_bank: string; account_number: string };
  const { id: createdBy } = database.prepare(`select id from users where role = 'BIDDER'`).get() as {
    id: string;
  };
  const now = Date.now();
  const dayMs = 86_400_000;
  const sections = Array.from({ length: confirming / enterprises }, (_, i) => ({
    id: newId('sec'),
    name: `平山区测量用道路工程第${i + 1}标段`,
  }));
  const companies = Array.from({ length: enterprises }, (_, i) => ({
    id: newId('ent'),
    userId: newId('usr'),
    name: `测量建设第${i + 1}有限公司`,
    creditCode: `TEST${String(i).padStart(14, '0')}`,
    mobile: `136${String(30_000_000 + i)}`,
  }));
  const section = database.prepare(
    `insert into bid_sections (id, source, code, name, project_type, region_code, deadline_at, open_at, data_timestamp, state, created_at)
     values (?, 'bench', ?, ?, 'OTHER', '210502', ?, ?, ?, 'ANNOUNCED', ?)`,
  );
  const user = database.prepare(
    `insert into users (id, mobile, role, enterprise_id, created_at) values (?, ?, 'BIDDER', ?, ?)`,
  );
  const enterprise = database.prepare(
    'insert into enterprises (id, name, credit_code, certified_at, owner_id, created_at) values (?, ?, ?, ?, ?, ?)',
  );
  const order = database.prepare(
    `insert into orders (id, number, enterprise_id, section_id, deposit_kind, form, state, deposit_amount_fen, order_amount_fen, application, created_by, created_at, submitted_at, due_at)
     values (?, ?, ?, ?, 'BID', 'INSURANCE', 'AWAITING_PAYMENT', 10000000, 40000, ?, ?, ?, ?, ?)`,
  );
  const payment = database.prepare(
    `insert into payments (id, order_id, insurer_id, state, amount_fen, remark_code, account_name, account_bank, account_number, created_at, due_at)
     values (?, ?, ?, 'AWAITING_TRANSFER', 40000, ?, ?, ?, ?, ?, ?)`,
  );
  const transfers: string[] = [];
  const { account_name, account_bank, account_number } = insurer;
  database.transaction(() => {
    for (const { id, name } of sections)
      section.run(id, id, name, now + 30 * dayMs, now + 30 * dayMs, now, now);
    for (const company of companies) {
      enterprise.run(company.id, company.name, company.creditCode, now, createdBy, now);
      user.run(company.userId, company.mobile, company.id, now);
      const applicant = { name: company.name, creditCode: company.creditCode };
      const application = JSON.stringify({ applicant, handler: { mobile: company.mobile }, savedAt: now });
      for (const { id: sectionId } of sections) {
        const id = newId('ord');
        const code = remarkCode();
        const due = now + 5 * dayMs;
        const { userId } = company;
        order.run(id, orderNumber(now), company.id, sectionId, application, userId, now, now, due);
        const to = [account_name, account_bank, account_number] as const;
        payment.run(newId('pay'), id, insurer.id, code, ...to, now, due);
        transfers.push(lineOf(account_number, transfers.length, company.name, `保函费 ${code}`));
      }
    }
  })();
  database.close();
  return { accountNumber: account_number, transfers };
}

interface Service {
  readonly child: ChildProcess;
  readonly port: number;
  readonly cpuSeconds: () => Promise<number>;
  readonly ended: Promise<void>;
}

function serve(dataDir: string): Promise<Service> {
  const child = fork(self, [dataDir]);
  const said = () => new Promise<number>((resolve) => child.once('message', (n) => resolve(Number(n))));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const cpuSeconds = () => {
    child.send('cpu');
    return said();
  };
  return new Promise((resolve, reject) => {
    void said().then((port) => resolve({ child, port, cpuSeconds, ended }));
    child.once('exit', (code) => reject(new Error(`The service ended with ${code}.`)));
  });
}

if (process.argv[1] === self) {
  const [dataDir = ''] = process.argv.slice(2);
  const { app, end } = await benchApp(dataDir);
  app.worker.start();
  const server = await listen(app, readConfig({ DATA_DIR: dataDir, PORT: '0' }));
  process.once('SIGTERM', async () => {
    await server.close();
    await end();
    process.exit(0);
  });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1e6);
  });
  process.send?.(server.port);
}
