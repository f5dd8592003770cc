import { useClientHandle } from '@urql/vue';
import { useEventListener } from '@vueuse/core';
import { onScopeDispose } from 'vue';
import type { VariablesOf } from '../../gql/graphql.ts';
import { RecordSalesEventsDocument } from './application.gql.ts';
import { RecordBatchSalesEventsDocument } from './batch.gql.ts';
import { salesPageVersion } from './sales-page-version.ts';
import { useSalesRecording } from './use-sales-recording.ts';

type SalesEventInput = VariablesOf<typeof RecordSalesEventsDocument>['input']['events'][number];
export type SalesEvent = Omit<SalesEventInput, 'at'>;

/** Events rest this long, so that leafing through a document is one request and not twenty. */
const batchDelayMs = 2000;
const retryDelayMs = 5000;
/** The server takes 200 in a call. */
const batchEventsMax = 100;

export interface UseSalesTraceReturn {
  /** Notes what the customer did, now. Never waits and never fails. */
  record: (event: SalesEvent) => void;
  /** Sends all that was noted. Resolves to whether it arrived; what did not is kept and tried again. */
  flush: () => Promise<boolean>;
}

/**
 * The sales trace that the law asks for: what was shown, read and ticked, and when. Events are kept in order and sent in
 * batches, one at a time. Before there is an order (`orderId` gives null) they wait.
 *
 * @param of whether `orderId` names one order or a batch of orders, into the trace of each of which it is written
 */
export function useSalesTrace(
  orderId: () => string | null,
  of: 'order' | 'batch' = 'order',
): UseSalesTraceReturn {
  const { client } = useClientHandle();
  const waiting: SalesEventInput[] = [];
  let batch: { key: string; events: SalesEventInput[] } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<boolean> | null = null;

  function record(event: SalesEvent): void {
    waiting.push({ ...event, at: new Date().toISOString() });
    // The time a document takes to read counts from when the server hears of its opening.
    if (event.kind === 'DOCUMENT_OPENED') void flush();
    else schedule(batchDelayMs);
  }

  function schedule(afterMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), afterMs);
  }

  function flush(): Promise<boolean> {
    clearTimeout(timer);
    // What was noted during a call goes out after it.
    const before = running ?? Promise.resolve(true);
    const mine = before.then(send).finally(() => {
      if (running === mine) running = null;
    });
    running = mine;
    return mine;
  }

  async function send(): Promise<boolean> {
    const id = orderId();
    if (!id) return waiting.length === 0;
    while (batch || waiting.length > 0) {
      // A batch keeps its key until it was answered, so that a lost connection does not write it twice.
      batch ??= { key: crypto.randomUUID(), events: waiting.splice(0, batchEventsMax) };
      const input = { pageVersion: salesPageVersion(), events: batch.events };
      const context = { idempotencyKey: batch.key };
      const { error } = await (of === 'batch'
        ? client.mutation(RecordBatchSalesEventsDocument, { input: { ...input, batchId: id } }, context)
        : client.mutation(RecordSalesEventsDocument, { input: { ...input, orderId: id } }, context)
      ).toPromise();
      if (error) {
        schedule(retryDelayMs);
        return false;
      }
      // A refused batch is dropped: sent again it would be refused again, and the consent will say what is missing.
      batch = null;
    }
    return true;
  }

  // The page may never come back from the background.
  useEventListener(document, 'visibilitychange', () => {
    if (document.visibilityState === 'hidden') void flush();
  });
  onScopeDispose(() => {
    void flush();
    clearTimeout(timer);
  });

  // A page about several sections shows the others too: kept with one of them it would tell of those under seal.
  if (of === 'order') useSalesRecording({ orderId, record });

  return { record, flush };
}
