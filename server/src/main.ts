import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import { readConfig } from './config.ts';
import type { DemoAccounts } from './demo/seed.ts';

/** The only file of the server that does something when it is loaded. */
const usage = `Usage: node server/src/main.ts COMMAND
  start                build, migrate, seed (sandbox) and serve
  first-operator MOBILE NAME   create the person who creates all other staff
  import FILE          take in bid sections from a JSON or CSV file
  verify-events        walk the event log, hold the sales traces against it, name what was altered
  verify-ledger        prove that the books balance and agree with orders, payments and invoices
  evidence ORDER       write what proves the sale of an order into one file (--out FILE)
  sandbox-statement    (sandbox) pay what is waited for: write the bank's statement and send it (--order NUMBER|CODE, --as short|over|foreign|no-code, --file)
  print-schema         write schema.graphql
  build-client         build the web client where its sources changed
  sandbox-insurer      the insurers' counterpart of the sandbox; started by start`;

// Compiled once, read afterwards: a later start is ready a third sooner.
enableCompileCache(fileURLToPath(new URL('../../.cache/compiled', import.meta.url)));

const [command, ...rest] = process.argv.slice(2);
const say = (text: string) => void process.stdout.write(`${text}\n`);

switch (command) {
  case 'start':
    await start(config());
    break;
  case 'first-operator':
    await firstOperator(config(), rest);
    break;
  case 'import':
    await importFile(config(), rest[0]);
    break;
  case 'verify-events':
    await verify(config());
    break;
  case 'verify-ledger':
    await verifyBooks(config());
    break;
  case 'evidence':
    await writeEvidence(config(), rest);
    break;
  case 'sandbox-statement':
    await sandboxStatement(config(), rest);
    break;
  case 'print-schema':
    await printSchema();
    break;
  case 'build-client':
    await (await import('./http/build-client.ts')).buildClient(say);
    break;
  case 'sandbox-insurer':
    await sandboxInsurer(config());
    break;
  default:
    say(usage);
    process.exitCode = 2;
}

function config(): Config {
  try {
    return readConfig(process.env);
  } catch (fault) {
    say(fault instanceof Error ? fault.message : String(fault));
    process.exit(1);
  }
}

async function start(settings: Config): Promise<void> {
  const begun = performance.now();
  const step = (text: string) =>
    say(`[${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s] ${text}`);

  const { buildClient } = await import('./http/build-client.ts');
  await buildClient(step);
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const { migrateDatabase } = await import('./db/migrate.ts');
  migrateDatabase(settings.databaseFile);

  const { createApp } = await import('./app.ts');
  const app = await createApp(settings);
  const sandbox = settings.mode === 'sandbox' ? await import('./demo/seed.ts') : null;
  if (sandbox && !(await sandbox.isSeeded(app.core))) {
    const accounts = await sandbox.seedDemonstration(app.core, (what) =>
      step(`Seeding the demonstration: ${what}`),
    );
    say(`\nDemonstration accounts (fictional, made for this data folder, shown this once):`);
    for (const [name, account] of Object.entries(accounts)) {
      if ('mobile' in account) say(`  ${name.padEnd(12)} ${account.mobile}  ${account.password}`);
    }
    say(`  Kept in ${sandbox.demoAccountsFile(settings.dataDir)}, with the keys of the API clients.\n`);
  }

  const { listen, PortTaken } = await import('./http/listen.ts');
  const server = await listen(app, settings).catch((fault: unknown) => {
    if (!(fault instanceof PortTaken)) throw fault;
    say(fault.message);
    process.exit(1);
  });
  app.worker.start();
  if (settings.metricsPort !== null) {
    const { listenForMetrics } = await import('./http/metrics.ts');
    const figures = await listenForMetrics(app.metrics, settings.metricsPort, settings.host);
    figures.unref();
  }
  step(`Serving at ${settings.publicOrigin} (listening on ${settings.host}:${server.port})`);

  const counterpart = sandbox && settings.sandboxInsurer ? spawnCounterpart(server.port) : null;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    counterpart?.kill('SIGTERM');
    await server.close();
    await app.close();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** The sandbox insurer is a program of its own: it knows the platform by its API and its keys only. */
function spawnCounterpart(port: number): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(import.meta.url), 'sandbox-insurer'], {
    // The channel tells it when its platform is gone, however that ended.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, SANDBOX_PLATFORM_ORIGIN: `http://127.0.0.1:${port}` },
  });
}

async function sandboxInsurer(settings: Config): Promise<void> {
  const { insurerKeysFile } = await import('./demo/seed.ts');
  const { runSandboxInsurer } = await import('./ports/insurer/sandbox.ts');
  const { createLog } = await import('./log.ts');
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  process.on('SIGINT', () => stop.abort());
  process.on('disconnect', () => stop.abort());
  await runSandboxInsurer({
    origin: process.env.SANDBOX_PLATFORM_ORIGIN ?? settings.publicOrigin,
    insurers: JSON.parse(await readFile(insurerKeysFile(settings.dataDir), 'utf8')) as {
      name: string;
      secret: string;
    }[],
    pace: settings.sandboxPace,
    signal: stop.signal,
    log: createLog(settings.logLevel),
  });
}

async function firstOperator(settings: Config, [mobile, name]: readonly string[]): Promise<void> {
  if (!mobile || !name) {
    say('Usage: npm run first-operator -- MOBILE NAME');
    process.exitCode = 2;
    return;
  }
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const { migrateDatabase } = await import('./db/migrate.ts');
  migrateDatabase(settings.databaseFile);
  const { createApp } = await import('./app.ts');
  const { createFirstOperator } = await import('./modules/account/first-operator.ts');
  const app = await createApp(settings);
  try {
    const made = await createFirstOperator(app.core, { mobile, name });
    say(
      'fault' in made
        ? made.fault
        : `${name} signs in with ${mobile} and this password, shown once: ${made.password}`,
    );
    if ('fault' in made) process.exitCode = 1;
  } finally {
    await app.close();
  }
}

async function importFile(settings: Config, file: string | undefined): Promise<void> {
  if (!file || !existsSync(file)) {
    say('Usage: npm run import -- FILE   (JSON or CSV with the field names of the exchange)');
    process.exitCode = 2;
    return;
  }
  const { readExchangeFile } = await import('./modules/section/exchange.ts');
  const content = readExchangeFile(file, await readFile(file));
  if ('fault' in content) {
    say(content.fault);
    process.exitCode = 1;
    return;
  }
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const { migrateDatabase } = await import('./db/migrate.ts');
  migrateDatabase(settings.databaseFile);
  const { createApp } = await import('./app.ts');
  const { importBidSections } = await import('./modules/section/section.service.ts');
  const { run } = await import('./command/run.ts');
  const { noRequest } = await import('./command/core.ts');
  const app = await createApp(settings);
  try {
    const report = await run(
      app.core,
      { kind: 'API_CLIENT', id: 'api_import', scopes: ['sections:write'], insurerId: null },
      noRequest,
      (act) => importBidSections(act, '本溪市公共资源交易中心', content.rows),
    );
    say(
      `${report.created} created, ${report.updated} updated, ${report.unchanged} unchanged, ${report.rejected.length} rejected`,
    );
    for (const row of report.rejected) say(`  row ${row.row}  ${row.field}  ${row.code}  ${row.message}`);
  } finally {
    await app.close();
  }
}

async function verify(settings: Config): Promise<void> {
  const { openDatabase } = await import('./db/open.ts');
  const { eventHashes, verifyEvents } = await import('./command/events.ts');
  const database = openDatabase(settings.databaseFile);
  try {
    const report = await verifyEvents(database.reader);
    const { treeOf } = await import('./evidence/merkle.ts');
    const root = report.events > 0 ? treeOf(await eventHashes(database.reader)).root : '';
    say(`${report.events} events, head ${report.head}, root ${root}`);
    if (report.fault) {
      say(`Broken at event ${report.fault.seq}: ${report.fault.reason}.`);
      process.exitCode = 1;
    }
    const { verifySales } = await import('./modules/order/order.proof.ts');
    for (const fault of await verifySales(database.reader)) {
      say(fault);
      process.exitCode = 1;
    }
  } finally {
    database.close();
  }
}

async function verifyBooks(settings: Config): Promise<void> {
  const { openDatabase } = await import('./db/open.ts');
  const { describeLedger, verifyLedger } = await import('./modules/ledger/ledger.queries.ts');
  const database = openDatabase(settings.databaseFile);
  try {
    const report = await verifyLedger(database.reader);
    for (const line of describeLedger(report)) say(line);
    if (report.disagreements.length > 0) process.exitCode = 1;
  } finally {
    database.close();
  }
}

async function writeEvidence(settings: Config, args: readonly string[]): Promise<void> {
  const { parseArgs } = await import('node:util');
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: 'string' } },
  });
  const [name] = positionals;
  if (!name) {
    say('Usage: npm run evidence -- ORDER [--out FILE]   (number or id of the order)');
    process.exitCode = 2;
    return;
  }
  const { createApp } = await import('./app.ts');
  const { evidenceOf } = await import('./modules/order/order.evidence.ts');
  const app = await createApp(settings);
  try {
    // As an operator sees orders: nothing that is under seal leaves by this door either.
    const operator = {
      kind: 'USER',
      role: 'OPERATOR',
      enterpriseId: null,
      insurerId: null,
      mustEnrol: false,
    } as const;
    const file = await evidenceOf(app.core, { ...operator, id: 'usr_evidence', tokenHash: '' }, name);
    if (!file) {
      say(
        `There is no order ${name} that may be shown: none such, not submitted, or under seal until its bids are opened.`,
      );
      process.exitCode = 1;
      return;
    }
    const out = values.out ?? `evidence-${name}.zip`;
    await writeFile(out, file, { mode: 0o600 });
    say(`${out}: ${file.length} bytes`);
  } finally {
    await app.close();
  }
}

async function sandboxStatement(settings: Config, args: readonly string[]): Promise<void> {
  if (settings.mode !== 'sandbox') {
    say('There is no sandbox bank in production.');
    process.exitCode = 2;
    return;
  }
  const { parseArgs } = await import('node:util');
  const { values } = parseArgs({
    args: [...args],
    options: { order: { type: 'string' }, as: { type: 'string' }, file: { type: 'boolean' } },
  });
  const { sandboxTransfers, TRANSFER_FAULTS } = await import('./demo/transfers.ts');
  const fault = TRANSFER_FAULTS.find((known) => known === values.as) ?? null;
  if (values.as && !fault) {
    say(
      `Usage: npm run sandbox-statement -- [--order NUMBER|CODE] [--as ${TRANSFER_FAULTS.join('|')}] [--file]`,
    );
    process.exitCode = 2;
    return;
  }
  const { openDatabase } = await import('./db/open.ts');
  const { demoAccountsFile } = await import('./demo/seed.ts');
  const { sandboxStatements, sendStatement } = await import('./ports/bank/sandbox.ts');
  const database = openDatabase(settings.databaseFile);
  const transfers = await sandboxTransfers(database.reader, values.order ?? null, fault).finally(() =>
    database.close(),
  );
  if (transfers.length === 0)
    say(values.order ? 'That payment is not waited for.' : 'No payment is waited for.');
  const origin = process.env.SANDBOX_PLATFORM_ORIGIN ?? settings.publicOrigin;
  const { apiClients } = JSON.parse(
    await readFile(demoAccountsFile(settings.dataDir), 'utf8'),
  ) as DemoAccounts;
  for (const statement of sandboxStatements(transfers, Date.now())) {
    const file = join(settings.dataDir, 'sandbox', `statement-${statement.accountNumber}.csv`);
    await writeFile(file, statement.text, { mode: 0o600 });
    say(`Sandbox bank, no real money: ${file}`);
    if (values.file) continue;
    try {
      const taken = await sendStatement({ origin, secret: apiClients.bank.secret, fetch }, statement);
      say(`  sent: ${taken.confirmed} confirmed, ${taken.queued} waiting for a person`);
    } catch (reason) {
      say(`  not sent to ${origin}: ${reason instanceof Error ? reason.message : String(reason)}`);
      process.exitCode = 1;
    }
  }
}

async function printSchema(): Promise<void> {
  const { printedSchema } = await import('./graph/schema.ts');
  await writeFile(new URL('../../schema.graphql', import.meta.url), printedSchema());
}
