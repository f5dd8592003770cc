import { eq } from 'drizzle-orm';
import { system } from '../../access/actor.ts';
import { insurerView } from '../../access/secrecy.ts';
import type { Core } from '../../command/core.ts';
import { bear, expectState, fire, note, onEvent, requireEvent } from '../../command/fire.ts';
import { enqueue } from '../../command/outbox.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import { asConsequence, type Command, runAsSystem } from '../../command/run.ts';
import { surrenders } from '../../db/tables/surrender.ts';
import { type SurrenderCause, surrenderCauseLabel } from '../../db/vocabulary.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { cleanText } from '../../kernel/text.ts';
import { dueAt } from '../../kernel/workdays.ts';
import { limits } from '../../limits.ts';
import { demandInvoiceReversal, onInvoiceReversed } from '../invoice/invoice.service.ts';
import { knownOrder, moveOrder } from '../order/order.service.ts';
import { paymentsOfOrders } from '../payment/payment.queries.ts';
import { onRefunded, refundPremium } from '../payment/payment.service.ts';
import { policyLife } from '../policy/policy.machine.ts';
import { type PolicyView, policiesOfOrders } from '../policy/policy.queries.ts';
import { onPolicyIssued } from '../policy/policy.service.ts';
import { sectionById } from '../section/section.queries.ts';
import { causeHolds, type SurrenderCase, surrenderEligibility } from './surrender.eligibility.ts';
import { surrenderLife } from './surrender.machine.ts';
import {
  holdersOf,
  OFFER_NOUN,
  type SurrenderRow,
  type SurrenderView,
  surrenderById,
  surrenderCases,
  surrendersOfOrders,
  wasOffered,
} from './surrender.queries.ts';
import { SurrenderNotAllowed } from './surrender.refusals.ts';

async function seen(command: Command, id: string): Promise<SurrenderView> {
  const surrender = await surrenderById(command.db, command.actor, id);
  if (!surrender) throw new NotFound();
  return surrender;
}

async function caseOf(command: Command, orderId: string): Promise<SurrenderCase> {
  const [facts] = await surrenderCases(command.db, [orderId]);
  invariant(facts, 'an order belongs to a section');
  return facts;
}

async function policyOf(command: Command, orderId: string): Promise<PolicyView> {
  const [policy] = await policiesOfOrders(command.db, system, [orderId]);
  invariant(policy, 'what is given back was issued');
  return policy;
}

export interface SurrenderRequest {
  readonly orderId: string;
  readonly cause: SurrenderCause;
  readonly note?: string | null | undefined;
  readonly expectedState?: string | null | undefined;
}

/**
 * Asks to give a guarantee back for the whole premium. An offer after a failed tender is accepted the same way.
 *
 * Refuses: NotFound, StaleState, SurrenderNotAllowed, InvalidInput.
 */
export async function requestSurrender(command: Command, input: SurrenderRequest): Promise<SurrenderView> {
  const { order } = await knownOrder(command, input.orderId);
  expectState(order, input.expectedState);
  const { eligible, causes, reason } = surrenderEligibility(await caseOf(command, order.id), command.now);
  if (!eligible) throw new SurrenderNotAllowed(reason);
  if (!causes.includes(input.cause)) {
    const allowed = causes.map((cause) => `“${surrenderCauseLabel[cause]}”`).join('或');
    throw new InvalidInput([
      { path: 'cause', message: `标段目前的状态不支持该原因，可选的退保原因为${allowed}` },
    ]);
  }

  const policy = await policyOf(command, order.id);
  invariant(command.actor.kind === 'USER', 'only a person gives a guarantee back');
  const surrender = await bear(
    command,
    surrenderLife,
    {
      id: newId('srd'),
      orderId: order.id,
      policyId: policy.id,
      insurerId: policy.insurerId,
      cause: input.cause,
      note: cleanText(input.note ?? '', limits.noteCharactersMax) || null,
      amountFen: policy.premiumFen,
      createdBy: command.actor.id,
      createdAt: command.now,
      dueAt: dueAt(command.now, limits.surrenderReviewWorkdays),
    },
    { note: surrenderCauseLabel[input.cause], data: { cause: input.cause, amountFen: policy.premiumFen } },
  );
  return seen(command, surrender.id);
}

interface Move {
  readonly surrenderId: string;
  readonly expectedState?: string | null | undefined;
}

/** The bidder takes a request back on which nobody has decided. Refuses: NotFound, StaleState, TransitionRefused. */
export async function withdrawSurrender(command: Command, input: Move): Promise<SurrenderView> {
  const surrender = await seen(command, input.surrenderId);
  expectState(surrender, input.expectedState);
  await fire(command, surrenderLife, surrender, 'WITHDRAW', { set: { dueAt: null } });
  return seen(command, surrender.id);
}

/**
 * Approves a surrender: the platform first, the insurer after it. With the insurer's word the policy ends at once and the premium
 * goes back, after an issued invoice has been reversed.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, SurrenderNotAllowed.
 */
export async function approveSurrender(command: Command, input: Move): Promise<SurrenderView> {
  const surrender = await seen(command, input.surrenderId);
  expectState(surrender, input.expectedState);
  const event = insurerView(command.actor) ? 'AGREE' : 'APPROVE';
  requireEvent(command.actor, surrenderLife, surrender, event);
  // Meanwhile the tender may have gone on, or the bids may be opened: a guarantee that is relied on stays.
  if (!causeHolds(await caseOf(command, surrender.orderId), surrender.cause, command.now)) {
    throw new SurrenderNotAllowed(
      `申请后情况已变化，退保原因“${surrenderCauseLabel[surrender.cause]}”不再成立，请驳回并说明原因。`,
    );
  }
  if (event === 'APPROVE') {
    await fire(command, surrenderLife, surrender, 'APPROVE', {
      set: { dueAt: dueAt(command.now, limits.surrenderDecisionWorkdays) },
    });
  } else {
    await agree(command, surrender);
  }
  return seen(command, surrender.id);
}

async function agree(command: Command, surrender: SurrenderRow): Promise<void> {
  const reason = reasonOf(surrender);
  await fire(command, surrenderLife, surrender, 'AGREE', {
    set: { decidedAt: command.now, dueAt: dueAt(command.now, limits.refundWorkdays) },
  });
  const policy = await policyOf(command, surrender.orderId);
  await fire(asConsequence(command), policyLife, policy, 'SURRENDER', { note: reason });
  const standing = await demandInvoiceReversal(command, surrender.orderId, reason);
  if (!standing) await payBack(command, surrender);
}

const reasonOf = ({ cause }: SurrenderRow) => `退保：${surrenderCauseLabel[cause]}`;

async function payBack(command: Command, surrender: SurrenderRow): Promise<void> {
  const [payment] = await paymentsOfOrders(command.db, system, [surrender.orderId]);
  invariant(payment, 'what is given back was paid for');
  await refundPremium(command, payment.id, reasonOf(surrender));
}

/** The surrender of an order for which the insurer has to do something yet. */
async function refundingOf(command: Command, orderId: string): Promise<SurrenderView | undefined> {
  const [all = []] = await surrendersOfOrders(command.db, system, [orderId]);
  return all.find(({ state }) => state === 'REFUNDING');
}

/** The last thing that the refund waited for. */
onInvoiceReversed(async (command, invoice) => {
  const surrender = await refundingOf(command, invoice.orderId);
  if (!surrender) return;
  await command.db
    .update(surrenders)
    .set({ dueAt: dueAt(command.now, limits.refundWorkdays) })
    .where(eq(surrenders.id, surrender.id));
  await payBack(command, surrender);
});

/** The premium is back: the surrender is done, and the order with it. */
onRefunded(async (command, payment) => {
  const surrender = await refundingOf(command, payment.orderId);
  if (!surrender) return;
  const acting = asConsequence(command);
  await fire(acting, surrenderLife, surrender, 'COMPLETE', { set: { doneAt: command.now, dueAt: null } });
  const { order } = await knownOrder(acting, surrender.orderId);
  await moveOrder(acting, order, 'SURRENDER', { note: reasonOf(surrender) });
});

/**
 * Rejects a surrender, by the platform or by the insurer. The guarantee stands as before, and the bidder may ask again.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function rejectSurrender(
  command: Command,
  input: Move & { readonly reason: string },
): Promise<SurrenderView> {
  const surrender = await seen(command, input.surrenderId);
  expectState(surrender, input.expectedState);
  const reason = cleanText(input.reason, limits.noteCharactersMax);
  await fire(command, surrenderLife, surrender, insurerView(command.actor) ? 'DECLINE' : 'REJECT', {
    set: { rejectReason: reason, decidedAt: command.now, dueAt: null },
    note: reason,
  });
  return seen(command, surrender.id);
}

/** Offers go out after the commit, each by itself: how long it takes to make all of them would tell how many holders there are. */
export const SURRENDER_OFFERS_TOPIC = 'surrenderOffers';

const enqueueOffers = (command: Command, sectionId: string) =>
  enqueue(command, { topic: SURRENDER_OFFERS_TOPIC, payload: { sectionId } });

onEvent(async (command, event) => {
  if (event.noun === 'bidSection' && event.event === 'FAIL') await enqueueOffers(command, event.objectId);
});
/** What was paid for when the tender failed, and issued after it. */
onPolicyIssued((command, policy) => offerTo(command, policy.orderId));

/** Offers every holder of a failed section to give its guarantee back. A repetition offers nothing twice. */
export async function offerToHolders(core: Core, sectionId: string): Promise<void> {
  for (const { orderId } of await holdersOf(core.database.reader, system, sectionId)) {
    await runAsSystem(core, (command) => offerTo(command, orderId));
  }
}

async function offerTo(command: Command, orderId: string): Promise<void> {
  const { causes } = surrenderEligibility(await caseOf(command, orderId), command.now);
  if (!causes.includes('TENDER_FAILED') || (await wasOffered(command.db, orderId))) return;
  await note(asConsequence(command), {
    noun: OFFER_NOUN,
    objectId: orderId,
    event: 'OFFER',
    orderId,
    insurerId: (await policyOf(command, orderId)).insurerId,
  });
  command.changed.add(orderId);
}

/** How a section's holders stand. */
export interface SurrenderOffers {
  readonly sectionId: string;
  /** Guarantees that were issued; null while the bids are not opened, since the number would tell how many will bid. */
  readonly holders: number | null;
  /** Of these: given back, or asked to be. */
  readonly requested: number | null;
  readonly done: number | null;
}

/**
 * How many holders a failed section has, and how many gave their guarantee back.
 *
 * Refuses: NotFound.
 */
export async function surrenderOffers(
  { db, actor }: Pick<Command, 'db' | 'actor'>,
  sectionId: string,
): Promise<SurrenderOffers> {
  const section = await sectionById(db, sectionId);
  if (!section) throw new NotFound();
  if (section.openedAt === null) return { sectionId, holders: null, requested: null, done: null };
  const holders = await holdersOf(db, actor, sectionId);
  return {
    sectionId,
    holders: holders.length,
    requested: holders.filter(({ standing }) => standing !== null).length,
    done: holders.filter(({ standing }) => standing === 'DONE').length,
  };
}

/**
 * Offers all holders of a failed section to give their guarantees back, where they were not offered it yet.
 *
 * Refuses: NotFound, SurrenderNotAllowed.
 */
export async function offerSurrenders(command: Command, sectionId: string): Promise<SurrenderOffers> {
  const section = await sectionById(command.db, sectionId);
  if (!section) throw new NotFound();
  if (section.state !== 'FAILED') throw new SurrenderNotAllowed('标段没有流标或终止招标，不能统一提示退保。');
  await enqueueOffers(command, section.id);
  return surrenderOffers(command, section.id);
}
