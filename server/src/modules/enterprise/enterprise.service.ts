import { and, eq } from 'drizzle-orm';
import { type Actor, actorId } from '../../access/actor.ts';
import { requireAllowance } from '../../command/allowance.ts';
import type { Core } from '../../command/core.ts';
import { bear, expectState, fire, note, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound, TransitionRefused } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { users } from '../../db/tables/account.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import { events } from '../../db/tables/ledger.ts';
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
import { certificationFields } from './certification.fields.ts';
import { certificationLife, certificationMachine } from './certification.machine.ts';
import {
  type CertificationRow,
  certificationById,
  certificationInForce,
  type EnterpriseRow,
  enterpriseById,
  isEnterpriseTaken,
  isProfileComplete,
  latestCertification,
  rivalsOf,
} from './enterprise.queries.ts';
import { EnterpriseTaken, NotCertified, NotOwner, ProfileIncomplete } from './enterprise.refusals.ts';

export interface CertificationInput {
  readonly name: string;
  /** Normalised and checked, as the CreditCode scalar does. */
  readonly creditCode: string;
  readonly legalRepresentative: {
    readonly name: string;
    readonly idType: IdType;
    /** Left out for the number of the same person's same document that was handed in before. */
    readonly idNumber?: string | null | undefined;
  };
  /** A new upload, or the licence that was handed in before. */
  readonly licenseUploadId: string;
}

/**
 * Hands in a company's papers for review, one at a time: for the first time, again after a rejection or a withdrawal, or to
 * change the name or the legal representative of a certified enterprise, whose certification stands until the change is
 * approved. Each is a row of its own.
 *
 * Refuses: NotCertified, NotOwner, TransitionRefused, InvalidInput, EnterpriseTaken, UploadRefused.
 */
export async function submitCertification(
  command: Command,
  input: CertificationInput,
): Promise<CertificationRow> {
  const { actor, now, core } = command;
  invariant(actor.kind === 'USER', 'only a person submits a certification');
  // As it stands now: an approval may have come after the session was read.
  const bidder = { id: actor.id, enterpriseId: await enterpriseIdOf(command, actor.id) };
  const enterprise = bidder.enterpriseId ? await ownEnterprise(command, bidder.enterpriseId) : null;
  if (enterprise && enterprise.ownerId !== actor.id) throw new NotOwner();
  const last = await latestCertification(command.db, bidder);
  if (last?.state === 'PENDING_REVIEW') throw refused(last, 'SUBMIT');

  const inForce = enterprise && (await certificationInForce(command.db, enterprise.id));
  const idNumber = readIdNumber(command, input, [last, inForce]);
  if (enterprise) requireChange(command, input, idNumber, enterprise, inForce);
  else if (await isEnterpriseTaken(command.db, input.creditCode)) throw new EnterpriseTaken();

  const kept = [last, inForce].some((row) => row?.licenseUploadId === input.licenseUploadId);
  if (!kept) await takeUpload(command, input.licenseUploadId, 'LICENSE');
  const id = newId('crt');
  return bear(command, certificationLife, {
    id,
    number: certificationNumber(now),
    userId: actor.id,
    enterpriseId: bidder.enterpriseId,
    isChange: enterprise !== null,
    previousId: (enterprise ? inForce : comparable(last))?.id ?? null,
    name: line(input.name),
    creditCode: input.creditCode,
    representativeName: line(input.legalRepresentative.name),
    idType: input.legalRepresentative.idType,
    idNumberSealed: core.cipher.seal(idNumber, idNumberPlace(id)),
    idNumberMasked: maskIdNumber(idNumber),
    licenseUploadId: input.licenseUploadId,
    submittedAt: now,
    dueAt: dueAt(now, limits.certificationWorkdays),
  });
}

/** Who left an enterprise begins anew: its certification is nothing to compare with. */
const comparable = (last: CertificationRow | null) => (last?.state === 'APPROVED' ? null : last);

async function enterpriseIdOf(command: Command, userId: string): Promise<string | null> {
  const [user] = await command.db
    .select({ enterpriseId: users.enterpriseId })
    .from(users)
    .where(eq(users.id, userId));
  return user?.enterpriseId ?? null;
}

/** The number that was typed, or the one handed in before for the same document. Refuses: InvalidInput. */
function readIdNumber(
  command: Command,
  { legalRepresentative: { name, idType, idNumber: typed } }: CertificationInput,
  before: readonly (CertificationRow | null)[],
): string {
  const path = 'legalRepresentative.idNumber';
  if (typed == null) {
    const known = before.find((row) => row?.idType === idType && row.representativeName === line(name));
    if (!known) throw new InvalidInput([{ path, message: '法人姓名或证件类型已变更，请填写证件号码' }]);
    return openIdNumber(command.core, known);
  }
  const idNumber = normaliseIdNumber(typed);
  const fault = identityFault(idType, idNumber, shanghaiDay(command.now));
  if (fault) throw new InvalidInput([{ path, message: fault }]);
  return idNumber;
}

/** A change keeps the code and changes the name or the representative. Refuses: InvalidInput. */
function requireChange(
  command: Command,
  input: CertificationInput,
  idNumber: string,
  enterprise: EnterpriseRow,
  inForce: CertificationRow | null,
): void {
  if (input.creditCode !== enterprise.creditCode) {
    const message = '企业信息变更不能更改统一社会信用代码';
    throw new InvalidInput([{ path: 'creditCode', message }]);
  }
  const { legalRepresentative } = input;
  const isSame =
    line(input.name) === enterprise.name &&
    inForce?.representativeName === line(legalRepresentative.name) &&
    inForce.idType === legalRepresentative.idType &&
    openIdNumber(command.core, inForce) === idNumber;
  if (isSame) {
    throw new InvalidInput([{ path: 'name', message: '企业名称和法定代表人均与现有认证相同，无需变更' }]);
  }
}

/** The number of the representative's document. For comparing and revealing; it never goes into a row or a log. */
export const openIdNumber = (core: Pick<Core, 'cipher'>, row: CertificationRow): string =>
  core.cipher.open(row.idNumberSealed, idNumberPlace(row.id));

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
 * Certifies the company. The first time it comes into being, and who submitted belongs to it from their next request on; a
 * change gives it its new name, while orders keep the applicant they were submitted with. Whoever else waits with the same
 * code is rejected.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, EnterpriseTaken.
 */
export async function approveCertification(command: Command, input: Move): Promise<CertificationRow> {
  const row = await seen(command, input);
  requireReviewer(command, row, 'APPROVE');
  const enterpriseId = row.isChange ? await changeEnterprise(command, row) : await found(command, row);
  const approved = await fire(command, certificationLife, row, 'APPROVE', {
    set: { decidedAt: command.now, enterpriseId },
    data: { enterpriseId, isChange: row.isChange },
  });
  for (const rival of await rivalsOf(command.db, row)) {
    const { message: rejectionReason, code: cause } = new EnterpriseTaken();
    await fire(command, certificationLife, rival, 'REJECT', {
      set: { decidedAt: command.now, rejectionReason, rejectedFields: ['creditCode'] },
      note: rejectionReason,
      data: { fields: ['creditCode'], cause },
    });
  }
  return approved;
}

/** @returns the id of the enterprise that comes into being */
async function found(command: Command, row: CertificationRow): Promise<string> {
  if (await isEnterpriseTaken(command.db, row.creditCode)) throw new EnterpriseTaken();
  // Who has joined another enterprise meanwhile is not moved out of it.
  if (await enterpriseIdOf(command, row.userId)) throw refused(row, 'APPROVE');
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
  return enterpriseId;
}

/** @returns the id of the enterprise that has its new name */
async function changeEnterprise(command: Command, row: CertificationRow): Promise<string> {
  invariant(row.enterpriseId, 'a change belongs to an enterprise');
  await command.db.update(enterprises).set({ name: row.name }).where(eq(enterprises.id, row.enterpriseId));
  return row.enterpriseId;
}

/**
 * Sends a submission back, saying why and which fields are at fault.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput.
 */
export async function rejectCertification(
  command: Command,
  input: Move & { readonly reason: string; readonly fields: readonly string[] },
): Promise<CertificationRow> {
  const row = await seen(command, input);
  requireReviewer(command, row, 'REJECT');
  const rejectionReason = cleanText(input.reason, limits.noteCharactersMax);
  const rejectedFields = [...new Set(input.fields)];
  const unknown = input.fields.findIndex((field) => !Object.hasOwn(certificationFields, field));
  if (unknown >= 0) throw new InvalidInput([{ path: `fields.${unknown}`, message: '没有这个字段' }]);
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
  const own = eq(events.actorId, actorId(command.actor) ?? '');
  const acts = and(own, eq(events.noun, 'certification'), eq(events.event, 'REVEAL'));
  await requireAllowance(command, acts, limits.reveals);
  await note(command, {
    noun: 'certification',
    objectId: row.id,
    event: 'REVEAL',
    note: cleanText(input.reason, limits.noteCharactersMax),
  });
  return { idNumber: openIdNumber(command.core, row) };
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

/**
 * The caller's enterprise. Refuses: NotCertified.
 *
 * @param id as the session knows it, unless told
 */
export async function ownEnterprise(
  command: Command,
  id: string | null = enterpriseIdIn(command.actor),
): Promise<EnterpriseRow> {
  const enterprise = id ? await enterpriseById(command.db, id) : null;
  if (!enterprise || enterprise.suspendedAt !== null) throw new NotCertified();
  return enterprise;
}

const enterpriseIdIn = (actor: Actor) =>
  actor.kind === 'USER' && actor.role === 'BIDDER' ? actor.enterpriseId : null;

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
