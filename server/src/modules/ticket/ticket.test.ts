import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { type Answer, createHarness, type Harness } from '../../../test/support/harness.ts';
import { machineGrid } from '../../kernel/machine.ts';
import { limits } from '../../limits.ts';
import { sceneOf, startedOrder, submittedOrder } from '../order/order.fixture.ts';
import { issuedOrder, type Payable, paidOrder, resultOf } from '../payment/payment.fixture.ts';
import {
  ANSWER,
  ASK,
  CLOSE,
  HAND_OVER,
  OPEN_TICKET,
  openedTicket,
  REOPEN,
  REPLY,
  RESOLVE,
  TAKE,
} from './ticket.fixture.ts';
import { ticketMachine } from './ticket.machine.ts';

let h: Harness;
let operator: Person;
beforeEach(async () => {
  h = await createHarness();
  operator = await h.given.operator();
});

async function refused(ask: () => Promise<Answer>) {
  const before = await h.content(['idempotency_keys']);
  const answer = resultOf(await ask());
  expect(await h.content(['idempotency_keys'])).toBe(before);
  return answer;
}

/** One act on a ticket, a moment after the one before. */
async function act(who: Person, document: string, ticketId: string, text?: string, uploadIds?: string[]) {
  h.pass(1);
  return resultOf(await h.as(who)(document, { input: { ticketId, text, uploadIds } }));
}
const workday = 86_400_000;

test('the machine of a ticket, a row a state', () => {
  expect(machineGrid(ticketMachine)).toMatchInlineSnapshot(`
    "state            REPLY       CANCEL REOPEN TAKE        HAND_OVER ANSWER      ASK              RESOLVE  CLOSE  EXPIRE
    OPEN             OPEN        CLOSED .      IN_PROGRESS OPEN      .           .                .        .      .
    IN_PROGRESS      IN_PROGRESS CLOSED .      .           OPEN      IN_PROGRESS WAITING_CUSTOMER RESOLVED .      .
    WAITING_CUSTOMER IN_PROGRESS CLOSED .      .           .         .           .                RESOLVED .      CLOSED
    RESOLVED         .           .      OPEN   .           .         .           .                .        CLOSED CLOSED
    CLOSED           .           .      OPEN   .           .         .           .                .        .      ."
  `);
});

describe('a ticket', () => {
  test('is a conversation from the question to the answer, with files on both sides', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const picture = await h.given.upload(order.bidder, 'EVIDENCE');
    const opened = resultOf(
      await order.ask(OPEN_TICKET, {
        input: {
          orderId: order.orderId,
          type: 'POLICY_CORRECTION',
          subject: '项目名称有误',
          text: '请更正',
          uploadIds: [picture],
        },
      }),
    );
    expect(opened).toMatchObject({
      number: expect.stringMatching(/^SH20261124\d{8}$/),
      state: 'OPEN',
      stateLabel: '待受理',
      nextActor: 'OPERATOR',
      // Two working days, to the end of the day.
      dueAt: '2026-11-26T23:59:59.999+08:00',
      orderAmount: '4000.00',
      availableEvents: ['REPLY', 'CANCEL'],
      messages: [{ author: 'BIDDER', authorLabel: '投标企业', text: '请更正', files: [{ id: picture }] }],
    });
    const { id } = opened;

    expect(await act(operator, TAKE, id)).toMatchObject({ state: 'IN_PROGRESS', nextActor: 'OPERATOR' });
    expect(await act(operator, ASK, id, '请提供中标通知书')).toMatchObject({
      state: 'WAITING_CUSTOMER',
      nextActor: 'BIDDER',
    });
    const notice = await h.given.upload(order.bidder, 'EVIDENCE');
    expect(await act(order.bidder, REPLY, id, '见附件', [notice])).toMatchObject({ state: 'IN_PROGRESS' });
    expect(await act(operator, ANSWER, id, '已收到，正在更正')).toMatchObject({ state: 'IN_PROGRESS' });
    expect(await act(operator, RESOLVE, id, '已更正')).toMatchObject({
      state: 'RESOLVED',
      nextActor: 'BIDDER',
    });
    const done = await act(order.bidder, CLOSE, id);
    expect(done).toMatchObject({ state: 'CLOSED', nextActor: null, dueAt: null });
    expect(
      done.messages.map(({ author, text }: { author: string; text: string }) => `${author} ${text}`),
    ).toEqual([
      'BIDDER 请更正',
      'OPERATOR 请提供中标通知书',
      'BIDDER 见附件',
      'OPERATOR 已收到，正在更正',
      'OPERATOR 已更正',
    ]);
    for (const file of [picture, notice])
      expect((await h.fetch(operator, `/files/${file}`)).status).toBe(200);
    const { data } = await order.ask('{ messages { nodes { noun event } } }');
    const told = data.messages.nodes.filter(({ noun }: { noun: string }) => noun === 'ticket');
    expect(told.map(({ event }: { event: string }) => event).sort()).toEqual(['ANSWER', 'ASK', 'RESOLVE']);
  });

  test('is reopened once', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const id = await openedTicket(order);
    await act(operator, TAKE, id);
    await act(operator, RESOLVE, id, '已办理');
    expect(await act(order.bidder, REOPEN, id, '没有收到')).toMatchObject({ state: 'OPEN', overdue: false });
    await act(operator, TAKE, id);
    await act(operator, RESOLVE, id, '再次办理');
    expect(await act(order.bidder, CLOSE, id)).toMatchObject({ state: 'CLOSED', availableEvents: [] });
    const again = { ticketId: id, text: '还是没有' };
    expect(await refused(() => order.ask(REOPEN, { input: again }))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      event: 'REOPEN',
    });
  });

  test('closes by itself some working days after it was resolved, or when an answer does not come', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const [resolved, asked, open] = [
      await openedTicket(order),
      await openedTicket(order),
      await openedTicket(order),
    ];
    for (const id of [resolved, asked]) await act(operator, TAKE, id);
    await act(operator, RESOLVE, resolved, '已办理');
    await act(operator, ASK, asked, '请补充');
    const states = async () => {
      await h.app.worker.workOff();
      const { data } = await h.as(await h.given.operator())(
        'query ($id: ID!) { order(id: $id) { tickets { id state overdue } } }',
        { id: order.orderId },
      );
      const byId = new Map(data.order.tickets.map((row: { id: string }) => [row.id, row]));
      return [resolved, asked, open].map((id) => byId.get(id));
    };
    h.pass(7 * workday);
    expect(await states()).toMatchObject([
      { state: 'RESOLVED' },
      { state: 'WAITING_CUSTOMER' },
      { state: 'OPEN', overdue: true },
    ]);
    h.pass(workday);
    expect(await states()).toMatchObject([{ state: 'CLOSED' }, { state: 'CLOSED' }, { state: 'OPEN' }]);
    expect((await h.events()).filter((event) => event.includes('EXPIRE'))).toHaveLength(2);
  });

  test('is withdrawn by the bidder while it is worked on, and not closed by staff before it is resolved', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const id = await openedTicket(order);
    await act(operator, TAKE, id);
    expect(await refused(() => h.as(operator)(CLOSE, { input: { ticketId: id } }))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      event: 'CLOSE',
    });
    expect(await act(order.bidder, CLOSE, id)).toMatchObject({ state: 'CLOSED' });
  });

  test('of two who take it at once one takes it', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const ticketId = await openedTicket(order);
    const colleague = await h.given.operator();
    const both = await Promise.all(
      [operator, colleague].map(async (who) => resultOf(await h.as(who)(TAKE, { input: { ticketId } }))),
    );
    expect(both.map(({ state, code }) => state ?? code).sort()).toEqual([
      'IN_PROGRESS',
      'TRANSITION_REFUSED',
    ]);
  });

  test('is refused for a draft, for what needs a policy, without words, with too many files and for strangers', async () => {
    const scene = await sceneOf(h, { kind: 'PERFORMANCE' });
    const words = { type: 'OTHER', subject: '咨询', text: '请问' };
    const ask = (input: Record<string, unknown>, who = scene.bidder) =>
      refused(() => h.as(who)(OPEN_TICKET, { input: { ...words, ...input } }));
    const draft = await startedOrder(scene);
    expect(await ask({ orderId: draft })).toMatchObject({ issues: [{ path: 'orderId' }] });
    const other = await sceneOf(h, { kind: 'PERFORMANCE' });
    const { orderId } = await submittedOrder(other);
    expect(await ask({ orderId })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await ask({ orderId, type: 'RESEND' }, other.bidder)).toMatchObject({
      issues: [{ path: 'type' }],
    });
    expect(await ask({ orderId, subject: ' ', text: '' }, other.bidder)).toMatchObject({
      issues: [{ path: 'subject' }, { path: 'text' }],
    });
    const uploadIds = Array.from({ length: limits.ticketFilesPerMessageMax + 1 }, (_, i) => `upl_${i}`);
    expect(await ask({ orderId, uploadIds }, other.bidder)).toMatchObject({
      issues: [{ path: 'uploadIds' }],
    });
    const foreign = await h.given.upload(scene.bidder, 'EVIDENCE');
    expect(await ask({ orderId, uploadIds: [foreign] }, other.bidder)).toMatchObject({
      code: 'UPLOAD_REFUSED',
    });
    for (let i = 0; i < limits.ticketOpenPerOrderMax; i += 1) await openedTicket({ ask: other.ask, orderId });
    expect(await ask({ orderId }, other.bidder)).toMatchObject({ issues: [{ path: 'orderId' }] });
  });
});

describe('before the opening', () => {
  const LIST = `query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount
    nodes { id orderNumber orderAmount order { id } messages { text fileCount files { id } } events { label } } } }`;
  const listed = async (who: Person, filter: Record<string, unknown> = {}) =>
    (await h.as(who)(LIST, { filter })).data.tickets.nodes;

  test('an operator answers on a view of number, amount and words, and sees no file', async () => {
    const order = await paidOrder(h);
    const file = await h.given.upload(order.bidder, 'EVIDENCE');
    const id = await openedTicket(order, { uploadIds: [file] });
    expect(await listed(operator)).toMatchObject([
      {
        id,
        orderAmount: '400.00',
        order: null,
        events: [],
        messages: [{ text: '请问何时可以办理？', fileCount: 1, files: [] }],
      },
    ]);
    expect((await h.fetch(operator, `/files/${file}`)).status).toBe(404);
    await act(operator, TAKE, id);
    expect(await act(operator, RESOLVE, id, '一个工作日内')).toMatchObject({
      state: 'RESOLVED',
      order: null,
    });
    const [{ orderNumber }] = await listed(order.bidder);
    expect(await listed(operator, { search: orderNumber })).toHaveLength(1);
    expect(await listed(operator, { search: order.section.name })).toEqual([]);
    await h.given.opened(order.section.id);
    expect(await listed(operator)).toMatchObject([
      { order: { id: order.orderId }, messages: [{ files: [{ id: file }] }, {}] },
    ]);
    expect((await h.fetch(operator, `/files/${file}`)).status).toBe(200);
  });

  test('an insurer sees what was handed over to it, and nothing before', async () => {
    const order: Payable = await paidOrder(h, { insurers: 2 });
    const file = await h.given.upload(order.bidder, 'EVIDENCE');
    const id = await openedTicket(order, { uploadIds: [file] });
    const underwriters = await Promise.all(order.insurers.map((insurer) => h.given.underwriter(insurer.id)));
    for (const who of underwriters) {
      expect(await listed(who)).toEqual([]);
      expect(await refused(() => h.as(who)(TAKE, { input: { ticketId: id } }))).toMatchObject({
        code: 'NOT_FOUND',
      });
    }
    expect(await act(operator, HAND_OVER, id)).toMatchObject({ handedOver: true, nextActor: 'UNDERWRITER' });
    expect(await refused(() => h.as(operator)(HAND_OVER, { input: { ticketId: id } }))).toMatchObject({
      code: 'TRANSITION_REFUSED',
    });
    expect(await act(order.underwriter, TAKE, id)).toMatchObject({
      state: 'IN_PROGRESS',
      order: { id: order.orderId },
      messages: [{ files: [{ id: file }] }],
    });
    expect(await act(order.underwriter, ANSWER, id, '由我公司处理')).toMatchObject({
      nextActor: 'UNDERWRITER',
    });
    const other = underwriters.find(({ insurerId }) => insurerId !== order.underwriter.insurerId);
    expect(other && (await listed(other))).toEqual([]);
    const [{ events }] = await listed(order.underwriter);
    expect(events.map(({ label }: { label: string }) => label)).toEqual([
      '提交工单',
      '转交保险公司',
      '受理',
      '答复',
    ]);
  });

  test('a ticket of an order without an insurer yet stays with the platform', async () => {
    const scene = await sceneOf(h, { insurers: 2 });
    const { orderId } = await submittedOrder(scene);
    const id = await openedTicket({ ask: scene.ask, orderId });
    expect(await refused(() => h.as(operator)(HAND_OVER, { input: { ticketId: id } }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  test('tickets are found by state, type and number, and by what is overdue', async () => {
    const order = await paidOrder(h);
    const id = await openedTicket(order, { type: 'COMPLAINT' });
    const { number } = resultOf(await h.as(operator)(TAKE, { input: { ticketId: id } }));
    const finds = async (filter: Record<string, unknown>) => (await listed(order.bidder, filter)).length;
    expect(await finds({ states: ['IN_PROGRESS'], types: ['COMPLAINT'], search: number })).toBe(1);
    expect([await finds({ types: ['OTHER'] }), await finds({ overdue: true })]).toEqual([0, 0]);
    expect((await h.as(await h.given.regulator())(LIST, {})).errors?.[0].extensions.code).toBe('FORBIDDEN');
  });
});
