import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { useOrderChanges } from '../src/features/order/use-order-changes.ts';
import { reconnectDelayMs } from '../src/shared/use-live-state.ts';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const message = (stateLabel: string) => {
  const data = { orderChanged: { __typename: 'Order', id: 'ord_1', state: 'ISSUING', stateLabel } };
  return `event: next\ndata: ${JSON.stringify({ data })}\n\n`;
};

/** A stream of server-sent events that the test writes and ends. */
function eventStream() {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
  });
  return {
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    write: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
    break: () => controller.error(new TypeError('network error')),
  };
}

async function listen(answer: () => Response, exists = () => true) {
  const api = fakeApi({ OrderChanged: answer });
  const refetch = vi.fn();
  const Listener = defineComponent(() => {
    const { change } = useOrderChanges({ id: () => 'ord_1', exists, refetch });
    return () => h('p', change.value?.stateLabel ?? '');
  });
  const { wrapper } = await mountPage(Listener, { client: api.client });
  await settle();
  return { api, refetch, wrapper };
}

/** Lets streams, answers and watchers come through without moving the clock on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await vi.advanceTimersByTimeAsync(0);
    await flushPromises();
  }
}

test('each message but the first, which is how the order stands, tells a change', async () => {
  const stream = eventStream();
  const { wrapper } = await listen(() => stream.response);
  stream.write(message('缴纳审批'));
  await settle();
  expect(wrapper.text()).toBe('');

  for (const stateLabel of ['待出函', '已完成']) {
    stream.write(message(stateLabel));
    await settle();
    expect(wrapper.text()).toBe(stateLabel);
  }
  wrapper.unmount();
});

test.each(['end', 'break'] as const)(
  'a connection that comes to an %s is made again, and tells what was missed',
  async (how) => {
    const streams = [eventStream(), eventStream()];
    let made = 0;
    const { api, refetch, wrapper } = await listen(() => streams[made++]!.response);
    streams[0]!.write(message('缴纳审批'));
    await settle();

    streams[0]![how]();
    await settle();
    expect(refetch).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    await settle();

    expect(api.of('OrderChanged')).toHaveLength(2);
    expect(refetch).toHaveBeenCalledOnce();
    streams[1]!.write(message('待出函'));
    await settle();
    expect(wrapper.text()).toBe('待出函');
    wrapper.unmount();
  },
);

test('a connection that comes back to the same state is no news', async () => {
  const streams = [eventStream(), eventStream()];
  let made = 0;
  const { api, wrapper } = await listen(() => streams[made++]!.response);
  streams[0]!.write(message('缴纳审批'));
  await settle();
  streams[0]!.end();
  await settle();
  await vi.advanceTimersByTimeAsync(1_000);
  await settle();
  streams[1]!.write(message('缴纳审批'));
  await settle();

  expect(api.of('OrderChanged')).toHaveLength(2);
  expect(wrapper.text()).toBe('');
  wrapper.unmount();
});

test('an order that the caller does not see is not listened to', async () => {
  const { api, wrapper } = await listen(
    () => eventStream().response,
    () => false,
  );
  await vi.advanceTimersByTimeAsync(120_000);
  expect(api.sent).toHaveLength(0);
  wrapper.unmount();
});

test('a server that stays away is asked more and more rarely', () => {
  const latest = (attempt: number) => reconnectDelayMs(attempt, () => 1);
  expect([0, 1, 2, 3].map(latest)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(latest(30)).toBe(60_000);
  expect(reconnectDelayMs(0, () => 0)).toBe(500);
});

test('a page that goes out of sight gives its connection up, and catches up when it is back', async () => {
  const visibility = vi.spyOn(document, 'visibilityState', 'get');
  visibility.mockReturnValue('visible');
  const { api, refetch, wrapper } = await listen(() => eventStream().response);

  visibility.mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  await settle();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(api.of('OrderChanged')).toHaveLength(1);

  visibility.mockReturnValue('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  await settle();
  expect(api.of('OrderChanged')).toHaveLength(2);
  expect(refetch).toHaveBeenCalledOnce();
  wrapper.unmount();
});
