import { InvalidInput } from '../../command/refusals.ts';
import type { DepositKind } from '../../db/vocabulary.ts';
import type { EnterpriseRow } from '../enterprise/enterprise.queries.ts';
import type { DepositRow, SectionRow } from '../section/section.queries.ts';
import { DeadlinePassed } from '../section/section.refusals.ts';
import type { OrderRow } from './order.queries.ts';
import { DuplicateOrder, SectionClosed } from './order.refusals.ts';

/** All that decides whether an enterprise may apply, read by a command or for a query. */
export interface ApplyFacts {
  readonly section: SectionRow;
  readonly deposits: readonly DepositRow[];
  readonly kind: DepositKind;
  readonly now: number;
  /** Throws what the enterprise still lacks. */
  readonly readyEnterprise: () => Promise<EnterpriseRow>;
  /** The live order of the enterprise for this section and kind, other than the one that is being submitted. */
  readonly liveOrderId: (enterprise: EnterpriseRow) => Promise<string | null>;
}

/**
 * The one list of guards: for starting an order, for submitting it, and for the question whether one may.
 *
 * Refuses: InvalidInput, NotCertified, ProfileIncomplete, SectionClosed, DeadlinePassed, DuplicateOrder; in this order.
 */
export async function guardApplying(
  facts: ApplyFacts,
): Promise<{ enterprise: EnterpriseRow; deposit: DepositRow }> {
  const { section, deposits, kind, now } = facts;
  const deposit = deposits.find((row) => row.kind === kind);
  if (!deposit) throw new InvalidInput([{ path: 'depositKind', message: '该标段不收取此类保证金' }]);
  const enterprise = await facts.readyEnterprise();
  const stopped = section.state === 'SUSPENDED' || section.state === 'FAILED';
  if (stopped || (kind === 'BID' && section.state !== 'ANNOUNCED')) throw new SectionClosed(section.state);
  guardDeadline(section, deposit, now);
  const liveOrderId = await facts.liveOrderId(enterprise);
  if (liveOrderId !== null) throw new DuplicateOrder(liveOrderId);
  return { enterprise, deposit };
}

/** By when the deposit has to be in place; that instant itself is too late. In milliseconds, null if unknown. */
export function deadlineOf(section: SectionRow, deposit: DepositRow): number | null {
  return deposit.deadlineAt ?? (deposit.kind === 'BID' ? section.deadlineAt : null);
}

/** Refuses: DeadlinePassed. */
export function guardDeadline(section: SectionRow, deposit: DepositRow, now: number): void {
  const deadlineAt = deadlineOf(section, deposit);
  if (deadlineAt !== null && now >= deadlineAt) throw new DeadlinePassed();
}

/**
 * By when the next actor has to act. A bid order that is not paid for ends at the deadline, so nothing in it is due later; the
 * deadline counts as it stands now, since sections are postponed.
 *
 * @returns milliseconds; null where nobody is waited for or the calendar of working days does not reach that far
 */
export function effectiveDueAt(
  order: OrderRow,
  section: SectionRow,
  deposits: readonly DepositRow[],
): number | null {
  const deposit = deposits.find((row) => row.kind === order.depositKind);
  const endsAtDeadline =
    order.depositKind === 'BID' && ['DRAFT', 'UNDERWRITING', 'AWAITING_PAYMENT'].includes(order.state);
  const deadlineAt = endsAtDeadline && deposit ? deadlineOf(section, deposit) : null;
  if (deadlineAt === null || order.dueAt === null) return order.dueAt ?? deadlineAt;
  return Math.min(order.dueAt, deadlineAt);
}
