import type { TypedDocumentNode } from '@urql/core';
import { useSubscription } from '@urql/vue';
import { useDocumentVisibility, useEventListener, useTimeoutFn } from '@vueuse/core';
import { computed, type Ref, ref, watch } from 'vue';
import { dependsOn } from './client.ts';

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;

/** How long to wait before connecting for the `attempt`-th time (from 0); a random part keeps clients from returning together. */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
  return delay / 2 + (delay / 2) * random();
}

export interface UseLiveStateOptions<D> {
  /** A subscription to one object, by its id. */
  query: TypedDocumentNode<D, { id: string }>;
  id: () => string;
  stateLabel: (data: D) => string;
  /** Types that a message makes doubtful: the cache asks for them again. It does not read them from the message. */
  makesDoubtful: readonly string[];
  /** Whether the caller sees such an object; there is nothing to listen to otherwise. */
  exists: () => boolean;
  /** Called whenever changes may have been missed: after a lost connection, and when the page comes back into view. */
  refetch: () => void;
}

export interface StateChange {
  stateLabel: string;
  /** When this page learned of it, as an instant. */
  at: string;
}

export interface UseLiveStateReturn {
  /** The latest change since the page was opened, or null. */
  change: Readonly<Ref<StateChange | null>>;
}

/**
 * Listens to one object while its page is in view. A message makes the cache ask for it again. A lost connection
 * comes back with growing delays; a hidden page gives its connection up, since a browser has only six for a server.
 */
export function useLiveState<D>({
  query,
  id,
  stateLabel,
  makesDoubtful,
  exists,
  refetch,
}: UseLiveStateOptions<D>): UseLiveStateReturn {
  const visibility = useDocumentVisibility();
  const isVisible = computed(() => visibility.value === 'visible');
  const isListening = computed(() => isVisible.value && exists());
  const attempt = ref(0);
  const change = ref<StateChange | null>(null);
  let knownLabel: string | null = null;
  let isFirstMessage = true;

  const { data, error, fetching, executeSubscription } = useSubscription({
    query,
    variables: () => ({ id: id() }),
    context: dependsOn(...makesDoubtful),
    pause: () => !isListening.value,
  });

  const isLost = computed(() => isListening.value && !fetching.value);
  const delayMs = computed(() => reconnectDelayMs(attempt.value));
  const retry = useTimeoutFn(
    () => {
      attempt.value += 1;
      refetch();
      executeSubscription();
    },
    delayMs,
    { immediate: false },
  );

  watch(isLost, (lost) => {
    isFirstMessage = true;
    if (lost) retry.start();
    else retry.stop();
  });

  watch(data, (message) => {
    if (!message) return;
    const label = stateLabel(message);
    // Every connection begins with the object as it stands; that is news only if it was missed.
    const isNews = isFirstMessage ? knownLabel !== null && knownLabel !== label : true;
    if (isNews) change.value = { stateLabel: label, at: new Date().toISOString() };
    knownLabel = label;
    // Only what comes later shows that a connection holds.
    if (!isFirstMessage) attempt.value = 0;
    isFirstMessage = false;
  });

  watch(isVisible, (visible) => {
    isFirstMessage = true;
    if (!visible) return;
    attempt.value = 0;
    refetch();
  });
  // A refused subscription does not come back by itself; looking at the page again is then what refreshes it.
  useEventListener(window, 'focus', () => {
    if (isLost.value || error.value) refetch();
  });

  return { change };
}
