import { and, count, eq, gt, inArray } from 'drizzle-orm';
import type { Db } from '../../db/open.ts';
import { uploads } from '../../db/tables/upload.ts';

export type UploadRow = typeof uploads.$inferSelect;

export async function uploadsByIds(db: Db, ids: readonly string[]): Promise<(UploadRow | null)[]> {
  const rows = await db
    .select()
    .from(uploads)
    .where(inArray(uploads.id, [...ids]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

export async function uploadById(db: Db, id: string): Promise<UploadRow | null> {
  const [row] = await db.select().from(uploads).where(eq(uploads.id, id));
  return row ?? null;
}

/** How many files somebody sent since an instant. */
export async function uploadsSince(db: Db, ownerId: string, sinceMs: number): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(uploads)
    .where(and(eq(uploads.ownerId, ownerId), gt(uploads.createdAt, sinceMs)));
  return row?.n ?? 0;
}
