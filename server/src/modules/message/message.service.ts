import {
  and,
  asc,
  eq,
  gt,
  inArray,
  isNull,
  lte,
  ne,
  notInArray,
  or,
  type Placeholder,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Core } from '../../command/core.ts';
import type { EventRow } from '../../command/events.ts';
import { onEvent } from '../../command/fire.ts';
import { enqueue } from '../../command/outbox.ts';
import { NotFound } from '../../command/refusals.ts';
import { type Command, runAsSystem } from '../../command/run.ts';
import type { Db } from '../../db/open.ts';
import { isAmong, prepared, shapeOf } from '../../db/prepared.ts';
import { users } from '../../db/tables/account.ts';
import { certifications } from '../../db/tables/enterprise.ts';
import { insurers } from '../../db/tables/insurer.ts';
import { events } from '../../db/tables/ledger.ts';
import { messages } from '../../db/tables/message.ts';
import { orders } from '../../db/tables/order.ts';
import { savedSections } from '../../db/tables/project.ts';
import { bidSections } from '../../db/tables/section.ts';
import { LIVE_ORDER_STATES } from '../../db/vocabulary.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { limits } from '../../limits.ts';
import { enqueueSms } from '../account/sms-message.ts';
import { recordedChanges } from '../section/section.changes.ts';
import { belongsTo, unreadCount } from './message.queries.ts';
import {
  certificationTemplates,
  orderTemplates,
  savedTemplates,
  sectionTemplates,
} from './message.templates.ts';

/** News of a section goes out after the commit: how long it takes to tell all holders would tell how many there are. */
export const SECTION_NEWS_TOPIC = 'sectionNews';

/** News follow from events: whoever an event concerns finds a message, and gets an SMS. */
onEvent(async (command, event) => {
  const key = `${event.noun}.${event.event}`;
  if (certificationTemplates[key]) await tellSubmitter(command, event);
  else if (orderTemplates[key] && event.orderId) {
    const { db } = command;
    const holder = prepared(db, 'holderOfOrder', () =>
      holdersOf(db, sql.placeholder('insurerId'), eq(orders.id, sql.placeholder('orderId'))).prepare(),
    );
    const { insurerId, orderId } = event;
    await tellHolders(command, event, await holder.execute({ insurerId: insurerId ?? '', orderId }));
  } else if (sectionTemplates[key] && recordedChanges(event).length > 0) {
    await enqueue(command, { topic: SECTION_NEWS_TOPIC, payload: { eventId: event.id } });
  }
});

async function tellSubmitter(command: Command, event: EventRow): Promise<void> {
  const template = certificationTemplates[`${event.noun}.${event.event}`];
  const [submitter] = await command.db
    .select({ id: users.id, mobile: users.mobile })
    .from(certifications)
    .innerJoin(users, eq(users.id, certifications.userId))
    .where(eq(certifications.id, event.objectId));
  invariant(template && submitter, 'a certification was submitted by somebody');
  const text = template.text();
  await write(command, event, { userId: submitter.id, title: template.title, text });
  await enqueueSms(command, submitter.mobile, text);
}

type News = Pick<EventRow, 'id' | 'objectId' | 'noun' | 'event' | 'insurerId' | 'data'>;

/** What is told of orders, and to whom. */
const holdersOf = (db: Db, insurerId: string | Placeholder, which: SQL) =>
  db
    .select({
      orderId: orders.id,
      orderNumber: orders.number,
      enterpriseId: orders.enterpriseId,
      handlerMobile: sql<string | null>`${orders.application} ->> '$.handler.mobile'`,
      createdBy: orders.createdBy,
      sectionName: bidSections.name,
      insurerName: insurers.shortName,
    })
    .from(orders)
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .leftJoin(insurers, eq(insurers.id, insurerId))
    .where(which);
type Holder = Awaited<ReturnType<typeof holdersOf>>[number];

/** Tells those whose orders these are: on the site all of the enterprise, by SMS its people whose affair the order is. */
async function tellHolders(command: Command, event: News, holders: readonly Holder[]): Promise<void> {
  const key = `${event.noun}.${event.event}`;
  const template = orderTemplates[key] ?? sectionTemplates[key];
  invariant(template, 'an event without a template is no news');
  const people = await peopleOf(command, [...new Set(holders.map((holder) => holder.enterpriseId))]);
  const { premiumFen, deadlineAt, dueAt, days } = event.data;
  for (const holder of holders) {
    const text = template.text({
      orderNumber: holder.orderNumber,
      sectionName: holder.sectionName,
      insurerName: holder.insurerName ?? '',
      premiumFen: typeof premiumFen === 'number' ? premiumFen : null,
      deadlineAt: typeof deadlineAt === 'number' ? deadlineAt : null,
      dueAt: typeof dueAt === 'number' ? dueAt : null,
      days: typeof days === 'number' ? days : null,
    });
    const { orderId, enterpriseId } = holder;
    const isNew = await write(command, event, { orderId, enterpriseId, title: template.title, text });
    if (!isNew || template.onPageOnly) continue;
    for (const { mobile } of concerned(holder, people)) await enqueueSms(command, mobile, text);
  }
}

type PersonRow = Pick<typeof users.$inferSelect, 'id' | 'mobile' | 'enterpriseId'>;

/** Those who act for the enterprises, the longest known first. */
async function peopleOf({ db }: Command, enterpriseIds: readonly string[]): Promise<PersonRow[]> {
  const query = prepared(db, 'peopleOfEnterprises', () =>
    db
      .select({ id: users.id, mobile: users.mobile, enterpriseId: users.enterpriseId })
      .from(users)
      .where(and(isAmong(users.enterpriseId, 'ids'), isNull(users.suspendedAt)))
      .orderBy(asc(users.createdAt), asc(users.id))
      .prepare(),
  );
  return query.execute({ ids: JSON.stringify(enterpriseIds) });
}

/**
 * Who is told by SMS: who began the order, and the handler it names, if they act for the enterprise. A number that was only typed
 * may be anybody's, and nobody else may learn that there is an order. Where neither is left, the enterprise's first person.
 */
function concerned(
  holder: { enterpriseId: string; createdBy: string; handlerMobile: string | null },
  people: readonly PersonRow[],
): readonly PersonRow[] {
  const own = people.filter(({ enterpriseId }) => enterpriseId === holder.enterpriseId);
  const named = own.filter(({ id, mobile }) => id === holder.createdBy || mobile === holder.handlerMobile);
  return named.length > 0 ? named : own.slice(0, 1);
}

/** @returns false where the recipient was told before */
async function write(
  command: Command,
  event: Pick<EventRow, 'id' | 'objectId' | 'noun' | 'event'>,
  message: Pick<typeof messages.$inferInsert, 'title' | 'text' | 'enterpriseId' | 'userId' | 'orderId'>,
): Promise<boolean> {
  const { db } = command;
  const { shape, columns, values } = shapeOf({
    id: newId('msg'),
    eventId: event.id,
    objectId: event.objectId,
    noun: event.noun,
    event: event.event,
    createdAt: command.now,
    ...message,
  });
  const insert = prepared(db, `message ${shape}`, () =>
    db.insert(messages).values(columns).onConflictDoNothing().returning({ id: messages.id }).prepare(),
  );
  const written = await insert.execute(values);
  return written.length > 0;
}

/** Tells the enterprises that saved a section, by SMS whoever saved it and still acts for them. */
async function tellSavers(
  command: Command,
  event: Pick<EventRow, 'id' | 'objectId' | 'noun' | 'event'>,
  deadlineAt: number | null,
  which: SQL,
): Promise<void> {
  const template = savedTemplates[`${event.noun}.${event.event}`];
  invariant(template, 'an event without a template is no news');
  const savers = await command.db
    .select({
      enterpriseId: savedSections.enterpriseId,
      sectionName: bidSections.name,
      mobile: users.mobile,
    })
    .from(savedSections)
    .innerJoin(bidSections, eq(bidSections.id, savedSections.sectionId))
    .leftJoin(
      users,
      and(
        eq(users.id, savedSections.savedBy),
        eq(users.enterpriseId, savedSections.enterpriseId),
        isNull(users.suspendedAt),
      ),
    )
    .where(which);
  for (const { enterpriseId, sectionName, mobile } of savers) {
    const text = template.text({ sectionName, deadlineAt });
    const isNew = await write(command, event, { enterpriseId, title: template.title, text });
    if (isNew && mobile) await enqueueSms(command, mobile, text);
  }
}

const hourMs = 3_600_000;
const remindedBeforeMs = { THREE_DAYS: 72 * hourMs, ONE_DAY: 24 * hourMs, TWO_HOURS: 2 * hourMs } as const;

/** Orders for a bid that still need something until there is a guarantee. */
const isOpenBid = and(
  eq(orders.depositKind, 'BID'),
  inArray(
    orders.state,
    LIVE_ORDER_STATES.filter((state) => state !== 'COMPLETED'),
  ),
) as SQL;

/**
 * Reminds of deadlines as each enterprise chose, once for each deadline: a postponed one is reminded of anew. Not of a section that
 * stands still, nor where the bid guarantee is there already. Whoever has begun an order and chose nothing is reminded a day before.
 * What was sent stands in the database, so a restart repeats nothing.
 */
export async function remindOfDeadlines(core: Core): Promise<void> {
  const now = core.clock.now();
  const isNear = (beforeMs: number) =>
    and(
      eq(bidSections.state, 'ANNOUNCED'),
      gt(bidSections.deadlineAt, now),
      lte(bidSections.deadlineAt, now + beforeMs),
    );
  for (const [reminder, beforeMs] of Object.entries(remindedBeforeMs)) {
    const due = and(
      eq(savedSections.reminder, reminder as keyof typeof remindedBeforeMs),
      isNear(beforeMs),
      or(isNull(savedSections.remindedOf), ne(savedSections.remindedOf, bidSections.deadlineAt)),
    );
    const rows = await core.database.reader
      .select({ sectionId: bidSections.id, enterpriseId: savedSections.enterpriseId })
      .from(bidSections)
      .innerJoin(savedSections, eq(savedSections.sectionId, bidSections.id))
      .where(due)
      .limit(limits.timerRowsPerRoundMax);
    for (const row of rows) await runAsSystem(core, (command) => remindSaver(command, row));
  }
  const begun = await core.database.reader
    .select({ sectionId: bidSections.id, orderId: orders.id })
    .from(bidSections)
    .innerJoin(orders, eq(orders.sectionId, bidSections.id))
    .leftJoin(
      savedSections,
      and(eq(savedSections.sectionId, bidSections.id), eq(savedSections.enterpriseId, orders.enterpriseId)),
    )
    .leftJoin(
      messages,
      and(
        eq(messages.eventId, sql`${bidSections.id} || ':' || ${bidSections.deadlineAt}`),
        eq(messages.enterpriseId, orders.enterpriseId),
      ),
    )
    .where(
      and(isNear(remindedBeforeMs.ONE_DAY), isOpenBid, isNull(savedSections.sectionId), isNull(messages.id)),
    )
    .limit(limits.timerRowsPerRoundMax);
  for (const { sectionId, orderId } of begun)
    await runAsSystem(core, async (command) => {
      const deadline = await nearDeadline(command, sectionId);
      if (!deadline) return;
      const which = and(eq(orders.id, orderId), isOpenBid) as SQL;
      await tellHolders(command, deadline, await holdersOf(command.db, deadline.insurerId ?? '', which));
    });
}

/** What is told of a deadline that still stands. Not an event: the log would tell who keeps an eye on the section. */
async function nearDeadline(
  command: Command,
  sectionId: string,
): Promise<(News & { data: { deadlineAt: number } }) | null> {
  const [section] = await command.db.select().from(bidSections).where(eq(bidSections.id, sectionId));
  if (section?.state !== 'ANNOUNCED' || section.deadlineAt === null) return null;
  return {
    id: `${sectionId}:${section.deadlineAt}`,
    objectId: sectionId,
    noun: 'bidSection',
    event: 'REMIND',
    insurerId: null,
    data: { deadlineAt: section.deadlineAt },
  };
}

async function remindSaver(
  command: Command,
  { sectionId, enterpriseId }: { sectionId: string; enterpriseId: string },
): Promise<void> {
  const own = and(
    eq(savedSections.sectionId, sectionId),
    eq(savedSections.enterpriseId, enterpriseId),
  ) as SQL;
  const deadline = await nearDeadline(command, sectionId);
  if (!deadline) return;
  const { deadlineAt } = deadline.data;
  await command.db.update(savedSections).set({ remindedOf: deadlineAt }).where(own);
  const [done] = await command.db
    .select({ id: orders.id })
    .from(orders)
    .where(
      and(
        eq(orders.enterpriseId, enterpriseId),
        eq(orders.sectionId, sectionId),
        eq(orders.depositKind, 'BID'),
        eq(orders.state, 'COMPLETED'),
      ),
    );
  // Perhaps of its order, before it chose.
  const [told] = await command.db
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.eventId, deadline.id), eq(messages.enterpriseId, enterpriseId)));
  if (!done && !told) await tellSavers(command, deadline, deadlineAt, own);
}

/** Tells every holder of a live order, and who else saved it, what happened to its section. A repetition tells nobody twice. */
export async function tellSectionNews(core: Core, eventId: string): Promise<void> {
  await runAsSystem(core, async (command) => {
    const [event] = await command.db.select().from(events).where(eq(events.id, eventId));
    invariant(event, 'an event is never deleted');
    const live = inArray(orders.state, [...LIVE_ORDER_STATES]);
    const which = and(eq(orders.sectionId, event.objectId), live) as SQL;
    await tellHolders(command, event, await holdersOf(command.db, event.insurerId ?? '', which));
    const holders = command.db
      .select({ id: orders.enterpriseId })
      .from(orders)
      .where(and(eq(orders.sectionId, event.objectId), live));
    const { deadlineAt } = event.data;
    await tellSavers(
      command,
      event,
      typeof deadlineAt === 'number' ? deadlineAt : null,
      and(
        eq(savedSections.sectionId, event.objectId),
        notInArray(savedSections.enterpriseId, holders),
      ) as SQL,
    );
  });
}

/**
 * Marks messages of the caller as read, those named or all. Read by one person of an enterprise is read by all of it.
 *
 * Refuses: NotFound.
 *
 * @returns how many are unread still
 */
export async function markMessagesRead(
  command: Command,
  input: { readonly ids?: readonly string[] | null | undefined; readonly all?: boolean | null | undefined },
): Promise<number> {
  const own = belongsTo(command.actor);
  const ids = [...new Set(input.ids ?? [])];
  if (ids.length > 0) {
    const found = await command.db
      .select({ id: messages.id })
      .from(messages)
      .where(and(own, inArray(messages.id, ids)));
    if (found.length < ids.length) throw new NotFound();
  }
  await command.db
    .update(messages)
    .set({ readAt: command.now })
    .where(and(own, isNull(messages.readAt), input.all ? undefined : inArray(messages.id, ids)));
  return unreadCount(command.db, command.actor);
}
