import { eq, sql } from 'drizzle-orm';
import { onEvent } from '../../command/fire.ts';
import type { Command } from '../../command/run.ts';
import { prepared } from '../../db/prepared.ts';
import { invoices } from '../../db/tables/invoice.ts';
import { ledgerEntries } from '../../db/tables/ledger-entry.ts';
import type { LedgerAccount, LedgerKind } from '../../db/vocabulary.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';

/*
 * The books. Accounts, each per insurer, since the money lies on the insurers' own accounts:
 *
 *   BANK                what came in on the insurer's account and was not paid out again
 *   SUSPENSE            owed to nobody known yet: lines of a statement that fit no order
 *   CUSTOMER_FUNDS      received for an order, not confirmed yet
 *   PREMIUM_UNINVOICED  confirmed premium without an invoice, tax included
 *   PREMIUM_INVOICED    invoiced premium without tax
 *   VAT                 tax on it
 *   REFUNDS_PAYABLE     to be paid back
 *
 *   HOLD            BANK -> SUSPENSE                                a bank line that fits nothing
 *                   CUSTOMER_FUNDS -> SUSPENSE                      a receipt whose line is another order's
 *   RELEASE         SUSPENSE -> BANK                                it is none of ours, or entered already
 *   RECEIVE         BANK or SUSPENSE -> CUSTOMER_FUNDS              a receipt
 *   EARN            CUSTOMER_FUNDS -> PREMIUM_UNINVOICED            a payment is confirmed
 *   OWE_REFUND      CUSTOMER_FUNDS or PREMIUM_UNINVOICED -> REFUNDS_PAYABLE
 *   PAY_REFUND      REFUNDS_PAYABLE -> BANK
 *   INVOICE         PREMIUM_UNINVOICED -> PREMIUM_INVOICED and VAT
 *   REVERSE_INVOICE the way back
 */

export interface Entry {
  readonly kind: LedgerKind;
  /** The receipt, payment, refund, invoice or bank line it follows from. The same kind is entered once for each. */
  readonly causeId: string;
  readonly insurerId: string;
  /** Null only for money of which nobody knows whose it is. */
  readonly orderId: string | null;
  /** What moves, in fen, each over 0: from the account that is debited to the one that is credited. */
  readonly legs: readonly {
    readonly debit: LedgerAccount;
    readonly credit: LedgerAccount;
    readonly fen: number;
  }[];
}

/**
 * Enters money in the books, in the transaction of the command. The only writer of the ledger.
 *
 * Receipts, confirmations and refunds of any kind enter themselves (`payment.service.ts`), invoices and their reversals by the
 * listener below: whoever issues or reverses an invoice through its machine, or pays a premium back through `refundPremium`, has
 * nothing more to call.
 *
 * @throws Error when the same fact is entered twice; a bug, not a refusal
 */
export async function post(command: Command, entry: Entry): Promise<void> {
  const insert = prepared(command.db, 'ledgerEntry', () =>
    command.db
      .insert(ledgerEntries)
      .values({
        id: sql.placeholder('id'),
        at: sql.placeholder('at'),
        kind: sql.placeholder('kind'),
        debit: sql.placeholder('debit'),
        credit: sql.placeholder('credit'),
        amountFen: sql.placeholder('fen'),
        insurerId: sql.placeholder('insurerId'),
        orderId: sql.placeholder('orderId'),
        causeId: sql.placeholder('causeId'),
      })
      .prepare(),
  );
  const { kind, causeId, insurerId, orderId } = entry;
  for (const { debit, credit, fen } of entry.legs) {
    // A leg of nothing is none: the tax on a premium of a few fen rounds to 0.
    if (fen === 0) continue;
    await insert.execute({
      id: newId('led'),
      at: command.now,
      kind,
      debit,
      credit,
      fen,
      insurerId,
      orderId,
      causeId,
    });
  }
}

onEvent(async (command, event) => {
  if (event.noun !== 'invoice' || (event.event !== 'ISSUE' && event.event !== 'REVERSE')) return;
  const [invoice] = await command.db.select().from(invoices).where(eq(invoices.id, event.objectId));
  invariant(invoice, 'an event belongs to a row');
  const parts = [
    { account: 'PREMIUM_INVOICED', fen: invoice.netFen },
    { account: 'VAT', fen: invoice.vatFen },
  ] as const;
  const isIssue = event.event === 'ISSUE';
  await post(command, {
    kind: isIssue ? 'INVOICE' : 'REVERSE_INVOICE',
    causeId: invoice.id,
    insurerId: invoice.insurerId,
    orderId: invoice.orderId,
    legs: parts.map(({ account, fen }) =>
      isIssue
        ? { debit: 'PREMIUM_UNINVOICED', credit: account, fen }
        : { debit: account, credit: 'PREMIUM_UNINVOICED', fen },
    ),
  });
});
