import { useQuery } from '@urql/vue';
import { computed } from 'vue';
import { PlatformDocument } from './platform.gql.ts';

/** Printed before the server has answered, and if it cannot be reached: the name and number stand in the manual. */
const printed = {
  name: '本溪市公共资源交易中心金融服务平台',
  centreName: '本溪市公共资源交易中心',
  hotline: '400-800-5100',
};

/** The deployment as every page sees it. The query is answered from the cache after the first page. */
export function usePlatform() {
  const { data, fetching, error } = useQuery({ query: PlatformDocument });
  const platform = computed(() => data.value?.platform ?? null);
  return {
    /** Null until the first answer. */
    platform,
    name: computed(() => platform.value?.name ?? printed.name),
    centreName: computed(() => platform.value?.centreName ?? printed.centreName),
    hotline: computed(() => platform.value?.hotline ?? printed.hotline),
    fetching,
    error,
  };
}
