import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { type Person, someCreditCode } from '../../../test/support/given.ts';
import { createHarness } from '../../../test/support/harness.ts';
import type { UserActor } from '../../access/actor.ts';
import { users } from '../../db/tables/account.ts';
import { certifications, enterprises } from '../../db/tables/enterprise.ts';
import { act, idNumber, papers, submitted, viewerOf } from './enterprise.fixture.ts';
import { requireReadyEnterprise } from './enterprise.service.ts';

const minuteMs = 60_000;

const actorOf = (who: Person, enterpriseId: string | null): UserActor => ({
  kind: 'USER',
  id: who.id,
  role: 'BIDDER',
  enterpriseId,
  insurerId: null,
  mustEnrol: false,
  tokenHash: '',
});

describe('submitting a certification', () => {
  test('hands the papers in for review by the end of the next working day', async () => {
    const h = await createHarness();
    const bidder = await h.given.newcomer();
    expect((await viewerOf(h, bidder)).readiness).toBe('CERTIFICATION_NEEDED');
    const input = await papers(h, bidder);
    const { result } = await act(h, bidder)('submitCertification', input);
    expect(result).toEqual({
      __typename: 'Certification',
      id: expect.stringMatching(/^crt_/),
      number: expect.stringMatching(/^RZ20261124\d{8}$/),
      state: 'PENDING_REVIEW',
      stateLabel: '待审核',
      name: '本溪演示筑岳建设有限公司',
      creditCode: input.creditCode,
      legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID', idNumberMasked: '110***********002X' },
      license: {
        id: input.licenseUploadId,
        contentType: 'image/png',
        url: `/files/${input.licenseUploadId}`,
      },
      submittedAt: '2026-11-24T10:00:00.000+08:00',
      expeditedAt: null,
      dueAt: '2026-11-25T23:59:59.999+08:00',
      overdue: false,
      queuePosition: 1,
      decidedAt: null,
      rejectionReason: null,
      rejectedFields: [],
      nextActor: 'OPERATOR',
      availableEvents: ['EXPEDITE', 'WITHDRAW'],
      events: [{ event: 'SUBMIT', actor: 'BIDDER', note: null }],
    });
    expect(await viewerOf(h, bidder)).toEqual({
      readiness: 'CERTIFICATION_PENDING',
      enterprise: null,
      certification: { id: result.id, state: 'PENDING_REVIEW' },
    });
    expect(await h.events()).toEqual(['BIDDER certification SUBMIT: · -> PENDING_REVIEW']);
    expect(await h.content()).not.toContain(idNumber);
    expect(h.logged.join()).not.toContain(idNumber);
  });

  test.each([
    ['a wrong check digit of the code', { creditCode: '91330212MA2AECMD5A' }, 'creditCode'],
    [
      'a wrong check digit of the number',
      { legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID', idNumber: '110105194912310021' } },
      'legalRepresentative.idNumber',
    ],
    [
      'a person born tomorrow',
      { legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID', idNumber: '110105202611250017' } },
      'legalRepresentative.idNumber',
    ],
    [
      'a number of another document',
      { legalRepresentative: { name: '赵演示', idType: 'HK_MACAO_PERMIT', idNumber } },
      'legalRepresentative.idNumber',
    ],
    [
      'a representative without a name',
      { legalRepresentative: { name: ' ', idType: 'RESIDENT_ID', idNumber } },
      'legalRepresentative.name',
    ],
    ['a name of two lines', { name: '一\n二' }, 'name'],
    ['a name without end', { name: '长'.repeat(201) }, 'name'],
  ])('with %s is refused', async (_name, change, path) => {
    const h = await createHarness();
    const bidder = await h.given.newcomer();
    const input = await papers(h, bidder, change);
    const before = await h.content();
    const { result } = await act(h, bidder)('submitCertification', input);
    expect(result).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
    expect(await h.content()).toBe(before);
  });

  test('takes a license only that is the bidder’s own, for this purpose, and not used before', async () => {
    const h = await createHarness();
    const [bidder, other] = [await h.given.newcomer(), await h.given.newcomer()];
    const used = await submitted(h, other);
    const uploads = [
      await h.given.upload(other, 'LICENSE'),
      await h.given.upload(bidder, 'EVIDENCE'),
      used.license.id,
      `upl_${'a'.repeat(26)}`,
    ];
    for (const licenseUploadId of uploads) {
      const input = await papers(h, bidder, { licenseUploadId });
      const before = await h.content();
      const { result } = await act(h, bidder)('submitCertification', input);
      expect(result).toMatchObject({ code: 'UPLOAD_REFUSED' });
      expect(await h.content()).toBe(before);
    }
  });

  test('waits for the one under review', async () => {
    const h = await createHarness();
    const bidder = await h.given.newcomer();
    await submitted(h, bidder);
    const input = await papers(h, bidder);
    const before = await h.content();
    const { result } = await act(h, bidder)('submitCertification', input);
    expect(result).toMatchObject({ code: 'TRANSITION_REFUSED', stood: 'PENDING_REVIEW', event: 'SUBMIT' });
    expect(await h.content()).toBe(before);
  });

  test('a hundred times at once under one key is one submission, and under a hundred keys too', async () => {
    const h = await createHarness();
    const [one, many] = [await h.given.newcomer(), await h.given.newcomer()];
    const [first, second] = [await papers(h, one), await papers(h, many)];
    const same = await Promise.all(
      Array.from({ length: 100 }, () => act(h, one)('submitCertification', first, 'once')),
    );
    expect(new Set(same.map(({ result }) => result.id)).size).toBe(1);
    const others = await Promise.all(
      Array.from({ length: 100 }, (_, i) => act(h, many)('submitCertification', second, `key-${i}`)),
    );
    expect(others.filter(({ result }) => result.__typename === 'Certification')).toHaveLength(1);
    expect((await h.rows()).certifications).toBe(2);
  });

  test('is for bidders', async () => {
    const h = await createHarness();
    const operator = await h.given.operator();
    const input = await papers(h, operator);
    const before = await h.content();
    expect((await act(h, operator)('submitCertification', input)).errors?.[0].extensions.code).toBe(
      'FORBIDDEN',
    );
    expect((await act(h, null)('submitCertification', input)).errors?.[0].extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    expect(await h.content()).toBe(before);
  });
});

describe('the queue of review', () => {
  test('serves the expedited first, then the oldest, page by page', async () => {
    const h = await createHarness();
    const operator = await h.given.operator();
    const ids: string[] = [];
    const bidders: Person[] = [];
    for (let i = 0; i < 5; i += 1) {
      const bidder = await h.given.newcomer();
      bidders.push(bidder);
      ids.push((await submitted(h, bidder)).id);
      h.pass(minuteMs);
    }
    const { result } = await act(h, bidders[3] as Person)('expediteCertification', { id: ids[3] });
    expect(result).toMatchObject({
      state: 'PENDING_REVIEW',
      queuePosition: 1,
      expeditedAt: '2026-11-24T10:05:00.000+08:00',
      availableEvents: ['WITHDRAW'],
    });

    const query =
      'query($after: String) { certifications(filter: { states: [PENDING_REVIEW] }, first: 2, after: $after) { totalCount nodes { id queuePosition } pageInfo { hasNextPage endCursor } } }';
    const seen: { id: string; queuePosition: number }[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const { data } = await h.as(operator)(query, { after });
      expect(data.certifications.totalCount).toBe(5);
      seen.push(...data.certifications.nodes);
      after = data.certifications.pageInfo.endCursor;
      more = data.certifications.pageInfo.hasNextPage;
    }
    expect(seen).toEqual([3, 0, 1, 2, 4].map((i, at) => ({ id: ids[i], queuePosition: at + 1 })));
  });

  test('is jumped once', async () => {
    const h = await createHarness();
    const bidder = await h.given.newcomer();
    const { id } = await submitted(h, bidder);
    await act(h, bidder)('expediteCertification', { id });
    const before = await h.content();
    const { result } = await act(h, bidder)('expediteCertification', { id });
    expect(result).toMatchObject({ code: 'TRANSITION_REFUSED', stood: 'PENDING_REVIEW', event: 'EXPEDITE' });
    expect(await h.content()).toBe(before);
  });

  test('shows who waits longer than promised', async () => {
    const h = await createHarness();
    const bidder = await h.given.newcomer();
    await submitted(h, bidder);
    const overdue = async () =>
      (await h.as(await h.given.operator())('{ certifications { nodes { overdue } } }')).data.certifications
        .nodes[0].overdue;
    h.pass(Date.parse('2026-11-25T23:59:59.999+08:00') - h.now());
    expect(await overdue()).toBe(false);
    h.pass(1);
    expect(await overdue()).toBe(true);
  });

  test('is seen whole by operators and regulators, by a bidder as far as it is theirs, by others not at all', async () => {
    const h = await createHarness();
    const [bidder, other] = [await h.given.newcomer(), await h.given.newcomer()];
    const { id, license } = await submitted(h, bidder);
    const seenBy = async (who: Person) => {
      const { data } = await h.as(who)(
        `{ certifications { totalCount nodes { id } } node(id: "${id}") { id } }`,
      );
      const file = await h.fetch(who, license.url);
      return [data.certifications.totalCount, data.node?.id === id, file.status];
    };
    expect(await seenBy(bidder)).toEqual([1, true, 200]);
    expect(await seenBy(await h.given.operator())).toEqual([1, true, 200]);
    expect(await seenBy(await h.given.regulator())).toEqual([1, true, 200]);
    expect(await seenBy(other)).toEqual([0, false, 404]);
    expect(await seenBy(await h.given.underwriter((await h.given.insurer()).id))).toEqual([0, false, 404]);
    expect((await h.as(null)('{ certifications { totalCount } }')).errors?.[0].extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    const centre = await h.given.apiClient(['sections:write']);
    expect((await h.as(centre)('{ certifications { totalCount } }')).errors?.[0].extensions.code).toBe(
      'FORBIDDEN',
    );

    const before = await h.content();
    const none = await act(h, other)('withdrawCertification', { id: `crt_${'a'.repeat(26)}` });
    for (const name of ['withdrawCertification', 'expediteCertification'] as const) {
      expect((await act(h, other)(name, { id })).result).toEqual(none.result);
    }
    expect(none.result).toMatchObject({ code: 'NOT_FOUND' });
    expect(await h.content()).toBe(before);
  });
});

describe('the decision', () => {
  test('to approve brings the enterprise into being, with the submitter in it', async () => {
    const h = await createHarness();
    const [bidder, operator] = [await h.given.newcomer(), await h.given.operator()];
    const { id, creditCode } = await submitted(h, bidder);
    h.pass(minuteMs);
    const { result } = await act(h, operator)('approveCertification', {
      id,
      expectedState: 'PENDING_REVIEW',
    });
    expect(result).toMatchObject({
      state: 'APPROVED',
      stateLabel: '已通过',
      decidedAt: '2026-11-24T10:01:00.000+08:00',
      queuePosition: null,
      nextActor: null,
      availableEvents: [],
    });
    const viewer = await viewerOf(h, bidder);
    expect(viewer).toEqual({
      readiness: 'PROFILE_NEEDED',
      enterprise: {
        id: expect.stringMatching(/^ent_/),
        name: '本溪演示筑岳建设有限公司',
        profileComplete: false,
      },
      certification: { id, state: 'APPROVED' },
    });
    const [row] = await h.app.core.database.reader.select().from(enterprises);
    expect(row).toMatchObject({ creditCode, certifiedAt: h.now() });
    expect((await h.events()).slice(-1)).toEqual([
      'OPERATOR certification APPROVE: PENDING_REVIEW -> APPROVED',
    ]);
  });

  test('to reject says why and what, and lets the bidder try again with a row of its own', async () => {
    const h = await createHarness();
    const [bidder, operator] = [await h.given.newcomer(), await h.given.operator()];
    const { id } = await submitted(h, bidder);
    const { result } = await act(h, operator)('rejectCertification', {
      id,
      reason: ' 营业执照不清晰 ',
      fields: ['licenseUploadId', 'name', 'name'],
    });
    expect(result).toMatchObject({
      state: 'REJECTED',
      rejectionReason: '营业执照不清晰',
      rejectedFields: ['licenseUploadId', 'name'],
      nextActor: 'BIDDER',
      events: [{ event: 'SUBMIT' }, { event: 'REJECT', actor: 'OPERATOR', note: '营业执照不清晰' }],
    });
    expect((await viewerOf(h, bidder)).readiness).toBe('CERTIFICATION_REJECTED');
    const again = await submitted(h, bidder);
    expect(again.id).not.toBe(id);
    expect((await viewerOf(h, bidder)).certification).toEqual({ id: again.id, state: 'PENDING_REVIEW' });
    expect((await h.rows()).certifications).toBe(2);
  });

  test.each([
    ['no reason', { reason: ' ', fields: [] }, 'reason'],
    ['a reason without end', { reason: '长'.repeat(1001), fields: [] }, 'reason'],
    ['a field that there is not', { reason: '不清晰', fields: ['name', 'licence'] }, 'fields.1'],
    ['too many fields', { reason: '不清晰', fields: Array(21).fill('name') }, 'fields'],
  ])('to reject with %s is refused', async (_name, change, path) => {
    const h = await createHarness();
    const [bidder, operator] = [await h.given.newcomer(), await h.given.operator()];
    const { id } = await submitted(h, bidder);
    const before = await h.content();
    const { result } = await act(h, operator)('rejectCertification', { id, ...change });
    expect(result).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
    expect(await h.content()).toBe(before);
  });

  test('is taken once: every other event is refused afterwards', async () => {
    const h = await createHarness();
    const operator = await h.given.operator();
    const outcomes = [
      ['approveCertification', {}, 'APPROVED'],
      ['rejectCertification', { reason: '不清晰', fields: [] }, 'REJECTED'],
      ['withdrawCertification', {}, 'WITHDRAWN'],
    ] as const;
    for (const [name, more, state] of outcomes) {
      const bidder = await h.given.newcomer();
      const { id } = await submitted(h, bidder);
      const decide = (event: typeof name) => act(h, event === 'withdrawCertification' ? bidder : operator);
      expect((await decide(name)(name, { id, ...more })).result).toMatchObject({ state });
      const before = await h.content();
      for (const [other, facts] of outcomes) {
        expect((await decide(other)(other, { id, ...facts })).result).toMatchObject({
          code: 'TRANSITION_REFUSED',
          stood: state,
        });
        expect(
          (await decide(other)(other, { id, ...facts, expectedState: 'PENDING_REVIEW' })).result,
        ).toMatchObject({ code: 'STALE_STATE' });
      }
      expect((await act(h, bidder)('expediteCertification', { id })).result).toMatchObject({
        code: 'TRANSITION_REFUSED',
      });
      expect(await h.content()).toBe(before);
    }
  });

  test('of many operators at once, one takes it', async () => {
    const h = await createHarness();
    const [bidder, one, two] = [await h.given.newcomer(), await h.given.operator(), await h.given.operator()];
    const { id } = await submitted(h, bidder);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2
          ? act(h, one)('approveCertification', { id })
          : act(h, two)('rejectCertification', { id, reason: '不清晰', fields: [] }),
      ),
    );
    expect(answers.filter(({ result }) => result.__typename === 'Certification')).toHaveLength(1);
    expect(await h.events()).toHaveLength(2);
  });

  test('certifies a code once: who waits with it is rejected, who comes later refused, without a word of the first', async () => {
    const h = await createHarness();
    const operator = await h.given.operator();
    const [first, second, third] = [
      await h.given.newcomer(),
      await h.given.newcomer(),
      await h.given.newcomer(),
    ];
    const creditCode = someCreditCode();
    const [one, two] = [
      await submitted(h, first, { creditCode }),
      await submitted(h, second, { creditCode }),
    ];
    const late = await papers(h, third, { creditCode });
    const answers = await Promise.all([
      act(h, operator)('approveCertification', { id: one.id }),
      act(h, operator)('approveCertification', { id: two.id }),
    ]);
    expect(answers.map(({ result }) => result.__typename)).toEqual(['Certification', 'TransitionRefused']);
    expect((await h.rows()).enterprises).toBe(1);
    const { data } = await h.as(second)(
      '{ viewer { readiness certification { state rejectionReason rejectedFields } } }',
    );
    expect(data.viewer).toEqual({
      readiness: 'CERTIFICATION_REJECTED',
      certification: {
        state: 'REJECTED',
        rejectionReason: '该统一社会信用代码已由其他账号认证，如有疑问请联系客服。',
        rejectedFields: ['creditCode'],
      },
    });
    expect(await h.events()).toEqual([
      'BIDDER certification SUBMIT: · -> PENDING_REVIEW',
      'BIDDER certification SUBMIT: · -> PENDING_REVIEW',
      'OPERATOR certification APPROVE: PENDING_REVIEW -> APPROVED',
      'OPERATOR certification REJECT: PENDING_REVIEW -> REJECTED',
    ]);

    const before = await h.content();
    const { result } = await act(h, third)('submitCertification', late);
    expect(result).toEqual({
      __typename: 'EnterpriseTaken',
      code: 'ENTERPRISE_TAKEN',
      message: '该统一社会信用代码已由其他账号认证，如有疑问请联系客服。',
      retryable: false,
    });
    expect(await h.content()).toBe(before);
  });

  test('is never taken by who submitted, not even as an operator by now', async () => {
    const h = await createHarness();
    const person = await h.given.newcomer();
    const { id } = await submitted(h, person);
    await h.system(({ db }) => db.update(users).set({ role: 'OPERATOR' }).where(eq(users.id, person.id)));
    const before = await h.content();
    expect((await act(h, person)('approveCertification', { id })).result).toMatchObject({
      code: 'TRANSITION_REFUSED',
    });
    expect(
      (await act(h, person)('rejectCertification', { id, reason: '不清晰', fields: [] })).result,
    ).toMatchObject({ code: 'TRANSITION_REFUSED' });
    expect(await h.content()).toBe(before);
  });

  test('is the operators’: others are refused', async () => {
    const h = await createHarness();
    const bidder = await h.given.newcomer();
    const { id } = await submitted(h, bidder);
    const before = await h.content();
    for (const who of [bidder, await h.given.regulator()]) {
      for (const [name, input] of [
        ['approveCertification', { id }],
        ['rejectCertification', { id, reason: '不清晰', fields: [] }],
        ['revealIdNumber', { certificationId: id, reason: '核对' }],
      ] as const) {
        expect((await act(h, who)(name, input)).errors?.[0].extensions.code).toBe('FORBIDDEN');
      }
    }
    expect(JSON.parse(await h.content(['users', 'sessions']))).toEqual(withoutPeople(before));
  });
});

function withoutPeople(content: string): unknown {
  const { users: _users, sessions: _sessions, ...rest } = JSON.parse(content) as Record<string, unknown>;
  return rest;
}

describe('revealing the number of the representative’s document', () => {
  test('takes a reason, which stands in the log', async () => {
    const h = await createHarness();
    const [bidder, operator] = [await h.given.newcomer(), await h.given.operator()];
    const { id } = await submitted(h, bidder);
    const { result } = await act(h, operator)(
      'revealIdNumber',
      { certificationId: id, reason: '与公安系统核对' },
      'a-key',
    );
    expect(result).toEqual({ __typename: 'RevealedIdNumber', idNumber });
    expect((await h.events()).slice(-1)).toEqual(['OPERATOR certification REVEAL: · -> ·']);
    const { data } = await h.as(operator)(
      `{ node(id: "${id}") { ... on Certification { events { label note } } } }`,
    );
    expect(data.node.events.at(-1)).toEqual({ label: '查看证件号码', note: '与公安系统核对' });
    expect(await h.content()).not.toContain(idNumber);

    const before = await h.content();
    expect(
      (await act(h, operator)('revealIdNumber', { certificationId: id, reason: ' ' })).result,
    ).toMatchObject({ issues: [{ path: 'reason' }] });
    expect(
      (await act(h, operator)('revealIdNumber', { certificationId: `crt_${'a'.repeat(26)}`, reason: '核对' }))
        .result,
    ).toMatchObject({ code: 'NOT_FOUND' });
    expect(await h.content()).toBe(before);
  });

  test('is done twenty times a day by one person', async () => {
    const h = await createHarness();
    const [bidder, operator, other] = [
      await h.given.newcomer(),
      await h.given.operator(),
      await h.given.operator(),
    ];
    const { id } = await submitted(h, bidder);
    const reveal = async (who: Person) =>
      (await act(h, who)('revealIdNumber', { certificationId: id, reason: '核对' })).result;
    for (let i = 0; i < 20; i += 1) expect(await reveal(operator)).toMatchObject({ idNumber });
    const before = await h.content();
    expect(await reveal(operator)).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await h.content()).toBe(before);
    expect(await reveal(other)).toMatchObject({ idNumber });
    h.pass(24 * 60 * minuteMs);
    const next = await h.given.operator();
    expect(await reveal(next)).toMatchObject({ idNumber });
  });

  test('opens no number that was moved to another row', async () => {
    const h = await createHarness();
    const [one, two, operator] = [
      await h.given.newcomer(),
      await h.given.newcomer(),
      await h.given.operator(),
    ];
    const [first, second] = [await submitted(h, one), await submitted(h, two)];
    await h.system(async ({ db }) => {
      const [row] = await db.select().from(certifications).where(eq(certifications.id, first.id));
      await db
        .update(certifications)
        .set({ idNumberSealed: row?.idNumberSealed ?? '' })
        .where(eq(certifications.id, second.id));
    });
    const before = await h.content();
    const { errors } = await act(h, operator)('revealIdNumber', {
      certificationId: second.id,
      reason: '核对',
    });
    expect(errors?.[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(await h.content()).toBe(before);
  });
});

describe('the profile', () => {
  const profile = { ownership: 'PRIVATE', regionCode: '210502', address: ' 平山区人民路 1 号 ' };

  test('completes a certified enterprise, which may then apply', async () => {
    const h = await createHarness();
    const bidder = await h.given.bidder({ complete: false });
    const refused = h.actAs(actorOf(bidder, bidder.enterpriseId), requireReadyEnterprise);
    await expect(refused).rejects.toMatchObject({ code: 'PROFILE_INCOMPLETE' });

    const { result } = await act(h, bidder)('completeProfile', profile);
    expect(result).toMatchObject({
      id: bidder.enterpriseId,
      ownership: 'PRIVATE',
      regionCode: '210502',
      regionName: '平山区',
      address: '平山区人民路 1 号',
      profileComplete: true,
    });
    expect((await viewerOf(h, bidder)).readiness).toBe('READY');
    expect(await h.events()).toEqual(['BIDDER enterprise PROFILE_COMPLETED: · -> ·']);
    const ready = await h.actAs(actorOf(bidder, bidder.enterpriseId), requireReadyEnterprise);
    expect(ready.id).toBe(bidder.enterpriseId);
  });

  test.each([
    ['a region that is a city', { regionCode: '210500' }, 'regionCode'],
    ['a region nobody knows', { regionCode: '999999' }, 'regionCode'],
    ['no address', { address: ' ' }, 'address'],
    ['an address without end', { address: '长'.repeat(301) }, 'address'],
  ])('with %s is refused', async (_name, change, path) => {
    const h = await createHarness();
    const bidder = await h.given.bidder({ complete: false });
    const before = await h.content();
    const { result } = await act(h, bidder)('completeProfile', { ...profile, ...change });
    expect(result).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
    expect(await h.content()).toBe(before);
  });

  test('is refused to who is not certified, or whose enterprise is suspended', async () => {
    const h = await createHarness();
    const newcomer = await h.given.newcomer();
    const bidder = await h.given.bidder();
    await h.system(({ db, now }) => db.update(enterprises).set({ suspendedAt: now }));
    const before = await h.content();
    expect((await act(h, newcomer)('completeProfile', profile)).result).toMatchObject({
      code: 'NOT_CERTIFIED',
    });
    for (const actor of [actorOf(newcomer, null), actorOf(bidder, bidder.enterpriseId)]) {
      await expect(h.actAs(actor, requireReadyEnterprise)).rejects.toMatchObject({ code: 'NOT_CERTIFIED' });
    }
    expect((await act(h, bidder)('completeProfile', profile)).errors?.[0].extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    expect(await h.content()).toBe(before);
  });

  test('is seen by its own people and by staff, and by nobody else', async () => {
    const h = await createHarness();
    const [bidder, other] = [await h.given.bidder(), await h.given.bidder()];
    const seenBy = async (who: Person | null) => {
      const { data } = await h.as(who)(`{ node(id: "${bidder.enterpriseId}") { id } }`);
      return data.node !== null;
    };
    expect(await seenBy(bidder)).toBe(true);
    expect(await seenBy(await h.given.operator())).toBe(true);
    expect(await seenBy(await h.given.regulator())).toBe(true);
    expect(await seenBy(other)).toBe(false);
    expect(await seenBy(await h.given.newcomer())).toBe(false);
    expect(await seenBy(await h.given.underwriter((await h.given.insurer()).id))).toBe(false);
    expect(await seenBy(await h.given.apiClient(['deposits:read']))).toBe(false);
    expect(await seenBy(null)).toBe(false);
  });
});
