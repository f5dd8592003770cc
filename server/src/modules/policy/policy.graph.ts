import DataLoader from 'dataloader';
import { z } from 'zod';
import { replayedObject } from '../../command/idempotency.ts';
import { run } from '../../command/run.ts';
import type { PolicySeal as Seal } from '../../db/tables/policy.ts';
import { builder } from '../../graph/builder.ts';
import { badArgument } from '../../graph/connection.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { plainRefusal } from '../../graph/errors.ts';
import { mutation, runOnce } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { lineRule, textRule } from '../../graph/text-rules.ts';
import { labelActs, lifeFields, machineEnums } from '../../graph/timeline.ts';
import { invariant } from '../../kernel/invariant.ts';
import { limits } from '../../limits.ts';
import { Insurer, insurerLoader } from '../insurer/insurer.graph.ts';
import { Order, orderLoader } from '../order/order.graph.ts';
import { platformName } from '../platform/platform.names.ts';
import { Quote } from '../quote/quote.graph.ts';
import { registerFileReaders, UploadType } from '../upload/upload.graph.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import { policyLife } from './policy.machine.ts';
import { mayReadPolicyFile, type PolicyView, policiesOfOrders, policyById } from './policy.queries.ts';
import { SealUntrusted } from './policy.refusals.ts';
import {
  issuePolicy,
  makePolicy,
  notePolicyDownload,
  type PolicyInput,
  policySeals,
  releasePolicy,
  type PolicyVerification as Verification,
  verifyPolicy,
} from './policy.service.ts';

plainRefusal(SealUntrusted, '保单文件没有受信任的电子签章（SEAL_UNTRUSTED）。');

const enums = machineEnums(policyLife, 'Policy');
export const PolicyStateEnum = enums.state;

export const policyOfOrderLoader = perRequest(
  (context) =>
    new DataLoader<string, PolicyView | null>((ids) => policiesOfOrders(context.db, context.actor, ids)),
);

labelActs('policy', { DOWNLOAD: '下载保单', REMIND: '到期提醒' });
registerFileReaders(
  'POLICY',
  (context, uploadId) => mayReadPolicyFile(context.db, context.actor, uploadId),
  notePolicyDownload,
);

const PolicySealCertificate = builder.objectRef<Seal['chain'][number]>('PolicySealCertificate').implement({
  description: '签章所用的证书。',
  fields: (t) => ({
    subject: t.exposeString('subject', { description: '持有者。' }),
    issuer: t.exposeString('issuer', { description: '签发者。' }),
    serialNumber: t.exposeString('serialNumber', { description: '序列号，十六进制。' }),
    validFrom: t.expose('validFrom', { type: 'DateTime', description: '有效期自。' }),
    validUntil: t.expose('validUntil', { type: 'DateTime', description: '有效期至。' }),
    selfSigned: t.exposeBoolean('selfSigned', { description: '是否为自签名证书。' }),
    signatureHolds: t.exposeBoolean('signatureHolds', {
      description: '证书本身的签名是否由链上的下一张证书（自签名则由其自身）证实。',
    }),
  }),
});

const PolicySealType = builder.objectRef<Seal>('PolicySeal').implement({
  description: '保单文件上的电子签章（CAdES 分离签名），出具时读取。',
  fields: (t) => ({
    holds: t.exposeBoolean('holds', { description: '签章与文件内容相符。' }),
    coversAll: t.exposeBoolean('coversAll', { description: '签章覆盖整个文件。' }),
    signedAt: t.expose('signedAt', {
      type: 'DateTime',
      nullable: true,
      description: '签章时间，以签章方的时钟为准。',
    }),
    trusted: t.boolean({
      description:
        '出具时，证书链是否追溯到平台配置的受信任根证书、在有效期内、未被吊销，且持有者为出具机构。',
      resolve: ({ trust }) => trust?.trusted ?? false,
    }),
    trustFault: t.string({
      nullable: true,
      description: '为什么不受信任；受信任的为空。',
      resolve: ({ trust }) => (trust ? trust.fault : '出具时平台尚未核对根证书'),
    }),
    trustRoot: t.string({
      nullable: true,
      description: '受信任根证书的名称；不受信任的为空。',
      resolve: ({ trust }) => trust?.root ?? null,
    }),
    revocationChecked: t.boolean({
      description: '是否已用各级签发者的吊销列表核对。',
      resolve: ({ trust }) => trust?.revocationChecked ?? false,
    }),
    chain: t.field({
      type: [PolicySealCertificate],
      description: '证书链，签章者的证书在前，到文件所带的最后一级签发者为止。',
      resolve: (seal) => [...seal.chain],
    }),
  }),
});

export const Policy = builder.objectRef<PolicyView>('Policy').implement({
  description: '已出具的保单（保函）。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(t, policyLife, enums),
    policyNumber: t.exposeString('policyNumber', { description: '保险公司单号。' }),
    verificationCode: t.exposeString('verificationCode', { description: '验真码，8 位。' }),
    order: t.field({
      type: Order,
      nullable: true,
      description: '订单。',
      resolve: (row, _args, context) => orderLoader(context).load(row.orderId),
    }),
    insurer: t.field({
      type: Insurer,
      description: '出具机构。',
      resolve: async (row, _args, context) => {
        const insurer = await insurerLoader(context).load(row.insurerId);
        invariant(insurer, 'a policy belongs to an insurer');
        return insurer;
      },
    }),
    sumInsured: t.expose('sumInsuredFen', { type: 'Money', description: '保险金额（元）。' }),
    premium: t.expose('premiumFen', { type: 'Money', description: '保费（含税，元）。' }),
    startOn: t.expose('startOn', { type: 'Date', description: '保障首日。' }),
    endOn: t.expose('endOn', { type: 'Date', description: '保障末日，含当日。' }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: '出具时间。' }),
    file: t.field({ type: UploadType, description: '保单文件。', resolve: (row) => row.file }),
    seals: t.field({
      type: [PolicySealType],
      description: '保单文件上的电子签章；没有签章的文件为空。',
      resolve: (row) => [...row.seals],
    }),
  }),
});
defineNode('pol', 'Policy', (id, context) => policyById(context.db, context.actor, id));

builder.objectFields(Order, (t) => ({
  policy: t.field({
    type: Policy,
    nullable: true,
    description: '保单；出具后可见。',
    resolve: (order, _args, context) => policyOfOrderLoader(context).load(order.id),
  }),
}));
builder.objectFields(Quote, (t) => ({
  policyNumber: t.string({
    nullable: true,
    description: '保险公司单号；出具后可见。',
    resolve: async (quote, _args, context) => {
      const policy = await policyOfOrderLoader(context).load(quote.orderId);
      return policy?.quoteId === quote.id ? policy.policyNumber : null;
    },
  }),
}));

const PolicyVerification = builder.objectRef<Verification>('PolicyVerification').implement({
  description:
    '保函验真的结果。查无此保函、验真码不符时 valid 为 false，其余为空；投标保函在开标前只答 valid。',
  fields: (t) => ({
    valid: t.exposeBoolean('valid', { description: '是否真实且有效（待生效或保障中）。' }),
    state: t.expose('state', { type: enums.state, nullable: true, description: '状态。' }),
    stateLabel: t.exposeString('stateLabel', { nullable: true, description: '状态名称。' }),
    insurer: t.exposeString('insurer', { nullable: true, description: '出具机构全称。' }),
    sumInsured: t.expose('sumInsuredFen', { type: 'Money', nullable: true, description: '保险金额（元）。' }),
    start: t.expose('startOn', { type: 'Date', nullable: true, description: '保障首日。' }),
    end: t.expose('endOn', { type: 'Date', nullable: true, description: '保障末日，含当日。' }),
    seals: t.field({
      type: [PolicySealType],
      nullable: true,
      description: '保单文件上的电子签章；没有签章的文件为空列表。',
      resolve: ({ seals }) => seals && [...seals],
    }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: '核验时间。' }),
  }),
});

const VerifyPolicyInput = builder.inputType('VerifyPolicyInput', {
  description: '保单号与验真码，或文件的 SHA-256。',
  fields: (t) => ({
    policyNumber: t.string({ description: '保险公司单号。' }),
    code: t.string({ description: '验真码，8 位，不分大小写。' }),
    sha256: t.string({ description: '保单文件的 SHA-256，64 位十六进制。' }),
  }),
});

builder.queryField('verifyPolicy', (t) =>
  t.field({
    type: PolicyVerification,
    description: `保函验真。任何人可查，每个网络地址每分钟最多 ${limits.verificationsPerAddressMax} 次。`,
    args: { input: t.arg({ type: VerifyPolicyInput, required: true, description: '要核验的保单。' }) },
    resolve: async (_root, { input }, context) => {
      if (!input.sha256 && !(input.policyNumber && input.code)) {
        throw badArgument('input', '请填写保单号和验真码，或给出文件的 SHA-256。');
      }
      if (input.sha256 && !/^[0-9a-f]{64}$/i.test(input.sha256.trim())) {
        throw badArgument('input.sha256', 'SHA-256 应为 64 位十六进制字符。');
      }
      return verifyPolicy(context.core, context.facts.address, input);
    },
  }),
);

mutation('issuePolicy', {
  description: '出函：登记保单号和保单文件，订单完成。不带文件时由平台生成保单。',
  who: { roles: ['UNDERWRITER'], scopes: ['underwriting:write'] },
  type: Policy,
  refusals: [UploadRefused, SealUntrusted],
  input: builder.inputType('IssuePolicyInput', {
    description: '出函。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      policyNumber: t.string({ required: true, description: '保险公司单号，本公司内唯一，最多 64 个字符。' }),
      uploadId: t.id({ description: '保单文件，以用途 POLICY 上传；不填则由平台生成。' }),
      expectedState: t.string({ description: '调用方所见的订单状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({ policyNumber: lineRule('保单号', limits.nameCharactersMax) }),
  slow: issue,
});

/** Making the paper takes longer than a transaction may, and is not done again for what was done before. */
async function issue(context: Context, input: PolicyInput): Promise<PolicyView> {
  const { core, actor, facts, idempotency } = context;
  const earlier = await run(core, actor, facts, (command) => replayedObject(command, idempotency));
  const made = earlier || input.uploadId ? null : await makePolicy(core, actor, platformName, input);
  const seals = earlier ? [] : await policySeals(core, actor, made, input);
  return runOnce(context, (command) => issuePolicy(command, input, made, seals));
}

mutation('releasePolicy', {
  description: '解除保函：被保险人已退还或书面同意解除。',
  who: { roles: ['OPERATOR', 'UNDERWRITER'], scopes: ['underwriting:write'] },
  type: Policy,
  input: builder.inputType('ReleasePolicyInput', {
    description: '解除保函。',
    fields: (t) => ({
      policyId: t.id({ required: true, description: '保单编号（id）。' }),
      reason: t.string({ required: true, description: '依据或原因。' }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({ reason: textRule('原因', limits.noteCharactersMax) }),
  act: (command, input) => releasePolicy(command, input),
});
