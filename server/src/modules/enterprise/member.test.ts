import { readdir, readFile } from 'node:fs/promises';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { users } from '../../db/tables/account.ts';
import { enterprises, invitations } from '../../db/tables/enterprise.ts';
import { newId } from '../../kernel/id.ts';
import { limits } from '../../limits.ts';
import { cookieOf, lastMessage, registered, viewerOf } from '../account/account.fixture.ts';
import { sceneOf, startedOrder } from '../order/order.fixture.ts';

const dayMs = 86_400_000;
const refusal = '... on Error { code message } ... on InvalidInput { issues { path message } }';
const session = '... on Session { viewer { readiness enterprise { id members { id isOwner isSelf } } } }';
const invitation = '... on Invitation { id state stateLabel mobile enterpriseName expiresAt }';
const enterprise = '... on Enterprise { id members { id isOwner } }';
const documents = {
  inviteMember: `mutation($input: InviteMemberInput!) { result: inviteMember(input: $input) { __typename ${refusal} ${invitation} } }`,
  acceptInvitation: `mutation($input: IdInput!) { result: acceptInvitation(input: $input) { __typename ${refusal} ${session} } }`,
  declineInvitation: `mutation($input: IdInput!) { result: declineInvitation(input: $input) { __typename ${refusal} ${invitation} } }`,
  revokeInvitation: `mutation($input: IdInput!) { result: revokeInvitation(input: $input) { __typename ${refusal} ${invitation} } }`,
  removeMember: `mutation($input: IdInput!) { result: removeMember(input: $input) { __typename ${refusal} ${enterprise} } }`,
  transferOwnership: `mutation($input: IdInput!) { result: transferOwnership(input: $input) { __typename ${refusal} ${enterprise} } }`,
};

async function act(h: Harness, who: Person | null, name: keyof typeof documents, input: object) {
  const answer = await h.as(who)(documents[name], { input });
  return { ...answer, result: answer.data?.result };
}

async function mobileOf(h: Harness, { id }: Person): Promise<string> {
  const [row] = await h.app.core.database.reader.select().from(users).where(eq(users.id, id));
  return row?.mobile ?? '';
}

async function invite(h: Harness, owner: Person, mobile: string): Promise<string> {
  const { result } = await act(h, owner, 'inviteMember', { mobile });
  if (!result?.id) throw new Error(`Nobody was invited: ${JSON.stringify(result)}`);
  return result.id;
}

/** An owner and a clerk whom they invited and who came. */
async function pair(h: Harness, ownerKnown?: Person): Promise<{ owner: Person; clerk: Person }> {
  const owner = ownerKnown ?? (await h.given.bidder());
  const newcomer = await h.given.newcomer();
  const id = await invite(h, owner, await mobileOf(h, newcomer));
  const { headers } = await act(h, newcomer, 'acceptInvitation', { id });
  h.pass(1000);
  const clerk = { ...newcomer, enterpriseId: owner.enterpriseId, headers: { cookie: cookieOf(headers) } };
  return { owner, clerk };
}

const MEMBERS = '{ viewer { enterprise { members { id isOwner isSelf } invitations { id } } } }';
const membersSeen = async (h: Harness, who: Person) =>
  (await h.as(who)(MEMBERS)).data.viewer.enterprise?.members ?? null;
const invitationsSeen = async (h: Harness, who: Person) =>
  (await h.as(who)('{ viewer { invitations { id enterpriseName } } }')).data.viewer.invitations;

describe('an invitation', () => {
  test('reaches a registered number by SMS and on the site, and brings its holder in', async () => {
    const h = await createHarness();
    const owner = await h.given.bidder({ name: '本溪演示建设有限公司' });
    const newcomer = await h.given.newcomer();
    const mobile = await mobileOf(h, newcomer);
    const { result } = await act(h, owner, 'inviteMember', { mobile });
    expect(result).toEqual({
      __typename: 'Invitation',
      id: expect.stringMatching(/^ivt_/),
      state: 'PENDING',
      stateLabel: '待接受',
      mobile: `${mobile.slice(0, 3)}****${mobile.slice(7)}`,
      enterpriseName: '本溪演示建设有限公司',
      expiresAt: '2026-12-01T10:00:00.000+08:00',
    });
    expect(await lastMessage(h, mobile)).toContain('本溪演示建设有限公司邀请您');
    expect(await invitationsSeen(h, newcomer)).toEqual([
      { id: result.id, enterpriseName: '本溪演示建设有限公司' },
    ]);
    expect(await membersSeen(h, newcomer)).toBeNull();

    const joined = await act(h, newcomer, 'acceptInvitation', { id: result.id });
    expect(joined.result).toMatchObject({
      viewer: {
        readiness: 'READY',
        enterprise: {
          id: owner.enterpriseId,
          members: [
            { id: owner.id, isOwner: true, isSelf: false },
            { id: newcomer.id, isOwner: false, isSelf: true },
          ],
        },
      },
    });
    // What they may do has changed: the session from before is over.
    expect(await viewerOf(h, newcomer)).toBeNull();
    expect((await h.events()).slice(-3)).toEqual([
      'BIDDER invitation INVITE: · -> PENDING',
      'BIDDER invitation ACCEPT: PENDING -> ACCEPTED',
      'BIDDER enterprise MEMBER_JOINED: · -> ·',
    ]);
  });

  test('waits for a number that nobody has yet', async () => {
    const h = await createHarness({ TRUST_PROXY: '1' });
    await h.given.platformDocuments();
    const owner = await h.given.bidder();
    const id = await invite(h, owner, '13700000001');
    h.pass(1000);
    const clerk = await registered(h, '13700000001');
    expect(await invitationsSeen(h, clerk)).toMatchObject([{ id }]);
    expect((await act(h, clerk, 'acceptInvitation', { id })).result).toMatchObject({ __typename: 'Session' });
  });

  test('is answered alike whether the number is unknown, known, staff’s or in another enterprise', async () => {
    const h = await createHarness();
    const owner = await h.given.bidder();
    const numbers = [
      '13700000001',
      await mobileOf(h, await h.given.newcomer()),
      await mobileOf(h, await h.given.operator()),
      await mobileOf(h, await h.given.bidder()),
    ];
    const answers: string[] = [];
    for (const mobile of numbers) {
      const before = await h.rows();
      const { result, status } = await act(h, owner, 'inviteMember', { mobile });
      const after = await h.rows();
      const written = Object.keys(after).filter((table) => after[table] !== before[table]);
      const { id: _, mobile: __, ...rest } = result;
      answers.push(JSON.stringify([status, rest, written]));
    }
    expect(new Set(answers).size).toBe(1);
  });

  test('is for its number alone: to all others it is as absent', async () => {
    const h = await createHarness();
    const owner = await h.given.bidder();
    const id = await invite(h, owner, await mobileOf(h, await h.given.newcomer()));
    const before = await h.content();
    for (const name of ['acceptInvitation', 'declineInvitation'] as const) {
      for (const who of [await h.given.newcomer(), owner]) {
        const absent = await act(h, who, name, { id: newId('ivt') });
        expect((await act(h, who, name, { id })).result).toEqual(absent.result);
        expect(absent.result.code).toBe('NOT_FOUND');
      }
      const staff = await act(h, await h.given.operator(), name, { id });
      expect(staff.errors?.[0].extensions.code).toBe('FORBIDDEN');
    }
    expect(JSON.parse(await h.content()).invitations).toEqual(JSON.parse(before).invitations);
    const stranger = await h.given.newcomer();
    expect((await h.as(stranger)(`{ node(id: "${id}") { id } }`)).data.node).toBeNull();
  });

  test('may be declined or revoked, and is then over', async () => {
    const h = await createHarness();
    const owner = await h.given.bidder();
    const newcomer = await h.given.newcomer();
    const mobile = await mobileOf(h, newcomer);
    const declined = await invite(h, owner, mobile);
    expect((await act(h, newcomer, 'declineInvitation', { id: declined })).result.state).toBe('DECLINED');
    const revoked = await invite(h, owner, mobile);
    expect((await act(h, await h.given.bidder(), 'revokeInvitation', { id: revoked })).result.code).toBe(
      'NOT_FOUND',
    );
    expect((await act(h, owner, 'revokeInvitation', { id: revoked })).result.state).toBe('REVOKED');
    const before = await h.content();
    for (const id of [declined, revoked]) {
      expect((await act(h, newcomer, 'acceptInvitation', { id })).result.code).toBe('TRANSITION_REFUSED');
      expect((await act(h, owner, 'revokeInvitation', { id })).result.code).toBe('TRANSITION_REFUSED');
    }
    expect(await h.content()).toBe(before);
    expect(await invitationsSeen(h, newcomer)).toEqual([]);
  });

  test('runs out after seven days, before the clock has closed it and after', async () => {
    const h = await createHarness();
    const owner = await h.given.bidder();
    const newcomer = await h.given.newcomer();
    const mobile = await mobileOf(h, newcomer);
    const id = await invite(h, owner, mobile);
    h.pass(7 * dayMs);
    const later: Person = { ...newcomer, ...(await signedIn(h, newcomer)) };
    const ownerLater: Person = { ...owner, ...(await signedIn(h, owner)) };
    expect(await invitationsSeen(h, later)).toEqual([]);
    expect((await act(h, later, 'acceptInvitation', { id })).result.code).toBe('TRANSITION_REFUSED');
    // Another may be sent at once.
    await invite(h, ownerLater, mobile);
    await h.app.worker.workOff();
    const rows = await h.app.core.database.reader.select({ state: invitations.state }).from(invitations);
    expect(rows.map(({ state }) => state).toSorted()).toEqual(['EXPIRED', 'PENDING']);
    h.pass(7 * dayMs);
    await h.app.worker.workOff();
    expect((await h.events()).at(-1)).toBe('SYSTEM invitation EXPIRE: PENDING -> EXPIRED');
  });

  test('is refused to who belongs to an enterprise or waits for their own to be certified', async () => {
    const h = await createHarness();
    const owner = await h.given.bidder();
    const rival = await h.given.bidder();
    const id = await invite(h, owner, await mobileOf(h, rival));
    const before = await h.content();
    expect((await act(h, rival, 'acceptInvitation', { id })).result.code).toBe('ALREADY_MEMBER');
    expect(await h.content()).toBe(before);
  });

  test('of a hundred acceptances at once one holds', async () => {
    const h = await createHarness();
    const owner = await h.given.bidder();
    const newcomer = await h.given.newcomer();
    const id = await invite(h, owner, await mobileOf(h, newcomer));
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => act(h, newcomer, 'acceptInvitation', { id })),
    );
    expect(answers.filter(({ result }) => result?.__typename === 'Session')).toHaveLength(1);
    expect((await h.events()).filter((line) => line.includes('MEMBER_JOINED'))).toHaveLength(1);
  });

  test('is sent by the owner only, once to a number, and not without end', async () => {
    const h = await createHarness();
    const { owner, clerk } = await pair(h);
    const newcomer = await h.given.newcomer();
    let before = await h.content();
    const codeOf = async (who: Person, mobile: string) => {
      const { result } = await act(h, who, 'inviteMember', { mobile });
      return result.issues?.[0].path ?? result.code;
    };
    expect(await codeOf(clerk, '13700000001')).toBe('NOT_OWNER');
    expect(await codeOf(newcomer, '13700000001')).toBe('NOT_CERTIFIED');
    expect(await codeOf(owner, await mobileOf(h, clerk))).toBe('mobile');
    expect(await codeOf(owner, '12345')).toBe('mobile');
    expect(await h.content()).toBe(before);
    await invite(h, owner, '13700000001');
    expect(await codeOf(owner, '13700000001')).toBe('mobile');
    for (let i = 2; i < limits.invitationsPerDayMax; i += 1) await invite(h, owner, `137${10_000_000 + i}`);
    before = await h.content();
    expect(await codeOf(owner, '13900000099')).toBe('RATE_LIMITED');
    expect(await h.content()).toBe(before);
  });

  test('tells a number three times a day at most, whoever invites it', async () => {
    const h = await createHarness();
    const newcomer = await h.given.newcomer();
    const mobile = await mobileOf(h, newcomer);
    for (let i = 0; i < 5; i += 1) await invite(h, await h.given.bidder(), mobile);
    expect((await h.rows()).outbox).toBe(3);
    expect(await invitationsSeen(h, newcomer)).toHaveLength(5);
  });
});

async function signedIn(h: Harness, { id }: Person): Promise<{ headers: { cookie: string } }> {
  const { setCookie } = await h.app.sessions.begin(id, { address: '127.0.0.1', agent: 'test' });
  return { headers: { cookie: setCookie.split(';')[0] ?? '' } };
}

describe('a member', () => {
  test('who is removed is out with their next request, and what they began stays', async () => {
    const h = await createHarness();
    const scene = await sceneOf(h);
    const { owner, clerk } = await pair(h, scene.bidder);
    const mobile = await mobileOf(h, clerk);
    await startedOrder({ ...scene, bidder: clerk, ask: h.as(clerk) });
    const ordersSeen = async (who: Person) =>
      (await h.as(who)('{ orders { totalCount } }')).data.orders.totalCount;
    const { result } = await act(h, owner, 'removeMember', { id: clerk.id });
    expect(result).toEqual({
      __typename: 'Enterprise',
      id: owner.enterpriseId,
      members: [{ id: owner.id, isOwner: true }],
    });
    expect(await viewerOf(h, clerk)).toBeNull();
    expect(await lastMessage(h, mobile)).toContain('您已不再是');
    const again: Person = { ...clerk, ...(await signedIn(h, clerk)) };
    expect(await membersSeen(h, again)).toBeNull();
    expect([await ordersSeen(owner), await ordersSeen(again)]).toEqual([1, 0]);
    expect(await viewerOf(h, again)).toMatchObject({ readiness: 'CERTIFICATION_NEEDED' });
    expect((await h.events()).at(-1)).toBe('BIDDER enterprise MEMBER_REMOVED: · -> ·');
    const before = await h.content(['sessions']);
    expect((await act(h, owner, 'removeMember', { id: clerk.id })).result.code).toBe('NOT_FOUND');
    expect(await h.content(['sessions'])).toBe(before);
  });

  test('may leave, and is signed out', async () => {
    const h = await createHarness();
    const { owner, clerk } = await pair(h);
    const { result, headers } = await act(h, clerk, 'removeMember', { id: clerk.id });
    expect(result).toEqual({ __typename: 'Enterprise', id: owner.enterpriseId, members: null });
    expect(headers.getSetCookie().at(-1)).toMatch(/^__Host-session=;/);
    expect((await h.events()).at(-1)).toBe('BIDDER enterprise MEMBER_LEFT: · -> ·');
    expect(await membersSeen(h, owner)).toHaveLength(1);
  });

  test('removes nobody else, and the owner cannot go before handing over', async () => {
    const h = await createHarness();
    const { owner, clerk } = await pair(h);
    const rival = await h.given.bidder();
    const before = await h.content();
    expect((await act(h, clerk, 'removeMember', { id: owner.id })).result.code).toBe('NOT_OWNER');
    expect((await act(h, clerk, 'transferOwnership', { id: clerk.id })).result.code).toBe('NOT_OWNER');
    expect((await act(h, owner, 'removeMember', { id: owner.id })).result.issues[0].path).toBe('id');
    expect((await act(h, owner, 'transferOwnership', { id: owner.id })).result.issues[0].path).toBe('id');
    for (const name of ['removeMember', 'transferOwnership'] as const) {
      expect((await act(h, owner, name, { id: rival.id })).result.code).toBe('NOT_FOUND');
      expect((await act(h, await h.given.newcomer(), name, { id: owner.id })).result.code).toBe(
        'NOT_CERTIFIED',
      );
    }
    const { enterprises: kept } = JSON.parse(before);
    expect(JSON.parse(await h.content()).enterprises).toEqual(kept);
  });

  test('who is made the owner may remove the one before', async () => {
    const h = await createHarness();
    const { owner, clerk } = await pair(h);
    const { result } = await act(h, owner, 'transferOwnership', { id: clerk.id });
    expect(result.members).toEqual([
      { id: clerk.id, isOwner: true },
      { id: owner.id, isOwner: false },
    ]);
    expect(await lastMessage(h, await mobileOf(h, clerk))).toContain('企业管理员');
    expect((await h.events()).at(-1)).toBe('BIDDER enterprise OWNERSHIP_TRANSFERRED: · -> ·');
    expect((await act(h, owner, 'inviteMember', { mobile: '13700000001' })).result.code).toBe('NOT_OWNER');
    expect((await act(h, clerk, 'removeMember', { id: owner.id })).result.__typename).toBe('Enterprise');
    expect(await viewerOf(h, owner)).toBeNull();
  });
});

test('members and invitations are the enterprise’s own affair', async () => {
  const h = await createHarness();
  const { owner } = await pair(h);
  await invite(h, owner, '13700000001');
  const ask = async (who: Person) =>
    (
      await h.as(who)(
        `{ node(id: "${owner.enterpriseId}") { ... on Enterprise { members { id } invitations { id } } } }`,
      )
    ).data.node;
  expect(await ask(await h.given.operator())).toMatchObject({ members: [{}, {}], invitations: [{}] });
  expect(await ask(await h.given.regulator())).toEqual({ members: null, invitations: null });
  expect(await ask(await h.given.bidder())).toBeNull();
});

test('an enterprise from before has an owner: whose certification was approved, else the oldest member', async () => {
  const h = await createHarness();
  const { owner, clerk } = await pair(h);
  const folder = new URL('../../../../drizzle/', import.meta.url);
  const file = (await readdir(folder)).find((name) => name.endsWith('_members.sql')) ?? '';
  const statements = (await readFile(new URL(file, folder), 'utf8')).split('--> statement-breakpoint');
  const fill = statements.find((text) => text.trim().startsWith('UPDATE')) ?? '';
  const ownerAfter = async () => {
    await h.system(async ({ db }) => {
      await db.update(enterprises).set({ ownerId: null });
      await db.run(sql.raw(fill));
    });
    const [row] = await h.app.core.database.reader.select().from(enterprises);
    return row?.ownerId;
  };
  await h.system(async ({ db, now }) => {
    await db
      .update(users)
      .set({ createdAt: now - 5000 })
      .where(eq(users.id, owner.id));
  });
  expect(await ownerAfter()).toBe(owner.id);
  const licenseId = await h.given.upload(clerk, 'LICENSE');
  await h.system(async ({ db, now }) => {
    await db.run(sql`insert into certifications (id, number, user_id, enterprise_id, state, name, credit_code, representative_name,
      id_type, id_number_sealed, id_number_masked, license_upload_id, submitted_at, decided_at, rejected_fields)
      values (${newId('crt')}, 'RZ1', ${clerk.id}, ${owner.enterpriseId}, 'APPROVED', 'x', 'x', 'x', 'PASSPORT', 'x', 'x', ${licenseId}, ${now}, ${now}, '[]')`);
  });
  expect(await ownerAfter()).toBe(clerk.id);
});
