import { index, sqliteTable } from 'drizzle-orm/sqlite-core';
import { count, id, instant, known, line, oneOf, ref } from '../columns.ts';
import { UPLOAD_PURPOSES } from '../vocabulary.ts';

/** A file received or made. The bytes lie in the storage under the id. */
export const uploads = sqliteTable(
  'uploads',
  {
    id: id(),
    purpose: oneOf(UPLOAD_PURPOSES).notNull(),
    contentType: line().notNull(),
    bytes: count().notNull(),
    /** Of the bytes as kept. */
    sha256: line().notNull(),
    /** Of the bytes as received, before an image was made anew. */
    originalSha256: line().notNull(),
    fileName: line().notNull(),
    /** `usr_…`, `api_…` or null for a file the platform made. */
    ownerId: ref(),
    createdAt: instant().notNull(),
    /** When a command took it; what is never taken is swept. */
    attachedAt: instant(),
  },
  (t) => [
    index('uploads_owner').on(t.ownerId, t.createdAt),
    index('uploads_attached').on(t.attachedAt, t.createdAt),
    known('uploads_purpose', t.purpose, UPLOAD_PURPOSES),
  ],
);
