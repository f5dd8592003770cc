import { disclosureLabel } from './statements.ts';
import { useSaleCommands } from './use-sale-commands.ts';
import type { UseSalesTraceReturn } from './use-sales-trace.ts';

/**
 * Keeps the acceptance of the disclosure with an order, or with all drafts of a batch, after what was seen before it has been
 * recorded.
 *
 * @param of what the id names that `acceptDisclosure` is given
 */
export function useDisclosure(trace: UseSalesTraceReturn, of: 'order' | 'batch' = 'order') {
  let id = '';
  const batchId = () => (of === 'batch' ? id : null);
  // Of a batch any order answers for all.
  const { accept, accepting, acceptRefusal, acceptFault } = useSaleCommands(() => id, batchId);

  async function acceptDisclosure(orderId: string, documentIds: string[]): Promise<boolean> {
    id = orderId;
    await trace.flush();
    await accept({ documentIds, statement: 'DISCLOSURE', labelText: disclosureLabel });
    return acceptRefusal.value === null && acceptFault.value === null;
  }

  return { acceptDisclosure, running: accepting, refusal: acceptRefusal, fault: acceptFault };
}
