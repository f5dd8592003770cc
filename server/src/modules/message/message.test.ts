import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Person, someCreditCode } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { users } from '../../db/tables/account.ts';
import { events, outbox } from '../../db/tables/ledger.ts';
import { newId } from '../../kernel/id.ts';
import {
  OFFER,
  offerInput,
  readyOrder,
  SAVE,
  sceneOf,
  startedOrder,
  submittedOrder,
} from '../order/order.fixture.ts';
import {
  issuedOrder,
  payableOrder,
  REJECT,
  resultOf,
  SUBMIT_VOUCHER,
  voucherInput,
} from '../payment/payment.fixture.ts';
import {
  failBidSection,
  postponeBidSection,
  resumeBidSection,
  suspendBidSection,
} from '../section/section.service.ts';
import { tellSectionNews } from './message.service.ts';

let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

const LIST = `query ($filter: MessageFilter, $first: Int, $after: String) {
  messages(filter: $filter, first: $first, after: $after) {
    totalCount nodes { id title text noun event objectId orderId readAt } pageInfo { hasNextPage endCursor } } }`;
const MARK = `mutation ($input: MarkMessagesReadInput!) { markMessagesRead(input: $input) {
  ... on MessagesRead { unreadCount } ... on Error { code } ... on InvalidInput { issues { path message } } } }`;

interface Listed {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly noun: string;
  readonly event: string;
  readonly objectId: string;
  readonly orderId: string | null;
  readonly readAt: string | null;
}
const messagesOf = async (who: Person, filter: Record<string, unknown> = {}): Promise<Listed[]> =>
  (await h.as(who)(LIST, { filter, first: 100 })).data.messages.nodes;
const keysOf = (listed: readonly Listed[]) => listed.map(({ noun, event }) => `${noun}.${event}`).sort();
const unreadOf = async (who: Person) => (await h.as(who)('{ unreadMessageCount }')).data.unreadMessageCount;

/** What went out by SMS, of the steps alone. */
async function sentTo(mobile: string): Promise<string[]> {
  await h.app.worker.workOff();
  await h.app.worker.workOff();
  const caught = (await (await h.fetch(null, `/sandbox/sms.json?mobile=${mobile}`)).json()) as {
    text: string;
    code: string | null;
  }[];
  for (const message of caught) expect(message.code).toBeNull();
  return caught.map((message) => message.text).sort();
}
const mobileOf = async (who: Person) => {
  const [row] = await h.app.core.database.reader.select().from(users).where(eq(users.id, who.id));
  return row?.mobile ?? '';
};
const centre = { kind: 'API_CLIENT', id: newId('api'), scopes: ['sections:write'], insurerId: null } as const;

describe('news of an order', () => {
  test('come at each step, on the site and to the mobile of who applied', async () => {
    const order = await issuedOrder(h);
    const listed = await messagesOf(order.bidder);
    expect(keysOf(listed)).toEqual(['order.OFFER', 'payment.CONFIRM', 'policy.ISSUE', 'quote.OFFER']);
    for (const message of listed) expect(message).toMatchObject({ orderId: order.orderId, readAt: null });
    expect(listed.find(({ noun }) => noun === 'policy')?.objectId).toBe(order.policyId);

    const sent = await sentTo(await mobileOf(order.bidder));
    // The offer is told once, though the order moves with it.
    const told = listed.filter(({ noun }) => noun !== 'order').map(({ text }) => `【本溪公共资源】${text}`);
    expect(sent).toEqual(told.sort());
    // The handler's number was only typed: it may be anybody's.
    expect(await sentTo('13900000001')).toEqual([]);
  });

  test('go by SMS to the handler too who acts for the enterprise, and to the first of its people where nobody else is left', async () => {
    const scene = await sceneOf(h, { kind: 'PERFORMANCE' });
    const [handler, other] = [
      await h.given.user('BIDDER', { enterpriseId: scene.bidder.enterpriseId }),
      await h.given.user('BIDDER', { enterpriseId: scene.bidder.enterpriseId }),
    ];
    const orderId = await startedOrder(scene);
    const application = { handler: { mobile: await mobileOf(handler) } };
    resultOf(await scene.ask(SAVE, { input: { orderId, application } }));
    const told = async () => {
      await h.actAs(centre, (command) => suspendBidSection(command, { id: scene.section.id }));
      await h.actAs(centre, (command) => resumeBidSection(command, { id: scene.section.id }));
      const all = await Promise.all(
        [scene.bidder, handler, other].map(async (who) => sentTo(await mobileOf(who))),
      );
      return all.map((texts) => texts.length);
    };
    expect(await told()).toEqual([2, 2, 0]);
    const leaves = (who: Person) =>
      h.system(({ db }) => db.update(users).set({ suspendedAt: h.now() }).where(eq(users.id, who.id)));
    await leaves(scene.bidder);
    expect(await told()).toEqual([2, 4, 0]);
    await leaves(handler);
    expect(await told()).toEqual([2, 4, 2]);
  });

  test('name the insurer and the premium of an offer', async () => {
    const scene = await sceneOf(h);
    const { orderId, quotes } = await submittedOrder(scene);
    const underwriter = await h.given.underwriter(scene.insurers[0]?.id ?? '');
    resultOf(await h.as(underwriter)(OFFER, { input: offerInput(h, quotes[0]?.id ?? '', '500.00') }));
    const { order } = (await scene.ask('query ($id: ID!) { order(id: $id) { number } }', { id: orderId }))
      .data;
    const offered = (await messagesOf(scene.bidder)).find(({ noun }) => noun === 'quote');
    expect(offered?.text).toBe(
      `订单${order.number}：${scene.insurers[0]?.shortName}核保通过，保费500.00元，请登录平台查看并办理。`,
    );
  });

  test('go to who began the order where no handler is named', async () => {
    const scene = await sceneOf(h, { kind: 'PERFORMANCE' });
    await startedOrder(scene);
    await h.actAs(centre, (command) => failBidSection(command, { id: scene.section.id }));
    expect(await sentTo(await mobileOf(scene.bidder))).toHaveLength(1);
  });

  test('do not repeat the reason of a rejection, which is read on the platform', async () => {
    const order = await payableOrder(h);
    resultOf(await order.ask(SUBMIT_VOUCHER, { input: await voucherInput(order) }));
    const reason = '户名 王演示 看不清';
    resultOf(await h.as(order.underwriter)(REJECT, { input: { paymentId: order.paymentId, reason } }));
    const rejected = (await messagesOf(order.bidder)).find(({ event }) => event === 'REJECT');
    expect(rejected?.title).toBe('支付凭证被退回');
    expect(JSON.stringify(rejected)).not.toContain(reason);
  });

  test('are written with the act or not at all', async () => {
    const scene = await sceneOf(h);
    const { quotes } = await submittedOrder(scene);
    const underwriter = await h.given.underwriter(scene.insurers[0]?.id ?? '');
    await h.system(async (command) =>
      command.db.run(
        sql`create trigger broken before insert on messages begin select raise(abort, 'broken'); end`,
      ),
    );
    const before = await h.content(['idempotency_keys']);
    const { errors } = await h.as(underwriter)(OFFER, { input: offerInput(h, quotes[0]?.id ?? '') });
    expect(errors?.[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(await h.content(['idempotency_keys'])).toBe(before);
  });
});

describe('news of a certification', () => {
  test.each([
    ['approveCertification', 'IdInput', {}, '企业认证已通过'],
    ['rejectCertification', 'RejectCertificationInput', { reason: '不清晰', fields: [] }, '企业认证未通过'],
  ])('%s is told to who submitted it', async (name, type, input, title) => {
    const submitter = await h.given.newcomer();
    const licenseUploadId = await h.given.upload(submitter, 'LICENSE');
    const submitted = resultOf(
      await h.as(submitter)(
        'mutation ($input: SubmitCertificationInput!) { submitCertification(input: $input) { ... on Certification { id } ... on Error { code } } }',
        {
          input: {
            name: '本溪演示筑岳建设有限公司',
            creditCode: someCreditCode(),
            legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID', idNumber: '11010519491231002X' },
            licenseUploadId,
          },
        },
      ),
    );
    const operator = await h.given.operator();
    resultOf(
      await h.as(operator)(
        `mutation ($input: ${type}!) { ${name}(input: $input) { ... on Certification { id } ... on Error { code } } }`,
        { input: { id: submitted.id, ...input } },
      ),
    );
    const [message] = await messagesOf(submitter);
    expect(message).toMatchObject({ title, noun: 'certification', objectId: submitted.id, orderId: null });
    expect(await sentTo(await mobileOf(submitter))).toEqual([`【本溪公共资源】${message?.text}`]);
  });
});

describe('news of a section', () => {
  const postponed = (sectionId: string) => {
    const deadlineAt = h.now() + 20 * 86_400_000;
    return h.actAs(centre, (command) =>
      postponeBidSection(command, { id: sectionId, openAt: deadlineAt, deadlineAt }),
    );
  };

  test('go to each holder of a live order, to each its own, after the commit', async () => {
    const scene = await sceneOf(h);
    await readyOrder(scene);
    const rival = await h.given.bidder();
    const other = { ...scene, bidder: rival, ask: h.as(rival) };
    await readyOrder(other);
    const bystander = await h.given.bidder();

    await postponed(scene.section.id);
    expect(await messagesOf(scene.bidder)).toEqual([]);
    await h.app.worker.workOff();
    for (const [bidder, others] of [
      [scene.bidder, rival],
      [rival, scene.bidder],
    ] as const) {
      const [message, ...more] = await messagesOf(bidder);
      expect(more).toEqual([]);
      expect(message).toMatchObject({ title: '标段已延期', noun: 'bidSection', objectId: scene.section.id });
      expect(message?.text).toContain('改为2026-12-14 10:00。');
      const { orders } = (await h.as(bidder)('{ orders { nodes { id number } } }')).data;
      expect(message?.orderId).toBe(orders.nodes[0].id);
      expect(message?.text).toContain(orders.nodes[0].number);
      expect(JSON.stringify(await messagesOf(others))).not.toContain(message?.id);
    }
    expect(await messagesOf(bystander)).toEqual([]);
  });

  test('leave behind the same whether anybody holds an order or not, until the act is over', async () => {
    const scene = await sceneOf(h);
    const twin = await createHarness({}, h);
    await readyOrder(scene);
    const left = async (each: Harness) => {
      const before = await each.rows();
      const deadlineAt = each.now() + 20 * 86_400_000;
      await each.actAs(centre, (command) =>
        postponeBidSection(command, { id: scene.section.id, openAt: deadlineAt, deadlineAt }),
      );
      const after = await each.rows();
      return Object.entries(after)
        .filter(([name, n]) => n !== before[name])
        .map(([name]) => name);
    };
    expect(await left(h)).toEqual(await left(twin));
  });

  test('are told once, however often they are carried out', async () => {
    const scene = await sceneOf(h);
    await readyOrder(scene);
    await postponed(scene.section.id);
    await h.app.worker.workOff();
    const [event] = await h.app.core.database.reader
      .select()
      .from(events)
      .where(eq(events.event, 'POSTPONE'));
    await tellSectionNews(h.app.core, event?.id ?? '');
    expect(await messagesOf(scene.bidder)).toHaveLength(1);
    const sms = await h.app.core.database.reader.select().from(outbox).where(eq(outbox.topic, 'sms'));
    expect(sms).toHaveLength(1);
  });

  test('do not reach holders of orders that have ended', async () => {
    const scene = await sceneOf(h);
    const orderId = await readyOrder(scene);
    await scene.ask('mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename } }', {
      input: { orderId, reason: '不再参加' },
    });
    await postponed(scene.section.id);
    await h.app.worker.workOff();
    expect(await messagesOf(scene.bidder)).toEqual([]);
  });
});

describe('the message centre', () => {
  test('shows the newest first, page by page', async () => {
    const { bidder } = await issuedOrder(h);
    const all = await messagesOf(bidder);
    const first = (await h.as(bidder)(LIST, { first: 3 })).data.messages;
    expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    const second = (await h.as(bidder)(LIST, { first: 3, after: first.pageInfo.endCursor })).data.messages;
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect([...first.nodes, ...second.nodes]).toEqual(all);
  });

  test('marks some as read, and then all', async () => {
    const { bidder } = await issuedOrder(h);
    const ask = h.as(bidder);
    expect(await unreadOf(bidder)).toBe(4);
    const [one] = await messagesOf(bidder);
    expect(resultOf(await ask(MARK, { input: { ids: [one?.id] } }))).toEqual({ unreadCount: 3 });
    expect((await messagesOf(bidder, { unread: false })).map(({ id }) => id)).toEqual([one?.id]);
    expect(await messagesOf(bidder, { unread: true })).toHaveLength(3);

    h.pass(60_000);
    expect(resultOf(await ask(MARK, { input: { all: true } }))).toEqual({ unreadCount: 0 });
    expect(await unreadOf(bidder)).toBe(0);
    // What had been read before keeps the time when it was.
    const read = await messagesOf(bidder);
    expect(new Set(read.map(({ readAt }) => readAt)).size).toBe(2);
  });

  test.each([{}, { ids: [] }, { all: false }, { all: true, ids: [newId('msg')] }])(
    'does not guess what %j is to mark',
    async (input) => {
      const bidder = await h.given.bidder();
      expect(resultOf(await h.as(bidder)(MARK, { input }))).toMatchObject({
        code: 'INVALID_INPUT',
        issues: [{ path: 'ids' }],
      });
    },
  );

  test('is nobody else’s: another bidder finds nothing there, and staff and systems are turned away', async () => {
    const order = await issuedOrder(h);
    const [message] = await messagesOf(order.bidder);
    const node = async (who: Person | null) =>
      (await h.as(who)('query ($id: ID!) { node(id: $id) { id } }', { id: message?.id })).data.node;
    expect(await node(order.bidder)).toEqual({ id: message?.id });

    const rival = await h.given.bidder();
    expect(await messagesOf(rival)).toEqual([]);
    expect(await unreadOf(rival)).toBe(0);
    expect(await node(rival)).toBeNull();
    const marked = resultOf(await h.as(rival)(MARK, { input: { ids: [message?.id] } }));
    expect(marked).toMatchObject({ code: 'NOT_FOUND' });
    expect(resultOf(await h.as(rival)(MARK, { input: { all: true } }))).toEqual({ unreadCount: 0 });
    expect(await unreadOf(order.bidder)).toBe(4);

    await h.given.opened(order.section.id);
    for (const who of [
      await h.given.operator(),
      await h.given.regulator(),
      order.underwriter,
      await h.given.apiClient(['sections:write', 'deposits:read']),
      null,
    ]) {
      expect(await node(who)).toBeNull();
      for (const query of [LIST, '{ unreadMessageCount }']) {
        const { errors } = await h.as(who)(query);
        expect(errors?.[0].extensions.code).toBe(who ? 'FORBIDDEN' : 'UNAUTHENTICATED');
      }
    }
  });

  test('is shared by the people of one enterprise', async () => {
    const order = await issuedOrder(h);
    const colleague = await h.given.user('BIDDER', { enterpriseId: order.bidder.enterpriseId });
    expect(await messagesOf(colleague)).toEqual(await messagesOf(order.bidder));
  });
});
