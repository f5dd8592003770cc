import type { ArgBuilder } from '@pothos/core';
import DataLoader from 'dataloader';
import { partiesOf } from '../../access/actor.ts';
import { insurerView } from '../../access/secrecy.ts';
import {
  type DepositKind,
  documentKindLabel,
  type GuaranteeForm,
  guaranteeFormLabel,
  premiumFormulaLabel,
} from '../../db/vocabulary.ts';
import { builder, type Types } from '../../graph/builder.ts';
import { readable } from '../../graph/connection.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { EventType, labelActs, machineEnums, timelineOf } from '../../graph/timeline.ts';
import {
  DepositKindEnum,
  DocumentKindEnum,
  GuaranteeFormEnum,
  PremiumFormulaEnum,
} from '../../graph/vocabulary.ts';
import { shanghaiDay } from '../../kernel/clock.ts';
import { acceptedEvents } from '../../kernel/machine.ts';
import type { PremiumBreakdown } from '../../kernel/premium.ts';
import { regionPath } from '../../kernel/regions.ts';
import { ApiClient, Viewer } from '../account/account.graph.ts';
import { depositLoader, sectionLoader } from '../section/section.graph.ts';
import { registerFileReaders, UploadType, uploadLoader } from '../upload/upload.graph.ts';
import { type InsurerEvent, insurerLife, insurerMachine } from './insurer.machine.ts';
import {
  candidatesFor,
  type DocumentRow,
  documentsByIds,
  documentsOfProducts,
  type InsurerRow,
  insurersByIds,
  isDocumentFile,
  neutralOrderRule,
  type ProductRow,
  productsByIds,
  referencePremium,
} from './insurer.queries.ts';
import { type Candidate, type OfferFault, offerFaults } from './offer.ts';

export const insurerLoader = perRequest(
  (context) => new DataLoader<string, InsurerRow | null>((ids) => insurersByIds(context.db, ids)),
);
export const productLoader = perRequest(
  (context) => new DataLoader<string, ProductRow | null>((ids) => productsByIds(context.db, ids)),
);
export const documentLoader = perRequest(
  (context) => new DataLoader<string, DocumentRow | null>((ids) => documentsByIds(context.db, ids)),
);
const productDocumentsLoader = perRequest(
  (context) => new DataLoader<string, DocumentRow[]>((ids) => documentsOfProducts(context.db, ids)),
);

export const insurerEnums = machineEnums(insurerLife, 'Insurer');

/** Whether the caller sees an insurer's and its products' inner affairs: staff of the platform, and the insurer itself. */
export function isInside(context: Context, insurerId: string): boolean {
  const { actor } = context;
  const isStaff = actor.kind === 'USER' && (actor.role === 'OPERATOR' || actor.role === 'REGULATOR');
  return isStaff || insurerView(actor) === insurerId;
}

const InsurerAccount = builder.objectRef<InsurerRow>('InsurerAccount').implement({
  description: '机构现行的收款账户；已有订单保留其成立时的账户。',
  fields: (t) => ({
    accountName: t.exposeString('accountName', { description: '户名。' }),
    bankName: t.exposeString('accountBank', { description: '开户银行。' }),
    accountNumber: t.exposeString('accountNumber', { description: '账号。' }),
  }),
});

export const Insurer = builder.objectRef<InsurerRow>('Insurer').implement({
  description: '保险公司或担保机构，保函的出具方。',
  interfaces: [Node],
  fields: (t) => ({
    name: t.exposeString('name', { description: '全称。' }),
    shortName: t.exposeString('shortName', { description: '简称。' }),
    licenseNumber: t.exposeString('licenseNumber', { description: '许可证编号。' }),
    licenseValidFrom: t.expose('licenseValidFrom', {
      type: 'Date',
      nullable: true,
      description: '许可证有效期的首日；未载明时为空。',
    }),
    licenseValidUntil: t.expose('licenseValidUntil', {
      type: 'Date',
      nullable: true,
      description: '许可证有效期的末日；长期有效时为空。',
    }),
    hotline: t.exposeString('hotline', { description: '服务电话。' }),
    logoUrl: t.string({
      description: '标识图片地址（SVG）。',
      resolve: (row) => `/insurers/${row.id}/logo.svg`,
    }),
    state: t.field({ type: insurerEnums.state, description: '状态。', resolve: (row) => row.state }),
    stateLabel: t.string({
      description: '状态名称。',
      resolve: (row) => insurerMachine.states[row.state].label,
    }),
    availableEvents: t.field({
      type: [insurerEnums.event],
      description: '当前调用方此刻可以进行的操作。',
      resolve: (row, _args, context) =>
        partiesOf(context.actor).flatMap((party): InsurerEvent[] =>
          acceptedEvents(insurerMachine, row.state, party),
        ),
    }),
    account: t.field({
      type: InsurerAccount,
      nullable: true,
      description: '现行的收款账户。只有运营、监管和该机构可见，其他人为空。',
      resolve: (row, _args, context) => (isInside(context, row.id) ? row : null),
    }),
    events: t.field({
      type: [EventType],
      description: '经过，由早到晚，含每次变更的前后内容。只有运营、监管和该机构可见，其他人为空列表。',
      resolve: (row, _args, context) => (isInside(context, row.id) ? timelineOf(context, row.id) : []),
    }),
  }),
});
builder.objectField(Insurer, 'secondUnderwriterAbove', (t) =>
  t.field({
    type: 'Money',
    nullable: true,
    description:
      '复核限额（元）：保险金额超过此数的报价须两位核保人员。为空表示不限；仅运营人员和本机构可见。',
    resolve: (row, _args, { actor }) =>
      insurerView(actor) === row.id || (actor.kind === 'USER' && actor.role === 'OPERATOR')
        ? row.secondUnderwriterAboveFen
        : null,
  }),
);
defineNode('ins', 'Insurer', (id, context) => insurerLoader(context).load(id));

builder.objectFields(Viewer, (t) => ({
  insurer: t.field({
    type: Insurer,
    nullable: true,
    description: '核保人员或保险公司系统所属的机构。',
    resolve: ({ actor }, _args, context) =>
      (actor.kind === 'USER' || actor.kind === 'API_CLIENT') && actor.insurerId
        ? insurerLoader(context).load(actor.insurerId)
        : null,
  }),
}));

builder.objectField(ApiClient, 'insurer', (t) =>
  t.field({
    type: Insurer,
    nullable: true,
    description: '该系统所代表的机构；交易中心、银行等为空。',
    resolve: (client, _args, context) =>
      client.insurerId ? insurerLoader(context).load(client.insurerId) : null,
  }),
);

labelActs('insurer', {
  SAVE: '修改机构资料',
  ...Object.fromEntries(Object.entries(insurerMachine.events).map(([event, { label }]) => [event, label])),
});
labelActs('product', { SAVE: '保存产品', ACTIVATE: '恢复销售', DEACTIVATE: '停止销售' });
labelActs('productDocument', { PUBLISH: '发布文件' });

export const ProductDocument = builder.objectRef<DocumentRow>('ProductDocument').implement({
  description: '相关文件的一个版本。新版本是新的记录，已作出的同意仍指向当时的版本。',
  interfaces: [Node],
  fields: (t) => ({
    kind: t.expose('kind', { type: DocumentKindEnum, description: '文件种类。' }),
    kindLabel: t.string({ description: '文件种类名称。', resolve: (row) => documentKindLabel[row.kind] }),
    title: t.exposeString('title', { description: '标题。' }),
    version: t.exposeInt('version', { description: '版本号，从 1 起。' }),
    sha256: t.exposeString('sha256', {
      description: '标题与正文的 SHA-256；另有 PDF 时，PDF 的 SHA-256 一并计入。',
    }),
    file: t.field({
      type: UploadType,
      nullable: true,
      description: '同一版本的 PDF；没有时为空。',
      resolve: (row, _args, context) =>
        row.fileUploadId ? uploadLoader(context).load(row.fileUploadId) : null,
    }),
    replacedAt: t.expose('replacedAt', {
      type: 'DateTime',
      nullable: true,
      description: '被新版本取代的时间；现行版本为空。',
    }),
    pages: t.exposeStringList('pages', { description: '正文，逐页。' }),
    publishedAt: t.expose('publishedAt', { type: 'DateTime', description: '发布时间。' }),
    insurer: t.field({
      type: Insurer,
      nullable: true,
      description: '产品文件所属的机构；平台文件为空。',
      resolve: async (row, _args, context) => {
        const product = row.productId ? await productLoader(context).load(row.productId) : null;
        return product && insurerLoader(context).load(product.insurerId);
      },
    }),
  }),
});
defineNode('doc', 'ProductDocument', (id, context) => documentLoader(context).load(id));
registerFileReaders('DOCUMENT', (context, uploadId) => isDocumentFile(context.db, uploadId));

export const PremiumBreakdownType = builder.objectRef<PremiumBreakdown>('PremiumBreakdown').implement({
  description: '保费的构成。',
  fields: (t) => ({
    premium: t.expose('premiumFen', { type: 'Money', description: '保费（含税，元）。' }),
    sumInsured: t.expose('sumInsuredFen', { type: 'Money', description: '保险金额（元）。' }),
    rate: t.expose('rate', { type: 'Rate', description: '适用费率。' }),
    days: t.exposeInt('days', { description: '保障天数。' }),
    formula: t.expose('formula', { type: PremiumFormulaEnum, description: '计算方式。' }),
    formulaText: t.exposeString('formulaText', { description: '算式，供人阅读。' }),
    minimumPremium: t.expose('minimumFen', { type: 'Money', description: '最低保费（元）。' }),
    minimumApplied: t.exposeBoolean('minimumApplied', { description: '是否按最低保费计收。' }),
    net: t.expose('netFen', { type: 'Money', description: '不含税金额（元）。' }),
    vat: t.expose('vatFen', { type: 'Money', description: '增值税额（6%，四舍五入到分，元）。' }),
  }),
});

export const Product = builder.objectRef<ProductRow>('Product').implement({
  description: '某机构就一种保证金提供的产品。',
  interfaces: [Node],
  fields: (t) => ({
    insurer: t.field({
      type: Insurer,
      description: '出具机构。',
      resolve: async (row, _args, context) =>
        (await insurerLoader(context).load(row.insurerId)) as InsurerRow,
    }),
    name: t.exposeString('name', { description: '产品名称。' }),
    depositKind: t.expose('depositKind', { type: DepositKindEnum, description: '保证金类型。' }),
    form: t.expose('form', { type: GuaranteeFormEnum, description: '保函形式。' }),
    formLabel: t.string({ description: '保函形式名称。', resolve: (row) => guaranteeFormLabel[row.form] }),
    formula: t.expose('formula', { type: PremiumFormulaEnum, description: '保费计算方式。' }),
    formulaLabel: t.string({
      description: '保费计算方式名称。',
      resolve: (row) => premiumFormulaLabel[row.formula],
    }),
    rate: t.expose('rate', { type: 'Rate', nullable: true, description: '费率；分档或人工核定时为空。' }),
    tiers: t.field({
      type: [PremiumTierType],
      nullable: true,
      description: '分档费率；其他计算方式为空。',
      resolve: (row) => row.tiers,
    }),
    minimumPremium: t.expose('minimumFen', { type: 'Money', description: '最低保费（元）。' }),
    minimumSum: t.expose('minimumSumFen', {
      type: 'Money',
      nullable: true,
      description: '最低保险金额（元）；不限时为空。',
    }),
    maximumSum: t.expose('maximumSumFen', {
      type: 'Money',
      nullable: true,
      description: '最高保险金额（元）；不限时为空。',
    }),
    maximumDays: t.exposeInt('maximumDays', { nullable: true, description: '最长保障天数；不限时为空。' }),
    regionCodes: t.exposeStringList('regionCodes', {
      nullable: true,
      description: '承保区域的区划代码，各含其下级；不限时为空。',
    }),
    regionNames: t.stringList({
      nullable: true,
      description: '承保区域的名称；不限时为空。',
      resolve: (row) => row.regionCodes?.map((code) => regionPath(code) ?? code) ?? null,
    }),
    validFrom: t.expose('validFrom', {
      type: 'Date',
      nullable: true,
      description: '销售期首日；不限时为空。',
    }),
    validUntil: t.expose('validUntil', {
      type: 'Date',
      nullable: true,
      description: '销售期末日；不限时为空。',
    }),
    active: t.exposeBoolean('active', { description: '是否在售。' }),
    events: t.field({
      type: [EventType],
      description: '经过，由早到晚，含每次变更的前后内容。只有运营、监管和该机构可见，其他人为空列表。',
      resolve: (row, _args, context) => (isInside(context, row.insurerId) ? timelineOf(context, row.id) : []),
    }),
    referencePremium: t.field({
      type: PremiumBreakdownType,
      nullable: true,
      description: '参考保费，以核保为准。人工核定、无金额或不在保险金额限额内时为空。',
      args: {
        sumInsured: t.arg({
          type: 'Money',
          description: '保险金额（元）；默认取 products 查询中标段的保证金金额。',
        }),
        days: t.arg.int({ description: '保障天数；默认取标段的投标有效期，否则 365。' }),
      },
      resolve: async (row, args, context) => {
        const asked = offerContext(context).get(row.id);
        const sum = readable('sumInsured', args.sumInsured) ?? asked?.sumInsuredFen ?? null;
        const days = args.days ?? asked?.days ?? 365;
        return sum === null ? null : referencePremium(row, sum, days);
      },
    }),
    documents: t.field({
      type: [ProductDocument],
      description: '现行的相关文件。',
      resolve: (row, _args, context) => productDocumentsLoader(context).load(row.id),
    }),
  }),
});
const PremiumTierType = builder.objectRef<{ upToFen: number | null; rate: string }>('PremiumTier').implement({
  description: '分档费率的一档。',
  fields: (t) => ({
    upTo: t.expose('upToFen', {
      type: 'Money',
      nullable: true,
      description: '适用到的保险金额（含，元）；最后一档为空。',
    }),
    rate: t.expose('rate', { type: 'Rate', description: '费率。' }),
  }),
});
builder.objectField(ProductDocument, 'product', (t) =>
  t.field({
    type: Product,
    nullable: true,
    description: '所属产品；平台文件为空。',
    resolve: (row, _args, context) => (row.productId ? productLoader(context).load(row.productId) : null),
  }),
);
defineNode('prd', 'Product', (id, context) => productLoader(context).load(id));

/** For which sum and period a list of products was asked, so that each can say what it would cost. */
const offerContext = perRequest(() => new Map<string, { sumInsuredFen: number | null; days: number }>());

interface ProductFault {
  readonly product: ProductRow;
  readonly reasons: string[];
}
const ProductNotOnOffer = builder.objectRef<ProductFault>('ProductNotOnOffer').implement({
  description: '不适用于某标段的产品及其原因。',
  fields: (t) => ({
    product: t.field({ type: Product, description: '产品。', resolve: (row) => row.product }),
    reasons: t.exposeStringList('reasons', { description: '全部原因，供人阅读。' }),
  }),
});

interface OfferArguments {
  readonly sectionId: string;
  readonly depositKind: DepositKind;
  readonly form: GuaranteeForm;
}

/** All products for a kind and a form with what they do not fit of a section. None if there is no such section. */
async function offerFor(
  context: Context,
  { sectionId, depositKind, form }: OfferArguments,
): Promise<{ candidate: Candidate; faults: OfferFault[] }[]> {
  const section = await sectionLoader(context).load(sectionId);
  if (!section) return [];
  const deposits = await depositLoader(context).load(section.id);
  const sumInsuredFen = deposits.find((row) => row.kind === depositKind)?.amountFen ?? null;
  const days = depositKind === 'BID' ? section.validityDays : null;
  const today = shanghaiDay(context.core.clock.now());
  const all = await candidatesFor(context.db, depositKind, form);
  return all.map((candidate) => {
    const { product, insurer } = candidate;
    insurerLoader(context).prime(insurer.id, insurer);
    offerContext(context).set(product.id, { sumInsuredFen, days: days ?? 365 });
    const asked = { depositKind, form, regionCode: section.regionCode, sumInsuredFen, days, today };
    return { candidate, faults: offerFaults(candidate, asked) };
  });
}

const offerArguments = (arg: ArgBuilder<PothosSchemaTypes.ExtendDefaultTypes<Types>>) => ({
  sectionId: arg.id({ required: true, description: '标段编号（id）。' }),
  depositKind: arg({ type: DepositKindEnum, required: true, description: '保证金类型。' }),
  form: arg({ type: GuaranteeFormEnum, required: true, description: '保函形式。' }),
});

builder.queryFields((t) => ({
  products: t.field({
    type: [Product],
    description: `某标段某种保证金可选的产品。${neutralOrderRule}`,
    args: offerArguments(t.arg),
    resolve: async (_root, args, context) =>
      (await offerFor(context, args)).flatMap(({ candidate, faults }) =>
        faults.length === 0 ? candidate.product : [],
      ),
  }),
  productsNotOnOffer: t.field({
    type: [ProductNotOnOffer],
    description:
      '同类产品中不适用于该标段的，及其原因（区域、金额、天数）。停售等内部原因只有运营、监管和该机构可见。',
    args: offerArguments(t.arg),
    resolve: async (_root, args, context) =>
      (await offerFor(context, args)).flatMap(({ candidate: { product }, faults }) => {
        const isTold =
          isInside(context, product.insurerId) || faults.every(({ concerns }) => concerns !== 'SALE');
        return faults.length > 0 && isTold ? { product, reasons: faults.map(({ message }) => message) } : [];
      }),
  }),
}));
