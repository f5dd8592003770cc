import { useSubscription } from '@urql/vue';
import { useDocumentVisibility, useEventListener, useTimeoutFn } from '@vueuse/core';
import { computed, type Ref, ref, watch } from 'vue';
import { dependsOn } from '../../shared/client.ts';
import { OrderChangedDocument } from './order.gql.ts';

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;

/** How long to wait before connecting for the `attempt`-th time (from 0); a random part keeps clients from returning together. */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
  return delay / 2 + (delay / 2) * random();
}

export interface UseOrderChangesOptions {
  id: () => string;
  /** Whether the caller sees such an order; there is nothing to listen to otherwise. */
  exists: () => boolean;
  /** Called whenever changes may have been missed: after a lost connection, and when the page comes back into view. */
  refetch: () => void;
}

export interface OrderChange {
  stateLabel: string;
  /** When this page learned of it, as an instant. */
  at: string;
}

export interface UseOrderChangesReturn {
  /** The latest change since the page was opened, or null. */
  change: Readonly<Ref<OrderChange | null>>;
}

/**
 * Listens to one order while its page is in view. A message makes the cache ask for the order again. A lost connection
 * comes back with growing delays; a hidden page gives its connection up, since a browser has only six for a server.
 */
export function useOrderChanges({ id, exists, refetch }: UseOrderChangesOptions): UseOrderChangesReturn {
  const visibility = useDocumentVisibility();
  const isVisible = computed(() => visibility.value === 'visible');
  const isListening = computed(() => isVisible.value && exists());
  const attempt = ref(0);
  const change = ref<OrderChange | null>(null);
  let knownLabel: string | null = null;
  let isFirstMessage = true;

  const { data, error, fetching, executeSubscription } = useSubscription({
    query: OrderChangedDocument,
    variables: () => ({ id: id() }),
    // What a message makes doubtful; the cache does not read it from the message.
    context: dependsOn('Order', 'Quote', 'Payment', 'Policy', 'Invoice', 'Message'),
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

  watch(
    () => data.value?.orderChanged,
    (order) => {
      if (!order) return;
      // Every connection begins with the order as it stands; that is news only if it was missed.
      const isNews = isFirstMessage ? knownLabel !== null && knownLabel !== order.stateLabel : true;
      if (isNews) change.value = { stateLabel: order.stateLabel, at: new Date().toISOString() };
      knownLabel = order.stateLabel;
      // Only what comes later shows that a connection holds.
      if (!isFirstMessage) attempt.value = 0;
      isFirstMessage = false;
    },
  );

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
