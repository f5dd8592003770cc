import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, createHarness, type Harness } from '../../../test/support/harness.ts';
import { system } from '../../access/actor.ts';
import { machineGrid } from '../../kernel/machine.ts';
import { limits } from '../../limits.ts';
import { fillSealSlot, findSeals, sealedBytes, slotRange, withSealSlot } from '../../paper/seal-slot.ts';
import {
  ISSUE,
  type Issued,
  issuedOrder,
  paidOrder,
  payableOrder,
  pdfUpload,
  plainPdf,
  resultOf,
} from '../payment/payment.fixture.ts';
import { policyClauses } from './policy.clauses.ts';
import { policyMachine } from './policy.machine.ts';
import { policyById } from './policy.queries.ts';
import { movePoliciesByDate, policySeals } from './policy.service.ts';

const SEALS = `query ($id: ID!) { order(id: $id) { policy {
  seals { holds coversAll signedAt trusted trustFault chain { subject selfSigned signatureHolds } } } } }`;

/** A policy as an insurer's own system would make and seal it. */
async function sealedByInsurer(insurerId: string): Promise<Uint8Array> {
  const pdf = withSealSlot(plainPdf(), { name: '示例保险', reason: '出具保单', location: '中国' });
  const slot = slotRange(pdf);
  return fillSealSlot(
    pdf,
    slot,
    await h.app.core.seal.sign(insurerId, sealedBytes(pdf, slot), new Date(h.now())),
  );
}

const DAY_MS = 86_400_000;
let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

async function refused(ask: () => Promise<Answer>) {
  const before = await h.content(['idempotency_keys']);
  const answer = resultOf(await ask());
  expect(await h.content(['idempotency_keys'])).toBe(before);
  return answer;
}

test('the machine of a policy, a row a state', () => {
  expect(machineGrid(policyMachine)).toMatchInlineSnapshot(`
    "state       ACTIVATE ENDORSE EXPIRE  SURRENDER   RELEASE  EXHAUST
    ISSUED      ACTIVE   ISSUED  .       SURRENDERED RELEASED .
    ACTIVE      .        ACTIVE  EXPIRED SURRENDERED RELEASED EXHAUSTED
    EXPIRED     .        .       .       .           .        .
    SURRENDERED .        .       .       .           .        .
    RELEASED    .        .       .       .           .        .
    EXHAUSTED   .        .       .       .           .        ."
  `);
});

describe('issuing', () => {
  test('with the insurer’s file completes the order, its quote and opens its invoice', async () => {
    const order = await paidOrder(h);
    const uploadId = await pdfUpload(h, order.underwriter, 'POLICY');
    const input = { orderId: order.orderId, policyNumber: ' ＢＨ-1 ', uploadId, expectedState: 'ISSUING' };
    const policy = resultOf(await h.as(order.underwriter)(ISSUE, { input }));
    expect(policy).toMatchObject({
      state: 'ISSUED',
      policyNumber: 'BH-1',
      verificationCode: expect.stringMatching(/^[2-9A-HJ-NP-Z]{8}$/),
      sumInsured: '100000.00',
      premium: '400.00',
      startOn: '2026-12-04',
      endOn: '2027-03-03',
      file: { id: uploadId, contentType: 'application/pdf' },
      order: { state: 'COMPLETED' },
    });
    const { data } = await order.ask(
      `query ($id: ID!) { order(id: $id) { completedAt dueAt policy { id insurer { id } events { event actor } } invoice { state amount net vat }
         acceptedQuote { state policyNumber } } }`,
      { id: order.orderId },
    );
    expect(data.order).toEqual({
      completedAt: '2026-11-24T10:00:00.000+08:00',
      dueAt: null,
      policy: {
        id: policy.id,
        insurer: { id: order.insurers[0]?.id },
        events: [{ event: 'ISSUE', actor: 'UNDERWRITER' }],
      },
      invoice: { state: 'NOT_REQUESTED', amount: '400.00', net: '377.36', vat: '22.64' },
      acceptedQuote: { state: 'ISSUED', policyNumber: 'BH-1' },
    });
    expect((await h.events()).slice(-4)).toEqual([
      'UNDERWRITER policy ISSUE: · -> ISSUED',
      'SYSTEM quote ISSUE: ACCEPTED -> ISSUED',
      'SYSTEM order ISSUE: ISSUING -> COMPLETED',
      'SYSTEM invoice OPEN: · -> NOT_REQUESTED',
    ]);
  });

  test('without a file the platform makes the paper, once for one key', async () => {
    const order = await paidOrder(h);
    const insurer = await h.given.apiClient(['underwriting:write'], order.insurers[0]?.id ?? '');
    const input = { orderId: order.orderId, policyNumber: 'BH-2' };
    const key = { 'idempotency-key': 'issue-1' };
    const policy = resultOf(await h.as(insurer)(ISSUE, { input }, key));
    expect(policy.file.contentType).toBe('application/pdf');
    const again = resultOf(await h.as(insurer)(ISSUE, { input }, key));
    expect(again).toEqual(policy);

    const file = await h.fetch(order.bidder, `/files/${policy.file.id}`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    expect(Buffer.from(bytes.slice(0, 5)).toString()).toBe('%PDF-');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(policy.file.sha256);
    expect(file.headers.get('content-disposition')).toContain('BH-2.pdf');
  });

  test('the paper of the platform is sealed with the insurer’s key, over the whole file, and carries its facts for machines', async () => {
    const order = await paidOrder(h);
    const input = { orderId: order.orderId, policyNumber: 'BH-4' };
    const { file } = resultOf(await h.as(order.underwriter)(ISSUE, { input }));
    const { data } = await order.ask(SEALS, { id: order.orderId });
    const insurer = order.insurers[0]?.name;
    expect(data.order.policy.seals).toEqual([
      {
        holds: true,
        coversAll: true,
        signedAt: '2026-11-24T10:00:00.000+08:00',
        trusted: true,
        trustFault: null,
        chain: [{ subject: `${insurer}（演示证书，自签名）`, selfSigned: true, signatureHolds: true }],
      },
    ]);

    const bytes = new Uint8Array(await (await h.fetch(order.bidder, `/files/${file.id}`)).arrayBuffer());
    const [seal] = findSeals(bytes, 5);
    if (!seal) throw new Error('The file has no seal.');
    const read = (content: Uint8Array) => h.app.core.seal.read(seal.cms, sealedBytes(content, seal.range));
    expect(await read(bytes)).toMatchObject({ holds: true });
    const altered = bytes.slice();
    altered[200] = (altered[200] ?? 0) ^ 1;
    expect(await read(altered)).toMatchObject({ holds: false });
    expect(Buffer.from(bytes).toString('latin1')).toContain('guarantee.json');
  });

  test('with a file that the insurer sealed itself shows its seal; altered after sealing it is refused', async () => {
    const order = await paidOrder(h);
    const sealed = await sealedByInsurer('ins_0elsewhere');
    const spoilt = Buffer.from(sealed);
    spoilt.writeUInt8(spoilt.readUInt8(300) ^ 1, 300);
    const input = { orderId: order.orderId, policyNumber: 'BH-5' };
    const broken = await pdfUpload(h, order.underwriter, 'POLICY', spoilt);
    expect(
      await refused(() => h.as(order.underwriter)(ISSUE, { input: { ...input, uploadId: broken } })),
    ).toMatchObject({
      code: 'UPLOAD_REFUSED',
      message: expect.stringContaining('电子签章与文件内容不符'),
    });

    const uploadId = await pdfUpload(h, order.underwriter, 'POLICY', sealed);
    resultOf(await h.as(order.underwriter)(ISSUE, { input: { ...input, uploadId } }));
    const { data } = await order.ask(SEALS, { id: order.orderId });
    expect(data.order.policy.seals).toMatchObject([
      {
        holds: true,
        coversAll: true,
        trusted: false,
        trustFault: '证书的持有者不是出具机构',
        chain: [{ selfSigned: true }],
      },
    ]);
  });

  test('with a file of the insurer’s own needs its trusted seal in production, and nobody else’s', async () => {
    const order = await paidOrder(h);
    const insurerId = order.insurers[0]?.id ?? '';
    const core = { ...h.app.core, config: { ...h.app.core.config, mode: 'production' as const } };
    const actor = {
      kind: 'USER' as const,
      id: order.underwriter.id,
      role: 'UNDERWRITER' as const,
      enterpriseId: null,
      insurerId,
      tokenHash: '',
      mustEnrol: false,
    };
    const taken = async (content: Uint8Array) => {
      const uploadId = await pdfUpload(h, order.underwriter, 'POLICY', content);
      return policySeals(core, actor, null, { orderId: order.orderId, policyNumber: 'BH-6', uploadId });
    };
    const untrusted = (message: string) => ({
      code: 'SEAL_UNTRUSTED',
      message: expect.stringContaining(message),
    });
    await expect(taken(plainPdf())).rejects.toMatchObject(untrusted('没有电子签章'));
    await expect(taken(await sealedByInsurer('ins_0elsewhere'))).rejects.toMatchObject(
      untrusted('证书的持有者不是出具机构'),
    );
    expect(await taken(await sealedByInsurer(insurerId))).toMatchObject([{ trust: { trusted: true } }]);
  });

  test('each download is an event, which another insurer of the order does not see', async () => {
    const order = await issuedOrder(h);
    const { data } = await order.ask(`query ($id: ID!) { order(id: $id) { policy { id file { url } } } }`, {
      id: order.orderId,
    });
    const { id, file } = data.order.policy;
    const rival = await h.given.bidder();
    const before = await h.content(['idempotency_keys']);
    expect((await h.fetch(rival, file.url)).status).toBe(404);
    expect(await h.content(['idempotency_keys'])).toBe(before);

    expect((await h.fetch(order.bidder, file.url)).status).toBe(200);
    expect((await h.fetch(order.underwriter, file.url)).status).toBe(200);
    expect((await h.events()).slice(-2)).toEqual([
      'BIDDER policy DOWNLOAD: · -> ·',
      'UNDERWRITER policy DOWNLOAD: · -> ·',
    ]);
    const events = await order.ask(
      `query ($id: ID!) { node(id: $id) { ... on Policy { events { event label } } } }`,
      { id },
    );
    expect(events.data.node.events.slice(-1)).toEqual([{ event: 'DOWNLOAD', label: '下载保单' }]);
  });

  test('waits for the money, and happens once', async () => {
    const order = await payableOrder(h);
    const ask = () =>
      h.as(order.underwriter)(ISSUE, { input: { orderId: order.orderId, policyNumber: 'BH-3' } });
    expect(await refused(ask)).toMatchObject({ code: 'TRANSITION_REFUSED', refusedIn: 'AWAITING_PAYMENT' });

    const issued = await issuedOrder(await another());
    const twice = () =>
      h.as(issued.underwriter)(ISSUE, { input: { orderId: issued.orderId, policyNumber: 'BH-4' } });
    expect(await refused(twice)).toMatchObject({ code: 'TRANSITION_REFUSED', refusedIn: 'COMPLETED' });
  });

  test('by an insurer that was asked but not chosen finds the order absent, as a stranger does', async () => {
    const order = await paidOrder(h, { insurers: 2 });
    const loser = await h.given.underwriter(order.insurers[1]?.id ?? '');
    const stranger = await h.given.underwriter((await h.given.insurer()).id);
    const input = { orderId: order.orderId, policyNumber: 'BH-5' };
    const answer = await refused(() => h.as(loser)(ISSUE, { input }));
    expect(answer.code).toBe('NOT_FOUND');
    expect(await refused(() => h.as(stranger)(ISSUE, { input }))).toEqual(answer);
  });

  test('under a number that the insurer has used before names the field', async () => {
    const first = await issuedOrder(h);
    const second = await paidOrder(await another(first));
    const input = { orderId: second.orderId, policyNumber: first.policyNumber };
    expect(await refused(() => h.as(second.underwriter)(ISSUE, { input }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'policyNumber' }],
    });
    const control = { orderId: second.orderId, policyNumber: 'A\u0007B' };
    expect((await refused(() => h.as(second.underwriter)(ISSUE, { input: control }))).code).toBe(
      'INVALID_INPUT',
    );
  });
});

/** The same service for a second order: its insurer is another, or the very one of an order before. */
async function another(first?: Issued): Promise<Harness> {
  const insurer = async (name?: string) => first?.insurers[0] ?? h.given.insurer(`${name ?? ''}二`);
  return { ...h, given: { ...h.given, insurer: insurer as Harness['given']['insurer'] } };
}

describe('a policy file', () => {
  test('is read by those who see the policy, and by nobody else', async () => {
    const order = await issuedOrder(h);
    const { data } = await order.ask('query ($id: ID!) { order(id: $id) { policy { file { url } } } }', {
      id: order.orderId,
    });
    const { url } = data.order.policy.file;
    const status = async (who: Parameters<Harness['fetch']>[0]) => (await h.fetch(who, url)).status;
    const operator = await h.given.operator();
    expect(await status(order.bidder)).toBe(200);
    expect(await status(order.underwriter)).toBe(200);
    expect(await status(operator)).toBe(404);
    expect(await status(await h.given.bidder())).toBe(404);
    expect(await status(null)).toBe(404);
    await h.given.opened(order.section.id);
    expect(await status(operator)).toBe(200);
  });
});

describe('cover', () => {
  test('begins and ends with the day in Shanghai', async () => {
    const order = await issuedOrder(h);
    const state = async () => (await policyById(h.app.core.database.reader, system, order.policyId))?.state;
    // It is ten in the morning of 24 November; cover runs from 4 December to 3 March.
    h.pass(9 * DAY_MS + 13 * 3_600_000 + 3_599_999);
    await movePoliciesByDate(h.app.core);
    expect(await state()).toBe('ISSUED');
    h.pass(10 * 3_600_000);
    await movePoliciesByDate(h.app.core);
    expect(await state()).toBe('ACTIVE');
    h.pass(89 * DAY_MS);
    await movePoliciesByDate(h.app.core);
    expect(await state()).toBe('ACTIVE');
    h.pass(DAY_MS);
    await movePoliciesByDate(h.app.core);
    expect(await state()).toBe('EXPIRED');
    await movePoliciesByDate(h.app.core);
    expect((await h.events()).filter((line) => line.includes(' policy '))).toEqual([
      'UNDERWRITER policy ISSUE: · -> ISSUED',
      'SYSTEM policy ACTIVATE: ISSUED -> ACTIVE',
      'SYSTEM policy EXPIRE: ACTIVE -> EXPIRED',
    ]);
  });

  test('that nobody moved for a year begins and ends in one go', async () => {
    const order = await issuedOrder(h);
    h.pass(400 * DAY_MS);
    await movePoliciesByDate(h.app.core);
    expect((await h.events()).slice(-2)).toEqual([
      'SYSTEM policy ACTIVATE: ISSUED -> ACTIVE',
      'SYSTEM policy EXPIRE: ACTIVE -> EXPIRED',
    ]);
    expect(order.policyId).toMatch(/^pol_/);
  });

  test('is released by the insurer with a reason, which ends its validity', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const RELEASE = `mutation ($input: ReleasePolicyInput!) { releasePolicy(input: $input) {
      ... on Policy { state } ... on Error { code } } }`;
    const input = { policyId: order.policyId, reason: '招标人已退还保函' };
    const stranger = h.as(await h.given.underwriter((await h.given.insurer()).id));
    expect((await refused(() => stranger(RELEASE, { input }))).code).toBe('NOT_FOUND');
    expect(resultOf(await h.as(order.underwriter)(RELEASE, { input }))).toEqual({ state: 'RELEASED' });
    const checked = await verify({ policyNumber: order.policyNumber, code: order.verificationCode });
    expect(checked).toMatchObject({ valid: false, state: 'RELEASED' });
  });
});

const VERIFY = `query ($input: VerifyPolicyInput!) { verifyPolicy(input: $input) {
  valid state stateLabel insurer sumInsured start end checkedAt } }`;
const verify = async (input: { policyNumber?: string; code?: string; sha256?: string }) =>
  (await h.as(null)(VERIFY, { input })).data.verifyPolicy;
const nothing = { state: null, stateLabel: null, insurer: null, sumInsured: null, start: null, end: null };

describe('public verification', () => {
  test('tells before the opening of a bid order whether it is valid, and nothing else', async () => {
    const order = await issuedOrder(h);
    const checkedAt = '2026-11-24T10:00:00.000+08:00';
    const asked = [
      { policyNumber: order.policyNumber, code: order.verificationCode },
      {
        policyNumber: ` ${order.policyNumber} `,
        code: order.verificationCode.toLowerCase().replace(/^(.{4})/, '$1-'),
      },
      { sha256: order.sha256.toUpperCase() },
    ];
    for (const input of asked) expect(await verify(input)).toEqual({ ...nothing, valid: true, checkedAt });
    await h.given.opened(order.section.id);
    expect(await verify({ sha256: order.sha256 })).toEqual({
      valid: true,
      state: 'ISSUED',
      stateLabel: '待生效',
      insurer: order.insurers[0]?.name,
      sumInsured: '100000.00',
      start: '2026-12-04',
      end: '2027-03-03',
      checkedAt,
    });
  });

  test('answers a wrong code, an unknown number and an unknown file alike', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const wrong = await verify({ policyNumber: order.policyNumber, code: 'ABCD2345' });
    expect(wrong).toEqual({ ...nothing, valid: false, checkedAt: '2026-11-24T10:00:00.000+08:00' });
    expect(await verify({ policyNumber: 'BH-UNKNOWN', code: order.verificationCode })).toEqual(wrong);
    expect(await verify({ sha256: '0'.repeat(64) })).toEqual(wrong);
  });

  test('is slowed down for each address, and free again after a minute', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const input = { policyNumber: order.policyNumber, code: order.verificationCode };
    for (let i = 0; i < limits.verificationsPerAddressMax; i += 1)
      expect((await verify(input)).valid).toBe(true);
    const { errors } = await h.as(null)(VERIFY, { input });
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
    h.pass(limits.verificationsWindowMs + 1);
    expect((await verify(input)).valid).toBe(true);
    expect((await h.rows()).verification_attempts).toBe(1);
  });

  test('asks for a number with its code, or a whole hash', async () => {
    for (const input of [{}, { policyNumber: 'BH-1' }, { code: 'ABCD2345' }, { sha256: 'abc' }]) {
      const { errors } = await h.as(null)(VERIFY, { input });
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

test('the clauses of each kind and form speak of their own parties only', () => {
  for (const kind of ['BID', 'PERFORMANCE', 'ADVANCE_PAYMENT', 'WAGE', 'QUALITY'] as const) {
    const texts = (form: 'INSURANCE' | 'SURETY') => JSON.stringify(policyClauses(kind, form));
    expect(texts('INSURANCE')).not.toMatch(/保证人|受益人|申请人/);
    expect(texts('SURETY')).not.toMatch(/保险人|投保人/);
    expect(policyClauses(kind, 'BANK').map((clause) => clause.title.slice(0, 3))).toEqual([
      '第一条',
      '第二条',
      '第三条',
      '第四条',
      '第五条',
      '第六条',
      '第七条',
    ]);
  }
});
