import { z } from 'zod';
import { requireAccess } from '../../graph/access.ts';
import { builder } from '../../graph/builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { mutation } from '../../graph/mutation.ts';
import {
  DepositKindEnum,
  DocumentKindEnum,
  GuaranteeFormEnum,
  PremiumFormulaEnum,
} from '../../graph/vocabulary.ts';
import { normaliseBankAccount } from '../../kernel/bank-account.ts';
import { limits } from '../../limits.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import { Insurer, insurerEnums, insurerLoader, isInside, Product, ProductDocument } from './insurer.graph.ts';
import { documentVersions, listInsurers, listProducts } from './insurer.queries.ts';
import {
  moveInsurer,
  publishDocument,
  saveInsurer,
  saveProduct,
  setProductActive,
} from './insurer.service.ts';

const staff = { roles: ['OPERATOR', 'REGULATOR', 'UNDERWRITER'] } as const;

const InsurerConnection = connectionOf('Insurer', '机构', Insurer);
const InsurerFilter = builder.inputType('InsurerFilter', {
  description: '机构筛选条件，同时满足。',
  fields: (t) => ({
    state: t.field({ type: insurerEnums.state, description: '状态。' }),
    search: t.string({ description: '全称或简称中的文字。' }),
  }),
});

const ProductConnection = connectionOf('Product', '产品', Product);
const ProductFilter = builder.inputType('ProductFilter', {
  description: '产品筛选条件，同时满足。',
  fields: (t) => ({
    insurerId: t.id({ description: '出具机构。' }),
    depositKind: t.field({ type: DepositKindEnum, description: '保证金类型。' }),
    form: t.field({ type: GuaranteeFormEnum, description: '保函形式。' }),
    active: t.boolean({ description: '是否在售。' }),
    search: t.string({ description: '产品名称中的文字。' }),
  }),
});

const DocumentConnection = connectionOf('ProductDocument', '文件版本', ProductDocument);
const DocumentFilter = builder.inputType('ProductDocumentFilter', {
  description: '文件筛选条件，同时满足。',
  fields: (t) => ({
    productId: t.id({ description: '所属产品；不填则为平台文件。' }),
    kind: t.field({ type: DocumentKindEnum, description: '文件种类。' }),
  }),
});

builder.queryFields((t) => ({
  insurers: t.field({
    type: InsurerConnection,
    description: '机构，最新登记的在前。核保人员只看到本机构。',
    args: { filter: t.arg({ type: InsurerFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, staff);
      return listInsurers(context.db, context.actor, args.filter ?? {}, pageRequest(args));
    },
  }),
  insurer: t.field({
    type: Insurer,
    nullable: true,
    description: '按编号取机构。核保人员只看到本机构。',
    args: { id: t.arg.id({ required: true, description: '机构编号。' }) },
    resolve: (_root, { id }, context) => {
      requireAccess(context.actor, staff);
      return isInside(context, id) ? insurerLoader(context).load(id) : null;
    },
  }),
  allProducts: t.field({
    type: ProductConnection,
    description: '全部产品，含停售的，最新的在前。核保人员只看到本机构的产品。',
    args: { filter: t.arg({ type: ProductFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, staff);
      return listProducts(context.db, context.actor, args.filter ?? {}, pageRequest(args));
    },
  }),
  documentVersions: t.field({
    type: DocumentConnection,
    description:
      '一个产品（或平台）的文件的全部版本，最新发布的在前。核保人员只看到本机构产品的和平台的文件。',
    args: { filter: t.arg({ type: DocumentFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, staff);
      return documentVersions(context.db, context.actor, args.filter ?? {}, pageRequest(args));
    },
  }),
}));

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
  description: '新增或修改机构；变更前后的内容记入事件。已有订单保留其成立时的收款账户。',
  who: { roles: ['OPERATOR'] },
  type: Insurer,
  input: builder.inputType('SaveInsurerInput', {
    description: '机构资料。',
    fields: (t) => ({
      id: t.id({ description: '要修改的机构；新增时不填。' }),
      name: t.string({ required: true, description: '全称。' }),
      shortName: t.string({ required: true, description: '简称。' }),
      licenseNumber: t.string({ required: true, description: '许可证编号。' }),
      licenseValidFrom: t.field({
        type: 'Date',
        description: '许可证有效期的首日；不填则不变，null 为未载明。',
      }),
      licenseValidUntil: t.field({
        type: 'Date',
        description: '许可证有效期的末日；不填则不变，null 为长期。',
      }),
      hotline: t.string({ required: true, description: '服务电话。' }),
      logoSvg: t.string({
        description: '标识，SVG 文本，只能含图形和渐变；不填则不变，null 为去除。',
      }),
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

const reason = z.object({ reason: line('原因', limits.noteCharactersMax) });
const InsurerReasonInput = builder.inputType('InsurerReasonInput', {
  description: '指明一个机构及原因。',
  fields: (t) => ({
    id: t.id({ required: true, description: '机构编号。' }),
    reason: t.string({ required: true, description: '原因，记入事件。' }),
    expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
  }),
});

mutation('suspendInsurer', {
  description: '暂停机构的业务：其产品不再可选。已提交的订单不受影响。',
  who: { roles: ['OPERATOR'] },
  type: Insurer,
  input: InsurerReasonInput,
  check: reason,
  act: (command, input) => moveInsurer(command, 'SUSPEND', input),
});
mutation('resumeInsurer', {
  description: '恢复机构的业务。',
  who: { roles: ['OPERATOR'] },
  type: Insurer,
  input: InsurerReasonInput,
  check: reason,
  act: (command, input) => moveInsurer(command, 'RESUME', input),
});

const TierInput = builder.inputType('TierInput', {
  description: '分档费率的一档。',
  fields: (t) => ({
    upTo: t.field({ type: 'Money', description: '适用到的保险金额（含，元）；最后一档不填。' }),
    rate: t.field({ type: 'Rate', required: true, description: '费率。' }),
  }),
});

mutation('saveProduct', {
  description:
    '新增或修改产品；变更前后的内容记入事件。机构、保证金类型和保函形式新增后不能更改。已报价的订单不受影响。',
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
      minimumSum: t.field({ type: 'Money', description: '最低保险金额（元）；不填则不变，null 为不限。' }),
      maximumSum: t.field({ type: 'Money', description: '最高保险金额（元）；不填则不变，null 为不限。' }),
      maximumDays: t.int({ description: '最长保障天数；不填则不变，null 为不限。' }),
      regionCodes: t.stringList({ description: '承保区域的区划代码，各含其下级；不填则不变，null 为不限。' }),
      validFrom: t.field({ type: 'Date', description: '销售期首日；不填则不变，null 为不限。' }),
      validUntil: t.field({ type: 'Date', description: '销售期末日；不填则不变，null 为不限。' }),
      tiers: t.field({ type: [TierInput], description: '分档费率，由低到高。' }),
      active: t.boolean({ required: true, description: '是否在售。' }),
    }),
  }),
  check: z.object({
    name: line('产品名称'),
    maximumDays: z
      .number()
      .min(1, '最长保障天数应大于 0')
      .max(limits.coverDaysMax, `最长保障天数不能超过 ${limits.coverDaysMax}`)
      .nullish(),
    regionCodes: z
      .array(z.string())
      .min(1, '请至少填写一个区域；不限区域时填 null')
      .max(limits.productRegionsMax, '区域过多')
      .nullish(),
  }),
  act: (command, input) => saveProduct(command, input),
});

const ProductReasonInput = builder.inputType('ProductReasonInput', {
  description: '指明一个产品及原因。',
  fields: (t) => ({
    id: t.id({ required: true, description: '产品编号。' }),
    reason: t.string({ required: true, description: '原因，记入事件。' }),
  }),
});

mutation('deactivateProduct', {
  description: '停止销售产品。已提交的订单不受影响。',
  who: { roles: ['OPERATOR'] },
  type: Product,
  input: ProductReasonInput,
  check: reason,
  act: (command, input) => setProductActive(command, false, input),
});
mutation('activateProduct', {
  description: '恢复销售产品。',
  who: { roles: ['OPERATOR'] },
  type: Product,
  input: ProductReasonInput,
  check: reason,
  act: (command, input) => setProductActive(command, true, input),
});

mutation('publishDocument', {
  description:
    '发布相关文件的新版本，即时生效；未提交的订单须重新阅读并同意。核保人员只能发布本机构产品的文件。',
  who: { roles: ['OPERATOR', 'UNDERWRITER'] },
  type: ProductDocument,
  input: builder.inputType('PublishDocumentInput', {
    description: '文件内容。',
    fields: (t) => ({
      productId: t.id({ description: '所属产品；平台文件不填。' }),
      kind: t.field({ type: DocumentKindEnum, required: true, description: '文件种类。' }),
      title: t.string({ required: true, description: '标题。' }),
      pages: t.stringList({ required: true, description: '正文，逐页。' }),
      uploadId: t.id({ description: '同一内容的 PDF，以用途 DOCUMENT 上传。' }),
    }),
  }),
  refusals: [UploadRefused],
  check: z.object({
    title: line('标题'),
    pages: z
      .array(z.string().trim().min(1, '不能有空白页').max(limits.documentPageCharactersMax, '单页过长'))
      .min(1, '请填写正文')
      .max(limits.documentPagesMax, '页数过多'),
  }),
  act: (command, input) => publishDocument(command, input),
});
