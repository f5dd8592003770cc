import { useEventListener } from '@vueuse/core';
import { onScopeDispose } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';
import { salesPageVersion } from './sales-page-version.ts';
import { type SalesRecorder, startRecorder } from './sales-recorder.ts';
import type { SalesEvent } from './use-sales-trace.ts';

/** From the choice of a form to the submitted order; what comes after is no part of the sale. */
const isSalesPage = (path: string) => /^\/(sections|orders)\/[^/]+\/apply(\/|$)/.test(path);

interface Holder {
  readonly orderId: () => string | null;
  readonly record: (event: SalesEvent) => void;
}
interface Recording {
  readonly recorder: SalesRecorder;
  /** The order that it belongs to; null as long as there is none. */
  readonly orderId: () => string | null;
}
/** The sales pages that are shown: one, or two while one takes the place of the other. */
let holders: Holder[] = [];
let running: Recording | null = null;

function begin(): Recording {
  let id: string | null = null;
  const orderId = () => {
    id ??= holders.at(-1)?.orderId() ?? null;
    return id;
  };
  const tell = (event: SalesEvent) => holders.at(-1)?.record(event);
  const recorder = startRecorder({
    orderId,
    started: (recording) => tell({ kind: 'RECORDING_STARTED', labelText: recording }),
    failed: (reason) => tell({ kind: 'RECORDING_FAILED', labelText: reason }),
  });
  return { recorder, orderId };
}

function end(): void {
  running?.recorder.stop();
  running = null;
}

/** Keeps the page in the recording of its sale, which goes on from page to page of one order. */
export function useSalesRecording(holder: Holder): void {
  // What runs without having been built is no page that a customer is shown.
  if (!salesPageVersion()) return;
  const before = running?.orderId();
  if (before && before !== holder.orderId()) end();
  holders.push(holder);
  running ??= begin();

  useEventListener(document, 'visibilitychange', () => {
    if (document.visibilityState === 'hidden') void running?.recorder.flush();
  });
  // Before anything of the next page is shown.
  onBeforeRouteLeave((to) => {
    running?.orderId();
    if (!isSalesPage(to.path)) end();
  });
  onScopeDispose(() => {
    holders = holders.filter((other) => other !== holder);
  });
}
