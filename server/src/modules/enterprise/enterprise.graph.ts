import DataLoader from 'dataloader';
import { z } from 'zod';
import type { CertificationState } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { plainRefusal } from '../../graph/errors.ts';
import { IdInput } from '../../graph/id-input.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { lineRule, textRule } from '../../graph/text-rules.ts';
import { labelActs, lifeFields, machineEnums } from '../../graph/timeline.ts';
import { turnsOf } from '../../graph/turns.ts';
import { IdTypeEnum, OwnershipEnum } from '../../graph/vocabulary.ts';
import { regionByCode } from '../../kernel/regions.ts';
import { limits } from '../../limits.ts';
import { Viewer, type ViewerRow } from '../account/account.graph.ts';
import { registerFileReaders, UploadType, uploadLoader } from '../upload/upload.graph.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import { type CertificationDifference, differences } from './certification.differences.ts';
import { certificationFields } from './certification.fields.ts';
import { certificationLife } from './certification.machine.ts';
import {
  type CertificationRow,
  certificationById,
  certificationInForce,
  certificationsByIds,
  type EnterpriseRow,
  enterprisesByIds,
  enterprisesOfShown,
  isProfileComplete,
  latestCertification,
  listCertifications,
  mayReadLicense,
  queuePositions,
} from './enterprise.queries.ts';
import {
  AlreadyMember,
  EnterpriseTaken,
  NotCertified,
  NotOwner,
  ProfileIncomplete,
} from './enterprise.refusals.ts';
import * as service from './enterprise.service.ts';

plainRefusal(NotCertified, '企业尚未通过认证（NOT_CERTIFIED）。');
plainRefusal(ProfileIncomplete, '企业基本信息未完善（PROFILE_INCOMPLETE）。');
plainRefusal(NotOwner, '仅企业管理员可操作（NOT_OWNER）。');
plainRefusal(AlreadyMember, '已属于一家企业（ALREADY_MEMBER）。');
plainRefusal(EnterpriseTaken, '该代码已由其他账号认证（ENTERPRISE_TAKEN）。');

labelActs('certification', { REVEAL: '查看证件号码' });
labelActs('enterprise', { PROFILE_COMPLETED: '完善企业信息' });

const enums = machineEnums(certificationLife, 'Certification');

/** Enterprises within what the caller may see. */
const visibleEnterpriseLoader = perRequest(
  (context) =>
    new DataLoader<string, EnterpriseRow | null>((ids) => enterprisesByIds(context.db, context.actor, ids)),
);
/** Enterprises of objects that the caller was shown, an order for one: whether they may see it was decided there. */
export const enterpriseLoader = perRequest(
  (context) => new DataLoader<string, EnterpriseRow | null>((ids) => enterprisesOfShown(context.db, ids)),
);
const certificationLoader = perRequest(
  (context) =>
    new DataLoader<string, CertificationRow | null>((ids) =>
      certificationsByIds(context.db, context.actor, ids),
    ),
);
const queuePositionLoader = perRequest(
  (context) => new DataLoader<string, number | null>((ids) => queuePositions(context.db, ids)),
);

export const Enterprise = builder.objectRef<EnterpriseRow>('Enterprise').implement({
  description: '企业：通过认证的投标企业。',
  interfaces: [Node],
  fields: (t) => ({
    name: t.exposeString('name', { description: '企业名称。' }),
    creditCode: t.expose('creditCode', { type: 'CreditCode', description: '统一社会信用代码。' }),
    ownership: t.expose('ownership', {
      type: OwnershipEnum,
      nullable: true,
      description: '企业性质；未完善时为空。',
    }),
    regionCode: t.exposeString('regionCode', {
      nullable: true,
      description: '企业所在地代码；未完善时为空。',
    }),
    regionName: t.string({
      nullable: true,
      description: '企业所在地名称。',
      resolve: (row) =>
        row.regionCode === null ? null : (regionByCode(row.regionCode)?.name ?? row.regionCode),
    }),
    address: t.exposeString('address', { nullable: true, description: '企业地址；未完善时为空。' }),
    profileComplete: t.boolean({ description: '企业基本信息是否已完善。', resolve: isProfileComplete }),
    certifiedAt: t.expose('certifiedAt', { type: 'DateTime', nullable: true, description: '认证通过时间。' }),
  }),
});
defineNode('ent', 'Enterprise', (id, context) => visibleEnterpriseLoader(context).load(id));

const previousOf = async (context: Context, { previousId }: CertificationRow) =>
  previousId === null ? null : certificationLoader(context).load(previousId);

const LegalRepresentative = builder.objectRef<CertificationRow>('LegalRepresentative').implement({
  description: '法定代表人。',
  fields: (t) => ({
    name: t.exposeString('representativeName', { description: '姓名。' }),
    idType: t.expose('idType', { type: IdTypeEnum, description: '证件类型。' }),
    idNumberMasked: t.exposeString('idNumberMasked', { description: '证件号码，中间隐藏。' }),
  }),
});

const CertificationChange = builder.objectRef<CertificationDifference>('CertificationChange').implement({
  description: '两份企业认证之间的一处不同。',
  fields: (t) => ({
    field: t.exposeString('field', {
      description: '字段，与提交和驳回时的写法相同，如 legalRepresentative.idNumber。',
    }),
    label: t.string({ description: '字段名称。', resolve: ({ field }) => certificationFields[field] }),
    before: t.exposeString('before', { description: '原值：证件号码中间隐藏，营业执照为其地址。' }),
    after: t.exposeString('after', { description: '新值：证件号码中间隐藏，营业执照为其地址。' }),
  }),
});

const CertificationRef = builder.objectRef<CertificationRow>('Certification');
export const Certification = CertificationRef.implement({
  description: '企业认证：一次提交，由人工审核。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(
      t,
      certificationLife,
      enums,
      (row, event) => event !== 'EXPEDITE' || service.mayExpedite(row),
    ),
    number: t.exposeString('number', { description: '认证编号。' }),
    name: t.exposeString('name', { description: '企业名称。' }),
    creditCode: t.expose('creditCode', { type: 'CreditCode', description: '统一社会信用代码。' }),
    legalRepresentative: t.field({
      type: LegalRepresentative,
      description: '法定代表人。',
      resolve: (row) => row,
    }),
    license: t.field({
      type: UploadType,
      description: '营业执照。',
      resolve: async (row, _args, context) => {
        const upload = await uploadLoader(context).load(row.licenseUploadId);
        if (!upload) throw new Error('A certification has lost its license.');
        return upload;
      },
    }),
    isChange: t.exposeBoolean('isChange', { description: '是否为已认证企业的信息变更。' }),
    previous: t.field({
      type: CertificationRef,
      nullable: true,
      description: '对照的一份：信息变更的为现行认证，再次提交的为同一提交人的上一份；首次提交时为空。',
      resolve: (row, _args, context) => previousOf(context, row),
    }),
    changes: t.field({
      type: [CertificationChange],
      description: '与对照的一份不同之处；没有对照的一份时为空列表。',
      resolve: async (row, _args, context) => {
        const previous = await previousOf(context, row);
        return previous ? differences(context.core, previous, row) : [];
      },
    }),
    submittedAt: t.expose('submittedAt', { type: 'DateTime', description: '提交时间。' }),
    expeditedAt: t.expose('expeditedAt', {
      type: 'DateTime',
      nullable: true,
      description: '加急时间；未加急时为空。',
    }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: '审核期限；工作日历尚未公布到那时的为空。',
    }),
    overdue: t.boolean({
      description: '是否已超过审核期限。',
      resolve: (row, _args, { core }) =>
        row.state === 'PENDING_REVIEW' && row.dueAt !== null && core.clock.now() > row.dueAt,
    }),
    queuePosition: t.int({
      nullable: true,
      description: '排队位置，从 1 起；不在审核中时为空。',
      resolve: (row, _args, context) =>
        row.state === 'PENDING_REVIEW' ? queuePositionLoader(context).load(row.id) : null,
    }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true, description: '审核或撤回时间。' }),
    rejectionReason: t.exposeString('rejectionReason', { nullable: true, description: '未通过的原因。' }),
    rejectedFields: t.stringList({ description: '需要修改的字段。', resolve: (row) => row.rejectedFields }),
  }),
});
defineNode('crt', 'Certification', (id, context) => certificationLoader(context).load(id));
registerFileReaders('LICENSE', (context, uploadId) => mayReadLicense(context.db, context.actor, uploadId));

const Readiness = enumOf('Readiness', '投标企业申请保函前还需完成的事。', {
  CERTIFICATION_NEEDED: '需提交企业认证',
  CERTIFICATION_PENDING: '企业认证审核中',
  CERTIFICATION_REJECTED: '企业认证未通过，需重新提交',
  PROFILE_NEEDED: '需完善企业基本信息',
  READY: '可以申请',
});

const ownEnterprise = async ({ actor }: ViewerRow, context: Context): Promise<EnterpriseRow | null> =>
  actor.kind === 'USER' && actor.enterpriseId
    ? visibleEnterpriseLoader(context).load(actor.enterpriseId)
    : null;

const lastSubmission = async ({ actor }: ViewerRow, context: Context): Promise<CertificationRow | null> =>
  actor.kind === 'USER' && actor.role === 'BIDDER' ? latestCertification(context.db, actor) : null;

const readinessByState = {
  PENDING_REVIEW: 'CERTIFICATION_PENDING',
  REJECTED: 'CERTIFICATION_REJECTED',
  WITHDRAWN: 'CERTIFICATION_NEEDED',
  // The enterprise it brought is suspended or gone from view.
  APPROVED: 'CERTIFICATION_NEEDED',
} as const satisfies Record<CertificationState, string>;

builder.objectFields(Viewer, (t) => ({
  enterprise: t.field({
    type: Enterprise,
    nullable: true,
    description: '所属企业；未通过认证时为空。',
    resolve: (viewer, _args, context) => ownEnterprise(viewer, context),
  }),
  certification: t.field({
    type: Certification,
    nullable: true,
    description: '本人或所属企业最近一次提交的企业认证，包括信息变更。',
    resolve: (viewer, _args, context) => lastSubmission(viewer, context),
  }),
  certificationInForce: t.field({
    type: Certification,
    nullable: true,
    description: '所属企业现行的认证。',
    resolve: async (viewer, _args, context) => {
      const enterprise = await ownEnterprise(viewer, context);
      return enterprise && certificationInForce(context.db, enterprise.id);
    },
  }),
  readiness: t.field({
    type: Readiness,
    nullable: true,
    description: '投标企业：申请前还需完成的事；其他调用方为空。',
    resolve: async (viewer, _args, context) => {
      if (viewer.actor.kind !== 'USER' || viewer.actor.role !== 'BIDDER') return null;
      const enterprise = await ownEnterprise(viewer, context);
      if (enterprise) return isProfileComplete(enterprise) ? 'READY' : 'PROFILE_NEEDED';
      const last = await lastSubmission(viewer, context);
      return last ? readinessByState[last.state] : 'CERTIFICATION_NEEDED';
    },
  }),
}));

const CertificationConnection = connectionOf('Certification', '企业认证', Certification);

builder.queryField('certifications', (t) =>
  t.field({
    type: CertificationConnection,
    description: '企业认证列表，加急的在前，其余按提交先后。投标企业仅见本人和所属企业的。',
    args: {
      filter: t.arg({
        type: builder.inputType('CertificationFilter', {
          description: '企业认证筛选条件。',
          fields: (f) => ({ states: f.field({ type: [enums.state], description: '状态，任一即可。' }) }),
        }),
        description: '筛选条件。',
      }),
      ...pageArguments(t.arg),
    },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, { roles: ['OPERATOR', 'REGULATOR', 'BIDDER', 'UNDERWRITER'] });
      return listCertifications(context.db, context.actor, args.filter ?? {}, pageRequest(args));
    },
  }),
);

builder.subscriptionField('certificationChanged', (t) =>
  t.field({
    type: Certification,
    description:
      '一份企业认证的当前内容，以及它或审核队列每次变化后的内容。不再可见、登录失效或归属的企业改变时结束；看不到的立即结束，与不存在的一样。',
    args: { certificationId: t.arg.id({ required: true, description: '企业认证编号（id）。' }) },
    subscribe: (_root, { certificationId }, context) => {
      requireAccess(context.actor, { roles: ['OPERATOR', 'REGULATOR', 'BIDDER'] });
      // Whoever waits moves up when another's papers are decided.
      return turnsOf(context, certificationLife.machine.name, () =>
        certificationById(context.db, context.actor, certificationId),
      );
    },
    resolve: (row) => row,
  }),
);

const bidder = { roles: ['BIDDER'] } as const;
const operator = { roles: ['OPERATOR'] } as const;

mutation('submitCertification', {
  description:
    '提交企业认证，由人工审核。同时只能有一份在审核中；未通过或撤回后可再次提交。已认证的企业再次提交为信息变更：企业名称或法定代表人变更，统一社会信用代码不变；通过前原认证继续有效，已提交的订单不受影响。',
  who: bidder,
  type: Certification,
  refusals: [EnterpriseTaken, NotCertified, NotOwner, UploadRefused],
  input: builder.inputType('SubmitCertificationInput', {
    description: '企业认证资料。',
    fields: (t) => ({
      name: t.string({ required: true, description: '企业名称，与营业执照一致。' }),
      creditCode: t.field({ type: 'CreditCode', required: true, description: '统一社会信用代码。' }),
      legalRepresentative: t.field({
        type: builder.inputType('LegalRepresentativeInput', {
          description: '法定代表人。',
          fields: (f) => ({
            name: f.string({ required: true, description: '姓名。' }),
            idType: f.field({ type: IdTypeEnum, required: true, description: '证件类型。' }),
            idNumber: f.string({
              description: '证件号码；省略表示沿用已提交过的同一人同类证件的号码。',
            }),
          }),
        }),
        required: true,
        description: '法定代表人。',
      }),
      licenseUploadId: t.id({
        required: true,
        description: '营业执照：POST /uploads?purpose=LICENSE 返回的编号，或上一份认证的营业执照的编号。',
      }),
    }),
  }),
  check: z.object({
    name: lineRule('企业名称', limits.nameCharactersMax),
    legalRepresentative: z.object({
      name: lineRule('法人姓名', limits.nameCharactersMax),
      idNumber: lineRule('证件号码', limits.idNumberCharactersMax).nullish(),
    }),
  }),
  act: (command, input) => service.submitCertification(command, input),
});

mutation('expediteCertification', {
  description: '加急：排到未加急的之前，每份一次。',
  who: bidder,
  type: Certification,
  input: IdInput,
  act: service.expediteCertification,
});

mutation('withdrawCertification', {
  description: '在审核前撤回。',
  who: bidder,
  type: Certification,
  input: IdInput,
  act: service.withdrawCertification,
});

mutation('approveCertification', {
  description:
    '审核通过：企业自此成立，提交人归属该企业；信息变更的，企业自此使用新的信息。同一代码在审核中的其他申请随即不予通过。',
  who: operator,
  type: Certification,
  refusals: [EnterpriseTaken],
  input: IdInput,
  act: service.approveCertification,
});

mutation('rejectCertification', {
  description: '审核不通过，说明原因和需要修改的字段。',
  who: operator,
  type: Certification,
  input: builder.inputType('RejectCertificationInput', {
    description: '审核不通过。',
    fields: (t) => ({
      id: t.id({ required: true, description: '企业认证编号（id）。' }),
      reason: t.string({ required: true, description: '原因，提交人可见。' }),
      fields: t.stringList({
        required: true,
        description: `需要修改的字段：${Object.keys(certificationFields).join('、')}；可为空列表。`,
      }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({
    reason: textRule('原因', limits.noteCharactersMax),
    fields: z.array(lineRule('字段', limits.nameCharactersMax)).max(limits.rejectedFieldsMax, '字段过多'),
  }),
  act: service.rejectCertification,
});

const RevealedIdNumber = builder.objectRef<{ idNumber: string }>('RevealedIdNumber').implement({
  description: '完整的证件号码。',
  fields: (t) => ({ idNumber: t.exposeString('idNumber', { description: '证件号码。' }) }),
});

mutation('revealIdNumber', {
  description: `查看完整证件号码。须说明原因，记入日志；每人 24 小时内最多 ${limits.reveals.max} 次。`,
  who: operator,
  type: RevealedIdNumber,
  secret: true,
  input: builder.inputType('RevealIdNumberInput', {
    description: '查看完整证件号码。',
    fields: (t) => ({
      certificationId: t.id({ required: true, description: '企业认证编号（id）。' }),
      reason: t.string({ required: true, description: '原因，记入日志。' }),
    }),
  }),
  check: z.object({ reason: textRule('原因', limits.noteCharactersMax) }),
  act: (command, input) => service.revealIdNumber(command, input),
});

mutation('completeProfile', {
  description: '完善或修改企业基本信息。',
  who: bidder,
  type: Enterprise,
  refusals: [NotCertified],
  input: builder.inputType('CompleteProfileInput', {
    description: '企业基本信息。',
    fields: (t) => ({
      ownership: t.field({ type: OwnershipEnum, required: true, description: '企业性质。' }),
      regionCode: t.string({
        required: true,
        description: '企业所在地代码，到区（县）、街道（乡镇）或本地功能区；外省企业到省即可。',
      }),
      address: t.string({ required: true, description: '企业地址。' }),
    }),
  }),
  check: z.object({ address: lineRule('企业地址', limits.addressCharactersMax) }),
  act: (command, input) => service.completeProfile(command, input),
});
