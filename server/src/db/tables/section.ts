import { index, primaryKey, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { count, fen, id, instant, known, line, notNegative, oneOf, ref } from '../columns.ts';
import { BID_SECTION_STATES, DEPOSIT_KINDS, PROJECT_TYPES } from '../vocabulary.ts';

/** The unit one bids for. */
export const bidSections = sqliteTable(
  'bid_sections',
  {
    id: id(),
    source: line().notNull(),
    /** Opaque: never parsed. */
    code: line().notNull(),
    name: line().notNull(),
    projectCode: line(),
    projectName: line(),
    projectType: oneOf(PROJECT_TYPES).notNull(),
    regionCode: line().notNull(),
    tendererName: line(),
    tendererCode: line(),
    agencyName: line(),
    controlPriceFen: fen(),
    validityDays: count(),
    deadlineAt: instant(),
    openAt: instant(),
    /** Set by the event of opening; what secrecy hangs on. The planned time alone opens nothing. */
    openedAt: instant(),
    winnerName: line(),
    noticeName: line(),
    noticeSentAt: instant(),
    /** Of the newest announcement taken in; an older one changes nothing. */
    dataTimestamp: instant().notNull(),
    state: oneOf(BID_SECTION_STATES).notNull(),
    createdAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('bid_sections_code').on(t.source, t.code),
    index('bid_sections_code_only').on(t.code),
    // The list shows the newest announcement first; its pages are read by key.
    index('bid_sections_order').on(t.dataTimestamp, t.id),
    index('bid_sections_deadline').on(t.deadlineAt, t.id),
    index('bid_sections_opening').on(t.openAt, t.id),
    index('bid_sections_state').on(t.state, t.dataTimestamp, t.id),
    index('bid_sections_region').on(t.regionCode, t.dataTimestamp, t.id),
    index('bid_sections_type').on(t.projectType, t.dataTimestamp, t.id),
    known('bid_sections_state', t.state, BID_SECTION_STATES),
    known('bid_sections_type', t.projectType, PROJECT_TYPES),
    notNegative('bid_sections_control_price', t.controlPriceFen),
  ],
);

/** What a section asks for: kind, amount, deadline. */
export const depositRequirements = sqliteTable(
  'deposit_requirements',
  {
    sectionId: ref()
      .notNull()
      .references(() => bidSections.id),
    kind: oneOf(DEPOSIT_KINDS).notNull(),
    amountFen: fen(),
    deadlineAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.sectionId, t.kind] }),
    index('deposit_requirements_kind').on(t.kind, t.sectionId),
    known('deposit_requirements_kind', t.kind, DEPOSIT_KINDS),
    notNegative('deposit_requirements_amount', t.amountFen),
  ],
);

/** What a section is found by, as `db/search.ts` writes it. The index over it, `bid_section_index`, refers to the number. */
export const bidSectionTexts = sqliteTable('bid_section_texts', {
  number: count().primaryKey(),
  sectionId: ref()
    .notNull()
    .unique('bid_section_texts_section')
    .references(() => bidSections.id),
  text: line().notNull(),
});
