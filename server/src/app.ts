import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApiKeys } from './access/api-key.ts';
import { createCipher } from './access/cipher.ts';
import { createSessions, type Sessions } from './access/session.ts';
import type { Core } from './command/core.ts';
import { forgetOldKeys } from './command/idempotency.ts';
import { createNews } from './command/news.ts';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './db/open.ts';
import { readSalesPages } from './evidence/sales-pages.ts';
import { createGraphServer } from './graph/server.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { type Connection, createRouter } from './http/router.ts';
import { createStatic } from './http/static.ts';
import { createWorker, type EffectHandler, type Timer, type Worker } from './jobs/worker.ts';
import { type Clock, systemClock } from './kernel/clock.ts';
import { createLog, type Log } from './log.ts';
import { forgetExpired } from './modules/account/account.jobs.ts';
import { deliverSms, SMS_TOPIC } from './modules/account/sms-message.ts';
import { expireInvitations } from './modules/enterprise/member.service.ts';
import { insurersByIds } from './modules/insurer/insurer.queries.ts';
import { requestWishedInvoices, WISHED_INVOICES_TOPIC } from './modules/invoice/invoice.wish.ts';
import { remindOfDeadlines, SECTION_NEWS_TOPIC, tellSectionNews } from './modules/message/message.service.ts';
import { lapseOrders } from './modules/order/order.service.ts';
import { keepSalesPages } from './modules/order/order.trace.ts';
import { movePoliciesByDate, remindOfExpiry } from './modules/policy/policy.service.ts';
import { expireQuotes } from './modules/quote/quote.service.ts';
import { offerToHolders, SURRENDER_OFFERS_TOPIC } from './modules/surrender/surrender.service.ts';
import { closeTickets } from './modules/ticket/ticket.service.ts';
import { sweepUploads } from './modules/upload/upload.service.ts';
import { createPaper } from './paper/paper.ts';
import { createKeyFolderSeal } from './ports/seal/key-folder.ts';
import type { SealPort } from './ports/seal/port.ts';
import { createSandboxSeal } from './ports/seal/sandbox.ts';
import { readTrustStore } from './ports/seal/trust.ts';
import { createAliyunSms } from './ports/sms/aliyun.ts';
import type { SmsPort } from './ports/sms/port.ts';
import { createSandboxSms } from './ports/sms/sandbox.ts';
import { createSignedPostSms } from './ports/sms/signed-post.ts';
import { createDiskStorage } from './ports/storage/disk.ts';

export interface App {
  readonly core: Core;
  readonly worker: Worker;
  readonly sessions: Sessions;
  readonly metrics: Metrics;
  readonly fetch: (request: Request, connection?: Connection) => Promise<Response>;
  readonly close: () => Promise<void>;
}

/** What tests put in place of the real world. */
export interface Surroundings {
  readonly clock?: Clock;
  readonly log?: Log;
  /** Folder of the built client; null serves the API alone. */
  readonly clientFolder?: string | null;
}

const builtClient = fileURLToPath(new URL('../../web/dist', import.meta.url));
const minuteMs = 60_000;

const timers: readonly Timer[] = [
  { name: 'expireQuotes', everyMs: minuteMs / 6, work: expireQuotes },
  { name: 'lapseOrders', everyMs: minuteMs / 6, work: lapseOrders },
  { name: 'expireInvitations', everyMs: minuteMs, work: expireInvitations },
  { name: 'movePoliciesByDate', everyMs: minuteMs, work: movePoliciesByDate },
  { name: 'remindOfDeadlines', everyMs: minuteMs / 2, work: remindOfDeadlines },
  { name: 'remindOfExpiry', everyMs: 10 * minuteMs, work: remindOfExpiry },
  { name: 'closeTickets', everyMs: minuteMs, work: closeTickets },
  { name: 'forgetExpired', everyMs: 10 * minuteMs, work: forgetExpired },
  { name: 'forgetOldKeys', everyMs: 60 * minuteMs, work: forgetOldKeys },
  { name: 'sweepUploads', everyMs: 60 * minuteMs, work: sweepUploads },
];

const handlers: Readonly<Record<string, EffectHandler>> = {
  [SMS_TOPIC]: deliverSms,
  [SECTION_NEWS_TOPIC]: (core, { payload }) => tellSectionNews(core, String(payload.eventId)),
  [SURRENDER_OFFERS_TOPIC]: (core, { payload }) => offerToHolders(core, String(payload.sectionId)),
  [WISHED_INVOICES_TOPIC]: (core, { payload }) => requestWishedInvoices(core, String(payload.sectionId)),
};

/** Wires everything together; nothing listens yet, and the worker is not started. The database has been migrated. */
export async function createApp(config: Config, surroundings: Surroundings = {}): Promise<App> {
  const { clientFolder = existsSync(builtClient) ? builtClient : null } = surroundings;
  const clock = surroundings.clock ?? systemClock;
  const log = surroundings.log ?? createLog(config.logLevel);
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const database = openDatabase(config.databaseFile);
  const sandboxSms =
    config.mode === 'sandbox'
      ? createSandboxSms(join(config.dataDir, 'sandbox', 'sms.jsonl'), clock.now)
      : null;
  const core: Core = {
    config,
    clock,
    log,
    database,
    cipher: createCipher(await platformSecret(config)),
    news: createNews(),
    storage: createDiskStorage(join(config.dataDir, 'files')),
    sms: sandboxSms ?? (await productionSms(config, clock)),
    seal: sealOf(config, clock, database),
    paper: createPaper(),
    salesPages: await readSalesPages(clientFolder),
  };
  // A file that cannot be used is named at the start, not when the first policy is uploaded.
  if (config.sealTrustDir) await readTrustStore(config.sealTrustDir);
  await keepSalesPages(core);
  const sessions = createSessions(database, clock, config);
  const metrics = createMetrics(core);
  const router = createRouter({
    core,
    metrics,
    sessions,
    keys: createApiKeys(database, clock),
    graph: createGraphServer(core),
    client: clientFolder ? await createStatic(clientFolder) : null,
    sandboxSms,
  });
  const worker = createWorker(core, handlers, timers);
  return {
    core,
    worker,
    sessions,
    metrics,
    fetch: async (request, connection = { address: '127.0.0.1' }) => router.fetch(request, connection),
    async close() {
      await worker.stop();
      await core.paper.close();
      database.close();
    },
  };
}

/** The secret that all keys derive from. In the sandbox it is made at the first start and kept with the data. */
async function platformSecret(config: Config): Promise<Uint8Array> {
  const file = config.secretKeyFile ?? join(config.dataDir, 'sandbox', 'secret-key');
  if (!config.secretKeyFile && !existsSync(file)) {
    await mkdir(join(config.dataDir, 'sandbox'), { recursive: true, mode: 0o700 });
    await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  }
  const secret = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
  if (secret.length !== 32) throw new Error('SECRET_KEY_FILE must hold 32 bytes in base64.');
  return secret;
}

/** Keys and roots come from folders; the sandbox makes its own, which are its roots too. */
function sealOf(
  { mode, sealKeysDir, sealTrustDir, dataDir }: Config,
  clock: Clock,
  { reader }: Database,
): SealPort {
  if (mode === 'production' || sealKeysDir)
    return createKeyFolderSeal(sealKeysDir ?? '', sealTrustDir ?? sealKeysDir ?? '');
  const nameOf = async (insurerId: string) =>
    (await insurersByIds(reader, [insurerId]))[0]?.name ?? insurerId;
  return createSandboxSeal(join(dataDir, 'sandbox', 'seals'), nameOf, clock.now, sealTrustDir ?? undefined);
}

async function productionSms({ sms }: Config, clock: Clock): Promise<SmsPort> {
  if (!sms) throw new Error('An SMS provider is required.');
  const secret = (await readFile(sms.secretFile, 'utf8')).trim();
  if (secret === '') throw new Error('SMS_SECRET_FILE is empty.');
  return sms.provider === 'aliyun'
    ? createAliyunSms({ ...sms, accessKeySecret: secret }, clock.now)
    : createSignedPostSms(sms.url, secret, clock.now);
}
