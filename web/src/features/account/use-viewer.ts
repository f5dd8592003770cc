import type { Client } from '@urql/core';
import { useQuery } from '@urql/vue';
import { computed } from 'vue';
import type { ResultOf } from '../../gql/graphql.ts';
import { maskMobile } from '../../shared/format.ts';
import { ViewerDocument } from './viewer.gql.ts';

export type Viewer = NonNullable<ResultOf<typeof ViewerDocument>['viewer']>;

/** The caller. Every component shares one cached answer; signing in or a new certification asks again by itself. */
export function useViewer() {
  const { data, fetching } = useQuery({ query: ViewerDocument });
  const viewer = computed(() => data.value?.viewer ?? null);
  return {
    /** Null while unknown and when nobody is signed in; see `fetching`. */
    viewer,
    fetching,
    /** What to call the caller: the company, the insurer, the person, or the masked number. */
    displayName: computed(() => (viewer.value ? nameOf(viewer.value) : '')),
  };
}

/** Asks who is signed in, from the cache if that is known. Null also when the server cannot be reached. */
export async function askViewer(client: Client): Promise<Viewer | null> {
  const { data } = await client.query(ViewerDocument, {}).toPromise();
  return data?.viewer ?? null;
}

function nameOf({ enterprise, insurer, user }: Viewer): string {
  return enterprise?.name ?? user?.name ?? insurer?.shortName ?? (user ? maskMobile(user.mobile) : '');
}
