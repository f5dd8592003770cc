import { type CombinedError, useClientHandle } from '@urql/vue';
import { type Ref, ref, shallowRef, watch } from 'vue';
import { SectionListDocument } from './section.gql.ts';
import type { SectionFilter, SectionSort } from './section-query.ts';
import type { SectionCard } from './section-state.ts';

export const sectionsPerPage = 20;

export interface SectionPagesReturn {
  /** Null until the first answer. Stays while another filter is being asked for. */
  sections: Readonly<Ref<readonly SectionCard[] | null>>;
  totalCount: Readonly<Ref<number>>;
  hasMore: Readonly<Ref<boolean>>;
  fetching: Readonly<Ref<boolean>>;
  /** What is shown passed another filter; the answer for the present one is on its way. */
  isStale: Readonly<Ref<boolean>>;
  error: Readonly<Ref<CombinedError | undefined>>;
  /** Asks again for everything on show. */
  reload: () => Promise<void>;
}

/**
 * The first `pages` pages of the sections that pass a filter. Pages come one after the other, since each begins where
 * the one before ended; those that were asked for before come from the cache, so that the back button shows them at once.
 */
export function useSectionPages(
  filter: () => SectionFilter,
  sort: () => SectionSort,
  pages: () => number,
): SectionPagesReturn {
  const { client } = useClientHandle();
  const sections = shallowRef<readonly SectionCard[] | null>(null);
  const totalCount = ref(0);
  const hasMore = ref(false);
  const fetching = ref(false);
  const isStale = ref(false);
  const error = shallowRef<CombinedError>();
  let latest = 0;
  let shownFilter = '';

  async function load(requestPolicy: 'cache-first' | 'network-only' = 'cache-first'): Promise<void> {
    const turn = ++latest;
    const shown: SectionCard[] = [];
    const asked = { filter: filter(), sort: sort() };
    let after: string | null = null;
    fetching.value = true;
    isStale.value = sections.value !== null && JSON.stringify(asked) !== shownFilter;
    error.value = undefined;
    for (let page = 1; page <= pages(); page += 1) {
      const answer: Awaited<ReturnType<typeof ask>> = await ask(asked, after, requestPolicy);
      // Meanwhile somebody has asked for another list: this answer is nobody's.
      if (turn !== latest) return;
      const connection = answer.data?.bidSections;
      if (!connection) {
        error.value = answer.error;
        break;
      }
      shown.push(...connection.nodes);
      totalCount.value = connection.totalCount;
      after = connection.pageInfo.endCursor;
      hasMore.value = connection.pageInfo.hasNextPage;
      if (!hasMore.value) break;
    }
    fetching.value = false;
    isStale.value = false;
    if (error.value) return;
    sections.value = shown;
    shownFilter = JSON.stringify(asked);
  }

  function ask(
    asked: { filter: SectionFilter; sort: SectionSort },
    after: string | null,
    requestPolicy: 'cache-first' | 'network-only',
  ) {
    const variables = { ...asked, first: sectionsPerPage, after };
    return client.query(SectionListDocument, variables, { requestPolicy }).toPromise();
  }

  watch([() => JSON.stringify(filter()), sort, pages], () => load(), { immediate: true });

  return { sections, totalCount, hasMore, fetching, isStale, error, reload: () => load('network-only') };
}
