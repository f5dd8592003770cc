import { type UseLiveStateReturn, useLiveState } from '../../shared/use-live-state.ts';
import { OrderChangedDocument } from './order.gql.ts';

/** Listens to one order while its page is in view. See `useLiveState`. */
export const useOrderChanges = (options: {
  id: () => string;
  exists: () => boolean;
  refetch: () => void;
}): UseLiveStateReturn =>
  useLiveState({
    ...options,
    query: OrderChangedDocument,
    stateLabel: ({ orderChanged }) => orderChanged.stateLabel,
    makesDoubtful: [
      'Order',
      'Quote',
      'Payment',
      'Policy',
      'Invoice',
      'Surrender',
      'ServiceTicket',
      'Message',
    ],
  });
