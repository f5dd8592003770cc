import { eq } from 'drizzle-orm';
import { insurerView } from '../../access/secrecy.ts';
import type { Core } from '../../command/core.ts';
import { bear, type Change, expectState, fire, requireEvent } from '../../command/fire.ts';
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
import { quoteLife } from './quote.machine.ts';
import {
  openQuoteStates,
  type QuoteRow,
  type QuoteView,
  quoteById,
  quotesOfOrders,
  quotesToExpire,
} from './quote.queries.ts';
import { PremiumChanged, QuoteExpired } from './quote.refusals.ts';

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
    await fire(acting, quoteLife, quote, 'WITHDRAW', { set: { dueAt: null }, note: reason });
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

/** A guarantee that comes too late is of no use to anybody. Refuses: DeadlinePassed. */
async function requireBeforeDeadline(command: Command, { order, section }: OrderView): Promise<void> {
  if (order.depositKind !== 'BID') return;
  const [deposits = []] = await depositsOfSections(command.db, [section.id]);
  const deposit = deposits.find((row) => row.kind === 'BID');
  if (deposit) guardDeadline(section, deposit, command.now);
}

async function moveQuote(
  command: Command,
  quote: QuoteRow,
  event: keyof typeof quoteLife.machine.events,
  change: Change<typeof quotes> = {},
): Promise<QuoteRow> {
  return fire(command, quoteLife, quote, event, change);
}

interface Answer {
  readonly quoteId: string;
  readonly expectedState?: string | null | undefined;
}

export interface OfferInput extends Answer {
  /** In fen. */
  readonly premium: number;
  /** Exact decimal. */
  readonly rate: string;
  /** Milliseconds. */
  readonly validUntil: number;
  readonly note?: string | null | undefined;
}

/**
 * The insurer's binding premium. The first offer moves the order; where only this insurer was asked and the premium is the one
 * the list showed, it is accepted at once.
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

  const offered = await moveQuote(command, quote, 'OFFER', {
    set: {
      premiumFen: input.premium,
      rate: input.rate,
      validUntil: input.validUntil,
      note: input.note ?? null,
      decidedAt: command.now,
      dueAt: input.validUntil,
    },
    note: input.note ?? null,
    data: { premiumFen: input.premium, rate: input.rate, validUntil: input.validUntil },
  });

  const waiting = await awaitAnswer(command, order, input.validUntil);
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
  command.changedOrders.add(order.id);
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
  const declined = await moveQuote(command, quote, 'DECLINE', {
    set: { declineReason: input.reason, decidedAt: command.now, dueAt: null },
    note: input.reason,
  });
  await endWithoutQuotes(command, order);
  return declined;
}

/** Ends an order that no insurer will answer any more. */
async function endWithoutQuotes(command: Command, order: OrderRow): Promise<void> {
  const acting = asConsequence(command);
  const [views = []] = await quotesOfOrders(acting.db, acting.actor, [order.id]);
  if (views.some(({ quote }) => isOpen(quote))) return;
  if (order.state === 'UNDERWRITING') {
    await moveOrder(acting, order, 'DECLINE', { note: '所选机构均未承保' });
  } else if (order.state === 'AWAITING_PAYMENT') {
    await moveOrder(acting, order, 'LAPSE', { note: '报价均已过期或被拒绝' });
  }
}

/**
 * The insurer wants to know more before it decides.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function requestMaterial(
  command: Command,
  input: Answer & { readonly request: string },
): Promise<QuoteRow> {
  const { quote } = await ownQuote(command, input.quoteId);
  expectState(quote, input.expectedState);
  return moveQuote(command, quote, 'REQUEST_MATERIAL', {
    set: { materialRequest: input.request, dueAt: null },
    note: input.request,
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
  return moveQuote(command, quote, 'SUPPLY', {
    set: {
      materialNote: input.note,
      materialUploadIds: [...quote.materialUploadIds, ...uploadIds],
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
 * @param input.premium what the bidder saw, in fen; needed where the offer differs from the reference premium
 */
export async function acceptQuote(
  command: Command,
  input: Answer & { readonly premium?: number | null | undefined },
): Promise<OrderRow> {
  const view = await knownQuote(command, input.quoteId);
  const { quote } = view;
  expectState(quote, input.expectedState);
  if (quote.state === 'EXPIRED') throw new QuoteExpired(quote.validUntil ?? command.now);
  requireEvent(command.actor, quoteLife, quote, 'ACCEPT');
  invariant(quote.premiumFen !== null && quote.validUntil !== null, 'an offer has a premium and an end');
  if (command.now >= quote.validUntil) throw new QuoteExpired(quote.validUntil);
  await requireBeforeDeadline(command, view);
  const seen = input.premium ?? (premiumDiffers(quote) ? null : quote.premiumFen);
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
      await endWithoutQuotes(command, order);
    });
  }
}
