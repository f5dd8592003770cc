import { and, count, desc, eq, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import type { Db } from '../../db/open.ts';
import { messages } from '../../db/tables/message.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';

export type MessageRow = typeof messages.$inferSelect;

export interface MessageFilter {
  readonly unread?: boolean | null | undefined;
}

/** A message belongs to its recipient: the bidder's enterprise, or the bidder. Nobody else reads it, staff included. */
export function belongsTo(actor: Actor): SQL {
  if (actor.kind !== 'USER' || actor.role !== 'BIDDER') return sql`0`;
  const own = eq(messages.userId, actor.id);
  return actor.enterpriseId ? (or(own, eq(messages.enterpriseId, actor.enterpriseId)) as SQL) : own;
}

/** The caller's messages, newest first. */
export async function listMessages(
  db: Db,
  actor: Actor,
  filter: MessageFilter,
  { first, after }: PageRequest,
): Promise<Page<MessageRow>> {
  const matching = and(
    belongsTo(actor),
    filter.unread == null ? undefined : filter.unread ? isNull(messages.readAt) : isNotNull(messages.readAt),
  );
  const rows = await db
    .select()
    .from(messages)
    .where(
      and(
        matching,
        after ? sql`(${messages.createdAt}, ${messages.id}) < (${after.key}, ${after.id})` : undefined,
      ),
    )
    .orderBy(desc(messages.createdAt), desc(messages.id))
    .limit(first + 1);
  const total = async () => {
    const [row] = await db.select({ n: count() }).from(messages).where(matching);
    return row?.n ?? 0;
  };
  return pageOf(rows, first, (row) => ({ key: row.createdAt, id: row.id }), total);
}

export async function messageById(db: Db, actor: Actor, id: string): Promise<MessageRow | null> {
  const [row] = await db
    .select()
    .from(messages)
    .where(and(eq(messages.id, id), belongsTo(actor)));
  return row ?? null;
}

export async function unreadCount(db: Db, actor: Actor): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(messages)
    .where(and(belongsTo(actor), isNull(messages.readAt)));
  return row?.n ?? 0;
}
