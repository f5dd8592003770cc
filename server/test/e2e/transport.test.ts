import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/http/listen.ts';
import { listenForMetrics } from '../../src/http/metrics.ts';
import { limits } from '../../src/limits.ts';
import { sceneOf, startedOrder } from '../../src/modules/order/order.fixture.ts';
import { createHarness, type Harness } from '../support/harness.ts';

const json = { 'content-type': 'application/json' };
const post = (h: Harness, body: BodyInit, headers: Record<string, string> = json) =>
  h.fetch(null, '/graphql', { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
const query = (text: string) => JSON.stringify({ query: text });
const codes = async (response: Response) =>
  ((await response.json()) as { errors?: { extensions: { code: string } }[] }).errors?.map(
    (error) => error.extensions.code,
  );

describe('the GraphQL door', () => {
  test('too many aliases, fields, levels or directives are refused without data', async () => {
    const h = await createHarness();
    const nested = (levels: number) =>
      `{ bidSections { ${'nodes { '.repeat(levels)}id${' }'.repeat(levels)} } }`;
    const documents = {
      aliases: `{ ${Array.from({ length: 101 }, (_, i) => `a${i}:__typename`).join(' ')} }`,
      fields: `{ ${'__typename '.repeat(500)} }`,
      directives: `{ __typename ${'@skip(if: false) '.repeat(200)} }`,
      levels: nested(40),
    };
    for (const [name, document] of Object.entries(documents)) {
      const response = await post(h, query(document));
      expect([name, response.status, await codes(response)]).toEqual([name, 400, ['QUERY_TOO_COMPLEX']]);
    }
  });

  test('twenty thousand nested braces are an error of the request, and the next request is answered', async () => {
    const h = await createHarness();
    const response = await post(h, query('{a'.repeat(20_000)));
    expect(response.status).toBe(400);
    expect(await codes(response)).toEqual(['QUERY_TOO_COMPLEX']);
    const next = await post(h, query('{ __typename }'));
    expect(await next.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('a fragment that spreads itself is refused', async () => {
    const h = await createHarness();
    const response = await post(
      h,
      query('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
    );
    expect(await codes(response)).toContain('GRAPHQL_VALIDATION_FAILED');
  });

  test('a fragment bomb is refused before it is walked to the end', async () => {
    const h = await createHarness();
    const fragments = Array.from(
      { length: 40 },
      (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`,
    ).join(' ');
    const response = await post(h, query(`{ ...F0 } ${fragments} fragment F40 on Query { __typename }`));
    expect(await codes(response)).toEqual(['QUERY_TOO_COMPLEX']);
  });

  test('two mutations in one request are refused', async () => {
    const h = await createHarness();
    const before = await h.content();
    const response = await post(
      h,
      query('mutation { a: signOut(input: {}) { __typename } b: signOut(input: {}) { __typename } }'),
    );
    expect(await codes(response)).toEqual(['QUERY_TOO_COMPLEX']);
    expect(await h.content()).toBe(before);
  });

  test('a batch is not executed', async () => {
    const h = await createHarness();
    const response = await post(
      h,
      JSON.stringify(Array.from({ length: 10 }, () => ({ query: '{ __typename }' }))),
    );
    expect(response.status).toBe(400);
  });

  test('only JSON in the body of a POST is taken', async () => {
    const h = await createHarness();
    const document = 'mutation { signOut(input: {}) { __typename } }';
    const other: [string, BodyInit][] = [
      ['application/x-www-form-urlencoded', `query=${encodeURIComponent(document)}`],
      [
        'multipart/form-data; boundary=x',
        `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${query(document)}\r\n--x--`,
      ],
      ['text/plain', query(document)],
      ['application/graphql', document],
    ];
    for (const [contentType, body] of other) {
      expect([contentType, (await post(h, body, { 'content-type': contentType })).status]).toEqual([
        contentType,
        415,
      ]);
    }
    expect(
      (
        await post(h, gzipSync(query('{ __typename }')) as Uint8Array<ArrayBuffer>, {
          ...json,
          'content-encoding': 'gzip',
        })
      ).status,
    ).toBe(415);
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await h.fetch(null, `/graphql?query=${encodeURIComponent('{ __typename }')}`, {
        method,
      });
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
  });

  test('a body over one mebibyte is refused while it streams, whatever length it claims', async () => {
    const h = await createHarness();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const response = await post(h, endless);
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(1.3 * 1024 * 1024);
    expect((await post(h, 'x', { ...json, 'content-length': String(20 * 1024 * 1024) })).status).toBe(413);
  });

  test('introspection is for staff and for systems with a key', async () => {
    const h = await createHarness();
    const insurer = await h.given.insurer();
    const people = {
      stranger: null,
      bidder: await h.given.bidder(),
      operator: await h.given.operator(),
      key: await h.given.apiClient(['policies:read'], insurer.id),
    };
    const documents = [
      '{ __schema { types { name } } }',
      '{ #\n __type(name: "User") { name } }',
      '{ ...A } fragment A on Query { x: __type(name: "User") { name } }',
    ];
    for (const document of documents) {
      for (const [name, person] of Object.entries(people)) {
        const answer = await h.as(person)(document);
        const allowed = name === 'operator' || name === 'key';
        expect([name, document, Boolean(answer.data)]).toEqual([name, document, allowed]);
      }
    }
  });

  test('the whole schema can be asked for by those who may, as tools ask for it', async () => {
    const h = await createHarness();
    const answer = await h.as(await h.given.operator())(
      getIntrospectionQuery({ inputValueDeprecation: true }),
    );
    expect(answer.data?.__schema.types.length).toBeGreaterThan(100);
  });

  test('a mistyped field is named without suggestions', async () => {
    const h = await createHarness();
    const answer = await h.as(null)('{ platfrom { name } bidSections { nodez { id } } }');
    expect(JSON.stringify(answer.errors)).not.toMatch(/did you mean/i);
    expect(answer.errors?.[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('variables that do not fit are told in the same words however often they come, without what was sent', async () => {
    const h = await createHarness();
    const misfits = [
      { mobile: '13700000000', newPassword: 'a secret phrase 7', smsCode: '000000', captcha: 'x' },
      { mobile: '13700000000', newPassword: 'a secret phrase 7', smsCode: 7 },
      null,
    ];
    const answers = new Set<string>();
    for (let i = 0; i < 2 * limits.executionsBeforeCompiling; i += 1) {
      for (const input of misfits) {
        const { errors, status } = await h.as(null)(
          'mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { __typename } }',
          { input },
        );
        expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
        answers.add(JSON.stringify([status, errors?.[0].message]));
      }
    }
    expect(answers.size).toBe(misfits.length);
    expect([...answers].join()).not.toContain('secret phrase');
    expect((await h.rows()).users).toBe(0);
  });

  test('half a character is refused wherever it stands, and breaks no seal', async () => {
    const h = await createHarness();
    const { id } = await h.given.section();
    const operator = await h.given.operator();
    const before = await h.content();
    const { data } = await h.as(operator)(
      `mutation($input: BidSectionReasonInput!) {
        failBidSection(input: $input) { ... on InvalidInput { issues { path message } } }
      }`,
      { input: { id, reason: '无人投标\ud800' } },
    );
    expect(data?.failBidSection.issues).toEqual([{ path: 'reason', message: '含有无法识别的字符' }]);
    expect(await h.content()).toBe(before);
  });

  test('page sizes beyond the limits name the argument', async () => {
    const h = await createHarness();
    for (const first of [1_000_000, -1, 0, 101]) {
      const answer = await h.as(null)('query($first: Int) { bidSections(first: $first) { totalCount } }', {
        first,
      });
      expect([first, answer.errors?.[0].extensions.code]).toEqual([first, 'BAD_USER_INPUT']);
    }
    const answer = await h.as(null)('{ bidSections(first: 2147483648) { totalCount } }');
    expect(answer.errors?.[0].extensions.code).toBeTruthy();
  });

  test('pages of other sites may neither read nor act', async () => {
    const h = await createHarness();
    const bidder = await h.given.bidder();
    const before = await h.content();
    const origins = [
      'https://evil.example',
      'null',
      'http://localhost:4000.evil.example',
      'http://localhost:4001',
    ];
    for (const origin of origins) {
      const response = await h.fetch(bidder, '/graphql', {
        method: 'POST',
        headers: { ...json, origin },
        body: query('mutation { signOut(input: {}) { __typename } }'),
      });
      expect([origin, response.status, response.headers.get('access-control-allow-origin')]).toEqual([
        origin,
        403,
        null,
      ]);
    }
    for (const [path, method] of [
      ['/graphql', 'POST'],
      ['/uploads?purpose=LICENSE', 'POST'],
      ['/files/upl_x', 'GET'],
    ] as const) {
      const response = await h.fetch(bidder, path, {
        method,
        headers: { ...json, 'sec-fetch-site': 'cross-site' },
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
      expect([path, response.status]).toEqual([path, 403]);
    }
    expect(await h.content()).toBe(before);
  });

  test('the explorer is there for staff and as absent for all others', async () => {
    const h = await createHarness();
    const insurer = await h.given.insurer();
    const html = { accept: 'text/html' };
    const absent = await h.fetch(null, '/no-such-page.txt', { headers: html });
    for (const person of [
      null,
      await h.given.bidder(),
      await h.given.apiClient(['policies:read'], insurer.id),
    ]) {
      const response = await h.fetch(person, '/graphql', { headers: html });
      expect(response.status).toBe(404);
      expect(await response.text()).toBe(await absent.clone().text());
    }
    for (const person of [
      await h.given.operator(),
      await h.given.regulator(),
      await h.given.underwriter(insurer.id),
    ]) {
      const response = await h.fetch(person, '/graphql', { headers: html });
      expect(response.status).toBe(200);
      const page = await response.text();
      expect(page).toContain('YogaGraphiQL');
      expect(page).not.toMatch(/(src|href)="https?:/);
    }
  });
});

describe('every answer', () => {
  test('carries the common headers and its request id, whatever its status', async () => {
    const h = await createHarness();
    const bidder = await h.given.bidder();
    const requests: [string, RequestInit][] = [
      ['/livez', {}],
      ['/readyz', {}],
      ['/', {}],
      ['/nothing.txt', {}],
      ['/graphql', { method: 'POST', headers: json, body: query('{ __typename }') }],
      ['/graphql', { method: 'POST', headers: json, body: 'no json' }],
      ['/graphql', { method: 'PUT' }],
      [
        '/graphql',
        {
          method: 'POST',
          headers: { ...json, authorization: 'Bearer nothing' },
          body: query('{ __typename }'),
        },
      ],
      ['/uploads?purpose=LICENSE', { method: 'POST', body: 'x' }],
      ['/files/upl_unknown', {}],
      ['/captcha', {}],
      ['/sandbox/sms', {}],
    ];
    for (const [path, init] of requests) {
      const { headers, status } = await h.fetch(bidder, path, {
        ...init,
        headers: { 'x-request-id': 'test-request-1', ...(init.headers as object) },
      });
      const seen = {
        nosniff: headers.get('x-content-type-options'),
        referrer: headers.get('referrer-policy'),
        opener: headers.get('cross-origin-opener-policy'),
        resource: headers.get('cross-origin-resource-policy'),
        frames: /frame-ancestors 'none'/.test(headers.get('content-security-policy') ?? ''),
        id: headers.get('x-request-id'),
        poweredBy: headers.get('x-powered-by'),
        cors: headers.get('access-control-allow-origin'),
      };
      expect([path, status, seen]).toEqual([
        path,
        status,
        {
          nosniff: 'nosniff',
          referrer: 'no-referrer',
          opener: 'same-origin',
          resource: 'same-origin',
          frames: true,
          id: 'test-request-1',
          poweredBy: null,
          cors: null,
        },
      ]);
      if (path !== '/') expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test('says nothing of what lies beside the client', async () => {
    const h = await createHarness();
    for (const path of [
      '/.git/config',
      '/.env',
      '/data.db',
      '/package.json',
      '/assets/index.js.map',
      '/%2e%2e/etc/passwd',
      '/.built-from',
    ]) {
      expect([path, (await h.fetch(null, path)).status]).toEqual([path, 404]);
    }
  });

  test('a key that is wrong in any way gets the same 401', async () => {
    const h = await createHarness();
    const client = await h.given.apiClient(['sections:write']);
    const good = client.headers.authorization ?? '';
    const flipped = `${good.slice(0, -1)}${good.endsWith('a') ? 'b' : 'a'}`;
    const bodies = new Set<string>();
    for (const authorization of [
      flipped,
      good.slice(0, -1),
      'Bearer ',
      'Basic eDp5',
      `${good}x`,
      'nonsense',
    ]) {
      const response = await h.fetch(null, '/graphql', {
        method: 'POST',
        headers: { ...json, authorization },
        body: query('{ __typename }'),
      });
      expect([authorization, response.status]).toEqual([authorization, 401]);
      bodies.add(await response.text());
    }
    expect(bodies.size).toBe(1);
  });

  test('a cookie that is no session makes a stranger, not a fault', async () => {
    const h = await createHarness();
    for (const cookie of [
      '__Host-session=',
      '__Host-session=nonsense',
      `__Host-session=${'x'.repeat(7000)}`,
      'session=abc',
      ';;;=',
    ]) {
      const response = await h.fetch(null, '/graphql', {
        method: 'POST',
        headers: { ...json, cookie },
        body: query('{ viewer { kind } }'),
      });
      expect(await response.json()).toEqual({ data: { viewer: null } });
    }
  });
});

describe('the figures', () => {
  test('are served on a port of their own only, and do not grow with what callers make up', async () => {
    const h = await createHarness();
    const server = await listenForMetrics(h.app.metrics, 0, '127.0.0.1');
    onTestFinished(() => void server.close());
    expect((await h.fetch(null, '/metrics')).status).toBe(404);
    const series = async () => {
      const { port } = server.address() as AddressInfo;
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(text).toContain('http_answers_total{route="graphql",status="2xx"}');
      return text.split('\n').filter((row) => row.startsWith('http_')).length;
    };
    await h.as(null)('query First { __typename }');
    await h.fetch(null, '/first');
    const before = await series();
    for (let i = 0; i < 50; i += 1) {
      await h.as(null)(`query Name${i} { __typename }`);
      await h.fetch(null, `/made-up-${i}`);
    }
    expect(await series()).toBe(before);
  });
});

describe('a real port', () => {
  test('a sender who trickles header bytes is cut off, and others are served meanwhile', async () => {
    const h = await createHarness();
    const server = await listen(h.app, { ...h.app.core.config, port: 0 });
    onTestFinished(() => server.close());
    const socket = connect(server.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\n');
    const response = await fetch(`http://127.0.0.1:${server.port}/livez`);
    expect(await response.text()).toBe('ok');
  });

  test('a subscriber who goes away in the middle leaves the server standing', async () => {
    const h = await createHarness();
    const server = await listen(h.app, { ...h.app.core.config, port: 0 });
    onTestFinished(() => server.close());
    const scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const origin = `http://127.0.0.1:${server.port}`;
    const left = new AbortController();
    const stream = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { ...json, accept: 'text/event-stream', ...scene.bidder.headers },
      body: JSON.stringify({
        query: 'subscription($id: ID!) { orderChanged(orderId: $id) { state } }',
        variables: { id: orderId },
      }),
      signal: left.signal,
    });
    const reader = stream.body?.getReader();
    let told = '';
    while (!told.includes('DRAFT')) told += new TextDecoder().decode((await reader?.read())?.value);
    left.abort();
    await expect(reader?.read()).rejects.toThrow();
    expect(await (await fetch(`${origin}/livez`)).text()).toBe('ok');
  });

  test('nobody holds more streams than the limit, and one that was left makes room', async () => {
    const h = await createHarness();
    const scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const subscribe = (signal: AbortSignal) =>
      h.fetch(scene.bidder, '/graphql', {
        method: 'POST',
        headers: { ...json, accept: 'text/event-stream' },
        body: JSON.stringify({
          query: 'subscription($id: ID!) { orderChanged(orderId: $id) { state } }',
          variables: { id: orderId },
        }),
        signal,
      });
    const first = async (response: Response) =>
      new TextDecoder().decode((await response.body?.getReader().read())?.value);
    const readers = Array.from({ length: limits.subscriptionsPerActorMax }, () => new AbortController());
    for (const { signal } of readers) expect((await subscribe(signal)).status).toBe(200);
    const refused = await subscribe(new AbortController().signal);
    expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('RATE_LIMITED')]);
    readers[0]?.abort();
    expect(await first(await subscribe(new AbortController().signal))).not.toContain('RATE_LIMITED');
    for (const reader of readers) reader.abort();
  });

  test('a client can read the refusal of a body that is too large', async () => {
    const h = await createHarness();
    const server = await listen(h.app, { ...h.app.core.config, port: 0 });
    onTestFinished(() => server.close());
    const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
      method: 'POST',
      headers: json,
      body: 'x'.repeat(20 * 1024 * 1024),
    });
    expect(response.status).toBe(413);
    expect(await codes(response)).toEqual(['UPLOAD_REFUSED']);
  });
});
