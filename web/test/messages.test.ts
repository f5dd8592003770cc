import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h, ref } from 'vue';
import MessageBell from '../src/features/message/MessageBell.vue';
import MessagesPage from '../src/features/message/MessagesPage.vue';
import { messageLink } from '../src/features/message/message-link.ts';
import { unreadPollMs } from '../src/features/message/use-unread-messages.ts';
import { useOrderChanges } from '../src/features/order/use-order-changes.ts';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets answers and watchers come through without moving the clock on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await vi.advanceTimersByTimeAsync(0);
    await flushPromises();
  }
}

const viewer = (role: string) => ({
  viewer: {
    __typename: 'Viewer',
    kind: 'USER',
    readiness: null,
    user: { __typename: 'User', id: 'usr_1', mobile: '13900000001', role, name: null },
    enterprise: null,
    insurer: null,
    certification: null,
  },
});
const message = (number: number, readAt: string | null = null) => ({
  __typename: 'Message',
  id: `msg_${number}`,
  title: '保函已出具',
  text: `订单 ${number}：保函已出具，请登录平台查看并下载。`,
  noun: 'policy',
  objectId: `pol_${number}`,
  orderId: `ord_${number}`,
  createdAt: '2026-11-24T02:00:00.000Z',
  readAt,
});
const listed = (nodes: object[], unreadMessageCount: number, totalCount = nodes.length) => ({
  unreadMessageCount,
  messages: {
    __typename: 'MessageConnection',
    totalCount,
    nodes,
    pageInfo: { __typename: 'PageInfo', hasNextPage: totalCount > nodes.length, endCursor: 'cursor-1' },
  },
});

test.each([
  [3, '消息，3 条未读', '3'],
  [120, '消息，120 条未读', '99+'],
  [0, '消息，没有未读', undefined],
])('the bell says that %i are unread', async (unreadMessageCount, label, shown) => {
  const api = fakeApi({ Viewer: viewer('BIDDER'), UnreadMessages: { unreadMessageCount } });
  const { wrapper } = await mountPage(MessageBell, { client: api.client });
  await settle();
  const bell = wrapper.get('a');
  expect(bell.attributes('aria-label')).toBe(label);
  expect(bell.attributes('href')).toBe('/center/messages');
  expect(bell.find('.count').exists() ? bell.get('.count').text() : undefined).toBe(shown);
  wrapper.unmount();
});

test('those who get no messages have no bell, and nothing is asked for them', async () => {
  for (const answer of [viewer('OPERATOR'), { viewer: null }]) {
    const api = fakeApi({ Viewer: answer });
    const { wrapper } = await mountPage(MessageBell, { client: api.client });
    await settle();
    window.dispatchEvent(new Event('focus'));
    await vi.advanceTimersByTimeAsync(unreadPollMs);
    expect(wrapper.find('a').exists()).toBe(false);
    expect(api.of('UnreadMessages')).toHaveLength(0);
    wrapper.unmount();
  }
});

test('the bell asks again when the window is looked at, and otherwise at most once a minute', async () => {
  expect(unreadPollMs).toBeGreaterThanOrEqual(60_000);
  const api = fakeApi({ Viewer: viewer('BIDDER'), UnreadMessages: { unreadMessageCount: 0 } });
  const { wrapper } = await mountPage(MessageBell, { client: api.client });
  await settle();
  expect(api.of('UnreadMessages')).toHaveLength(1);

  api.answer('UnreadMessages', { unreadMessageCount: 1 });
  window.dispatchEvent(new Event('focus'));
  await settle();
  expect(wrapper.get('a').attributes('aria-label')).toBe('消息，1 条未读');
  expect(api.of('UnreadMessages')).toHaveLength(2);

  await vi.advanceTimersByTimeAsync(unreadPollMs);
  expect(api.of('UnreadMessages')).toHaveLength(3);
  wrapper.unmount();
});

test('the bell asks again when an order on show changes', async () => {
  const data = { orderChanged: { __typename: 'Order', id: 'ord_1', state: 'ISSUING', stateLabel: '待出函' } };
  const body = new ReadableStream<Uint8Array>({
    start: (stream) =>
      stream.enqueue(new TextEncoder().encode(`event: next\ndata: ${JSON.stringify({ data })}\n\n`)),
  });
  const headers = { 'content-type': 'text/event-stream' };
  const api = fakeApi({
    Viewer: viewer('BIDDER'),
    UnreadMessages: { unreadMessageCount: 0 },
    OrderChanged: () => new Response(body, { headers }),
  });
  const exists = ref(false);
  const page = defineComponent(() => {
    useOrderChanges({ id: () => 'ord_1', exists: () => exists.value, refetch: () => {} });
    return () => h(MessageBell);
  });
  const { wrapper } = await mountPage(page, { client: api.client });
  await settle();
  expect(api.of('UnreadMessages')).toHaveLength(1);
  api.answer('UnreadMessages', { unreadMessageCount: 2 });
  exists.value = true;
  await settle();
  expect(wrapper.get('a').attributes('aria-label')).toBe('消息，2 条未读');
  wrapper.unmount();
});

test('a message leads to what it is about', () => {
  const about = (noun: string, orderId: string | null = 'ord_1') =>
    messageLink({ noun, objectId: 'obj_1', orderId })?.to;
  expect(about('certification', null)).toBe('/certification');
  expect(about('invoice')).toBe('/invoices/obj_1');
  for (const noun of ['payment', 'refund']) expect(about(noun)).toBe('/orders/ord_1/pay');
  for (const noun of ['order', 'quote', 'policy', 'bidSection']) expect(about(noun)).toBe('/orders/ord_1');
  expect(about('order', null)).toBeUndefined();
});

async function pageWith(answer: object, at = '/') {
  const api = fakeApi({
    Messages: answer,
    MarkMessagesRead: { markMessagesRead: { __typename: 'MessagesRead', unreadCount: 0 } },
  });
  const page = await mountPage(MessagesPage, { client: api.client, at });
  await settle();
  const button = (text: string) => page.wrapper.findAll('button').find((each) => each.text().includes(text))!;
  return { api, button, ...page };
}

test('the list marks what is unread and links to the order', async () => {
  const { wrapper } = await pageWith(listed([message(2), message(1, '2026-11-24T03:00:00.000Z')], 1));
  const [unread, read] = wrapper.findAll('li');
  expect(unread!.text()).toContain('未读');
  expect(unread!.get('a').attributes('href')).toBe('/orders/ord_2');
  expect(read!.text()).not.toContain('未读');
  expect(read!.text()).toContain('保函已出具');
  wrapper.unmount();
});

test('all are marked as read at once, and the list is asked for again', async () => {
  const { api, button, wrapper } = await pageWith(listed([message(1)], 1));
  api.answer('Messages', listed([message(1, '2026-11-24T03:00:00.000Z')], 0));
  await button('全部标为已读').trigger('click');
  await settle();
  expect(api.of('MarkMessagesRead').map((request) => request.variables)).toEqual([{ input: { all: true } }]);
  expect(wrapper.get('li').classes()).not.toContain('unread');
  expect(button('全部标为已读').attributes('disabled')).toBeDefined();
  wrapper.unmount();
});

test('one is marked as read by itself, also on the way to what it is about', async () => {
  const { api, wrapper } = await pageWith(listed([message(2), message(1)], 2));
  await wrapper.findAll('li')[0]!.get('button').trigger('click');
  await settle();
  await wrapper.findAll('li')[1]!.get('a').trigger('click');
  await settle();
  expect(api.of('MarkMessagesRead').map((request) => request.variables)).toEqual([
    { input: { ids: ['msg_2'] } },
    { input: { ids: ['msg_1'] } },
  ]);
  wrapper.unmount();
});

test('pages are turned, and the unread alone are another list', async () => {
  const { api, button, router, wrapper } = await pageWith(listed([message(2)], 2, 21));
  await button('下一页').trigger('click');
  await settle();
  await button('未读').trigger('click');
  await settle();
  expect(router.currentRoute.value.query).toEqual({ show: 'unread' });
  expect(api.of('Messages').map(({ variables }) => variables)).toEqual([
    { filter: {}, first: 20, after: null },
    { filter: {}, first: 20, after: 'cursor-1' },
    { filter: { unread: true }, first: 20, after: null },
  ]);
  wrapper.unmount();
});

test('an empty list says what will come', async () => {
  const { wrapper } = await pageWith(listed([], 0));
  expect(wrapper.text()).toContain('还没有消息。');
  wrapper.unmount();
  const unread = await pageWith(listed([], 0), '/?show=unread');
  expect(unread.wrapper.text()).toContain('没有未读的消息。');
  unread.wrapper.unmount();
});
