import { useQuery } from '@urql/vue';
import { refDebounced } from '@vueuse/core';
import { type ComputedRef, computed } from 'vue';
import type { ResultOf, VariablesOf } from '../../gql/graphql.ts';
import type { PremiumFields } from './application.gql.ts';
import { ReferencePremiumsDocument } from './application.gql.ts';
import type { Fee, ProductTerms } from './FeeSummary.vue';
import { computePremium, formatYuan, isOutsideLimits } from './premium.ts';
import { sumLimits } from './product-limits.ts';

type Asked = VariablesOf<typeof ReferencePremiumsDocument>;

/** What the price depends on, as it stands in the form; null while it is no amount or no number. */
export interface FeeBasis {
  order: { section: { id: string }; depositKind: Asked['depositKind']; form: Asked['form'] } | null;
  products: readonly ProductTerms[];
  sumInsuredFen: number | null;
  days: number | null;
}

const askDelayMs = 400;

/** Prices of the chosen products: computed here at once, and taken from the server as soon as it has answered. */
export function useFees(basis: () => FeeBasis): ComputedRef<Fee[]> {
  const asked = computed(() => {
    const { order, sumInsuredFen, days } = basis();
    if (!order || sumInsuredFen === null || days === null) return null;
    const { section, depositKind, form } = order;
    return {
      sectionId: section.id,
      depositKind,
      form,
      sumInsured: formatYuan(sumInsuredFen),
      days,
    } satisfies Asked;
  });
  const askedLater = refDebounced(asked, askDelayMs);
  const { data } = useQuery({
    query: ReferencePremiumsDocument,
    // Paused while there is nothing to ask, so that these are never sent empty.
    variables: () => askedLater.value as Asked,
    pause: () => askedLater.value === null,
  });

  return computed(() => {
    const { products, sumInsuredFen, days } = basis();
    return products.map((product): Fee => {
      const served = data.value?.products.find(({ id }) => id === product.id)?.referencePremium;
      const isConfirmed = served ? isFor(served, sumInsuredFen, days) : false;
      const local =
        sumInsuredFen !== null && days !== null ? computePremium(product, sumInsuredFen, days) : null;
      return {
        product,
        premium: isConfirmed && served ? served : local,
        isConfirmed,
        absentText: absentTextOf(product, sumInsuredFen, days),
      };
    });
  });
}

/** Whether the server's answer is about what stands in the form now. */
function isFor(
  served: ResultOf<typeof PremiumFields>,
  sumInsuredFen: number | null,
  days: number | null,
): boolean {
  return sumInsuredFen !== null && served.sumInsured === formatYuan(sumInsuredFen) && served.days === days;
}

function absentTextOf(product: ProductTerms, sumInsuredFen: number | null, days: number | null): string {
  if (sumInsuredFen === null || days === null) return '待填写';
  if (isOutsideLimits(product, sumInsuredFen))
    return `超出限额（${sumLimits(product.minimumSum, product.maximumSum)}）`;
  return product.formula === 'MANUAL' ? '人工核定' : '计算中…';
}
