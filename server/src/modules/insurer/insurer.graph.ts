import DataLoader from 'dataloader';
import { z } from 'zod';
import { insurerView } from '../../access/secrecy.ts';
import { documentKindLabel, guaranteeFormLabel, premiumFormulaLabel } from '../../db/vocabulary.ts';
import { builder } from '../../graph/builder.ts';
import { readable } from '../../graph/connection.ts';
import { perRequest } from '../../graph/context.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { labelActs } from '../../graph/timeline.ts';
import {
  DepositKindEnum,
  DocumentKindEnum,
  GuaranteeFormEnum,
  PremiumFormulaEnum,
} from '../../graph/vocabulary.ts';
import { normaliseBankAccount } from '../../kernel/bank-account.ts';
import type { PremiumBreakdown } from '../../kernel/premium.ts';
import { limits } from '../../limits.ts';
import { ApiClient, Viewer } from '../account/account.graph.ts';
import { depositLoader, sectionLoader } from '../section/section.graph.ts';
import {
  type DocumentRow,
  documentsByIds,
  documentsOfProducts,
  type InsurerRow,
  insurersByIds,
  type ProductRow,
  productsByIds,
  productsOnOffer,
  referencePremium,
} from './insurer.queries.ts';
import { publishDocument, saveInsurer, saveProduct } from './insurer.service.ts';

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

export const Insurer = builder.objectRef<InsurerRow>('Insurer').implement({
  description: '保险公司或担保机构，保函的出具方。',
  interfaces: [Node],
  fields: (t) => ({
    name: t.exposeString('name', { description: '全称。' }),
    shortName: t.exposeString('shortName', { description: '简称。' }),
    licenseNumber: t.exposeString('licenseNumber', { description: '许可证编号。' }),
    hotline: t.exposeString('hotline', { description: '服务电话。' }),
    logoUrl: t.string({
      description: '标识图片地址（SVG）。',
      resolve: (row) => `/insurers/${row.id}/logo.svg`,
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

labelActs('insurer', { SAVE: '保存机构资料' });
labelActs('product', { SAVE: '保存产品' });
labelActs('productDocument', { PUBLISH: '发布文件' });

export const ProductDocument = builder.objectRef<DocumentRow>('ProductDocument').implement({
  description: '相关文件的一个版本。新版本是新的记录，已作出的同意仍指向当时的版本。',
  interfaces: [Node],
  fields: (t) => ({
    kind: t.expose('kind', { type: DocumentKindEnum, description: '文件种类。' }),
    kindLabel: t.string({ description: '文件种类名称。', resolve: (row) => documentKindLabel[row.kind] }),
    title: t.exposeString('title', { description: '标题。' }),
    version: t.exposeInt('version', { description: '版本号，从 1 起。' }),
    sha256: t.exposeString('sha256', { description: '标题与正文的 SHA-256。' }),
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
    maximumSum: t.expose('maximumSumFen', {
      type: 'Money',
      nullable: true,
      description: '最高保险金额（元）；不限时为空。',
    }),
    active: t.exposeBoolean('active', { description: '是否在售。' }),
    referencePremium: t.field({
      type: PremiumBreakdownType,
      nullable: true,
      description: '参考保费，以核保为准。人工核定、无金额或超过最高保险金额时为空。',
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
defineNode('prd', 'Product', (id, context) => productLoader(context).load(id));

/** For which sum and period a list of products was asked, so that each can say what it would cost. */
const offerContext = perRequest(() => new Map<string, { sumInsuredFen: number | null; days: number }>());

builder.queryField('products', (t) =>
  t.field({
    type: [Product],
    description: '某标段某种保证金可选的产品。按保险机构全称的字符顺序排列，不作推荐。',
    args: {
      sectionId: t.arg.id({ required: true, description: '标段编号（id）。' }),
      depositKind: t.arg({ type: DepositKindEnum, required: true, description: '保证金类型。' }),
      form: t.arg({ type: GuaranteeFormEnum, required: true, description: '保函形式。' }),
    },
    resolve: async (_root, args, context) => {
      const section = await sectionLoader(context).load(args.sectionId);
      if (!section) return [];
      const deposits = await depositLoader(context).load(section.id);
      const deposit = deposits.find((row) => row.kind === args.depositKind);
      const offer = await productsOnOffer(context.db, args.depositKind, args.form);
      const asked = {
        sumInsuredFen: deposit?.amountFen ?? null,
        days: (args.depositKind === 'BID' ? section.validityDays : null) ?? 365,
      };
      for (const product of offer) offerContext(context).set(product.id, asked);
      return offer;
    },
  }),
);

const line = (label: string, max: number = limits.nameCharactersMax) =>
  z.string().trim().min(1, `请填写${label}`).max(max, `${label}过长`);

const ReceivingAccountInput = builder.inputType('ReceivingAccountInput', {
  description: '收款账户。',
  fields: (t) => ({
    accountName: t.string({ required: true, description: '户名。' }),
    bankName: t.string({ required: true, description: '开户银行。' }),
    accountNumber: t.string({ required: true, description: '账号，8 到 32 位数字。' }),
  }),
});

mutation('saveInsurer', {
  description: '新增或修改机构。已有订单保留其成立时的收款账户。',
  who: { roles: ['OPERATOR'] },
  type: Insurer,
  input: builder.inputType('SaveInsurerInput', {
    description: '机构资料。',
    fields: (t) => ({
      id: t.id({ description: '要修改的机构；新增时不填。' }),
      name: t.string({ required: true, description: '全称。' }),
      shortName: t.string({ required: true, description: '简称。' }),
      licenseNumber: t.string({ required: true, description: '许可证编号。' }),
      hotline: t.string({ required: true, description: '服务电话。' }),
      account: t.field({ type: ReceivingAccountInput, required: true, description: '收款账户。' }),
      secondUnderwriterAbove: t.field({
        type: 'Money',
        description: '复核限额（元）：保险金额超过此数的报价须两位核保人员。不填保持不变，null 为不限。',
      }),
    }),
  }),
  check: z.object({
    secondUnderwriterAbove: z.number().positive('复核限额应大于 0').nullish(),
    name: line('全称'),
    shortName: line('简称', 20),
    licenseNumber: line('许可证编号', 64),
    hotline: line('服务电话', 20),
    account: z.object({
      accountName: line('户名'),
      bankName: line('开户银行'),
      accountNumber: z
        .string()
        .refine((text) => normaliseBankAccount(text) !== null, '账号应为 8 到 32 位数字'),
    }),
  }),
  act: (command, input) => saveInsurer(command, input),
});

const TierInput = builder.inputType('TierInput', {
  description: '分档费率的一档。',
  fields: (t) => ({
    upTo: t.field({ type: 'Money', description: '适用到的保险金额（含，元）；最后一档不填。' }),
    rate: t.field({ type: 'Rate', required: true, description: '费率。' }),
  }),
});

mutation('saveProduct', {
  description: '新增或修改产品。已报价的订单不受影响。',
  who: { roles: ['OPERATOR'] },
  type: Product,
  input: builder.inputType('SaveProductInput', {
    description: '产品资料。',
    fields: (t) => ({
      id: t.id({ description: '要修改的产品；新增时不填。' }),
      insurerId: t.id({ required: true, description: '出具机构。' }),
      name: t.string({ required: true, description: '产品名称。' }),
      depositKind: t.field({ type: DepositKindEnum, required: true, description: '保证金类型。' }),
      form: t.field({ type: GuaranteeFormEnum, required: true, description: '保函形式。' }),
      formula: t.field({ type: PremiumFormulaEnum, required: true, description: '保费计算方式。' }),
      rate: t.field({ type: 'Rate', description: '费率。' }),
      minimumPremium: t.field({ type: 'Money', required: true, description: '最低保费（元）。' }),
      maximumSum: t.field({ type: 'Money', description: '最高保险金额（元）。' }),
      tiers: t.field({ type: [TierInput], description: '分档费率，由低到高。' }),
      active: t.boolean({ required: true, description: '是否在售。' }),
    }),
  }),
  check: z.object({ name: line('产品名称') }),
  act: (command, input) => saveProduct(command, input),
});

mutation('publishDocument', {
  description: '发布相关文件的新版本，即时生效。',
  who: { roles: ['OPERATOR'] },
  type: ProductDocument,
  input: builder.inputType('PublishDocumentInput', {
    description: '文件内容。',
    fields: (t) => ({
      productId: t.id({ description: '所属产品；平台文件不填。' }),
      kind: t.field({ type: DocumentKindEnum, required: true, description: '文件种类。' }),
      title: t.string({ required: true, description: '标题。' }),
      pages: t.stringList({ required: true, description: '正文，逐页。' }),
    }),
  }),
  check: z.object({
    title: line('标题'),
    pages: z
      .array(z.string().trim().min(1, '不能有空白页').max(limits.documentPageCharactersMax, '单页过长'))
      .min(1, '请填写正文')
      .max(limits.documentPagesMax, '页数过多'),
  }),
  act: (command, input) => publishDocument(command, input),
});
