import { and, eq, exists, isNotNull, ne, notInArray, or, type SQL, sql } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Db } from '../db/open.ts';
import { orderBatches, orders } from '../db/tables/order.ts';
import { quotes } from '../db/tables/quote.ts';
import { bidSections } from '../db/tables/section.ts';
import type { Actor } from './actor.ts';

/**
 * The one time-locked rule: who bought a bid guarantee tells who will bid. Until the section is opened, which is an event and not
 * a planned time, a BID order exists only for its enterprise and for the insurers it chose. Every read of an order, or of
 * anything that hangs on one, passes through this file.
 */

const nobody = sql`0`;
const everybody = sql`1`;

/** Whether the order is no longer under seal. Needs `orders` joined with `bidSections`. */
export const unsealed: SQL = or(ne(orders.depositKind, 'BID'), isNotNull(bidSections.openedAt)) as SQL;

/** Which insurer's view this is, or null for those who see an order whole. */
export function insurerView(actor: Actor): string | null {
  return actor.kind === 'USER' || actor.kind === 'API_CLIENT' ? actor.insurerId : null;
}

/** Names and numbers of persons go to those who work on the order, not to those who watch it. */
export const seesPersons = (actor: Actor): boolean =>
  insurerView(actor) !== null || (actor.kind === 'USER' && actor.role !== 'REGULATOR');

/** Condition on orders the actor may know of. Needs `orders` joined with `bidSections`. */
export function ordersFor(db: Db, actor: Actor): SQL {
  switch (actor.kind) {
    case 'ANONYMOUS':
      return nobody;
    case 'SYSTEM':
      return everybody;
    case 'USER':
      if (actor.role === 'BIDDER')
        return actor.enterpriseId ? eq(orders.enterpriseId, actor.enterpriseId) : nobody;
      if (actor.role === 'UNDERWRITER') return actor.insurerId ? chosenBy(db, actor.insurerId) : nobody;
      return disclosed;
    case 'API_CLIENT':
      if (actor.insurerId) return chosenBy(db, actor.insurerId);
      return actor.scopes.includes('deposits:read') ? disclosed : nobody;
  }
}

/**
 * Condition on batches of orders: to its own enterprise alone, for good. One order of a batch may be out in the open while another
 * is under seal, and to be told that they were begun together would tell of the other.
 */
export function batchesFor(actor: Actor): SQL {
  if (actor.kind === 'SYSTEM') return everybody;
  const isOwn = actor.kind === 'USER' && actor.role === 'BIDDER' && actor.enterpriseId;
  return isOwn ? eq(orderBatches.enterpriseId, isOwn) : nobody;
}

/** What staff and the centre see: never what was not submitted, be it cancelled or lapsed since, and nothing under seal. */
const disclosed: SQL = and(isNotNull(orders.submittedAt), unsealed) as SQL;

const chosenBy = (db: Db, insurerId: string): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(quotes)
      .where(and(eq(quotes.orderId, orders.id), eq(quotes.insurerId, insurerId))),
  );

/**
 * Condition on what belongs to one insurer within an order (quote, payment, policy, invoice, event): another insurer that was
 * asked too does not see it. Use it together with `ordersFor`.
 *
 * @param owner column that holds the insurer; null there means that it concerns all
 */
export function ownAffairs(actor: Actor, owner: AnySQLiteColumn): SQL {
  const insurerId = insurerView(actor);
  return insurerId ? (or(sql`${owner} is null`, eq(owner, insurerId)) as SQL) : everybody;
}

/** Nouns that are talked of within an insurer alone: what is not decided yet is no news for the bidder. */
const insideNouns: readonly string[] = ['proposal'];

/** Whether the noun's events stay within the insurer, so that nobody who waits for the order hears of them. */
export const isInside = (noun: string) => insideNouns.includes(noun);

/** Condition on events: what stays within an insurer is hidden from the bidder. Use it together with `ownAffairs`. */
export function insideEvents(actor: Actor, noun: AnySQLiteColumn): SQL {
  return actor.kind === 'USER' && actor.role === 'BIDDER' ? notInArray(noun, [...insideNouns]) : everybody;
}

/** The noun of an export's event. */
export const EXPORT_NOUN = 'export';

/**
 * Condition on events: that a bidder or an insurer exported its own orders tells that it had some to export, so that it stays in the
 * evidence and out of the log that others read.
 */
export const exportEvents = (noun: AnySQLiteColumn, party: AnySQLiteColumn): SQL =>
  or(ne(noun, EXPORT_NOUN), notInArray(party, ['BIDDER', 'UNDERWRITER'])) as SQL;

/**
 * Condition on what an insurer has not told anybody yet: its own people and systems alone see it. Use it together with `ordersFor`.
 *
 * @param owner column that holds the insurer
 */
export function insideOf(actor: Actor, owner: AnySQLiteColumn): SQL {
  const insurerId = insurerView(actor);
  return insurerId ? eq(owner, insurerId) : nobody;
}

/**
 * Condition on the work of operators that cannot wait for the opening, such as reviewing a surrender. What is under seal they see
 * on a masked view, which shows neither section nor enterprise.
 */
export function deskWorkFor(db: Db, actor: Actor): SQL {
  return actor.kind === 'USER' && actor.role === 'OPERATOR' ? everybody : ordersFor(db, actor);
}

/** The same for payments, which banks match too. */
export function paymentsFor(db: Db, actor: Actor): SQL {
  if (actor.kind === 'API_CLIENT' && !actor.insurerId && actor.scopes.includes('payments:write'))
    return everybody;
  return deskWorkFor(db, actor);
}
