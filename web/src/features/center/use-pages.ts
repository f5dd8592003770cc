import { computed, type Ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';

export interface PageEnds {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface UsePagesReturn {
  /** The cursor after which the page on show begins; null for the first. */
  after: Readonly<Ref<string | null>>;
  /** Number of the page on show, from 1. */
  page: Readonly<Ref<number>>;
  /** Goes to the page before, or to the first where that is not known. */
  turnBack: () => void;
  /** Whether `turnBack` leads to the very page before. */
  knowsBack: Readonly<Ref<boolean>>;
  /** Goes on behind `ends`, the page on show. */
  turnOn: (ends: PageEnds) => void;
}

/**
 * Turns the pages of a list with cursors. The page stands in the address, `?page=3&after=…`, so that it can be linked and
 * survives a reload. The pages before it are kept with the entry of the browser's history, since a cursor leads forward
 * only: who comes by a link goes back to the first page.
 */
export function usePages(): UsePagesReturn {
  const route = useRoute();
  const router = useRouter();

  const after = computed(() => {
    const value = route.query.after;
    return typeof value === 'string' && /^[\w-]{1,100}$/.test(value) ? value : null;
  });
  const page = computed(() => {
    const value = Number(route.query.page);
    return after.value && Number.isInteger(value) && value > 1 ? value : after.value ? 2 : 1;
  });

  /** Cursors of the pages just before the one on show, the nearest last; the first page has none. */
  function earlier(): string[] {
    const { starts } = window.history.state ?? {};
    return Array.isArray(starts) ? starts.filter((start) => typeof start === 'string') : [];
  }

  function turnTo(number: number, start: string | null, starts: string[]): void {
    const { page: _page, after: _after, ...others } = route.query;
    const query = start ? { ...others, page: String(number), after: start } : others;
    void router.push({ query, state: { starts } });
  }

  return {
    after,
    page,
    knowsBack: computed(() => page.value <= 2 || (after.value !== null && earlier().length > 0)),
    turnBack: () => {
      const starts = earlier();
      turnTo(page.value - 1, starts.at(-1) ?? null, starts.slice(0, -1));
    },
    turnOn: ({ pageInfo }) => {
      if (!pageInfo.hasNextPage || !pageInfo.endCursor) return;
      turnTo(page.value + 1, pageInfo.endCursor, after.value ? [...earlier(), after.value] : []);
    },
  };
}
