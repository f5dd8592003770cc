import { randomUUID } from 'node:crypto';
import { Hono, type Context as HonoContext } from 'hono';
import { isTrusted, type UserActor } from '../access/actor.ts';
import type { createApiKeys } from '../access/api-key.ts';
import type { Sessions } from '../access/session.ts';
import type { Core, RequestFacts } from '../command/core.ts';
import { NotFound } from '../command/refusals.ts';
import { UPLOAD_PURPOSES } from '../db/vocabulary.ts';
import { accessFault } from '../graph/access.ts';
import type { Context, Idempotency } from '../graph/context.ts';
import { isStorageFull } from '../graph/faults.ts';
import { SECOND_FACTOR_REQUIRED_TEXT } from '../graph/plugins/use-enrolment.ts';
import { Refusal } from '../kernel/refusal.ts';
import { limits } from '../limits.ts';
import { createChallenge } from '../modules/account/human-check.ts';
import { exportedLists } from '../modules/export/export.lists.ts';
import { exportList } from '../modules/export/export.service.ts';
import { insurersByIds } from '../modules/insurer/insurer.queries.ts';
import { paperAsPdf } from '../modules/order/order.papers.ts';
import { keepRecording, recordedPiece, watchRecording } from '../modules/order/order.trace.ts';
import { mayReadFile, noteDownload } from '../modules/upload/upload.graph.ts';
import { uploadById } from '../modules/upload/upload.queries.ts';
import { receiveUpload, requireUploadAllowance } from '../modules/upload/upload.service.ts';
import type { SandboxSms } from '../ports/sms/sandbox.ts';
import { authenticate, type Recognised } from './authenticate.ts';
import { BodyTooLarge, BodyTooSlow, readBody } from './body.ts';
import { explorerPage } from './explorer.ts';
import { contentDisposition } from './file-name.ts';
import { commonHeaders, plainPagePolicy } from './headers.ts';
import type { Metrics } from './metrics.ts';
import { isSameOrigin } from './same-origin.ts';
import { sandboxSmsPage } from './sandbox-sms-page.ts';
import type { StaticFiles } from './static.ts';

export interface RouterParts {
  readonly core: Core;
  readonly sessions: Sessions;
  readonly keys: ReturnType<typeof createApiKeys>;
  readonly graph: (request: Request, context: Context) => Promise<Response>;
  /** Null where only the API is served. */
  readonly client: StaticFiles | null;
  /** Null in production. */
  readonly sandboxSms: SandboxSms | null;
  readonly metrics: Metrics;
}

/** What the server tells of a connection. */
export interface Connection {
  readonly address: string;
}

interface Known {
  readonly recognised: Recognised;
  readonly facts: RequestFacts;
}
type Env = { Bindings: Connection; Variables: Known };

/** All routes. Every answer, whatever its status, carries the common headers and the id of its request. */
export function createRouter(parts: RouterParts) {
  const { core, sessions, keys, client } = parts;
  const common = Object.entries(commonHeaders(core.config));
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    const given = c.req.header('x-request-id');
    const requestId = given && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
    c.set('facts', {
      requestId,
      address: addressOf(c, core),
      agent: (c.req.header('user-agent') ?? '').slice(0, 300),
    });
    const begun = performance.now();
    await next();
    parts.metrics.answered(routeOf(c.req.path), c.res.status, performance.now() - begun);
    c.res.headers.set('x-request-id', requestId);
    for (const [name, value] of common) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  });

  app.onError((fault, c) => answerFault(c, core, fault));
  app.notFound((c) => c.json(problem('NOT_FOUND', '没有这个地址。'), 404));

  app.get('/livez', (c) => c.text('ok'));
  app.get('/readyz', async (c) => {
    await core.database.transact(async () => {});
    return c.text('ready');
  });

  app.all('/graphql', async (c) => {
    const refused = methodOrOrigin(c, core);
    if (c.req.method === 'GET' && c.req.header('accept')?.includes('text/html')) return explorer(c);
    if (refused) return refused;
    if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) {
      return c.json(problem('UNSUPPORTED_MEDIA_TYPE', '请以 application/json 发送。'), 415);
    }
    if (!/^(identity)?$/i.test(c.req.header('content-encoding') ?? '')) {
      return c.json(problem('UNSUPPORTED_MEDIA_TYPE', '不接受压缩的请求。'), 415);
    }
    const recognised = await known(c);
    if (!recognised.ok) return unauthenticated(c);

    const body = await readBody(c.req.raw, limits.graphqlBodyBytesMax, limits.graphqlBodyTimes);
    const idempotency = idempotencyOf(c, core, body);
    if (idempotency === 'MALFORMED') {
      return c.json(problem('BAD_USER_INPUT', 'Idempotency-Key 应为 1 到 255 个可见字符。'), 400);
    }
    const context = contextOf(c, recognised, idempotency);
    const answer = await parts.graph(
      new Request(new URL('/graphql', core.config.publicOrigin), {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: c.req.header('accept') ?? '*/*' },
        body: body as Uint8Array<ArrayBuffer>,
        signal: c.req.raw.signal,
      }),
      context,
    );
    // A text goes out in one piece; only what is still being told goes out as a stream.
    const streams = answer.headers.get('content-type')?.startsWith('text/event-stream');
    const response = new Response(streams ? answer.body : await answer.text(), answer);
    for (const cookie of context.setCookies) response.headers.append('set-cookie', cookie);
    return response;
  });

  async function explorer(c: HonoContext<Env>): Promise<Response> {
    const recognised = await known(c);
    // As absent to all others: that there is a way in for staff is nobody's business.
    if (!recognised.ok || recognised.actor.kind !== 'USER' || !isTrusted(recognised.actor))
      return c.notFound() as Response;
    const { html, policy } = await explorerPage();
    return c.html(html, 200, { 'content-security-policy': policy });
  }

  app.all('/uploads', async (c) => {
    const refused = methodOrOrigin(c, core);
    if (refused) return refused;
    const recognised = await known(c);
    if (!recognised.ok || recognised.actor.kind === 'ANONYMOUS' || recognised.actor.kind === 'SYSTEM')
      return unauthenticated(c);
    const purpose = UPLOAD_PURPOSES.find((value) => value === c.req.query('purpose'));
    if (!purpose)
      return c.json(
        problem('INVALID_INPUT', `purpose 应为 ${UPLOAD_PURPOSES.join('、')} 之一。`, 'purpose'),
        400,
      );
    if (mustEnrol(recognised)) return secondFactorRequired(c);
    await requireUploadAllowance(core, recognised.actor.id);

    const multipart = /^multipart\/form-data/i.test(c.req.header('content-type') ?? '');
    const margin = multipart ? limits.uploadMarginBytes : 0;
    const body = await readBody(c.req.raw, limits.uploadBytesMax[purpose] + margin, limits.uploadTimes);
    const file = multipart ? await onlyFile(body, c.req.header('content-type') ?? '') : rawFile(c, body);
    if (!file) return c.json(problem('INVALID_INPUT', '请求中应恰有一个文件。', 'file'), 400);
    const upload = await receiveUpload(core, recognised.actor, c.get('facts'), { purpose, ...file });
    return c.json(
      { id: upload.id, sha256: upload.sha256, bytes: upload.bytes, contentType: upload.contentType },
      201,
    );
  });

  app.get('/files/:id', async (c) => {
    if (!isSameOrigin(c.req.raw, core.config.publicOrigin)) return crossOrigin(c);
    const recognised = await known(c);
    if (!recognised.ok) return unauthenticated(c);
    if (mustEnrol(recognised)) return secondFactorRequired(c);
    const upload = await uploadById(core.database.reader, c.req.param('id'));
    const context = contextOf(c, recognised, null);
    if (!upload || !(await mayReadFile(context, upload))) return c.notFound();
    const bytes = await core.storage.get(upload.id);
    await noteDownload(context, upload);
    return new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: {
        'content-type': upload.contentType,
        'content-length': String(bytes.length),
        'content-disposition': contentDisposition(
          upload.fileName,
          `${upload.id}.${upload.contentType.split('/')[1]}`,
        ),
        'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      },
    });
  });

  app.get('/papers/:order/:product/:kind', async (c) => {
    if (!isSameOrigin(c.req.raw, core.config.publicOrigin)) return crossOrigin(c);
    const recognised = await known(c);
    if (!recognised.ok) return unauthenticated(c);
    const { order, product, kind } = c.req.param();
    const pdf = await paperAsPdf(core, recognised.actor, { orderId: order, productId: product, kind });
    if (!pdf) return c.notFound();
    return new Response(pdf as Uint8Array<ArrayBuffer>, {
      headers: {
        'content-type': 'application/pdf',
        'content-length': String(pdf.length),
        'content-disposition': contentDisposition(
          kind === 'COUNTER_GUARANTEE' ? '反担保.pdf' : '投保单.pdf',
          `${kind}.pdf`,
        ),
        'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      },
    });
  });

  app.post('/recordings/:orderId', async (c) => {
    const refused = methodOrOrigin(c, core);
    if (refused) return refused;
    const recognised = await known(c);
    if (!recognised.ok || recognised.actor.kind !== 'USER' || recognised.actor.role !== 'BIDDER')
      return unauthenticated(c);
    const recording = c.req.query('recording') ?? '';
    const part = Number(c.req.query('part'));
    if (!/^[\w-]{8,64}$/.test(recording) || !Number.isInteger(part) || part < 1)
      return c.json(problem('INVALID_INPUT', '请给出 recording（8 到 64 个字符）和 part（从 1 起）。'), 400);
    const body = await readBody(c.req.raw, limits.recordingBytesMax, limits.graphqlBodyTimes);
    await keepRecording(core, recognised.actor, c.get('facts'), {
      orderId: c.req.param('orderId'),
      recording,
      part,
      pageVersion: c.req.query('pageVersion') ?? '',
      body,
    });
    return c.json({ recording, part }, 201);
  });

  /** Only operators watch, and only what secrecy lets them know of. */
  async function watcher(c: HonoContext<Env>): Promise<UserActor | Response> {
    if (!isSameOrigin(c.req.raw, core.config.publicOrigin)) return crossOrigin(c);
    const recognised = await known(c);
    if (!recognised.ok || recognised.actor.kind === 'ANONYMOUS') return unauthenticated(c);
    const { actor } = recognised;
    return actor.kind === 'USER' && actor.role === 'OPERATOR' ? actor : (c.notFound() as Response);
  }

  app.get('/recordings/:orderId', async (c) => {
    const actor = await watcher(c);
    if (actor instanceof Response) return actor;
    const watched = await watchRecording(core, actor, c.get('facts'), c.req.param('orderId')).catch(
      (reason: unknown) => {
        if (reason instanceof NotFound) return null;
        throw reason;
      },
    );
    return watched ? c.json(watched) : c.notFound();
  });

  app.get('/recordings/:orderId/:seq', async (c) => {
    const actor = await watcher(c);
    if (actor instanceof Response) return actor;
    const { orderId, seq } = c.req.param();
    const body = await recordedPiece(core.database.reader, actor, orderId, Number(seq));
    if (!body) return c.notFound();
    return new Response(body as Uint8Array<ArrayBuffer>, {
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
  });

  app.get('/exports/:file', async (c) => {
    if (!isSameOrigin(c.req.raw, core.config.publicOrigin)) return crossOrigin(c);
    const recognised = await known(c);
    if (!recognised.ok) return unauthenticated(c);
    if (mustEnrol(recognised)) return secondFactorRequired(c);
    const name = /^(\w+)\.xlsx$/.exec(c.req.param('file'))?.[1] ?? '';
    const list = exportedLists.get(name);
    if (!list) return c.notFound();
    const fault = accessFault(recognised.actor, list.who);
    if (fault === 'UNAUTHENTICATED') return unauthenticated(c);
    if (fault) return c.json(problem(fault, '没有权限进行该操作。'), 403);
    const { searchParams } = new URL(c.req.url);
    const { bytes, fileName } = await exportList(core, recognised.actor, c.get('facts'), list, searchParams);
    return new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: {
        'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        'content-length': String(bytes.length),
        'content-disposition': contentDisposition(fileName, `${name}.xlsx`),
        'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      },
    });
  });

  app.get('/insurers/:id/logo.svg', async (c) => {
    const [insurer] = await insurersByIds(core.database.reader, [c.req.param('id')]);
    if (!insurer?.logo) return c.notFound();
    return c.body(insurer.logo, 200, {
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'cache-control': 'public, max-age=3600',
    });
  });

  app.get('/captcha', async (c) => c.json(await createChallenge(core)));

  if (parts.sandboxSms) {
    const { caught } = parts.sandboxSms;
    app.get('/sandbox/sms', async (c) =>
      c.html(sandboxSmsPage(await caught(null)), 200, { 'content-security-policy': plainPagePolicy }),
    );
    app.get('/sandbox/sms.json', async (c) => {
      const messages = await caught(c.req.query('mobile') ?? null);
      return c.json(messages.map(({ mobile, text, code, sentAt }) => ({ mobile, text, code, sentAt })));
    });
  }

  app.on(['GET', 'HEAD'], '*', async (c) => (await client?.answer(c.req.raw, c.req.path)) ?? c.notFound());
  app.all('*', (c) =>
    c.json(problem('METHOD_NOT_ALLOWED', '不支持该请求方法。'), 405, { allow: 'GET, HEAD' }),
  );

  async function known(c: HonoContext<Env>): Promise<Recognised> {
    return authenticate(c.req.raw, sessions, keys);
  }

  function contextOf(
    c: HonoContext<Env>,
    recognised: Extract<Recognised, { ok: true }>,
    idempotency: Idempotency | null,
  ): Context {
    return {
      core,
      sessions,
      db: core.database.reader,
      actor: recognised.actor,
      facts: c.get('facts'),
      deviceHash: sessions.deviceOf(c.req.header('cookie') ?? ''),
      setCookies: recognised.setCookie ? [recognised.setCookie] : [],
      idempotency,
      signal: c.req.raw.signal,
    } as Context;
  }

  return app;
}

const countedRoutes: ReadonlySet<string> = new Set([
  'graphql',
  'uploads',
  'files',
  'papers',
  'exports',
  'captcha',
  'recordings',
  'livez',
  'readyz',
]);
/** The first part of a path where it is one of ours; all the rest is the client. */
function routeOf(path: string): string {
  const first = path.split('/')[1] ?? '';
  return countedRoutes.has(first) ? first : 'client';
}

function addressOf(c: HonoContext<Env>, core: Core): string {
  const forwarded = core.config.trustProxy
    ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
    : undefined;
  return (forwarded ?? c.env?.address ?? '').replace(/^::ffff:/, '');
}

/** Only POST, and only from pages of ours. */
function methodOrOrigin(c: HonoContext<Env>, core: Core): Response | null {
  if (c.req.method !== 'POST')
    return c.json(problem('METHOD_NOT_ALLOWED', '请使用 POST。'), 405, { allow: 'POST' });
  return isSameOrigin(c.req.raw, core.config.publicOrigin) ? null : crossOrigin(c);
}

const crossOrigin = (c: HonoContext<Env>) =>
  c.json(problem('CROSS_ORIGIN', '不接受来自其他网站的请求。'), 403);
const unauthenticated = (c: HonoContext<Env>) =>
  c.json(problem('UNAUTHENTICATED', '请先登录，或检查密钥。'), 401);

const mustEnrol = (recognised: Recognised) =>
  recognised.ok && recognised.actor.kind === 'USER' && recognised.actor.mustEnrol;
const secondFactorRequired = (c: HonoContext<Env>) =>
  c.json(problem('SECOND_FACTOR_REQUIRED', SECOND_FACTOR_REQUIRED_TEXT), 403);

/** The form of every answer that says no: that of GraphQL, so that clients read one form only. */
function problem(code: string, message: string, field?: string) {
  return { errors: [{ message, extensions: { code, ...(field ? { field } : {}) } }] };
}

function idempotencyOf(c: HonoContext<Env>, core: Core, body: Uint8Array): Idempotency | 'MALFORMED' | null {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return null;
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > limits.idempotencyKeyCharactersMax) return 'MALFORMED';
  // Keyed: a request may hold a password, and a plain hash of it could be guessed from a stolen database.
  return { key, requestHash: core.cipher.hmac('request', Buffer.from(body).toString('latin1')) };
}

function rawFile(c: HonoContext<Env>, bytes: Uint8Array) {
  const declared = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() ?? null;
  // What curl says of any body when it is told nothing.
  const contentType = declared === 'application/x-www-form-urlencoded' ? null : declared;
  return { bytes, contentType, fileName: decodedName(c.req.header('x-file-name')) };
}

function decodedName(header: string | undefined): string | null {
  if (!header) return null;
  try {
    return decodeURIComponent(header).slice(0, 300);
  } catch {
    return null;
  }
}

async function onlyFile(body: Uint8Array, contentType: string) {
  const form = await new Response(body as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': contentType },
  })
    .formData()
    .catch(() => null);
  const files = form ? [...form.values()].filter((value) => value instanceof File) : [];
  const [file] = files;
  if (!file || files.length !== 1) return null;
  return {
    bytes: new Uint8Array(await file.arrayBuffer()),
    contentType: file.type || null,
    fileName: file.name || null,
  };
}

function answerFault(c: HonoContext<Env>, core: Core, fault: Error): Response {
  if (fault instanceof BodyTooLarge) {
    return c.json(
      problem('UPLOAD_REFUSED', `内容过大，最多 ${Math.floor(fault.maxBytes / 1024)} KiB。`),
      413,
      { connection: 'close' },
    );
  }
  if (fault instanceof BodyTooSlow)
    return c.json(problem('TIMEOUT', '接收超时，请重试。'), 408, { connection: 'close' });
  if (fault instanceof Refusal) {
    const status = fault.code === 'RATE_LIMITED' ? 429 : 400;
    const headers: Record<string, string> =
      'retryAfterSeconds' in fault ? { 'retry-after': String(fault.retryAfterSeconds) } : {};
    return c.json(problem(fault.code, fault.message), status, headers);
  }
  const { requestId } = c.get('facts');
  if (isStorageFull(fault)) {
    core.log.error({ requestId, fault: String(fault) }, 'storage is full');
    return c.json(problem('STORAGE_FULL', '系统存储空间不足，暂时不能保存，请稍后再试。'), 503, {
      'retry-after': '10',
    });
  }
  core.log.error({ requestId, fault: fault.stack }, 'a request met a fault of ours');
  return c.json(
    {
      errors: [
        {
          message: `系统出现异常，请提供请求编号 ${requestId}。`,
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
        },
      ],
    },
    500,
  );
}
