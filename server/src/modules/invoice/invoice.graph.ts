import DataLoader from 'dataloader';
import { z } from 'zod';
import type { Actor } from '../../access/actor.ts';
import { insurerView } from '../../access/secrecy.ts';
import type { InvoiceTitleRow, ShippingAddressRow } from '../../db/tables/invoice.ts';
import {
  depositKindLabel,
  type GuaranteeForm,
  INVOICE_FORMATS,
  invoiceTypeLabel,
  isDigital,
  ROLES,
} from '../../db/vocabulary.ts';
import { requireAccess, type Who } from '../../graph/access.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { badArgument, connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { Done, done } from '../../graph/done.ts';
import { plainRefusal } from '../../graph/errors.ts';
import { IdInput } from '../../graph/id-input.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { lineRule, textRule } from '../../graph/text-rules.ts';
import { ActorEnum, labelActs, lifeFields, machineEnums } from '../../graph/timeline.ts';
import { DepositKindEnum, InvoiceTypeEnum } from '../../graph/vocabulary.ts';
import { regionPath } from '../../kernel/regions.ts';
import { limits } from '../../limits.ts';
import { NotCertified } from '../enterprise/enterprise.refusals.ts';
import { ProductDocument } from '../insurer/insurer.graph.ts';
import { MayApplyType, Order, orderLoader } from '../order/order.graph.ts';
import { ConsentMissing } from '../order/order.refusals.ts';
import { NotOpened } from '../section/section.refusals.ts';
import { registerFileReaders, UploadType, uploadLoader } from '../upload/upload.graph.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import {
  ACCEPT_DISCLOSURE,
  disclosureAct,
  type InvoiceDisclosure,
  invoiceDisclosure,
} from './invoice.disclosure.ts';
import { invoiceLife, invoiceMachine } from './invoice.machine.ts';
import {
  type AddressRow,
  addressById,
  addressesOf,
  filesOfInvoices,
  type InvoiceFileRow,
  type InvoiceView,
  invoiceById,
  invoicesOfOrders,
  listInvoices,
  mayReadInvoiceFile,
  type TitleRow,
  titleById,
  titlesOf,
} from './invoice.queries.ts';
import { TitleLocked } from './invoice.refusals.ts';
import {
  acceptInvoice,
  acceptInvoiceDisclosure,
  addInvoiceFiles,
  deliverInvoice,
  issueInvoice,
  isToReverse,
  mayBeShipped,
  rejectInvoice,
  requestBlock,
  requestInvoice,
  revealBankAccount,
  reverseInvoice,
  shipInvoice,
  withdrawInvoice,
} from './invoice.service.ts';
import { type Wish, wishOf } from './invoice.wish.ts';
import { createInvoiceTitle, deleteInvoiceTitle, updateInvoiceTitle } from './invoice-title.service.ts';
import {
  createShippingAddress,
  deleteShippingAddress,
  updateShippingAddress,
} from './shipping-address.service.ts';

plainRefusal(TitleLocked, '发票抬头须与认证企业一致（TITLE_LOCKED）。');
labelActs('invoice', {
  REVEAL_BANK_ACCOUNT: '查看银行账号',
  DEMAND_REVERSAL: '要求红冲',
  WISH_INCOMPLETE: '未能自动申请',
  ADD_FILES: '补充发票文件',
  [ACCEPT_DISCLOSURE]: '阅读并同意特别提示',
});
labelActs('invoiceTitle', { CREATE: '新增发票抬头', UPDATE: '修改发票抬头', DELETE: '删除发票抬头' });
labelActs('shippingAddress', { CREATE: '新增收件地址', UPDATE: '修改收件地址', DELETE: '删除收件地址' });

const enums = machineEnums(invoiceLife, 'Invoice');

export const invoiceOfOrderLoader = perRequest(
  (context) =>
    new DataLoader<string, InvoiceView | null>((ids) => invoicesOfOrders(context.db, context.actor, ids)),
);

registerFileReaders('INVOICE', (context, uploadId) =>
  mayReadInvoiceFile(context.db, context.actor, uploadId),
);

const InvoiceTitleFields = builder.objectRef<InvoiceTitleRow>('InvoiceTitleFields').implement({
  description: '申请发票时的抬头，之后的修改不影响它。',
  fields: (t) => ({
    name: t.exposeString('name', { description: '发票抬头。' }),
    taxNumber: t.exposeString('taxNumber', { description: '纳税人识别号。' }),
    email: t.exposeString('email', { nullable: true, description: '收件人电子邮箱。' }),
    registeredAddress: t.exposeString('registeredAddress', { nullable: true, description: '注册地址。' }),
    registeredPhone: t.exposeString('registeredPhone', { nullable: true, description: '注册电话。' }),
    bankName: t.exposeString('bankName', { nullable: true, description: '开户银行。' }),
    bankAccount: t.exposeString('bankAccountMasked', { nullable: true, description: '银行账号，仅末四位。' }),
  }),
});
const ShippingAddressFields = builder.objectRef<ShippingAddressRow>('ShippingAddressFields').implement({
  description: '申请发票时的收件地址，之后的修改不影响它。',
  fields: (t) => ({
    recipient: t.exposeString('recipient', { description: '收件人。' }),
    phone: t.exposeString('phone', { description: '联系电话。' }),
    regionCode: t.exposeString('regionCode', { description: '所在地区代码。' }),
    regionName: t.string({
      description: '所在地区全称。',
      resolve: (row) => regionPath(row.regionCode) ?? row.regionCode,
    }),
    address: t.exposeString('address', { description: '详细地址。' }),
  }),
});

const InvoiceFormatEnum = enumOf('InvoiceFormat', '发票文件的格式。', {
  PDF: 'PDF 版式文件',
  OFD: 'OFD 版式文件',
  XML: 'XML 数据文件；数电票以它为法定文件',
});
const filesLoader = perRequest(
  (context) => new DataLoader<string, InvoiceFileRow[]>((ids) => filesOfInvoices(context.db, ids)),
);
const InvoiceFile = builder.objectRef<InvoiceFileRow & { isLegal: boolean }>('InvoiceFile').implement({
  description: '发票的一个文件，每种格式最多一个。',
  fields: (t) => ({
    format: t.expose('format', { type: InvoiceFormatEnum, description: '格式。' }),
    legal: t.exposeBoolean('isLegal', { description: '是否法定文件：数电票的 XML。' }),
    file: t.field({
      type: UploadType,
      nullable: true,
      description: '文件。',
      resolve: (row, _args, context) => uploadLoader(context).load(row.uploadId),
    }),
  }),
});

const InvoiceWish = builder.objectRef<Wish>('InvoiceWish').implement({
  description: '投保时选择的发票类型：可以申请时（投保保函为开标后）按默认抬头和默认地址自动申请。',
  fields: (t) => ({
    type: t.expose('type', { type: InvoiceTypeEnum, description: '发票类型。' }),
    typeLabel: t.string({ description: '发票类型名称。', resolve: ({ type }) => invoiceTypeLabel[type] }),
    missing: t.exposeStringList('missing', { description: '还缺什么；为空时可以自动申请。' }),
  }),
});

/** Who acts next: beyond the state, a paper invoice is sent, and one whose policy was given back is reversed. */
function nextActorOf(row: InvoiceView) {
  if (isToReverse(row) || (row.state === 'ISSUED' && mayBeShipped(row))) return 'UNDERWRITER';
  return invoiceMachine.states[row.state].waitsFor ?? null;
}

/** What is sold, as the tax office's list of goods and services names it. */
const contentOf: Readonly<Record<GuaranteeForm, (kind: string) => string>> = {
  INSURANCE: (kind) => `*保险服务*${kind}保证保险费`,
  SURETY: (kind) => `*金融服务*${kind}担保费`,
  BANK: (kind) => `*金融服务*${kind}保函手续费`,
};

/** Where couriers show the way of a parcel. The number is typed in there: no link of ours gives it away. */
const courierPages: readonly (readonly [RegExp, string])[] = [
  [/顺丰/, 'https://www.sf-express.com/'],
  [/EMS|邮政/i, 'https://www.ems.com.cn/'],
  [/京东/, 'https://www.jdl.com/'],
  [/中通/, 'https://www.zto.com/'],
  [/圆通/, 'https://www.yto.net.cn/'],
  [/申通/, 'https://www.sto.cn/'],
  [/韵达/, 'https://www.yundaex.com/'],
];

const isOwner = (invoice: InvoiceView, actor: Actor): boolean =>
  actor.kind === 'USER' && actor.enterpriseId === invoice.enterpriseId;

/** Whether the caller needs to know where a paper invoice goes: whose it is, and who sends it. */
const seesAddress = (invoice: InvoiceView, { actor }: Context): boolean =>
  insurerView(actor) !== null || isOwner(invoice, actor);

/** The text in force, read once a request. */
const NOW = 'now';
const disclosureLoader = perRequest(
  ({ db, core }) =>
    new DataLoader<string, InvoiceDisclosure>(async (keys) => {
      const inForce = await invoiceDisclosure(db, core.config);
      return keys.map(() => inForce);
    }),
);
const InvoiceDisclosureType = builder.objectRef<InvoiceDisclosure>('InvoiceDisclosure').implement({
  description: '申请发票前的特别提示。',
  fields: (t) => ({
    version: t.exposeString('version', {
      description: '版本：标题、正文与所列文件哈希的 SHA-256，同意时原样给出。',
    }),
    title: t.exposeString('title', { description: '标题。' }),
    paragraphs: t.stringList({ description: '正文，逐段。', resolve: (row) => [...row.paragraphs] }),
    documents: t.field({
      type: [ProductDocument],
      description: '须阅读的文件，现行版本。',
      resolve: (row) => [...row.documents],
    }),
  }),
});

export const Invoice = builder.objectRef<InvoiceView>('Invoice').implement({
  description: '一张保单的发票，由保险公司开具给投保企业。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(t, invoiceLife, enums, (row, event) => {
      if (event === 'REQUEST') return requestBlock(row) === null;
      return event === 'SHIP' ? mayBeShipped(row) : true;
    }),
    nextActor: t.field({
      type: ActorEnum,
      nullable: true,
      description: '下一步由谁处理；无人等待时为空。',
      resolve: nextActorOf,
    }),
    order: t.field({
      type: Order,
      nullable: true,
      description: '订单。',
      resolve: (row, _args, context) => orderLoader(context).load(row.orderId),
    }),
    policyNumber: t.exposeString('policyNumber', { description: '保单号。' }),
    quoteNumber: t.exposeString('quoteNumber', { description: '投保单号。' }),
    type: t.expose('type', { type: InvoiceTypeEnum, nullable: true, description: '发票类型；申请后可见。' }),
    typeLabel: t.string({
      nullable: true,
      description: '发票类型名称。',
      resolve: (row) => row.type && invoiceTypeLabel[row.type],
    }),
    content: t.string({
      description: '发票内容。',
      resolve: (row) => contentOf[row.form](depositKindLabel[row.depositKind].replace(/保证金$/, '')),
    }),
    title: t.expose('title', { type: InvoiceTitleFields, nullable: true, description: '抬头；申请后可见。' }),
    titleId: t.id({
      nullable: true,
      description: '申请时所选的抬头，用于再次申请；按认证信息自动申请、未申请或非本企业时为空。',
      resolve: (row, _args, { actor }) => (isOwner(row, actor) ? row.titleId : null),
    }),
    address: t.field({
      type: ShippingAddressFields,
      nullable: true,
      description: '收件地址；仅纸质发票，仅企业和保险公司可见。',
      resolve: (row, _args, context) => (seesAddress(row, context) ? row.address : null),
    }),
    amount: t.expose('amountFen', { type: 'Money', description: '价税合计（元）。' }),
    net: t.expose('netFen', { type: 'Money', description: '不含税金额（元）。' }),
    vat: t.expose('vatFen', { type: 'Money', description: '税额（6%，元）。' }),
    code: t.exposeString('code', { nullable: true, description: '发票代码；数电票没有。' }),
    number: t.exposeString('number', { nullable: true, description: '发票号码。' }),
    issuedOn: t.expose('issuedOn', { type: 'Date', nullable: true, description: '开票日期。' }),
    file: t.field({
      type: UploadType,
      nullable: true,
      description: '发票文件；开票后可下载。有多种格式时依次取 PDF、OFD、XML。',
      resolve: async (row, _args, context) => {
        const [first] = await filesLoader(context).load(row.id);
        return first ? uploadLoader(context).load(first.uploadId) : null;
      },
    }),
    files: t.field({
      type: [InvoiceFile],
      description: '发票的全部文件，按 PDF、OFD、XML 排列。',
      resolve: async (row, _args, context) =>
        (await filesLoader(context).load(row.id)).map((file) => ({
          ...file,
          isLegal: file.format === 'XML' && row.type !== null && isDigital(row.type),
        })),
    }),
    courier: t.exposeString('courier', { nullable: true, description: '快递公司。' }),
    trackingNumber: t.exposeString('trackingNumber', { nullable: true, description: '快递单号。' }),
    trackingUrl: t.string({
      nullable: true,
      description: '快递公司的查询网站；不认识的快递公司为空。',
      resolve: ({ courier }) => (courier && courierPages.find(([name]) => name.test(courier))?.[1]) || null,
    }),
    rejectReason: t.exposeString('rejectReason', { nullable: true, description: '最近一次拒绝的原因。' }),
    redCode: t.exposeString('redCode', { nullable: true, description: '红字发票代码；数电票没有。' }),
    redNumber: t.exposeString('redNumber', { nullable: true, description: '红字发票号码。' }),
    toReverse: t.boolean({
      description: '是否因退保须先红冲。',
      resolve: isToReverse,
    }),
    wish: t.field({
      type: InvoiceWish,
      nullable: true,
      description: '投保时选择的发票类型；未选择、已申请或非本企业时为空。',
      resolve: (row, _args, { actor, db, core }) =>
        isOwner(row, actor) ? wishOf(db, core.config, row) : null,
    }),
    disclosureAccepted: t.boolean({
      nullable: true,
      description: '现行的特别提示是否已为该发票同意（acceptInvoiceDisclosure）；非本企业时为空。',
      resolve: async (row, _args, context) => {
        if (!isOwner(row, context.actor)) return null;
        const { version } = await disclosureLoader(context).load(NOW);
        return (await disclosureAct(context.db, row.id, version)) !== null;
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '生成时间，即保单出具时间。' }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', nullable: true, description: '申请时间。' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: '保险公司处理的期限：电子发票 2 个、纸质发票 5 个工作日；工作日历尚未公布到那时的为空。',
    }),
    overdue: t.boolean({
      description: '是否已超过期限。',
      resolve: (row, _args, { core }) => row.dueAt !== null && core.clock.now() > row.dueAt,
    }),
    requestBlocked: t.field({
      type: MayApplyType,
      description: '此刻能否申请发票；不能时说明原因，如开标前为 NOT_OPENED。',
      resolve: (row) => {
        const block = requestBlock(row);
        return { allowed: !block, code: block?.code ?? null, message: block?.message ?? null, orderId: null };
      },
    }),
  }),
});
defineNode('inv', 'Invoice', (id, context) => invoiceById(context.db, context.actor, id));

builder.objectFields(Order, (t) => ({
  invoice: t.field({
    type: Invoice,
    nullable: true,
    description: '发票；保单出具后生成。',
    resolve: (order, _args, context) => invoiceOfOrderLoader(context).load(order.id),
  }),
}));

const InvoiceTitle = builder.objectRef<TitleRow>('InvoiceTitle').implement({
  description: '企业的发票抬头。',
  interfaces: [Node],
  fields: (t) => ({
    special: t.exposeBoolean('special', { description: '是否用于专用发票（六项齐全）。' }),
    name: t.exposeString('name', { description: '发票抬头，与认证企业名称一致。' }),
    taxNumber: t.exposeString('taxNumber', { description: '纳税人识别号，即统一社会信用代码。' }),
    email: t.exposeString('email', { nullable: true, description: '收件人电子邮箱。' }),
    registeredAddress: t.exposeString('registeredAddress', { nullable: true, description: '注册地址。' }),
    registeredPhone: t.exposeString('registeredPhone', { nullable: true, description: '注册电话。' }),
    bankName: t.exposeString('bankName', { nullable: true, description: '开户银行。' }),
    bankAccount: t.exposeString('bankAccountMasked', {
      nullable: true,
      description: '银行账号，仅末四位。加密保存。',
    }),
    isDefault: t.exposeBoolean('isDefault', { description: '是否默认。' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '新增时间。' }),
  }),
});
defineNode('ttl', 'InvoiceTitle', (id, context) => titleById(context.db, context.actor, id));

const ShippingAddress = builder.objectRef<AddressRow>('ShippingAddress').implement({
  description: '企业收纸质发票的地址。',
  interfaces: [Node],
  fields: (t) => ({
    recipient: t.exposeString('recipient', { description: '收件人。' }),
    phone: t.exposeString('phone', { description: '联系电话。' }),
    regionCode: t.exposeString('regionCode', { description: '所在地区代码。' }),
    regionName: t.string({
      description: '所在地区全称。',
      resolve: (row) => regionPath(row.regionCode) ?? row.regionCode,
    }),
    address: t.exposeString('address', { description: '详细地址。' }),
    isDefault: t.exposeBoolean('isDefault', { description: '是否默认。' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '新增时间。' }),
  }),
});
defineNode('adr', 'ShippingAddress', (id, context) => addressById(context.db, context.actor, id));

const InvoiceConnection = connectionOf('Invoice', '发票', Invoice);
const InvoiceFilter = builder.inputType('InvoiceFilter', {
  description: '发票筛选条件，同时满足。',
  fields: (t) => ({
    states: t.field({ type: [enums.state], description: '状态，任一。' }),
    types: t.field({ type: [InvoiceTypeEnum], description: '发票类型，任一。' }),
    depositKind: t.field({ type: DepositKindEnum, description: '保证金类型。' }),
    search: t.string({ description: '订单号、保单号或发票号码中的文字。' }),
    overdue: t.boolean({ description: '是否已超过保险公司处理的期限。' }),
    toReverse: t.boolean({ description: '是否因退保须先红冲。' }),
  }),
});

/** Who may ask for invoices, and gets those it may know of. */
export const invoiceReaders: Who = { roles: ROLES, scopes: ['invoices:write'] };

builder.queryFields((t) => ({
  invoices: t.field({
    type: InvoiceConnection,
    description: '发票列表，最新的在前。企业看本企业的，保险公司看本公司的；开标前他人看不到投标保函的发票。',
    args: { filter: t.arg({ type: InvoiceFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, invoiceReaders);
      const page = pageRequest(args);
      if ((args.filter?.search?.length ?? 0) > limits.nameCharactersMax)
        throw badArgument('filter.search', '搜索文字过长。');
      const { overdue, ...filter } = args.filter ?? {};
      const late = typeof overdue === 'boolean' && { wish: overdue, at: context.core.clock.now() };
      return listInvoices(context.db, context.actor, { ...filter, overdue: late || null }, page);
    },
  }),
  invoice: t.field({
    type: Invoice,
    nullable: true,
    description: '按编号取一张发票；看不到的与不存在的一样为 null。',
    args: { id: t.arg.id({ required: true, description: '发票编号（id）。' }) },
    resolve: (_root, { id }, context) => invoiceById(context.db, context.actor, id),
  }),
  invoiceDisclosure: t.field({
    type: InvoiceDisclosureType,
    description: '申请发票前的特别提示，现行版本。任何人可查。',
    resolve: (_root, _args, context) => disclosureLoader(context).load(NOW),
  }),
  invoiceTitles: t.field({
    type: [InvoiceTitle],
    description: '本企业的发票抬头，默认的在前。',
    resolve: (_root, _args, context) => {
      requireAccess(context.actor, { roles: ['BIDDER'] });
      return titlesOf(context.db, context.actor);
    },
  }),
  shippingAddresses: t.field({
    type: [ShippingAddress],
    description: '本企业的收件地址，默认的在前。',
    resolve: (_root, _args, context) => {
      requireAccess(context.actor, { roles: ['BIDDER'] });
      return addressesOf(context.db, context.actor);
    },
  }),
}));

const bidder = { roles: ['BIDDER'] } as const;

mutation('createInvoiceTitle', {
  description: '新增发票抬头。抬头和纳税人识别号须与认证企业一致。',
  who: bidder,
  type: InvoiceTitle,
  refusals: [NotCertified, TitleLocked],
  input: builder.inputType('CreateInvoiceTitleInput', {
    description: '发票抬头。',
    fields: (t) => ({
      special: t.boolean({ required: true, description: '是否用于专用发票；是则以下各项除邮箱外必填。' }),
      name: t.string({ required: true, description: '发票抬头。' }),
      taxNumber: t.string({ required: true, description: '纳税人识别号。' }),
      email: t.string({ description: '收件人电子邮箱；电子发票必填。' }),
      registeredAddress: t.string({ description: '注册地址。' }),
      registeredPhone: t.string({ description: '注册电话。' }),
      bankName: t.string({ description: '开户银行。' }),
      bankAccount: t.string({ description: '银行账号，8 到 32 位数字。加密保存。' }),
      isDefault: t.boolean({ description: '是否设为默认；第一个总是默认。' }),
    }),
  }),
  check: z.object({
    name: lineRule('发票抬头', limits.nameCharactersMax),
    taxNumber: lineRule('纳税人识别号', limits.nameCharactersMax),
  }),
  act: (command, input) => createInvoiceTitle(command, input),
});
mutation('updateInvoiceTitle', {
  description: '修改发票抬头。不填的项保持不变，填 null 清空。已申请的发票不受影响。',
  who: bidder,
  type: InvoiceTitle,
  refusals: [NotCertified, TitleLocked],
  input: builder.inputType('UpdateInvoiceTitleInput', {
    description: '发票抬头的修改。',
    fields: (t) => ({
      id: t.id({ required: true, description: '抬头编号（id）。' }),
      special: t.boolean({ description: '是否用于专用发票。' }),
      name: t.string({ description: '发票抬头。' }),
      taxNumber: t.string({ description: '纳税人识别号。' }),
      email: t.string({ description: '收件人电子邮箱。' }),
      registeredAddress: t.string({ description: '注册地址。' }),
      registeredPhone: t.string({ description: '注册电话。' }),
      bankName: t.string({ description: '开户银行。' }),
      bankAccount: t.string({ description: '银行账号，8 到 32 位数字。' }),
      isDefault: t.boolean({ description: 'true 设为默认；默认只能转给另一个。' }),
    }),
  }),
  act: (command, input) => updateInvoiceTitle(command, input),
});
mutation('deleteInvoiceTitle', {
  description: '删除发票抬头。已申请的发票不受影响。',
  who: bidder,
  type: Done,
  input: IdInput,
  act: async (command, input) => {
    await deleteInvoiceTitle(command, input);
    return done;
  },
});

mutation('createShippingAddress', {
  description: '新增收件地址。',
  who: bidder,
  type: ShippingAddress,
  refusals: [NotCertified],
  input: builder.inputType('CreateShippingAddressInput', {
    description: '收件地址。',
    fields: (t) => ({
      recipient: t.string({ required: true, description: '收件人。' }),
      phone: t.string({ required: true, description: '联系电话。' }),
      regionCode: t.string({ required: true, description: '所在地区代码。' }),
      address: t.string({ required: true, description: '详细地址。' }),
      isDefault: t.boolean({ description: '是否设为默认；第一个总是默认。' }),
    }),
  }),
  act: (command, input) => createShippingAddress(command, input),
});
mutation('updateShippingAddress', {
  description: '修改收件地址。不填的项保持不变。已申请的发票不受影响。',
  who: bidder,
  type: ShippingAddress,
  refusals: [NotCertified],
  input: builder.inputType('UpdateShippingAddressInput', {
    description: '收件地址的修改。',
    fields: (t) => ({
      id: t.id({ required: true, description: '地址编号（id）。' }),
      recipient: t.string({ description: '收件人。' }),
      phone: t.string({ description: '联系电话。' }),
      regionCode: t.string({ description: '所在地区代码。' }),
      address: t.string({ description: '详细地址。' }),
      isDefault: t.boolean({ description: 'true 设为默认；默认只能转给另一个。' }),
    }),
  }),
  act: (command, input) => updateShippingAddress(command, input),
});
mutation('deleteShippingAddress', {
  description: '删除收件地址。已申请的发票不受影响。',
  who: bidder,
  type: Done,
  input: IdInput,
  act: async (command, input) => {
    await deleteShippingAddress(command, input);
    return done;
  },
});

const expectedStateText = '调用方所见的发票状态；不符时返回 STALE_STATE。';

mutation('acceptInvoiceDisclosure', {
  description: '阅读并同意申请发票前的特别提示。记录全文及其版本；同一版本同意一次。',
  who: bidder,
  type: Invoice,
  refusals: [NotOpened],
  input: builder.inputType('AcceptInvoiceDisclosureInput', {
    description: '同意特别提示。',
    fields: (t) => ({
      invoiceId: t.id({ required: true, description: '发票编号（id）。' }),
      version: t.string({ required: true, description: '所示特别提示的版本（invoiceDisclosure.version）。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  act: (command, input) => acceptInvoiceDisclosure(command, input),
});

mutation('requestInvoice', {
  description:
    '申请发票。投标保函须在开标后申请；被拒绝的可以再次申请。须已同意现行特别提示：以 acceptInvoiceDisclosure 为该发票同意，或投保时已同意其全部文件的现行版本；否则返回 CONSENT_MISSING。',
  who: bidder,
  type: Invoice,
  refusals: [NotOpened, TitleLocked, ConsentMissing],
  input: builder.inputType('RequestInvoiceInput', {
    description: '发票申请。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      type: t.field({ type: InvoiceTypeEnum, required: true, description: '发票类型。' }),
      titleId: t.id({ required: true, description: '发票抬头。' }),
      addressId: t.id({ description: '收件地址；纸质发票必填。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  act: (command, input) => requestInvoice(command, input),
});

const InvoiceIdInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      invoiceId: t.id({ required: true, description: '发票编号（id）。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  });

mutation('withdrawInvoice', {
  description: '撤回尚未受理的发票申请。',
  who: bidder,
  type: Invoice,
  input: InvoiceIdInput('WithdrawInvoiceInput', '撤回发票申请。'),
  act: (command, input) => withdrawInvoice(command, input),
});

const issuer = { roles: ['UNDERWRITER'], scopes: ['invoices:write'] } as const;
const reason = z.object({ reason: textRule('原因', limits.noteCharactersMax) });

mutation('acceptInvoice', {
  description: '受理发票申请，开始开票。',
  who: issuer,
  type: Invoice,
  input: InvoiceIdInput('AcceptInvoiceInput', '受理发票申请。'),
  act: (command, input) => acceptInvoice(command, input),
});
mutation('rejectInvoice', {
  description: '拒绝发票申请，企业可修改后再次申请。',
  who: issuer,
  type: Invoice,
  input: builder.inputType('RejectInvoiceInput', {
    description: '拒绝发票申请。',
    fields: (t) => ({
      invoiceId: t.id({ required: true, description: '发票编号（id）。' }),
      reason: t.string({ required: true, description: '原因，企业可见。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: reason,
  act: (command, input) => rejectInvoice(command, input),
});
mutation('issueInvoice', {
  description:
    '登记已开具的发票。电子发票须带文件，每种格式（PDF、OFD、XML）最多一个；数电票的 XML 文件是法定文件，未随开票登记的应以 addInvoiceFiles 补充。开票日期不早于保单出具日期，不晚于今天。',
  who: issuer,
  type: Invoice,
  refusals: [UploadRefused],
  input: builder.inputType('IssueInvoiceInput', {
    description: '已开具的发票。',
    fields: (t) => ({
      invoiceId: t.id({ required: true, description: '发票编号（id）。' }),
      number: t.string({
        required: true,
        description: '发票号码：数电票 20 位；其他 8 位，可在前面加上发票代码。',
      }),
      code: t.string({
        description:
          '发票代码：电子普通发票 12 位，纸质普通发票 10 或 12 位，纸质专用发票 10 位，数电票没有。',
      }),
      issuedOn: t.field({ type: 'Date', required: true, description: '开票日期。' }),
      uploadId: t.id({ description: '发票文件，以用途 INVOICE 上传；电子发票必填。' }),
      uploadIds: t.idList({ description: '发票文件有多种格式时，与 uploadId 一并计入。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({
    number: lineRule('发票号码', limits.nameCharactersMax),
    uploadIds: z.array(z.string()).max(INVOICE_FORMATS.length, '每种格式最多一个文件').nullish(),
  }),
  act: (command, input) => issueInvoice(command, input),
});
mutation('addInvoiceFiles', {
  description: '为已开具的发票补充其他格式的文件，如 OFD 版式文件。',
  who: issuer,
  type: Invoice,
  refusals: [UploadRefused],
  input: builder.inputType('AddInvoiceFilesInput', {
    description: '补充发票文件。',
    fields: (t) => ({
      invoiceId: t.id({ required: true, description: '发票编号（id）。' }),
      uploadIds: t.idList({ required: true, description: '以用途 INVOICE 上传的文件，每种格式最多一个。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({
    uploadIds: z.array(z.string()).max(INVOICE_FORMATS.length, '每种格式最多一个文件'),
  }),
  act: (command, input) => addInvoiceFiles(command, input),
});
mutation('shipInvoice', {
  description: '寄出纸质发票。',
  who: issuer,
  type: Invoice,
  input: builder.inputType('ShipInvoiceInput', {
    description: '寄出纸质发票。',
    fields: (t) => ({
      invoiceId: t.id({ required: true, description: '发票编号（id）。' }),
      courier: t.string({ required: true, description: '快递公司。' }),
      trackingNumber: t.string({ required: true, description: '快递单号。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({
    courier: lineRule('快递公司', limits.nameCharactersMax),
    trackingNumber: lineRule('快递单号', limits.nameCharactersMax),
  }),
  act: (command, input) => shipInvoice(command, input),
});
mutation('deliverInvoice', {
  description: '纸质发票已送达。',
  who: issuer,
  type: Invoice,
  input: InvoiceIdInput('DeliverInvoiceInput', '纸质发票已送达。'),
  act: (command, input) => deliverInvoice(command, input),
});
mutation('reverseInvoice', {
  description: '红冲已开具的发票。之后企业可以申请一张新的；因退保而红冲的除外。',
  who: issuer,
  type: Invoice,
  input: builder.inputType('ReverseInvoiceInput', {
    description: '红冲发票。',
    fields: (t) => ({
      invoiceId: t.id({ required: true, description: '发票编号（id）。' }),
      redNumber: t.string({ required: true, description: '红字发票号码，规则同发票号码。' }),
      redCode: t.string({ description: '红字发票代码，规则同发票代码。' }),
      reason: t.string({ required: true, description: '原因，企业可见。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({
    redNumber: lineRule('红字发票号码', limits.nameCharactersMax),
    reason: textRule('原因', limits.noteCharactersMax),
  }),
  act: (command, input) => reverseInvoice(command, input),
});

const RevealedBankAccount = builder.objectRef<{ bankAccount: string }>('RevealedBankAccount').implement({
  description: '完整的银行账号。',
  fields: (t) => ({ bankAccount: t.exposeString('bankAccount', { description: '银行账号。' }) }),
});
mutation('revealBankAccount', {
  description: `开票时查看抬头的完整银行账号。须说明原因，记入企业可见的经过；每人 24 小时内最多 ${limits.reveals.max} 次。`,
  who: issuer,
  type: RevealedBankAccount,
  secret: true,
  input: builder.inputType('RevealBankAccountInput', {
    description: '查看完整银行账号。',
    fields: (t) => ({
      invoiceId: t.id({ required: true, description: '发票编号（id）。' }),
      reason: t.string({ required: true, description: '原因。' }),
    }),
  }),
  check: reason,
  act: (command, input) => revealBankAccount(command, input),
});
