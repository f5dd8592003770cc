import { useCommand } from '../../shared/use-command.ts';
import { AcceptDocumentsDocument } from './application.gql.ts';
import { disclosureLabel } from './statements.ts';
import type { UseSalesTraceReturn } from './use-sales-trace.ts';

/** Keeps the acceptance of the disclosure with an order, after what was seen before it has been recorded. */
export function useDisclosure(trace: UseSalesTraceReturn) {
  const { run, running, refusal, fault } = useCommand(
    AcceptDocumentsDocument,
    (answer) => answer.acceptDocuments,
  );

  async function acceptDisclosure(orderId: string, documentIds: string[]): Promise<boolean> {
    await trace.flush();
    const input = { orderId, documentIds, statement: 'DISCLOSURE' as const, labelText: disclosureLabel };
    return (await run({ input })) !== null;
  }

  return { acceptDisclosure, running, refusal, fault };
}
