import urql from '@urql/vue';
import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineComponent } from 'vue';
import { useSalesTrace } from '../src/features/application/use-sales-trace.ts';
import { fakeApi } from './support/api.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const recorded = { recordSalesEvents: { __typename: 'Order', id: 'ord_1' } };

function given(api: ReturnType<typeof fakeApi>) {
  let orderId: string | null = 'ord_1';
  let trace!: ReturnType<typeof useSalesTrace>;
  const page = defineComponent(() => {
    trace = useSalesTrace(() => orderId);
    return () => null;
  });
  const wrapper = mount(page, { global: { plugins: [[urql, api.client]] } });
  const kinds = () =>
    api.of('RecordSalesEvents').map(({ variables }) => {
      const { events } = variables.input as { events: { kind: string }[] };
      return events.map(({ kind }) => kind);
    });
  return { trace, wrapper, kinds, setOrderId: (id: string | null) => (orderId = id) };
}

test('events go out together, in order, after a pause', async () => {
  const api = fakeApi({ RecordSalesEvents: recorded });
  const { trace, kinds } = given(api);
  trace.record({ kind: 'DOCUMENT_OPENED', documentId: 'doc_1' });
  trace.record({ kind: 'DOCUMENT_PAGE_TURNED', documentId: 'doc_1', page: 2 });
  trace.record({ kind: 'DOCUMENT_READ_TO_END', documentId: 'doc_1' });
  expect(kinds()).toEqual([]);

  await vi.advanceTimersByTimeAsync(2000);
  expect(kinds()).toEqual([['DOCUMENT_OPENED', 'DOCUMENT_PAGE_TURNED', 'DOCUMENT_READ_TO_END']]);
});

test('what was seen before there is an order waits for it', async () => {
  const api = fakeApi({ RecordSalesEvents: recorded });
  const { trace, kinds, setOrderId } = given(api);
  setOrderId(null);
  trace.record({ kind: 'PAGE_OPENED' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(kinds()).toEqual([]);

  setOrderId('ord_1');
  expect(await trace.flush()).toBe(true);
  expect(kinds()).toEqual([['PAGE_OPENED']]);
});

test('a batch that may have arrived is sent again under the same key, before anything later', async () => {
  const api = fakeApi({});
  const { trace, kinds } = given(api);
  trace.record({ kind: 'PAGE_OPENED' });
  expect(await trace.flush()).toBe(false);

  api.answer('RecordSalesEvents', recorded);
  trace.record({ kind: 'STATEMENT_TICKED', statement: 'PAGE_BY_PAGE' });
  expect(await trace.flush()).toBe(true);
  expect(kinds()).toEqual([['PAGE_OPENED'], ['PAGE_OPENED'], ['STATEMENT_TICKED']]);
  const keys = api.of('RecordSalesEvents').map(({ headers }) => headers.get('idempotency-key'));
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test('leaving the page sends what is left', async () => {
  const api = fakeApi({ RecordSalesEvents: recorded });
  const { trace, wrapper, kinds } = given(api);
  trace.record({ kind: 'PAGE_OPENED' });
  wrapper.unmount();
  await vi.advanceTimersByTimeAsync(0);
  expect(kinds()).toEqual([['PAGE_OPENED']]);
});
