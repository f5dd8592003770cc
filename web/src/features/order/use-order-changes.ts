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
  /** Called whenever changes may have been missed: after a lost connection, and when the page comes back into view. */
  refetch: () => void;
}

export interface UseOrderChangesReturn {
  /** Label of the state the order last changed to since the page was opened, or null. */
  changedTo: Ref<string | null>;
}

/**
 * Listens to one order while its page is in view. A message makes the cache ask for the order again. A lost connection
 * comes back with growing delays; a hidden page gives its connection up, since a browser has only six for a server.
 */
export function useOrderChanges({ id, refetch }: UseOrderChangesOptions): UseOrderChangesReturn {
  const visibility = useDocumentVisibility();
  const isVisible = computed(() => visibility.value === 'visible');
  const attempt = ref(0);
  const changedTo = ref<string | null>(null);

  const { data, error, fetching, executeSubscription } = useSubscription({
    query: OrderChangedDocument,
    variables: () => ({ id: id() }),
    // What a message makes doubtful; the cache does not read it from the message.
    context: dependsOn('Order', 'Quote', 'Payment', 'Policy', 'Invoice'),
    pause: () => !isVisible.value,
  });

  const isLost = computed(() => isVisible.value && !fetching.value);
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

  watch(isLost, (lost) => (lost ? retry.start() : retry.stop()));

  watch(
    () => data.value?.orderChanged,
    (order) => {
      if (!order) return;
      attempt.value = 0;
      changedTo.value = order.stateLabel;
    },
  );

  watch(isVisible, (visible) => {
    if (!visible) return;
    attempt.value = 0;
    refetch();
  });
  // A refused subscription does not come back by itself; looking at the page again is then what refreshes it.
  useEventListener(window, 'focus', () => {
    if (isLost.value || error.value) refetch();
  });

  return { changedTo };
}
