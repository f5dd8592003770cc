import { eq } from 'drizzle-orm';
import { actorId } from '../../access/actor.ts';
import { insurerView } from '../../access/secrecy.ts';
import type { Core } from '../../command/core.ts';
import { bear, type Change, expectState, fire, refusedEvent, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import { asConsequence, type Command, runAsSystem } from '../../command/run.ts';
import { orders } from '../../db/tables/order.ts';
import type { quotes } from '../../db/tables/quote.ts';
import { newId, quoteNumber } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { formatYuanGrouped } from '../../kernel/money.ts';
import { dueAt } from '../../kernel/workdays.ts';
import { limits } from '../../limits.ts';
import { referencePremium } from '../insurer/insurer.queries.ts';
import { effectiveDueAt, guardDeadline } from '../order/order.guards.ts';
import { type OrderRow, type OrderView, productsOfOrders } from '../order/order.queries.ts';
import { moveOrder, onOrderEnded, onOrderSubmitted } from '../order/order.service.ts';
import { depositsOfSections } from '../section/section.queries.ts';
import { takeUpload } from '../upload/upload.service.ts';
import { proposalLife, quoteLife } from './quote.machine.ts';
import {
  openQuoteStates,
  type ProposalRow,
  pendingProposal,
  proposalById,
  type QuoteRow,
  type QuoteView,
  quoteById,
  quotesOfOrders,
  quotesToExpire,
} from './quote.queries.ts';
import { PremiumChanged, QuoteExpired, SecondUnderwriterNeeded } from './quote.refusals.ts';

/** What a later module does in the same transaction when a quote is accepted. `order` is as it stands after the acceptance. */
type AcceptanceListener = (command: Command, order: OrderRow, quote: QuoteRow) => Promise<void>;
const acceptanceListeners: AcceptanceListener[] = [];

/** Registers, when a module is loaded, what follows from a quote that is accepted. */
export function onQuoteAccepted(listener: AcceptanceListener): void {
  acceptanceListeners.push(listener);
}

const DAY_MS = 86_400_000;
const isOpen = (quote: QuoteRow) => openQuoteStates.some((state) => state === quote.state);

/** One quote a chosen product, with the premium its list showed. */
onOrderSubmitted(async (command, order) => {
  const { sumInsuredFen, days } = order.application?.cover ?? {};
  invariant(sumInsuredFen && days, 'a submitted order has a cover');
  const [chosen = []] = await productsOfOrders(command.db, command.actor, [order.id]);
  for (const { product } of chosen) {
    await bear(command, quoteLife, {
      id: newId('qte'),
      number: quoteNumber(),
      orderId: order.id,
      productId: product.id,
      insurerId: product.insurerId,
      referencePremiumFen: referencePremium(product, sumInsuredFen, days)?.premiumFen ?? null,
      submittedAt: command.now,
      dueAt: dueAt(command.now, limits.underwritingWorkdays),
    });
  }
});

onOrderEnded((command, order) => withdrawOpen(command, order.id, '订单已结束'));

async function withdrawOpen(command: Command, orderId: string, reason: string, but?: string): Promise<void> {
  const acting = asConsequence(command);
  const [views = []] = await quotesOfOrders(acting.db, acting.actor, [orderId]);
  for (const { quote } of views) {
    if (quote.id === but || !isOpen(quote)) continue;
    await moveQuote(acting, quote, 'WITHDRAW', { set: { dueAt: null }, note: reason });
  }
}

/** Within a command: a quote the actor may know of. Refuses: NotFound. */
async function knownQuote(command: Command, quoteId: string): Promise<QuoteView> {
  const view = await quoteById(command.db, command.actor, quoteId);
  if (!view) throw new NotFound();
  return view;
}

/** A quote that is the caller's own to answer. Refuses: NotFound. */
async function ownQuote(command: Command, quoteId: string): Promise<QuoteView> {
  const view = await knownQuote(command, quoteId);
  if (view.quote.insurerId !== insurerView(command.actor)) throw new NotFound();
  return view;
}

/**
 * Within a command: brings back the quote that was accepted and ended with its order, for money that came late and is accepted.
 *
 * @param premiumFen what was asked for and paid
 */
export async function reinstateQuote(
  command: Command,
  orderId: string,
  insurerId: string,
  premiumFen: number,
): Promise<void> {
  const acting = asConsequence(command);
  const [views = []] = await quotesOfOrders(acting.db, acting.actor, [orderId]);
  const found = views.find(({ quote }) => quote.insurerId === insurerId && quote.premiumFen === premiumFen);
  invariant(found, 'a payment follows from a quote');
  await fire(acting, quoteLife, found.quote, 'REINSTATE', { set: { dueAt: null } });
}

/** A guarantee that comes too late is of no use to anybody. Refuses: DeadlinePassed. */
export async function requireBeforeDeadline(command: Command, { order, section }: OrderView): Promise<void> {
  if (order.depositKind !== 'BID') return;
  const [deposits = []] = await depositsOfSections(command.db, [section.id]);
  const deposit = deposits.find((row) => row.kind === 'BID');
  if (deposit) guardDeadline(section, deposit, command.now);
}

/** The one way to move a quote: an offer that waits for a second underwriter falls with the state it was made in. */
async function moveQuote(
  command: Command,
  quote: QuoteRow,
  event: keyof typeof quoteLife.machine.events,
  change: Change<typeof quotes> = {},
): Promise<QuoteRow> {
  const moved = await fire(command, quoteLife, quote, event, change);
  await dropProposal(command, quote);
  return moved;
}

async function dropProposal(command: Command, quote: QuoteRow): Promise<void> {
  const pending = await pendingProposal(command.db, quote.id);
  if (!pending) return;
  await fire(asConsequence(command), proposalLife, pending, 'WITHDRAW', { set: { decidedAt: command.now } });
}

interface Answer {
  readonly quoteId: string;
  readonly expectedState?: string | null | undefined;
}

/** What an insurer offers. */
interface Terms {
  /** In fen. */
  readonly premium: number;
  /** Exact decimal. */
  readonly rate: string;
  /** Milliseconds. */
  readonly validUntil: number;
  readonly note?: string | null | undefined;
}

export interface OfferInput extends Answer, Terms {}

/**
 * The insurer's binding premium. Above the insurer's limit it waits for a second underwriter, and nobody else hears of it; a later
 * offer takes the place of the one that waits.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, DeadlinePassed, InvalidInput.
 */
export async function offerQuote(command: Command, input: OfferInput): Promise<QuoteRow> {
  const view = await ownQuote(command, input.quoteId);
  const { quote, order } = view;
  expectState(quote, input.expectedState);
  requireEvent(command.actor, quoteLife, quote, 'OFFER');
  await requireBeforeDeadline(command, view);
  checkOffer(command, order, input);
  if (!needsSecond(view)) return offer(command, view, input);
  await propose(command, view, input);
  return quote;
}

/** Whether the sum insured is above what one underwriter of the insurer may offer for. */
function needsSecond({ order, insurer }: QuoteView): boolean {
  const sumFen = order.application?.cover.sumInsuredFen;
  invariant(sumFen, 'a submitted order has a sum insured');
  return insurer.secondUnderwriterAboveFen !== null && sumFen > insurer.secondUnderwriterAboveFen;
}

async function propose(command: Command, { quote }: QuoteView, terms: Terms): Promise<void> {
  await dropProposal(command, quote);
  const proposedBy = actorId(command.actor);
  invariant(proposedBy, 'an insurer acts through a person or a system');
  await bear(
    command,
    proposalLife,
    {
      id: newId('prp'),
      quoteId: quote.id,
      orderId: quote.orderId,
      insurerId: quote.insurerId,
      premiumFen: terms.premium,
      rate: terms.rate,
      validUntil: terms.validUntil,
      note: terms.note ?? null,
      proposedBy,
      proposedAt: command.now,
    },
    { data: { premiumFen: terms.premium, rate: terms.rate, validUntil: terms.validUntil } },
  );
}

/**
 * A second underwriter agrees, and the offer goes to the bidder. Always a person, and another than who proposed it: neither one
 * person nor a stolen key of the insurer's system binds it above its limit.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, SecondUnderwriterNeeded, DeadlinePassed, InvalidInput.
 */
export async function agreeToOffer(
  command: Command,
  input: { readonly proposalId: string; readonly expectedState?: string | null | undefined },
): Promise<QuoteRow> {
  const { proposal, view } = await knownProposal(command, input.proposalId);
  expectState(proposal, input.expectedState);
  requireEvent(command.actor, proposalLife, proposal, 'AGREE');
  if (proposal.proposedBy === actorId(command.actor)) throw new SecondUnderwriterNeeded();
  await requireBeforeDeadline(command, view);
  if (proposal.validUntil <= command.now) {
    throw new InvalidInput([{ path: 'proposalId', message: '报价有效期已过，请退回后重新报价' }]);
  }
  await fire(command, proposalLife, proposal, 'AGREE', { set: { decidedAt: command.now } });
  const { premiumFen: premium, rate, validUntil, note } = proposal;
  return offer(command, view, { premium, rate, validUntil, note });
}

/**
 * A second underwriter sends the offer back, or who proposed it takes it back. The quote waits for another answer.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function refuseOffer(
  command: Command,
  input: {
    readonly proposalId: string;
    readonly reason: string;
    readonly expectedState?: string | null | undefined;
  },
): Promise<QuoteRow> {
  const { proposal, view } = await knownProposal(command, input.proposalId);
  expectState(proposal, input.expectedState);
  await fire(command, proposalLife, proposal, 'REFUSE', {
    set: { decidedAt: command.now, refuseReason: input.reason },
    note: input.reason,
  });
  return view.quote;
}

/** Within a command: a proposal of the caller's own insurer. Refuses: NotFound. */
async function knownProposal(
  command: Command,
  proposalId: string,
): Promise<{ proposal: ProposalRow; view: QuoteView }> {
  const proposal = await proposalById(command.db, command.actor, proposalId);
  if (!proposal) throw new NotFound();
  return { proposal, view: await ownQuote(command, proposal.quoteId) };
}

/** Tells the bidder. Where only this insurer was asked and the premium is the one the list showed, it is accepted at once. */
async function offer(command: Command, view: QuoteView, terms: Terms): Promise<QuoteRow> {
  const { order } = view;
  const offered = await moveQuote(command, view.quote, 'OFFER', {
    set: {
      premiumFen: terms.premium,
      rate: terms.rate,
      validUntil: terms.validUntil,
      note: terms.note ?? null,
      decidedAt: command.now,
      dueAt: terms.validUntil,
    },
    note: terms.note ?? null,
    data: { premiumFen: terms.premium, rate: terms.rate, validUntil: terms.validUntil },
  });

  const waiting = await awaitAnswer(command, order, terms.validUntil);
  const [all = []] = await quotesOfOrders(command.db, asConsequence(command).actor, [order.id]);
  if (all.length > 1 || offered.premiumFen !== offered.referencePremiumFen) return offered;
  return accept(asConsequence(command), { ...view, quote: offered, order: waiting });
}

function checkOffer(command: Command, order: OrderRow, input: OfferInput): void {
  const sumFen = order.application?.cover.sumInsuredFen;
  invariant(sumFen, 'a submitted order has a sum insured');
  const issues = [];
  if (input.premium <= 0) issues.push({ path: 'premium', message: '保费应大于 0' });
  if (input.premium >= sumFen) {
    issues.push({ path: 'premium', message: `保费应小于保险金额 ${formatYuanGrouped(sumFen)} 元` });
  }
  if (input.validUntil <= command.now) {
    issues.push({ path: 'validUntil', message: '报价有效期应晚于现在' });
  } else if (input.validUntil > command.now + limits.quoteValidDaysMax * DAY_MS) {
    issues.push({ path: 'validUntil', message: `报价有效期最长 ${limits.quoteValidDaysMax} 天` });
  }
  if (issues.length > 0) throw new InvalidInput(issues);
}

/** The order waits for the bidder's answer, for as long as the last of its offers holds. */
async function awaitAnswer(command: Command, order: OrderRow, validUntil: number): Promise<OrderRow> {
  if (order.state === 'UNDERWRITING') {
    return moveOrder(asConsequence(command), order, 'OFFER', { set: { dueAt: validUntil } });
  }
  return setOrder(command, order, { dueAt: Math.max(order.dueAt ?? 0, validUntil) });
}

/** Facts of an order that change without it moving. */
async function setOrder(
  command: Command,
  order: OrderRow,
  values: Partial<Pick<OrderRow, 'dueAt' | 'orderAmountFen'>>,
): Promise<OrderRow> {
  const [changed] = await command.db.update(orders).set(values).where(eq(orders.id, order.id)).returning();
  invariant(changed, 'an order is never deleted');
  command.changed.add(order.id);
  return changed;
}

/**
 * The insurer does not cover it. When nobody is left to answer, the order ends with it.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function declineQuote(
  command: Command,
  input: Answer & { readonly reason: string },
): Promise<QuoteRow> {
  const { quote, order } = await ownQuote(command, input.quoteId);
  expectState(quote, input.expectedState);
  if (!mayDecline(quote, command.now)) throw refusedEvent(quoteLife, quote, 'DECLINE');
  const declined = await moveQuote(command, quote, 'DECLINE', {
    set: { declineReason: input.reason, decidedAt: command.now, dueAt: null },
    note: input.reason,
  });
  await followQuotes(command, order);
  return declined;
}

/** What was asked for may still come, until the time set for it. */
export const mayDecline = (quote: QuoteRow, now: number): boolean =>
  quote.state !== 'MATERIAL_REQUESTED' || quote.dueAt === null || quote.dueAt < now;

/** After a quote has ended: an order that no insurer will answer any more ends, one without a standing offer waits for others. */
async function followQuotes(command: Command, order: OrderRow): Promise<void> {
  const acting = asConsequence(command);
  const [views = []] = await quotesOfOrders(acting.db, acting.actor, [order.id]);
  const open = views.filter(({ quote }) => isOpen(quote)).map(({ quote }) => quote);
  if (open.some(({ state }) => state === 'OFFERED' || state === 'ACCEPTED')) return;
  if (open.length > 0) {
    if (order.state !== 'AWAITING_PAYMENT') return;
    const due = Math.max(0, ...open.map(({ dueAt }) => dueAt ?? 0));
    await moveOrder(acting, order, 'AWAIT_OFFER', { set: { dueAt: due || null } });
  } else if (views.every(({ quote }) => quote.state === 'DECLINED')) {
    await moveOrder(acting, order, 'DECLINE', { note: '所选机构均未承保' });
  } else {
    await moveOrder(acting, order, 'LAPSE', { note: '报价已过期，其余机构未承保或已过期' });
  }
}

/**
 * The insurer wants to know more before it decides. It may ask again and again; each round is kept.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput.
 *
 * @param input.until by when, in milliseconds; a few working days where nothing is said
 */
export async function requestMaterial(
  command: Command,
  input: Answer & { readonly request: string; readonly until?: number | null | undefined },
): Promise<QuoteRow> {
  const { quote } = await ownQuote(command, input.quoteId);
  expectState(quote, input.expectedState);
  requireEvent(command.actor, quoteLife, quote, 'REQUEST_MATERIAL');
  const until = input.until ?? dueAt(command.now, limits.materialWorkdays);
  if (until !== null && until <= command.now) {
    throw new InvalidInput([{ path: 'until', message: '期限应晚于现在' }]);
  }
  if (until !== null && until > command.now + limits.materialDaysMax * DAY_MS) {
    throw new InvalidInput([{ path: 'until', message: `期限最长 ${limits.materialDaysMax} 天` }]);
  }
  const round = { request: input.request, requestedAt: command.now, dueAt: until };
  return moveQuote(command, quote, 'REQUEST_MATERIAL', {
    set: {
      materialRounds: [...quote.materialRounds, { ...round, note: null, uploadIds: [], suppliedAt: null }],
      dueAt: until,
    },
    note: input.request,
    data: { dueAt: until },
  });
}

/**
 * The bidder answers with words and files; the insurer's time begins anew.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, UploadRefused.
 */
export async function supplyMaterial(
  command: Command,
  input: Answer & { readonly note: string; readonly uploadIds?: readonly string[] | null | undefined },
): Promise<QuoteRow> {
  const { quote } = await knownQuote(command, input.quoteId);
  expectState(quote, input.expectedState);
  requireEvent(command.actor, quoteLife, quote, 'SUPPLY');
  const uploadIds: string[] = [];
  for (const id of new Set(input.uploadIds ?? [])) {
    uploadIds.push((await takeUpload(command, id, 'EVIDENCE')).id);
  }
  const asked = quote.materialRounds.at(-1);
  invariant(asked, 'material is supplied where it was asked for');
  const answered = { ...asked, note: input.note, uploadIds, suppliedAt: command.now };
  return moveQuote(command, quote, 'SUPPLY', {
    set: {
      materialRounds: [...quote.materialRounds.slice(0, -1), answered],
      dueAt: dueAt(command.now, limits.underwritingWorkdays),
    },
    note: input.note,
    data: { uploadIds },
  });
}

/**
 * The bidder takes an offer. The order's other quotes are withdrawn, and the payment begins.
 *
 * Refuses: NotFound, StaleState, QuoteExpired, TransitionRefused, DeadlinePassed, PremiumChanged.
 *
 * @param input.expectedPremium what the bidder saw, in fen; needed where the offer differs from the reference premium
 */
export async function acceptQuote(
  command: Command,
  input: Answer & { readonly expectedPremium?: number | null | undefined },
): Promise<OrderRow> {
  const view = await knownQuote(command, input.quoteId);
  const { quote } = view;
  expectState(quote, input.expectedState);
  if (quote.state === 'EXPIRED') throw new QuoteExpired(quote.validUntil ?? command.now);
  requireEvent(command.actor, quoteLife, quote, 'ACCEPT');
  invariant(quote.premiumFen !== null && quote.validUntil !== null, 'an offer has a premium and an end');
  if (command.now >= quote.validUntil) throw new QuoteExpired(quote.validUntil);
  await requireBeforeDeadline(command, view);
  const seen = input.expectedPremium ?? (premiumDiffers(quote) ? null : quote.premiumFen);
  if (seen !== quote.premiumFen) throw new PremiumChanged(quote.premiumFen);

  await accept(command, view);
  const [order] = await command.db.select().from(orders).where(eq(orders.id, view.order.id));
  invariant(order, 'an order is never deleted');
  return order;
}

/** Whether the offered premium is another than the list showed. Where it showed none, nothing differs. */
export const premiumDiffers = (quote: QuoteRow): boolean =>
  quote.premiumFen !== null &&
  quote.referencePremiumFen !== null &&
  quote.premiumFen !== quote.referencePremiumFen;

async function accept(command: Command, view: QuoteView): Promise<QuoteRow> {
  const accepted = await moveQuote(command, view.quote, 'ACCEPT', {
    set: { dueAt: null },
    data: { premiumFen: view.quote.premiumFen },
  });
  await withdrawOpen(command, view.order.id, '已选择其他机构', accepted.id);
  const order = await setOrder(command, view.order, {
    orderAmountFen: accepted.premiumFen,
    dueAt: dueAt(command.now, limits.paymentWorkdays),
  });
  const deposits = (await depositsOfSections(command.db, [view.section.id]))[0] ?? [];
  const due = effectiveDueAt(order, view.section, deposits);
  for (const listener of acceptanceListeners) {
    await listener(asConsequence(command), { ...order, dueAt: due }, accepted);
  }
  return accepted;
}

/** Ends offers that no longer hold, and orders that have no other. */
export async function expireQuotes(core: Core): Promise<void> {
  const due = await quotesToExpire(core.database.reader, core.clock.now(), limits.timerRowsPerRoundMax);
  for (const { id } of due) {
    await runAsSystem(core, async (command) => {
      const { quote, order } = await knownQuote(command, id);
      // Accepted or withdrawn since it was listed.
      if (quote.state !== 'OFFERED' || quote.validUntil === null || command.now < quote.validUntil) return;
      await moveQuote(command, quote, 'EXPIRE', { set: { dueAt: null } });
      await followQuotes(command, order);
    });
  }
}
