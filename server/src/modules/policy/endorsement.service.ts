import { count, eq } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import type { Core } from '../../command/core.ts';
import { fire, requireEvent } from '../../command/fire.ts';
import { type FieldMessage, InvalidInput, NotFound, StaleState } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { endorsements } from '../../db/tables/policy.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { limits } from '../../limits.ts';
import { insurersByIds } from '../insurer/insurer.queries.ts';
import { orderById } from '../order/order.queries.ts';
import { keepMadeFile } from '../upload/upload.service.ts';
import { type EndorsementView, type Shortfall, shortfalls } from './endorsement.queries.ts';
import { policyLife } from './policy.machine.ts';
import { policyById } from './policy.queries.ts';
import { policyPaper, sealed } from './policy.service.ts';

export interface ExtensionInput {
  /** All policies of the caller that fall short, where none is named. */
  readonly policyIds?: readonly string[] | null | undefined;
  readonly reason?: string | null | undefined;
}

/** An endorsement whose paper is made and stored, before any row speaks of it. */
export interface MadeEndorsement extends Shortfall {
  readonly number: string;
  readonly reason: string;
  readonly uploadId: string;
  readonly content: Uint8Array;
  readonly issuedAt: number;
}

/**
 * Makes the papers that extend policies to where their bids' validity now ends. It takes a while, so nothing is written to the
 * database yet: a file whose policy moves meanwhile is swept later.
 *
 * Refuses: NotFound, InvalidInput, where a policy does not fall short or there is no key to seal with.
 */
export async function makeEndorsements(
  core: Core,
  actor: Actor,
  platformName: string,
  { policyIds, reason }: ExtensionInput,
): Promise<MadeEndorsement[]> {
  const { reader } = core.database;
  const short = (await shortfalls(reader, actor, { policyIds })).slice(0, limits.endorsementsPerCallMax);
  const found = new Set(short.map(({ policy }) => policy.id));
  const issues: FieldMessage[] = [];
  for (const [i, id] of (policyIds ?? []).entries()) {
    if (found.has(id)) continue;
    if (!(await policyById(reader, actor, id))) throw new NotFound();
    issues.push({ path: `policyIds.${i}`, message: '该保单的保障期已覆盖投标有效期，或标段已开标' });
  }
  if (issues.length > 0) throw new InvalidInput(issues);

  const made: MadeEndorsement[] = [];
  for (const shortfall of short) {
    const { policy, requiredEndOn } = shortfall;
    requireEvent(actor, policyLife, policy, 'ENDORSE');
    const view = await orderById(reader, actor, policy.orderId);
    const [insurer] = await insurersByIds(reader, [policy.insurerId]);
    invariant(insurer, 'a policy belongs to an insurer');
    if (!view) throw new NotFound();
    if (!(await core.seal.hasKey(insurer.id))) {
      throw new InvalidInput([
        { path: 'policyIds', message: '平台没有贵公司的签章证书，请联系平台运营配置证书' },
      ]);
    }
    const [numbered] = await reader
      .select({ n: count() })
      .from(endorsements)
      .where(eq(endorsements.policyId, policy.id));
    const { deadlineAt } = view.section;
    invariant(deadlineAt, 'a policy falls short of a deadline');
    const endorsement = {
      ...shortfall,
      number: `${policy.policyNumber}-P${String((numbered?.n ?? 0) + 1).padStart(2, '0')}`,
      reason:
        reason ??
        `投标截止时间延期至 ${formatInstant(deadlineAt).slice(0, 16).replace('T', ' ')}，保障期相应延长`,
      uploadId: newId('upl'),
      issuedAt: core.clock.now(),
    };
    const paper = await core.paper.renderEndorsement({
      policy: policyPaper(
        core.config,
        platformName,
        { ...view, insurer },
        { ...policy, endOn: requiredEndOn, issuedAt: endorsement.issuedAt },
      ),
      endorsementNumber: endorsement.number,
      previousEndOn: policy.endOn,
      reason: endorsement.reason,
    });
    const content = await sealed(core, insurer.id, paper, endorsement.issuedAt);
    await core.storage.put(endorsement.uploadId, content);
    made.push({ ...endorsement, content });
  }
  return made;
}

/**
 * Extends policies by the endorsements that were made: all of them, or none.
 *
 * Refuses: StaleState, where a policy or its section moved since; TransitionRefused.
 */
export async function extendPolicies(
  command: Command,
  made: readonly MadeEndorsement[],
): Promise<EndorsementView[]> {
  const short = await shortfalls(command.db, command.actor, {
    policyIds: made.map(({ policy }) => policy.id),
  });
  const now = new Map(short.map((shortfall) => [shortfall.policy.id, shortfall]));
  const extended: EndorsementView[] = [];
  for (const { policy: seen, requiredEndOn, number, reason, uploadId, content, issuedAt } of made) {
    const current = now.get(seen.id);
    if (current?.requiredEndOn !== requiredEndOn || current.policy.endOn !== seen.endOn)
      throw new StaleState();
    const { policy } = current;
    const file = await keepMadeFile(command, {
      id: uploadId,
      purpose: 'POLICY',
      contentType: 'application/pdf',
      fileName: `${number}.pdf`,
      content,
    });
    const [endorsement] = await command.db
      .insert(endorsements)
      .values({
        id: newId('end'),
        policyId: policy.id,
        orderId: policy.orderId,
        insurerId: policy.insurerId,
        number,
        previousEndOn: policy.endOn,
        endOn: requiredEndOn,
        reason,
        uploadId,
        issuedAt,
      })
      .returning();
    invariant(endorsement, 'an inserted row is returned');
    await fire(command, policyLife, policy, 'ENDORSE', {
      set: { endOn: requiredEndOn, remindedDays: null },
      note: reason,
      data: { number, sha256: file.sha256, previousEndOn: policy.endOn, endOn: requiredEndOn },
    });
    extended.push({ ...endorsement, file });
  }
  return extended;
}
