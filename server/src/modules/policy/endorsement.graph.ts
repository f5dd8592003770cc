import DataLoader from 'dataloader';
import { z } from 'zod';
import { replayedObject } from '../../command/idempotency.ts';
import { run } from '../../command/run.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder } from '../../graph/builder.ts';
import { perRequest } from '../../graph/context.ts';
import { mutation, runOnce } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { textRule } from '../../graph/text-rules.ts';
import { limits } from '../../limits.ts';
import { platformName } from '../platform/platform.names.ts';
import { registerFileReaders, UploadType } from '../upload/upload.graph.ts';
import {
  type EndorsementView,
  endorsementById,
  endorsementsOfPolicies,
  mayReadEndorsementFile,
  type Shortfall,
  shortfalls,
} from './endorsement.queries.ts';
import { extendPolicies, makeEndorsements } from './endorsement.service.ts';
import { Policy } from './policy.graph.ts';
import { policyById } from './policy.queries.ts';

registerFileReaders('POLICY', (context, uploadId) =>
  mayReadEndorsementFile(context.db, context.actor, uploadId),
);

const Endorsement = builder.objectRef<EndorsementView>('Endorsement').implement({
  description: '批单：对保单的变更，有自己的编号和文件，不改动原保单文件。',
  interfaces: [Node],
  fields: (t) => ({
    number: t.exposeString('number', { description: '批单号。' }),
    previousEndOn: t.expose('previousEndOn', { type: 'Date', description: '批改前的保障末日，含当日。' }),
    endOn: t.expose('endOn', { type: 'Date', description: '批改后的保障末日，含当日。' }),
    reason: t.exposeString('reason', { description: '批改原因。' }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: '出具时间。' }),
    file: t.field({ type: UploadType, description: '批单文件。', resolve: (row) => row.file }),
    policy: t.field({
      type: Policy,
      nullable: true,
      description: '所批改的保单。',
      resolve: (row, _args, context) => policyById(context.db, context.actor, row.policyId),
    }),
  }),
});
defineNode('end', 'Endorsement', (id, context) => endorsementById(context.db, context.actor, id));

const endorsementsLoader = perRequest(
  (context) =>
    new DataLoader<string, EndorsementView[]>((ids) =>
      endorsementsOfPolicies(context.db, context.actor, ids),
    ),
);
const shortfallLoader = perRequest(
  (context) =>
    new DataLoader<string, Shortfall | null>(async (ids) => {
      const found = await shortfalls(context.db, context.actor, { policyIds: ids });
      const byPolicy = new Map(found.map((shortfall) => [shortfall.policy.id, shortfall]));
      return ids.map((id) => byPolicy.get(id) ?? null);
    }),
);

const CoverShortfall = builder.objectRef<Shortfall>('CoverShortfall').implement({
  description: '标段延期后，保障期不足以覆盖投标有效期的保单。',
  fields: (t) => ({
    policy: t.field({
      type: Policy,
      nullable: true,
      description: '保单。',
      resolve: ({ policy }, _args, context) => policyById(context.db, context.actor, policy.id),
    }),
    requiredEndOn: t.expose('requiredEndOn', { type: 'Date', description: '保障应到的末日，含当日。' }),
    days: t.exposeInt('days', { description: '不足的天数。' }),
  }),
});

builder.objectFields(Policy, (t) => ({
  endorsements: t.field({
    type: [Endorsement],
    description: '批单，由早到晚。',
    resolve: (policy, _args, context) => endorsementsLoader(context).load(policy.id),
  }),
  shortfall: t.field({
    type: CoverShortfall,
    nullable: true,
    description: '保障期不足；没有不足时为空。',
    resolve: (policy, _args, context) => shortfallLoader(context).load(policy.id),
  }),
}));

builder.queryField('coverShortfalls', (t) =>
  t.field({
    type: [CoverShortfall],
    description: '本公司保障期不足的保单：标段延期而尚未开标。用 extendPolicies 一次批改。',
    resolve: (_root, _args, context) => {
      requireAccess(context.actor, { roles: ['UNDERWRITER'], scopes: ['underwriting:write'] });
      return shortfalls(context.db, context.actor);
    },
  }),
);

interface Extension {
  readonly endorsements: readonly EndorsementView[];
  readonly remaining: number;
}
const PolicyExtension = builder.objectRef<Extension>('PolicyExtension').implement({
  description: '一次批改的结果。',
  fields: (t) => ({
    endorsements: t.field({
      type: [Endorsement],
      description: '出具的批单。',
      resolve: (extension) => [...extension.endorsements],
    }),
    remaining: t.exposeInt('remaining', {
      description: `尚余保障期不足的保单数；一次最多批改 ${limits.endorsementsPerCallMax} 张，可再次调用。`,
    }),
  }),
});

mutation('extendPolicies', {
  description:
    '批改：把保障期不足的保单延长到投标有效期的末日，各出一张批单，不另收保费。全部成功，或都不改。',
  who: { roles: ['UNDERWRITER'], scopes: ['underwriting:write'] },
  type: PolicyExtension,
  input: builder.inputType('ExtendPoliciesInput', {
    description: '批改延期。',
    fields: (t) => ({
      policyIds: t.idList({ description: '要批改的保单编号（id）；不填则为本公司全部保障期不足的保单。' }),
      reason: t.string({ description: '批改原因；不填则写明延期后的投标截止时间。' }),
    }),
  }),
  check: z.object({
    policyIds: z
      .array(z.string())
      .max(limits.endorsementsPerCallMax, `一次最多 ${limits.endorsementsPerCallMax} 张保单`)
      .nullish(),
    reason: textRule('批改原因', limits.noteCharactersMax).nullish(),
  }),
  slow: async (context, input) => {
    const { core, actor, facts, idempotency } = context;
    await run(core, actor, facts, (command) => replayedObject(command, idempotency));
    const made = await makeEndorsements(core, actor, platformName, input);
    return runOnce(context, async (command) => {
      const endorsements = await extendPolicies(command, made);
      return { endorsements, remaining: (await shortfalls(command.db, actor)).length };
    });
  },
});
