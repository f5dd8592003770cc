import { computed, type Ref, ref, watch } from 'vue';

export interface PageEnds {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface UsePagesReturn {
  /** The cursor after which the page on show begins; null for the first. */
  after: Readonly<Ref<string | null>>;
  /** Number of the page on show, from 1. */
  page: Readonly<Ref<number>>;
  turnBack: () => void;
  /** Goes on behind `ends`, the page on show. */
  turnOn: (ends: PageEnds) => void;
}

/** Turns the pages of a list with cursors, both ways. Begins anew whenever `key` changes: another list, another book. */
export function usePages(key: () => string): UsePagesReturn {
  const starts = ref<(string | null)[]>([null]);

  watch(key, () => {
    starts.value = [null];
  });

  return {
    after: computed(() => starts.value.at(-1) ?? null),
    page: computed(() => starts.value.length),
    turnBack: () => {
      if (starts.value.length > 1) starts.value = starts.value.slice(0, -1);
    },
    turnOn: ({ pageInfo }) => {
      if (pageInfo.hasNextPage) starts.value = [...starts.value, pageInfo.endCursor];
    },
  };
}
