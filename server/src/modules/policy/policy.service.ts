import { and, count, eq, gt, inArray, lt } from 'drizzle-orm';
import { type Actor, system } from '../../access/actor.ts';
import { sameText } from '../../access/cipher.ts';
import { insurerView } from '../../access/secrecy.ts';
import type { Core } from '../../command/core.ts';
import { bear, expectState, fire, note, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound, RateLimited } from '../../command/refusals.ts';
import { asConsequence, type Command, runAsSystem } from '../../command/run.ts';
import type { Config } from '../../config.ts';
import type { Db } from '../../db/open.ts';
import { insurers } from '../../db/tables/insurer.ts';
import { type PolicySeal, policies, verificationAttempts } from '../../db/tables/policy.ts';
import { quotes } from '../../db/tables/quote.ts';
import { depositKindLabel, guaranteeFormLabel, type PolicyState } from '../../db/vocabulary.ts';
import { coverEnd, daysBetween, formatInstant, shanghaiDay } from '../../kernel/clock.ts';
import { newId, verificationCode } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { splitVat } from '../../kernel/money.ts';
import { cleanLine, cleanText, toHalfWidth } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import type { PolicyPaper } from '../../paper/policy-paper.ts';
import { coversAll, fillSealSlot, findSeals, sealedBytes, slotRange } from '../../paper/seal-slot.ts';
import type { InsurerRow } from '../insurer/insurer.queries.ts';
import { orderLife } from '../order/order.machine.ts';
import { type OrderView, orderById } from '../order/order.queries.ts';
import { moveOrder } from '../order/order.service.ts';
import { quoteLife } from '../quote/quote.machine.ts';
import type { QuoteRow } from '../quote/quote.queries.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import { keepMadeFile, takeUpload, uploadedContent } from '../upload/upload.service.ts';
import { policyClauses } from './policy.clauses.ts';
import { policyLife, policyMachine } from './policy.machine.ts';
import {
  type PolicyRow,
  type PolicyView,
  policiesByFile,
  policiesByNumber,
  policiesDue,
  policiesEnding,
  policyById,
  policyNumberIsUsed,
  type VerifiablePolicy,
} from './policy.queries.ts';
import { SealUntrusted } from './policy.refusals.ts';

/** What downstream modules do when a policy is issued, in the same transaction. */
type IssueListener = (command: Command, policy: PolicyRow) => Promise<void>;
const issueListeners: IssueListener[] = [];
export function onPolicyIssued(listener: IssueListener): void {
  issueListeners.push(listener);
}

export interface PolicyInput {
  readonly orderId: string;
  readonly policyNumber: string;
  readonly uploadId?: string | null | undefined;
  readonly expectedState?: string | null | undefined;
}

/** An order that waits for its policy, whose number is free, seen by the insurer whose quote was accepted. */
interface Issuable extends OrderView {
  readonly quote: QuoteRow & { readonly premiumFen: number };
  readonly insurer: InsurerRow;
  readonly policyNumber: string;
  readonly cover: { readonly sumInsuredFen: number; readonly startOn: string; readonly days: number };
}

/** Refuses: NotFound, StaleState, TransitionRefused, InvalidInput. */
async function issuable(db: Db, actor: Actor, input: PolicyInput): Promise<Issuable> {
  const view = await orderById(db, actor, input.orderId);
  const insurerId = insurerView(actor);
  if (!view || !insurerId) throw new NotFound();

  const [accepted] = await db
    .select({ quote: quotes, insurer: insurers })
    .from(quotes)
    .innerJoin(insurers, eq(insurers.id, quotes.insurerId))
    .where(and(eq(quotes.orderId, view.order.id), inArray(quotes.state, ['ACCEPTED', 'ISSUED'])));
  // That another insurer was chosen in the end is that insurer's affair.
  if (accepted && accepted.quote.insurerId !== insurerId) throw new NotFound();
  expectState(view.order, input.expectedState);
  requireEvent(system, orderLife, view.order, 'ISSUE');

  const policyNumber = cleanLine(toHalfWidth(input.policyNumber), limits.codeCharactersMax);
  if (!policyNumber) {
    throw new InvalidInput([
      { path: 'policyNumber', message: `请填写保单号，最多 ${limits.codeCharactersMax} 个字符` },
    ]);
  }
  if (await policyNumberIsUsed(db, insurerId, policyNumber)) {
    throw new InvalidInput([{ path: 'policyNumber', message: '该保单号已用于本公司的其他保单' }]);
  }

  invariant(accepted, 'an order that waits for its policy has an accepted quote');
  const { quote, insurer } = accepted;
  const { sumInsuredFen, startOn, days } = view.order.application?.cover ?? {};
  invariant(
    quote.premiumFen !== null && sumInsuredFen && startOn && days,
    'a paid order has a premium and a cover',
  );
  return {
    ...view,
    quote: { ...quote, premiumFen: quote.premiumFen },
    insurer,
    policyNumber,
    cover: { sumInsuredFen, startOn, days },
  };
}

/** A policy that the platform has made and stored, before any row speaks of it. */
export interface MadePolicy {
  readonly uploadId: string;
  readonly content: Uint8Array;
  readonly verificationCode: string;
  readonly issuedAt: number;
}

/**
 * Makes the paper of a policy where the insurer brings none. It takes a while, so nothing is written to the database yet: a file
 * whose order moves meanwhile is swept later.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput.
 */
export async function makePolicy(
  core: Core,
  actor: Actor,
  platformName: string,
  input: PolicyInput,
): Promise<MadePolicy> {
  const issue = await issuable(core.database.reader, actor, input);
  if (!(await core.seal.hasKey(issue.insurer.id))) {
    throw new InvalidInput([
      {
        path: 'uploadId',
        message: '平台没有贵公司的签章证书，请上传已签章的保单文件，或联系平台运营配置证书',
      },
    ]);
  }
  const made = { uploadId: newId('upl'), verificationCode: verificationCode(), issuedAt: core.clock.now() };
  const { order, section, insurer, quote, cover } = issue;
  const paper = await core.paper.renderPolicy(
    policyPaper(
      core.config,
      platformName,
      { order, section, insurer },
      {
        policyNumber: issue.policyNumber,
        verificationCode: made.verificationCode,
        premiumFen: quote.premiumFen,
        sumInsuredFen: cover.sumInsuredFen,
        startOn: cover.startOn,
        endOn: coverEnd(cover.startOn, cover.days),
        issuedAt: made.issuedAt,
      },
    ),
  );
  const content = await sealed(core, insurer.id, paper, made.issuedAt);
  await core.storage.put(made.uploadId, content);
  return { ...made, content };
}

/** What a policy says of itself, and its papers repeat. Instants in milliseconds. */
export interface PolicyFacts {
  readonly policyNumber: string;
  readonly verificationCode: string;
  readonly premiumFen: number;
  readonly sumInsuredFen: number;
  readonly startOn: string;
  readonly endOn: string;
  readonly issuedAt: number;
}

/** The paper of a policy, as its order was submitted. */
export function policyPaper(
  config: Config,
  platformName: string,
  { order, section, insurer }: Pick<OrderView, 'order' | 'section'> & { readonly insurer: InsurerRow },
  policy: PolicyFacts,
): PolicyPaper {
  const { application } = order;
  invariant(application, 'a paid order has an application');
  const link = new URL('/verify', config.publicOrigin);
  link.searchParams.set('number', policy.policyNumber);
  link.searchParams.set('code', policy.verificationCode);
  return {
    platformName,
    brokerName: config.broker.name,
    insurerName: insurer.name,
    insurerLicense: insurer.licenseNumber,
    insurerHotline: insurer.hotline,
    policyNumber: policy.policyNumber,
    verificationCode: policy.verificationCode,
    verifyUrl: link.href,
    applicantName: application.applicant.name,
    applicantCreditCode: application.applicant.creditCode,
    insuredName: application.insured.name ?? '',
    insuredCreditCode: application.insured.creditCode,
    sectionName: section.name,
    sectionCode: section.code,
    projectName: application.section.projectName ?? section.projectName ?? section.name,
    depositKindLabel: depositKindLabel[order.depositKind],
    formLabel: guaranteeFormLabel[order.form],
    premiumFen: policy.premiumFen,
    ...splitVat(policy.premiumFen),
    sumInsuredFen: policy.sumInsuredFen,
    startOn: policy.startOn,
    endOn: policy.endOn,
    days: daysBetween(policy.startOn, policy.endOn) + 1,
    issuedAtText: formatInstant(policy.issuedAt).slice(0, 19).replace('T', ' '),
    clauses: policyClauses(order.depositKind, order.form),
    sandbox: config.mode === 'sandbox',
  };
}

/** Puts the insurer's seal into the slot that a paper was made with. */
export async function sealed(
  core: Core,
  insurerId: string,
  paper: Uint8Array,
  at: number,
): Promise<Uint8Array> {
  const slot = slotRange(paper);
  return fillSealSlot(paper, slot, await core.seal.sign(insurerId, sealedBytes(paper, slot), new Date(at)));
}

/** A seal of the insurer's own, over all of the file. */
const isTrustworthy = ({ holds, coversAll: all, trust }: PolicySeal) =>
  holds && all && trust?.trusted === true;

/**
 * The seals of the file a policy is to be issued with. Read ahead of the transaction, since it takes a while.
 *
 * Refuses: as `issuePolicy` does; UploadRefused also where a seal of an uploaded file does not hold, SealUntrusted in production where
 * an uploaded file has no seal of the insurer's own that leads to a root of trust.
 */
export async function policySeals(
  core: Core,
  actor: Actor,
  made: MadePolicy | null,
  input: PolicyInput,
): Promise<PolicySeal[]> {
  // What stands against the policy itself is said before what stands against its file.
  const { insurer } = await issuable(core.database.reader, actor, input);
  const content = made?.content ?? (await uploadedContent(core, actor, input.uploadId ?? '', 'POLICY'));
  const seals = await Promise.all(
    findSeals(content, limits.sealsPerFileMax).map(async ({ range, cms }) => {
      const facts = await core.seal.read(cms, sealedBytes(content, range));
      const { holds, signedAt, chain } = facts;
      const trust = await core.seal.judge(facts, insurer.name, core.clock.now());
      return { holds, coversAll: coversAll(content, range), signedAt, chain, trust };
    }),
  );
  if (seals.some(({ holds }) => !holds)) {
    throw new UploadRefused(
      'SEAL_BROKEN',
      '保单文件的电子签章与文件内容不符，请上传签章后未经改动的原文件。',
    );
  }
  // The sandbox takes what is not trusted, and shows it as such.
  if (!made && core.config.mode === 'production' && !seals.some(isTrustworthy)) {
    const fault = seals.map(
      ({ coversAll: all, trust }) => trust.fault ?? (all ? null : '签章没有覆盖整个文件'),
    );
    throw new SealUntrusted(
      seals.length === 0
        ? '保单文件没有电子签章，请上传由贵公司签章的原文件。'
        : `保单文件的电子签章不受信任：${fault.find((text) => text !== null) ?? ''}。请用受信任机构签发给贵公司的证书签章后上传。`,
    );
  }
  return seals;
}

/**
 * Issues the policy of a paid order: with the insurer's own file, or the one that was made.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput, UploadRefused.
 */
export async function issuePolicy(
  command: Command,
  input: PolicyInput,
  made: MadePolicy | null,
  seals: readonly PolicySeal[],
): Promise<PolicyView> {
  const issue = await issuable(command.db, command.actor, input);
  const { order, quote, insurer, cover, policyNumber } = issue;
  const upload = made
    ? await keepMadeFile(command, {
        id: made.uploadId,
        purpose: 'POLICY',
        contentType: 'application/pdf',
        fileName: `${policyNumber}.pdf`,
        content: made.content,
      })
    : await takeUpload(command, input.uploadId ?? '', 'POLICY');

  const policy = await bear(
    command,
    policyLife,
    {
      id: newId('pol'),
      orderId: order.id,
      quoteId: quote.id,
      insurerId: insurer.id,
      policyNumber,
      verificationCode: made?.verificationCode ?? verificationCode(),
      sumInsuredFen: cover.sumInsuredFen,
      premiumFen: quote.premiumFen,
      startOn: cover.startOn,
      endOn: coverEnd(cover.startOn, cover.days),
      uploadId: upload.id,
      seals,
      issuedAt: made?.issuedAt ?? command.now,
    },
    { data: { sha256: upload.sha256, seals: seals.length } },
  );
  await fire(asConsequence(command), quoteLife, quote, 'ISSUE', { set: { dueAt: null } });
  await moveOrder(asConsequence(command), order, 'ISSUE');
  for (const listener of issueListeners) await listener(command, policy);
  return { ...policy, file: upload };
}

/** Every download of a policy is an event of its order. */
export async function notePolicyDownload(command: Command, uploadId: string): Promise<void> {
  const [policy] = await command.db.select().from(policies).where(eq(policies.uploadId, uploadId));
  if (!policy) return;
  const { id, orderId, insurerId } = policy;
  await note(command, { noun: policyLife.machine.name, objectId: id, event: 'DOWNLOAD', orderId, insurerId });
}

/**
 * Ends a guarantee before its time, since the insured needs it no longer.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function releasePolicy(
  command: Command,
  input: {
    readonly policyId: string;
    readonly reason: string;
    readonly expectedState?: string | null | undefined;
  },
): Promise<PolicyView> {
  const policy = await policyById(command.db, command.actor, input.policyId);
  if (!policy) throw new NotFound();
  expectState(policy, input.expectedState);
  const released = await fire(command, policyLife, policy, 'RELEASE', {
    note: cleanText(input.reason, limits.noteCharactersMax),
  });
  return { ...released, file: policy.file };
}

/** Begins and ends cover with the day in Shanghai. A policy that was issued late, or while nobody ran, goes through both. */
export async function movePoliciesByDate(core: Core): Promise<void> {
  const today = shanghaiDay(core.clock.now());
  for (let afterId = ''; ; ) {
    const due = await policiesDue(core.database.reader, today, afterId, limits.outboxBatchMax);
    for (const { id } of due) {
      await runAsSystem(core, async (command) => {
        const [row] = await command.db.select().from(policies).where(eq(policies.id, id));
        if (!row) return;
        const active =
          row.state === 'ISSUED' && row.startOn <= today
            ? await fire(command, policyLife, row, 'ACTIVATE')
            : row;
        if (active.state === 'ACTIVE' && active.endOn < today)
          await fire(command, policyLife, active, 'EXPIRE');
      });
    }
    const last = due.at(-1);
    if (!last) return;
    afterId = last.id;
  }
}

/** Reminds the bidder that cover ends, once at each of the days agreed on. Extending the cover begins anew. */
export async function remindOfExpiry(core: Core): Promise<void> {
  const today = shanghaiDay(core.clock.now());
  const stages = [...limits.expiryReminderDays].sort((a, b) => a - b);
  const due = await policiesEnding(core.database.reader, today, stages, limits.timerRowsPerRoundMax);
  for (const { id } of due) {
    await runAsSystem(core, async (command) => {
      const [policy] = await policiesEnding(command.db, today, stages, 1, id);
      if (!policy) return;
      const days = daysBetween(today, policy.endOn);
      const stage = stages.find((stage) => days <= stage);
      await command.db.update(policies).set({ remindedDays: stage }).where(eq(policies.id, id));
      await note(command, {
        noun: policyLife.machine.name,
        objectId: id,
        event: 'REMIND',
        orderId: policy.orderId,
        insurerId: policy.insurerId,
        data: { days },
      });
    });
  }
}

/** What anybody learns who holds a policy's number and code, or its file. Beside the two last fields, null before the opening. */
export interface PolicyVerification {
  readonly state: PolicyState | null;
  readonly stateLabel: string | null;
  readonly insurer: string | null;
  readonly sumInsuredFen: number | null;
  readonly startOn: string | null;
  readonly endOn: string | null;
  readonly seals: readonly PolicySeal[] | null;
  /** Whether it is genuine and stands: neither expired nor ended before its time. */
  readonly valid: boolean;
  readonly checkedAt: number;
}

export interface VerificationInput {
  readonly policyNumber?: string | null | undefined;
  readonly code?: string | null | undefined;
  readonly sha256?: string | null | undefined;
}

/**
 * Checks a policy for whoever was handed one. A wrong code and an unknown number look alike.
 *
 * Refuses: RateLimited, counted per address and kept in the database, since forty bits of code invite to guess.
 */
export async function verifyPolicy(
  core: Core,
  address: string,
  input: VerificationInput,
): Promise<PolicyVerification> {
  await countVerification(core, address);
  const found = await findVerifiable(core.database.reader, input);
  const now = core.clock.now();
  const policy = found?.policy;
  const shown = found?.disclosed ? found.policy : null;
  return {
    valid: policy?.state === 'ISSUED' || policy?.state === 'ACTIVE',
    state: shown?.state ?? null,
    stateLabel: shown ? policyMachine.states[shown.state].label : null,
    insurer: shown ? (found?.insurerName ?? null) : null,
    sumInsuredFen: shown?.sumInsuredFen ?? null,
    startOn: shown?.startOn ?? null,
    endOn: shown?.endOn ?? null,
    seals: shown?.seals ?? null,
    checkedAt: now,
  };
}

async function findVerifiable(db: Db, input: VerificationInput): Promise<VerifiablePolicy | null> {
  if (input.sha256) return (await policiesByFile(db, input.sha256.trim().toLowerCase()))[0] ?? null;
  const policyNumber = toHalfWidth(input.policyNumber ?? '').trim();
  // Printed in groups, read out, typed by hand.
  const code = toHalfWidth(input.code ?? '')
    .replace(/[\s-]/g, '')
    .toUpperCase();
  const candidates = await policiesByNumber(db, policyNumber);
  return candidates.find(({ policy }) => sameText(policy.verificationCode, code)) ?? null;
}

async function countVerification(core: Core, address: string): Promise<void> {
  await core.database.transact(async (db) => {
    const now = core.clock.now();
    const since = now - limits.verificationsWindowMs;
    await db.delete(verificationAttempts).where(lt(verificationAttempts.at, since));
    const [row] = await db
      .select({ n: count() })
      .from(verificationAttempts)
      .where(and(eq(verificationAttempts.address, address), gt(verificationAttempts.at, since)));
    if ((row?.n ?? 0) >= limits.verificationsPerAddressMax)
      throw new RateLimited(limits.verificationsWindowMs);
    await db.insert(verificationAttempts).values({ id: newId('ver'), address, at: now });
  });
}
