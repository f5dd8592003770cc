import { useIntervalFn, useNow } from '@vueuse/core';
import { type ComputedRef, computed, ref } from 'vue';

/** So far is the server's clock ahead of this browser's, in milliseconds. */
const aheadMs = ref(0);

/**
 * Learns from the `Date` of an answer how the two clocks differ. It is in whole seconds and was written somewhere between question
 * and answer, so it bounds the difference: what lies within the bounds already is kept, and a clock that is right stays as it is.
 */
function learn(answer: Response, askedAt: number, answeredAt: number): void {
  const second = Date.parse(answer.headers.get('date') ?? '');
  if (Number.isNaN(second)) return;
  aheadMs.value = Math.min(Math.max(aheadMs.value, second - answeredAt), second + 999 - askedAt);
}

/** A fetch that sets the clock by every answer it gets. */
export function settingTheClock(send: typeof fetch): typeof fetch {
  return async (...request) => {
    const askedAt = Date.now();
    const answer = await send(...request);
    learn(answer, askedAt, Date.now());
    return answer;
  };
}

/** The time by the server's clock, in milliseconds: deadlines are kept by it, whatever the browser's clock says. */
export function serverNow(): number {
  return Date.now() + aheadMs.value;
}

/** The same, every second anew. */
export function useServerNow(): ComputedRef<number> {
  const now = useNow({ scheduler: (tick) => useIntervalFn(tick, 1000) });
  return computed(() => now.value.getTime() + aheadMs.value);
}
