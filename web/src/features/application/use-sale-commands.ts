import { computed } from 'vue';
import type { ResultOf, VariablesOf } from '../../gql/graphql.ts';
import { useCommand } from '../../shared/use-command.ts';
import {
  AcceptDocumentsDocument,
  ChooseProductsDocument,
  type OrderChoiceFields,
} from './application.gql.ts';
import { AcceptBatchDocumentsDocument, ChooseBatchProductsDocument } from './batch.gql.ts';

type OrderChoice = ResultOf<typeof OrderChoiceFields>;
export type Acceptance = Omit<VariablesOf<typeof AcceptDocumentsDocument>['input'], 'orderId'>;

/** Choosing insurers and accepting documents for one order, or for all drafts of its batch at once. The answer is about the one order. */
export function useSaleCommands(orderId: () => string, batchId: () => string | null) {
  const chooseOne = useCommand(ChooseProductsDocument, (answer) => answer.chooseProducts);
  const chooseAll = useCommand(ChooseBatchProductsDocument, (answer) => answer.chooseBatchProducts);
  const acceptOne = useCommand(AcceptDocumentsDocument, (answer) => answer.acceptDocuments);
  const acceptAll = useCommand(AcceptBatchDocumentsDocument, (answer) => answer.acceptBatchDocuments);
  const mine = (batch: { orders: OrderChoice[] } | null) =>
    batch?.orders.find(({ id }) => id === orderId()) ?? null;

  async function choose(productIds: string[]): Promise<OrderChoice | null> {
    const batch = batchId();
    if (batch) return mine(await chooseAll.run({ input: { batchId: batch, productIds } }));
    return chooseOne.run({ input: { orderId: orderId(), productIds } });
  }

  async function accept(acceptance: Acceptance): Promise<OrderChoice | null> {
    const batch = batchId();
    if (batch) return mine(await acceptAll.run({ input: { ...acceptance, batchId: batch } }));
    return acceptOne.run({ input: { ...acceptance, orderId: orderId() } });
  }

  const isBatch = () => batchId() !== null;
  return {
    choose,
    choiceRefusal: computed(() => (isBatch() ? chooseAll : chooseOne).refusal.value),
    choiceFault: computed(() => (isBatch() ? chooseAll : chooseOne).fault.value),
    accept,
    acceptRefusal: computed(() => (isBatch() ? acceptAll : acceptOne).refusal.value),
    acceptFault: computed(() => (isBatch() ? acceptAll : acceptOne).fault.value),
    accepting: computed(() => (isBatch() ? acceptAll : acceptOne).running.value),
  };
}
