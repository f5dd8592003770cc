import { useQuery } from '@urql/vue';
import { useDocumentVisibility, useEventListener, useIntervalFn } from '@vueuse/core';
import { computed, type Ref } from 'vue';
import { dependsOn } from '../../shared/client.ts';
import { useViewer } from '../account/use-viewer.ts';
import { UnreadMessagesDocument } from './message.gql.ts';

/** How often a page in view asks by itself. A changed order and a return to the page ask at once. */
export const unreadPollMs = 120_000;

export interface UseUnreadMessagesReturn {
  /** Number of unread messages; null while unknown and for callers who have none: strangers, staff. */
  unread: Readonly<Ref<number | null>>;
}

/** How many messages of the caller are unread. */
export function useUnreadMessages(): UseUnreadMessagesReturn {
  const { viewer } = useViewer();
  const visibility = useDocumentVisibility();
  const isBidder = computed(() => viewer.value?.user?.role === 'BIDDER');
  const { data, executeQuery } = useQuery({
    query: UnreadMessagesDocument,
    // Both are types that a change of the messages answers with.
    context: dependsOn('Message', 'MessagesRead'),
    pause: () => !isBidder.value,
  });

  function refetch(): void {
    if (isBidder.value && visibility.value === 'visible') executeQuery({ requestPolicy: 'network-only' });
  }
  useIntervalFn(refetch, unreadPollMs);
  useEventListener(window, 'focus', refetch);

  return { unread: computed(() => (isBidder.value ? (data.value?.unreadMessageCount ?? null) : null)) };
}
