import { index, primaryKey, sqliteTable } from 'drizzle-orm/sqlite-core';
import { instant, known, oneOf, ref } from '../columns.ts';
import { REMINDERS } from '../vocabulary.ts';
import { users } from './account.ts';
import { enterprises } from './enterprise.ts';
import { bidSections } from './section.ts';

/** A section that an enterprise keeps an eye on. As secret as an order: it tells who may bid, and is read by its enterprise alone. */
export const savedSections = sqliteTable(
  'saved_sections',
  {
    enterpriseId: ref()
      .notNull()
      .references(() => enterprises.id),
    sectionId: ref()
      .notNull()
      .references(() => bidSections.id),
    /** Who gets the reminder by SMS. */
    savedBy: ref()
      .notNull()
      .references(() => users.id),
    reminder: oneOf(REMINDERS).notNull(),
    /** The deadline that somebody was reminded of; another one, after a postponement, is reminded of anew. */
    remindedOf: instant(),
    createdAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.enterpriseId, t.sectionId] }),
    index('saved_sections_section').on(t.sectionId),
    known('saved_sections_reminder', t.reminder, REMINDERS),
  ],
);
