import { and, count, eq, ne } from 'drizzle-orm';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { savedSections } from '../../db/tables/project.ts';
import type { Reminder } from '../../db/vocabulary.ts';
import { invariant } from '../../kernel/invariant.ts';
import { limits } from '../../limits.ts';
import { NotCertified } from '../enterprise/enterprise.refusals.ts';
import { type SectionRow, sectionById } from '../section/section.queries.ts';

/*
 * Saving writes no event: the log is read by operators and regulators, and who keeps an eye on a section may bid there.
 */

/** Whose list it is. Refuses: NotCertified. */
function owner({ actor }: Command): { userId: string; enterpriseId: string } {
  invariant(actor.kind === 'USER', 'the edge lets only bidders in');
  if (!actor.enterpriseId) throw new NotCertified();
  return { userId: actor.id, enterpriseId: actor.enterpriseId };
}

async function known(command: Command, sectionId: string): Promise<SectionRow> {
  const section = await sectionById(command.db, sectionId);
  if (!section) throw new NotFound();
  return section;
}

/**
 * Puts a section on the enterprise's list, or changes when it is reminded of.
 *
 * Refuses: NotFound, NotCertified, InvalidInput.
 */
export async function saveBidSection(
  command: Command,
  input: { readonly sectionId: string; readonly reminder?: Reminder | null | undefined },
): Promise<SectionRow> {
  const section = await known(command, input.sectionId);
  const { userId, enterpriseId } = owner(command);
  // One that is on the list already takes no room.
  const [held] = await command.db
    .select({ n: count() })
    .from(savedSections)
    .where(and(eq(savedSections.enterpriseId, enterpriseId), ne(savedSections.sectionId, section.id)));
  if ((held?.n ?? 0) >= limits.savedSectionsMax)
    throw new InvalidInput([
      { path: 'sectionId', message: `最多收藏 ${limits.savedSectionsMax} 个标段，请先取消一些` },
    ]);
  const reminder = input.reminder ?? 'ONE_DAY';
  await command.db
    .insert(savedSections)
    .values({ enterpriseId, sectionId: section.id, savedBy: userId, reminder, createdAt: command.now })
    .onConflictDoUpdate({
      target: [savedSections.enterpriseId, savedSections.sectionId],
      // Whoever chose last is reminded; what was reminded of already is not repeated.
      set: { savedBy: userId, ...(input.reminder && { reminder: input.reminder }) },
    });
  return section;
}

/** Takes a section off the list; none that is not on it is refused. Refuses: NotFound, NotCertified. */
export async function unsaveBidSection(
  command: Command,
  input: { readonly sectionId: string },
): Promise<SectionRow> {
  const section = await known(command, input.sectionId);
  const { enterpriseId } = owner(command);
  await command.db
    .delete(savedSections)
    .where(and(eq(savedSections.enterpriseId, enterpriseId), eq(savedSections.sectionId, section.id)));
  return section;
}
