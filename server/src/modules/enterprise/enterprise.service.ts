import { eq } from 'drizzle-orm';
import { actorId } from '../../access/actor.ts';
import { bear, expectState, fire, note, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound, RateLimited, TransitionRefused } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { users } from '../../db/tables/account.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import type { IdType, Ownership } from '../../db/vocabulary.ts';
import { shanghaiDay } from '../../kernel/clock.ts';
import { certificationNumber, newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { isPrecise, regionByCode } from '../../kernel/regions.ts';
import { identityFault, maskIdNumber, normaliseIdNumber } from '../../kernel/resident-id.ts';
import { cleanLine, cleanText } from '../../kernel/text.ts';
import { dueAt } from '../../kernel/workdays.ts';
import { limits } from '../../limits.ts';
import { takeUpload } from '../upload/upload.service.ts';
import { certificationLife, certificationMachine } from './certification.machine.ts';
import {
  type CertificationRow,
  certificationById,
  type EnterpriseRow,
  enterpriseById,
  isEnterpriseTaken,
  isProfileComplete,
  latestCertifications,
  revealsSince,
} from './enterprise.queries.ts';
import { AlreadyMember, EnterpriseTaken, NotCertified, ProfileIncomplete } from './enterprise.refusals.ts';

export interface CertificationInput {
  readonly name: string;
  /** Normalised and checked, as the CreditCode scalar does. */
  readonly creditCode: string;
  readonly legalRepresentative: { readonly name: string; readonly idType: IdType; readonly idNumber: string };
  readonly licenseUploadId: string;
}

/**
 * Hands in a company's papers for review. One at a time; after a rejection or a withdrawal the next is a row of
 * its own, and after an approval there is none.
 *
 * Refuses: TransitionRefused, AlreadyMember, InvalidInput, EnterpriseTaken, UploadRefused.
 */
export async function submitCertification(
  command: Command,
  input: CertificationInput,
): Promise<CertificationRow> {
  const { actor, now, core } = command;
  invariant(actor.kind === 'USER', 'only a person submits a certification');
  const [earlier] = await latestCertifications(command.db, [actor.id]);
  if (earlier?.state === 'PENDING_REVIEW') throw refused(earlier, 'SUBMIT');
  // Who left their enterprise begins anew; who was invited to one has nothing to certify.
  if (earlier?.state === 'APPROVED' && actor.enterpriseId !== null) throw refused(earlier, 'SUBMIT');
  if (actor.enterpriseId !== null) throw new AlreadyMember();

  const { idType } = input.legalRepresentative;
  const idNumber = normaliseIdNumber(input.legalRepresentative.idNumber);
  const fault = identityFault(idType, idNumber, shanghaiDay(now));
  if (fault) throw new InvalidInput([{ path: 'legalRepresentative.idNumber', message: fault }]);
  if (await isEnterpriseTaken(command.db, input.creditCode)) throw new EnterpriseTaken();

  const license = await takeUpload(command, input.licenseUploadId, 'LICENSE');
  const id = newId('crt');
  return bear(command, certificationLife, {
    id,
    number: certificationNumber(now),
    userId: actor.id,
    name: line(input.name),
    creditCode: input.creditCode,
    representativeName: line(input.legalRepresentative.name),
    idType,
    idNumberSealed: core.cipher.seal(idNumber, idNumberPlace(id)),
    idNumberMasked: maskIdNumber(idNumber),
    licenseUploadId: license.id,
    submittedAt: now,
    dueAt: dueAt(now, limits.certificationWorkdays),
  });
}

const idNumberPlace = (rowId: string) => ({ column: 'certifications.id_number_sealed', rowId });

/** A line that the rules of the input have let through. */
function line(text: string): string {
  const cleaned = cleanLine(text, limits.nameCharactersMax);
  invariant(cleaned, 'the input was checked');
  return cleaned;
}

const refused = (row: CertificationRow, event: keyof typeof certificationMachine.events) =>
  new TransitionRefused(
    { value: row.state, label: certificationMachine.states[row.state].label },
    { value: event, label: certificationMachine.events[event].label },
  );

interface Move {
  readonly id: string;
  readonly expectedState?: string | null | undefined;
}

/** The submission as the caller may see it, in the state they saw. Refuses: NotFound, StaleState. */
async function seen(command: Command, { id, expectedState }: Move): Promise<CertificationRow> {
  const row = await certificationById(command.db, command.actor, id);
  if (!row) throw new NotFound();
  expectState(row, expectedState);
  return row;
}

/** Whether a submission may still be moved up the queue: once. */
export const mayExpedite = (row: CertificationRow): boolean => row.expeditedAt === null;

/**
 * Moves a submission ahead of all that are not urgent, once.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function expediteCertification(command: Command, input: Move): Promise<CertificationRow> {
  const row = await seen(command, input);
  if (!mayExpedite(row)) throw refused(row, 'EXPEDITE');
  return fire(command, certificationLife, row, 'EXPEDITE', { set: { expeditedAt: command.now } });
}

/** Takes a submission back before it is decided. Refuses: NotFound, StaleState, TransitionRefused. */
export async function withdrawCertification(command: Command, input: Move): Promise<CertificationRow> {
  const row = await seen(command, input);
  return fire(command, certificationLife, row, 'WITHDRAW', { set: { decidedAt: command.now } });
}

/**
 * Certifies the company: it comes into being, and who submitted belongs to it from their next request on.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, EnterpriseTaken.
 */
export async function approveCertification(command: Command, input: Move): Promise<CertificationRow> {
  const row = await seen(command, input);
  requireReviewer(command, row, 'APPROVE');
  // Another account with the same code may have been approved since this one was submitted.
  if (await isEnterpriseTaken(command.db, row.creditCode)) throw new EnterpriseTaken();

  const enterpriseId = newId('ent');
  await command.db.insert(enterprises).values({
    id: enterpriseId,
    name: row.name,
    creditCode: row.creditCode,
    certifiedAt: command.now,
    ownerId: row.userId,
    createdAt: command.now,
  });
  await command.db.update(users).set({ enterpriseId }).where(eq(users.id, row.userId));
  return fire(command, certificationLife, row, 'APPROVE', {
    set: { decidedAt: command.now, enterpriseId },
    data: { enterpriseId },
  });
}

/**
 * Sends a submission back, saying why and which fields are at fault.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function rejectCertification(
  command: Command,
  input: Move & { readonly reason: string; readonly fields: readonly string[] },
): Promise<CertificationRow> {
  const row = await seen(command, input);
  requireReviewer(command, row, 'REJECT');
  const rejectionReason = cleanText(input.reason, limits.noteCharactersMax);
  const rejectedFields = [...new Set(input.fields.map((field) => line(field)))];
  return fire(command, certificationLife, row, 'REJECT', {
    set: { decidedAt: command.now, rejectionReason, rejectedFields },
    note: rejectionReason,
    data: { fields: rejectedFields },
  });
}

/** Nobody decides on their own papers, whatever role they have by now. */
function requireReviewer(command: Command, row: CertificationRow, event: 'APPROVE' | 'REJECT'): void {
  requireEvent(command.actor, certificationLife, row, event);
  if (actorId(command.actor) === row.userId) throw refused(row, event);
}

/**
 * Shows the whole number of the representative's document, with a reason that stands in the log.
 *
 * Refuses: NotFound, RateLimited.
 */
export async function revealIdNumber(
  command: Command,
  input: { readonly certificationId: string; readonly reason: string },
): Promise<{ idNumber: string }> {
  const row = await seen(command, { id: input.certificationId });
  const { revealsPerPersonMax: max, revealsPerPersonWindowMs: windowMs } = limits;
  const reveals = await revealsSince(command.db, actorId(command.actor) ?? '', command.now - windowMs);
  if (reveals >= max) throw new RateLimited(windowMs);
  await note(command, {
    noun: 'certification',
    objectId: row.id,
    event: 'REVEAL',
    note: cleanText(input.reason, limits.noteCharactersMax),
  });
  return { idNumber: command.core.cipher.open(row.idNumberSealed, idNumberPlace(row.id)) };
}

/**
 * Fills in what the certification does not tell, or corrects it.
 *
 * Refuses: NotCertified, InvalidInput.
 */
export async function completeProfile(
  command: Command,
  input: { readonly ownership: Ownership; readonly regionCode: string; readonly address: string },
): Promise<EnterpriseRow> {
  const enterprise = await ownEnterprise(command);
  const region = regionByCode(input.regionCode);
  if (!region || !isPrecise(region)) {
    throw new InvalidInput([{ path: 'regionCode', message: '请选择到区（县）一级的企业所在地' }]);
  }
  const [row] = await command.db
    .update(enterprises)
    .set({
      ownership: input.ownership,
      regionCode: region.code,
      address: cleanLine(input.address, limits.addressCharactersMax),
    })
    .where(eq(enterprises.id, enterprise.id))
    .returning();
  invariant(row, 'an enterprise is never deleted');
  await note(command, {
    noun: 'enterprise',
    objectId: row.id,
    event: 'PROFILE_COMPLETED',
    data: { ownership: row.ownership, regionCode: row.regionCode },
  });
  return row;
}

/** The caller's enterprise. Refuses: NotCertified. */
export async function ownEnterprise(command: Command): Promise<EnterpriseRow> {
  const { actor } = command;
  const id = actor.kind === 'USER' && actor.role === 'BIDDER' ? actor.enterpriseId : null;
  const enterprise = id ? await enterpriseById(command.db, id) : null;
  if (!enterprise || enterprise.suspendedAt !== null) throw new NotCertified();
  return enterprise;
}

/**
 * The caller's enterprise, certified and with a complete profile: who may apply for a guarantee.
 *
 * Refuses: NotCertified, ProfileIncomplete.
 */
export async function requireReadyEnterprise(command: Command): Promise<EnterpriseRow> {
  const enterprise = await ownEnterprise(command);
  if (!isProfileComplete(enterprise)) throw new ProfileIncomplete();
  return enterprise;
}
