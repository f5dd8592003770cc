import DataLoader from 'dataloader';
import { z } from 'zod';
import { seesPersons } from '../../access/secrecy.ts';
import type { ApplicationRow } from '../../db/tables/order.ts';
import {
  API_SCOPES,
  type ConsentStatement,
  type DepositKind,
  depositKindLabel,
  guaranteeFormLabel,
  type PrefillSource,
  prefillSourceLabel,
  ROLES,
} from '../../db/vocabulary.ts';
import { RECORDING_NOUN, TRACE_NOUN } from '../../evidence/seals.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { badArgument, connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { ErrorInterface, FieldMessageType, plainRefusal } from '../../graph/errors.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { lineRule, optionalLineRule, textRule } from '../../graph/text-rules.ts';
import { labelActs, lifeFields, machineEnums } from '../../graph/timeline.ts';
import { turnsOf } from '../../graph/turns.ts';
import {
  DepositKindEnum,
  GuaranteeFormEnum,
  InvoiceTypeEnum,
  QualificationEnum,
} from '../../graph/vocabulary.ts';
import { coverEnd } from '../../kernel/clock.ts';
import { invariant } from '../../kernel/invariant.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { cleanLine, cleanText } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import { Enterprise } from '../enterprise/enterprise.graph.ts';
import type { EnterpriseRow } from '../enterprise/enterprise.queries.ts';
import { NotCertified, ProfileIncomplete } from '../enterprise/enterprise.refusals.ts';
import { requireReadyEnterprise } from '../enterprise/enterprise.service.ts';
import { insurerLoader, Product, ProductDocument, productLoader } from '../insurer/insurer.graph.ts';
import { documentsInForce } from '../insurer/insurer.queries.ts';
import { BidSection, depositLoader, sectionLoader } from '../section/section.graph.ts';
import { DeadlinePassed } from '../section/section.refusals.ts';
import { applicationWarnings, missingLeaves } from './order.application.ts';
import { type Requirement, requirementsOf } from './order.documents.ts';
import { effectiveDueAt, guardApplying } from './order.guards.ts';
import { orderLife } from './order.machine.ts';
import { type OrderPaper, papersOfOrder } from './order.papers.ts';
import {
  type ConsentView,
  consentById,
  consentsOfOrders,
  type InsuredProduct,
  listOrders,
  liveOrders,
  materialIsAsked,
  type OrderRow,
  type OrderView,
  orderById,
  orderByNumber,
  ordersByIds,
  productsOfOrders,
  salesEventsOfDocuments,
} from './order.queries.ts';
import { type ReadingGap, readingGap } from './order.reading.ts';
import {
  ConsentMissing,
  DraftChanged,
  DuplicateOrder,
  ReadingIncomplete,
  SectionClosed,
} from './order.refusals.ts';
import * as service from './order.service.ts';
import { recordSalesEvents } from './order.trace.ts';

plainRefusal(SectionClosed, '标段当前状态不能申请（SECTION_CLOSED）。');
builder.objectType(DuplicateOrder, {
  name: 'DuplicateOrder',
  description: '本企业在该标段已有同类保证金的订单（DUPLICATE_ORDER）。',
  interfaces: [ErrorInterface],
  fields: (t) => ({ orderId: t.exposeID('orderId', { description: '已有的订单，请继续办理。' }) }),
});
builder.objectType(ConsentMissing, {
  name: 'ConsentMissing',
  description: '尚有文件未阅读并同意（CONSENT_MISSING）。',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    documents: t.field({
      type: [ProductDocument],
      description: '尚未同意的文件。',
      resolve: (refusal) => [...refusal.documents],
    }),
  }),
});
const ReadingGapType = builder.objectRef<ReadingGap>('ReadingGap').implement({
  description: '一个文件的阅读还缺什么。',
  fields: (t) => ({
    document: t.field({ type: ProductDocument, description: '文件。', resolve: ({ document }) => document }),
    opened: t.exposeBoolean('opened', { description: '是否已打开（DOCUMENT_OPENED）。' }),
    missingPages: t.intList({
      description: '尚未按顺序显示的页码，从 1 起（DOCUMENT_PAGE_TURNED）。',
      resolve: ({ missingPages }) => [...missingPages],
    }),
    readToEnd: t.exposeBoolean('readToEnd', { description: '是否已读至末页（DOCUMENT_READ_TO_END）。' }),
    secondsLeft: t.exposeInt('secondsLeft', {
      description: '距可以同意还有多少秒，以服务器收到打开之时起算。',
    }),
  }),
});
builder.objectType(ReadingIncomplete, {
  name: 'ReadingIncomplete',
  description: `文件尚未逐页读完，不能同意（TRANSITION_REFUSED）。仅差时间时 retryable 为真，等待 secondsLeft 秒后以新的 Idempotency-Key 再试。`,
  interfaces: [ErrorInterface],
  fields: (t) => ({
    secondsLeft: t.exposeInt('secondsLeft', { description: '距全部可以同意还有多少秒。' }),
    documents: t.field({
      type: [ReadingGapType],
      description: '尚未读完的文件及所缺。',
      resolve: (refusal) => [...refusal.gaps],
    }),
  }),
});
labelActs('consent', { ACCEPT: '阅读并同意文件' });
labelActs(TRACE_NOUN, { RECORD: '记录销售过程' });
labelActs(RECORDING_NOUN, { RECORD: '录制销售页面', WATCH: '回放销售页面' });

const enums = machineEnums(orderLife, 'Order');
/** Who may ask for orders, and gets those it may know of. */
export const orderReaders = { roles: ROLES, scopes: API_SCOPES };
const bidder = { roles: ['BIDDER'] } as const;

export const ConsentStatementEnum = enumOf('ConsentStatement', '同意的方式。', {
  DISCLOSURE: '特别提示',
  PAGE_BY_PAGE: '逐页阅读并同意',
  FULLY_UNDERSTOOD: '充分阅读、理解并同意',
});
const SalesEventKindEnum = enumOf('SalesEventKind', '销售页面上的行为。', {
  PAGE_OPENED: '打开页面',
  DISCLOSURE_ACCEPTED: '同意特别提示',
  DOCUMENT_OPENED: '打开文件',
  DOCUMENT_PAGE_TURNED: '翻页',
  DOCUMENT_READ_TO_END: '阅读至末页',
  STATEMENT_TICKED: '勾选声明',
  STATEMENT_CLEARED: '取消勾选',
  STATEMENT_ACCEPTED: '同意声明（由 acceptDocuments 记录）',
  RECORDING_STARTED: '开始录制页面',
  RECORDING_FAILED: '页面录制失败，原因在 labelText',
});

const orderViewLoader = perRequest(
  (context) => new DataLoader<string, OrderView | null>((ids) => ordersByIds(context.db, context.actor, ids)),
);

/** Orders by id, within what the caller may know of. */
export const orderLoader = (context: Context) => ({
  load: async (id: string): Promise<OrderRow | null> =>
    (await orderViewLoader(context).load(id))?.order ?? null,
});

/** Keeps what was read together with an order, so that its fields need no statement of their own. */
export function shownOrder(context: Context, view: OrderView): OrderRow {
  orderViewLoader(context).prime(view.order.id, view);
  sectionLoader(context).prime(view.section.id, view.section);
  return view.order;
}

async function viewOf(context: Context, order: OrderRow): Promise<OrderView> {
  const view = await orderViewLoader(context).load(order.id);
  invariant(view, 'an order that is shown may be known of');
  return view;
}

const chosenLoader = perRequest(
  (context) =>
    new DataLoader<string, InsuredProduct[]>((ids) => productsOfOrders(context.db, context.actor, ids)),
);
const consentLoader = perRequest(
  (context) =>
    new DataLoader<string, ConsentView[]>((ids) => consentsOfOrders(context.db, context.actor, ids)),
);

const materialLoader = perRequest(
  (context) => new DataLoader<string, boolean>((ids) => materialIsAsked(context.db, context.actor, ids)),
);

/** What has to be accepted for each order, as the documents stand now. */
const requirementLoader = perRequest(
  (context) =>
    new DataLoader<string, Requirement[]>(async (orderIds) => {
      const chosen = await Promise.all(orderIds.map((id) => chosenLoader(context).load(id)));
      const all = new Set(chosen.flatMap((products) => products.map(({ product }) => product.id)));
      const documents = await documentsInForce(context.db, [...all]);
      return chosen.map((products) => {
        const own = new Set(products.map(({ product }) => product.id));
        return requirementsOf(documents.filter(({ productId }) => productId === null || own.has(productId)));
      });
    }),
);

interface ShownApplication {
  readonly order: OrderRow;
  readonly application: ApplicationRow;
  /** Whether the caller may see who is to be called. */
  readonly personal: boolean;
}

const shownApplication = (order: OrderRow, context: Context): ShownApplication | null =>
  order.application && { order, application: order.application, personal: seesPersons(context.actor) };

const ApplicationSection = builder.objectRef<ShownApplication>('ApplicationSection').implement({
  description: '投保信息：标段。',
  fields: (t) => ({
    constructionDays: t.int({
      nullable: true,
      description: '工期（日历天）。',
      resolve: ({ application }) => application.section.constructionDays,
    }),
    projectCode: t.string({
      nullable: true,
      description: '项目编号。',
      resolve: ({ application }) => application.section.projectCode,
    }),
    projectAddress: t.string({
      nullable: true,
      description: '项目地址。',
      resolve: ({ application }) => application.section.projectAddress,
    }),
    projectName: t.string({
      nullable: true,
      description: '项目名称。',
      resolve: ({ application }) => application.section.projectName,
    }),
    depositAmount: t.field({
      type: 'Money',
      nullable: true,
      description: '标段要求的保证金金额（元）。',
      resolve: ({ order }) => order.depositAmountFen,
    }),
  }),
});
const ApplicationCover = builder.objectRef<ApplicationRow['cover']>('ApplicationCover').implement({
  description: '投保信息：保险金额与保障时间。',
  fields: (t) => ({
    sumInsured: t.expose('sumInsuredFen', { type: 'Money', nullable: true, description: '保险金额（元）。' }),
    startOn: t.expose('startOn', { type: 'Date', nullable: true, description: '起保日期，当日零时起。' }),
    days: t.exposeInt('days', { nullable: true, description: '保障天数（日历天，含首尾）。' }),
    endOn: t.field({
      type: 'Date',
      nullable: true,
      description: '终保日期，当日 24 时止；由起保日期和保障天数得出。',
      resolve: ({ startOn, days }) => (startOn !== null && days !== null ? coverEnd(startOn, days) : null),
    }),
  }),
});
const ApplicationApplicant = builder.objectRef<ShownApplication>('ApplicationApplicant').implement({
  description: '投保信息：投保人，即认证企业。',
  fields: (t) => ({
    name: t.string({ description: '名称。', resolve: ({ application }) => application.applicant.name }),
    creditCode: t.field({
      type: 'CreditCode',
      description: '统一社会信用代码。',
      resolve: ({ application }) => application.applicant.creditCode,
    }),
    registeredAddress: t.string({
      nullable: true,
      description: '注册地址。',
      resolve: ({ application }) => application.applicant.registeredAddress,
    }),
    contactAddress: t.string({
      nullable: true,
      description: '联系地址。',
      resolve: ({ application }) => application.applicant.contactAddress,
    }),
    qualification: t.field({
      type: QualificationEnum,
      nullable: true,
      description: '施工资质等级。',
      resolve: ({ application }) => application.applicant.qualification,
    }),
    contactName: t.string({
      nullable: true,
      description: '联系人；监管人员和交易中心系统看不到。',
      resolve: ({ application, personal }) => (personal ? application.applicant.contactName : null),
    }),
    contactPhone: t.string({
      nullable: true,
      description: '联系电话；监管人员和交易中心系统看不到。',
      resolve: ({ application, personal }) => (personal ? application.applicant.contactPhone : null),
    }),
  }),
});
const ApplicationInsured = builder.objectRef<ApplicationRow['insured']>('ApplicationInsured').implement({
  description: '投保信息：被保险人。',
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: '名称。' }),
    creditCode: t.exposeString('creditCode', {
      nullable: true,
      description: '统一社会信用代码，照填写原样。',
    }),
  }),
});
const ApplicationHandler = builder.objectRef<ApplicationRow['handler']>('ApplicationHandler').implement({
  description: '投保信息：经办人；监管人员和交易中心系统看不到。',
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: '姓名。' }),
    mobile: t.exposeString('mobile', { nullable: true, description: '手机号。' }),
    email: t.exposeString('email', { nullable: true, description: '邮箱。' }),
  }),
});
const ApplicationInvoicePreference = builder
  .objectRef<NonNullable<ApplicationRow['invoicePreference']>>('ApplicationInvoicePreference')
  .implement({
    description: '投保信息：开票意向，开标后据此开具。',
    fields: (t) => ({ type: t.expose('type', { type: InvoiceTypeEnum, description: '发票类型。' }) }),
  });
const nobody = { name: null, mobile: null, email: null };

const PrefillSourceEnum = enumOf('PrefillSource', '预填内容的来源。', prefillSourceLabel);
const PrefilledLeaf = builder
  .objectRef<{ readonly path: string; readonly source: PrefillSource }>('PrefilledLeaf')
  .implement({
    description: '一项预填且未改动过的内容。',
    fields: (t) => ({
      path: t.exposeString('path', {
        description: '在 ApplicationInput 中的路径，如 applicant.contactName。',
      }),
      source: t.expose('source', { type: PrefillSourceEnum, description: '来源。' }),
    }),
  });

const Application = builder.objectRef<ShownApplication>('Application').implement({
  description: '投保信息。提交前可以不完整。',
  fields: (t) => ({
    section: t.field({ type: ApplicationSection, description: '标段。', resolve: (shown) => shown }),
    cover: t.field({
      type: ApplicationCover,
      description: '保险金额与保障时间。',
      resolve: ({ application }) => application.cover,
    }),
    applicant: t.field({ type: ApplicationApplicant, description: '投保人。', resolve: (shown) => shown }),
    insured: t.field({
      type: ApplicationInsured,
      description: '被保险人。',
      resolve: ({ application }) => application.insured,
    }),
    handler: t.field({
      type: ApplicationHandler,
      description: '经办人。',
      resolve: ({ application, personal }) => (personal ? application.handler : nobody),
    }),
    invoicePreference: t.field({
      type: ApplicationInvoicePreference,
      nullable: true,
      description: '开票意向。',
      resolve: ({ application }) => application.invoicePreference,
    }),
    savedAt: t.field({
      type: 'DateTime',
      description: '最近保存时间。',
      resolve: ({ application }) => application.savedAt,
    }),
    complete: t.boolean({
      description: '必填项是否已填齐。',
      resolve: ({ application }) => missingLeaves(application).length === 0,
    }),
    warnings: t.field({
      type: [FieldMessageType],
      description: '值得再核对一遍之处，不妨碍提交。',
      resolve: async ({ order, application }, _args, context) => {
        const { section } = await viewOf(context, order);
        const deposits = await depositLoader(context).load(section.id);
        const deposit = deposits.find(({ kind }) => kind === order.depositKind) ?? null;
        return applicationWarnings(order, application, section, deposit, context.core.clock.now());
      },
    }),
    prefilled: t.field({
      type: [PrefilledLeaf],
      description: '由平台预填且未改动过的内容。',
      resolve: ({ application }) =>
        Object.entries(application.prefilled ?? {}).map(([path, source]) => ({ path, source })),
    }),
  }),
});

builder.objectType(DraftChanged, {
  name: 'DraftChanged',
  description: '投保信息已在其他设备上被修改，本次未保存（DRAFT_CHANGED）。',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    application: t.field({
      type: Application,
      nullable: true,
      description: '现在保存着的投保信息。',
      resolve: ({ order }, _args, context) => shownApplication(order, context),
    }),
    paths: t.stringList({
      description: '双方都改动过的内容在 ApplicationInput 中的路径。',
      resolve: ({ paths }) => [...paths],
    }),
  }),
});

const Consent = builder.objectRef<ConsentView & { readonly id: string }>('Consent').implement({
  description: '对一个文件版本的同意。',
  interfaces: [Node],
  fields: (t) => ({
    document: t.field({
      type: ProductDocument,
      description: '所同意的文件版本。',
      resolve: ({ document }) => document,
    }),
    statement: t.field({
      type: ConsentStatementEnum,
      description: '同意的方式。',
      resolve: ({ consent }) => consent.statement,
    }),
    labelText: t.string({ description: '勾选处的文字。', resolve: ({ consent }) => consent.labelText }),
    acceptedAt: t.field({
      type: 'DateTime',
      description: '同意时刻。',
      resolve: ({ consent }) => consent.acceptedAt,
    }),
    openedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: '打开文件的时刻；未记录时为空。',
      resolve: ({ consent }) => consent.openedAt,
    }),
    readToEndAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: '阅读至末页的时刻；未记录时为空。',
      resolve: ({ consent }) => consent.readToEndAt,
    }),
  }),
});
const shownConsent = (view: ConsentView) => ({ ...view, id: view.consent.id });
defineNode('con', 'Consent', async (id, context) => {
  const view = await consentById(context.db, context.actor, id);
  return view && shownConsent(view);
});

interface ShownRequirement extends Requirement {
  readonly accepted: boolean;
  readonly read: boolean;
}
const RequiredDocument = builder.objectRef<ShownRequirement>('RequiredDocument').implement({
  description: '提交订单前应阅读并同意的一个文件。',
  fields: (t) => ({
    document: t.field({ type: ProductDocument, description: '文件。', resolve: ({ document }) => document }),
    statement: t.field({
      type: ConsentStatementEnum,
      description: '以哪种方式同意。',
      resolve: ({ statement }) => statement,
    }),
    accepted: t.exposeBoolean('accepted', { description: '是否已同意该版本。' }),
    read: t.exposeBoolean('read', { description: '是否已有逐页读完的记录；两项声明的文件读完后方可同意。' }),
  }),
});

const OrderPaperKindEnum = enumOf('OrderPaperKind', '由投保信息填成的文件。', {
  APPLICATION_FORM: '投保单',
  COUNTER_GUARANTEE: '反担保',
});
const OrderPaperType = builder.objectRef<OrderPaper>('OrderPaper').implement({
  description:
    '投保单或反担保。提交前为所填内容的预览，提交后为提交时的内容；不向监管人员和交易中心系统提供。',
  fields: (t) => ({
    kind: t.expose('kind', { type: OrderPaperKindEnum, description: '哪一种。' }),
    productId: t.exposeID('productId', { description: '所选产品的编号（id）。' }),
    contentSha256: t.exposeString('contentSha256', {
      description: '内容的 SHA-256（十六进制），印在文件上；预览与提交后的文件相同则内容相同。',
    }),
    final: t.boolean({
      description: '是否为已提交的文件。',
      resolve: ({ submittedAt }) => submittedAt !== null,
    }),
    url: t.string({
      description: 'PDF 的下载地址，需登录。',
      resolve: ({ orderId, productId, kind }) => `/papers/${orderId}/${productId}/${kind}`,
    }),
  }),
});

async function requiredDocuments(context: Context, order: OrderRow): Promise<ShownRequirement[]> {
  const accepted = await consentLoader(context).load(order.id);
  // Once submitted, what was asked is what was accepted; versions that came later ask nothing of this order.
  if (order.state !== 'DRAFT') {
    return accepted.map(({ consent, document }) => ({
      document,
      statement: consent.statement,
      accepted: true,
      read: consent.readToEndAt !== null,
    }));
  }
  const isAccepted = (id: string, statement: ConsentStatement) =>
    accepted.some(({ consent }) => consent.documentId === id && consent.statement === statement);
  const asked = await requirementLoader(context).load(order.id);
  const ids = [...new Set(asked.map(({ document }) => document.id))];
  const acts = await salesEventsOfDocuments(context.db, order.id, ids);
  return asked.map((requirement) => {
    const gap = readingGap(requirement.document, acts, context.core.clock.now());
    return {
      ...requirement,
      accepted: isAccepted(requirement.document.id, requirement.statement),
      read: gap === null || gap.readToEnd,
    };
  });
}

export const Order = builder.objectRef<OrderRow>('Order').implement({
  description:
    '订单：一家企业为一个标段的一种保证金申请保函。开标前，投标保证金订单仅投保企业及其所选机构可见。',
  interfaces: [Node],
  fields: (t) => ({
    // A voucher is for an accepted premium: before that there is nothing to pay.
    ...lifeFields(
      t,
      orderLife,
      enums,
      (row, event) => event !== 'SUBMIT_VOUCHER' || row.orderAmountFen !== null,
      // While an insurer asks for material, it is the bidder whom the order waits for.
      async (row, context) =>
        row.state === 'UNDERWRITING' && (await materialLoader(context).load(row.id)) ? 'BIDDER' : undefined,
    ),
    number: t.exposeString('number', { description: '订单号。' }),
    depositKind: t.expose('depositKind', { type: DepositKindEnum, description: '保证金类型。' }),
    depositKindLabel: t.string({
      description: '保证金类型名称。',
      resolve: (row) => depositKindLabel[row.depositKind],
    }),
    form: t.expose('form', { type: GuaranteeFormEnum, description: '保函形式。' }),
    formLabel: t.string({ description: '保函形式名称。', resolve: (row) => guaranteeFormLabel[row.form] }),
    depositAmount: t.expose('depositAmountFen', {
      type: 'Money',
      nullable: true,
      description: '保证金金额（元），以创建订单时的公告为准。',
    }),
    enterprise: t.field({
      type: Enterprise,
      nullable: true,
      description: '投保企业。',
      resolve: async (row, _args, context) => (await viewOf(context, row)).enterprise,
    }),
    section: t.field({
      type: BidSection,
      description: '标段。',
      resolve: async (row, _args, context) => (await viewOf(context, row)).section,
    }),
    application: t.field({
      type: Application,
      nullable: true,
      description: '投保信息。',
      resolve: (order, _args, context) => shownApplication(order, context),
    }),
    products: t.field({
      type: [Product],
      description: '所选产品，按机构全称排列；机构只看到自己的。',
      resolve: async (row, _args, context) => {
        const chosen = await chosenLoader(context).load(row.id);
        return chosen.map(({ product, insurer }) => {
          productLoader(context).prime(product.id, product);
          insurerLoader(context).prime(insurer.id, insurer);
          return product;
        });
      },
    }),
    requiredDocuments: t.field({
      type: [RequiredDocument],
      description: '提交前应同意的现行文件（平台的及所选产品的）；提交后为当时同意的文件。',
      resolve: (row, _args, context) => requiredDocuments(context, row),
    }),
    papers: t.field({
      type: [OrderPaperType],
      description: '每个所选产品的投保单和反担保；机构只看到自己的。',
      resolve: (row, _args, context) => papersOfOrder(context.db, context.core.config, context.actor, row.id),
    }),
    consents: t.field({
      type: [Consent],
      description: '已作出的同意，由早到晚。',
      resolve: async (row, _args, context) => (await consentLoader(context).load(row.id)).map(shownConsent),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '创建时间。' }),
    submittedAt: t.expose('submittedAt', { type: 'DateTime', nullable: true, description: '提交时间。' }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: '完成（出函）时间。',
    }),
    dueAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: '下一步的期限；投标保证金不晚于缴纳截止时间。为空表示时限待定或无人等待。',
      resolve: async (row, _args, context) => {
        const { section } = await viewOf(context, row);
        return effectiveDueAt(row, section, await depositLoader(context).load(section.id));
      },
    }),
    cancelReason: t.exposeString('cancelReason', { nullable: true, description: '取消原因。' }),
  }),
});
defineNode('ord', 'Order', (id, context) => orderLoader(context).load(id));

const OrderConnection = connectionOf('Order', '订单', Order);

const OrderFilter = builder.inputType('OrderFilter', {
  description: '订单筛选条件，同时满足。',
  fields: (t) => ({
    states: t.field({ type: [enums.state], description: '状态为其中之一。' }),
    depositKind: t.field({ type: DepositKindEnum, description: '保证金类型。' }),
    form: t.field({ type: GuaranteeFormEnum, description: '保函形式。' }),
    createdFrom: t.field({ type: 'Date', description: '创建日期不早于该日（北京时间）。' }),
    createdTo: t.field({ type: 'Date', description: '创建日期不晚于该日（北京时间）。' }),
    search: t.string({ description: '订单号、标段名称、标段编号或企业名称中的文字。' }),
  }),
});

builder.queryFields((t) => ({
  orders: t.field({
    type: OrderConnection,
    description: '调用方可见的订单，最新的在前。',
    args: { filter: t.arg({ type: OrderFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: async (_root, args, context) => {
      requireAccess(context.actor, orderReaders);
      const request = pageRequest(args);
      if ((args.filter?.search?.length ?? 0) > limits.nameCharactersMax) {
        throw badArgument('filter.search', '搜索文字过长。');
      }
      const page = await listOrders(context.db, context.actor, args.filter ?? {}, request);
      return {
        ...page,
        edges: page.edges.map(({ cursor, node }) => ({ cursor, node: shownOrder(context, node) })),
      };
    },
  }),
  order: t.field({
    type: Order,
    nullable: true,
    description: '按编号（id）或订单号（number）取一个订单；看不到的与不存在的一样为 null。',
    args: {
      id: t.arg.id({ description: '对象编号。' }),
      number: t.arg.string({ description: '订单号。' }),
    },
    resolve: async (_root, { id, number }, context) => {
      requireAccess(context.actor, orderReaders);
      if (!id && !number) throw badArgument('id', '请给出 id 或 number。');
      const view = id
        ? await orderViewLoader(context).load(id)
        : await orderByNumber(context.db, context.actor, number ?? '');
      return view && shownOrder(context, view);
    },
  }),
}));

builder.subscriptionField('orderChanged', (t) =>
  t.field({
    type: Order,
    description:
      '订单的当前内容，以及每次变化后的内容。不再可见或登录失效时结束；看不到的订单立即结束，与不存在的一样。',
    args: { orderId: t.arg.id({ required: true, description: '订单编号（id）。' }) },
    subscribe: (_root, { orderId }, context) => {
      requireAccess(context.actor, orderReaders);
      return turnsOf(context, orderId, () => orderById(context.db, context.actor, orderId));
    },
    resolve: (view, _args, context) => shownOrder(context, view),
  }),
);

interface MayApply {
  readonly allowed: boolean;
  readonly code: string | null;
  readonly message: string | null;
  readonly orderId: string | null;
}

/** Whether something may be begun, and if not, the first reason. Other modules use the type for their own questions. */
export const MayApplyType = builder.objectRef<MayApply>('MayApply').implement({
  description: '调用方此刻能否申请；不能时给出首个原因。',
  fields: (t) => ({
    allowed: t.exposeBoolean('allowed', { description: '能否申请。' }),
    code: t.exposeString('code', { nullable: true, description: '原因代码，与相应操作的拒绝代码相同。' }),
    message: t.exposeString('message', { nullable: true, description: '原因，供人阅读。' }),
    orderId: t.exposeID('orderId', { nullable: true, description: '原因为已有订单时，该订单的编号。' }),
  }),
});
const mayNot = (code: string, message: string, orderId: string | null = null): MayApply => ({
  allowed: false,
  code,
  message,
  orderId,
});

/** The caller's enterprise if it may apply, or what it lacks. Asked once a request, however many sections are shown. */
const readiness = perRequest((context): Promise<EnterpriseRow | Refusal> => {
  const { core, db, actor, facts } = context;
  const asked = { core, db, actor, request: facts, now: core.clock.now(), changed: new Set<string>() };
  return requireReadyEnterprise(asked).catch((reason: unknown) => {
    if (reason instanceof Refusal) return reason;
    throw reason;
  });
});
const liveOrderLoader = perRequest(
  (context) =>
    new DataLoader<string, { id: string; depositKind: DepositKind }[]>(async (sectionIds) => {
      const { actor } = context;
      const enterpriseId = actor.kind === 'USER' ? actor.enterpriseId : null;
      const live = enterpriseId ? await liveOrders(context.db, enterpriseId, sectionIds) : [];
      return sectionIds.map((id) => live.filter((order) => order.sectionId === id));
    }),
);

builder.objectField(BidSection, 'mayApply', (t) =>
  t.field({
    type: MayApplyType,
    description: '调用方此刻能否就某种保证金创建订单。',
    args: { kind: t.arg({ type: DepositKindEnum, required: true, description: '保证金类型。' }) },
    resolve: async (section, { kind }, context) => {
      const { actor } = context;
      if (actor.kind === 'ANONYMOUS') return mayNot('UNAUTHENTICATED', '请先登录。');
      if (actor.kind !== 'USER' || actor.role !== 'BIDDER')
        return mayNot('FORBIDDEN', '仅投标企业可以申请。');
      try {
        await guardApplying({
          section,
          deposits: await depositLoader(context).load(section.id),
          kind,
          now: context.core.clock.now(),
          readyEnterprise: async () => {
            const ready = await readiness(context);
            if (ready instanceof Refusal) throw ready;
            return ready;
          },
          liveOrderId: async () => {
            const live = await liveOrderLoader(context).load(section.id);
            return live.find((order) => order.depositKind === kind)?.id ?? null;
          },
        });
        return { allowed: true, code: null, message: null, orderId: null };
      } catch (reason) {
        if (!(reason instanceof Refusal)) throw reason;
        return mayNot(reason.code, reason.message, reason instanceof DuplicateOrder ? reason.orderId : null);
      }
    },
  }),
);

/** What may stand against applying, whatever section it is for. */
export const applying = [NotCertified, ProfileIncomplete, SectionClosed, DeadlinePassed];

mutation('startOrder', {
  description: '创建订单（草稿），预填标段、企业和上次订单的信息。',
  who: bidder,
  type: Order,
  refusals: [...applying, DuplicateOrder],
  input: builder.inputType('StartOrderInput', {
    description: '为哪个标段、哪种保证金、以何种形式申请。',
    fields: (t) => ({
      sectionId: t.id({ required: true, description: '标段编号（id）。' }),
      depositKind: t.field({ type: DepositKindEnum, required: true, description: '保证金类型。' }),
      form: t.field({ type: GuaranteeFormEnum, required: true, description: '保函形式。' }),
    }),
  }),
  act: service.startOrder,
});

mutation('startOrderAgain', {
  description:
    '重新申请：就未出函而结束的订单（核保未通过、已取消、已失效）创建新的草稿，沿用已填的投保信息，并预选仍在售、且机构未曾拒绝的产品。文件须重新阅读并同意。',
  who: bidder,
  type: Order,
  refusals: [...applying, DuplicateOrder],
  input: builder.inputType('StartOrderAgainInput', {
    description: '要重新申请的订单。',
    fields: (t) => ({ orderId: t.id({ required: true, description: '已结束的订单编号（id）。' }) }),
  }),
  act: service.startOrderAgain,
});

export const choiceCheck = z.object({
  productIds: z
    .array(z.string())
    .max(limits.productsPerOrderMax, `最多选择 ${limits.productsPerOrderMax} 家保险公司`),
});
mutation('chooseProducts', {
  description: '选择保险公司的产品，替换之前的选择。仅草稿可用。',
  who: bidder,
  type: Order,
  input: builder.inputType('ChooseProductsInput', {
    description: '所选产品。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      productIds: t.idList({
        required: true,
        description: `产品编号，最多 ${limits.productsPerOrderMax} 个。`,
      }),
    }),
  }),
  check: choiceCheck,
  act: service.chooseProducts,
});

export const SalesEventInput = builder.inputType('SalesEventInput', {
  description: '客户在销售页面上的一个行为。',
  fields: (t) => ({
    kind: t.field({ type: SalesEventKindEnum, required: true, description: '行为。' }),
    at: t.field({ type: 'DateTime', required: true, description: '浏览器时钟的时刻。' }),
    documentId: t.id({ description: '所涉文件；DOCUMENT_ 开头的行为必填。' }),
    page: t.int({ description: '所涉页码，从 1 起；翻页时为翻到的页，必填。' }),
    statement: t.field({ type: ConsentStatementEnum, description: '所涉声明。' }),
    labelText: t.string({ description: '勾选处的文字。' }),
  }),
});

export const salesEventsCheck = z.object({
  pageVersion: lineRule('页面版本', limits.pageVersionCharactersMax),
  events: z
    .array(
      z.object({
        page: z.number().min(1, '页码从 1 起').max(limits.documentPagesMax, '页码过大').nullish(),
        labelText: optionalLineRule('勾选处的文字', limits.noteCharactersMax),
      }),
    )
    .min(1, '没有可记录的行为')
    .max(limits.salesEventsPerCallMax, `一次最多记录 ${limits.salesEventsPerCallMax} 个行为`),
});
mutation('recordSalesEvents', {
  description:
    '记录销售过程（可回溯）：按顺序、无间断地追加，双时钟，并封入事件链。阅读一个文件的顺序：DOCUMENT_OPENED（即第 1 页），再对第 2 页至末页逐页 DOCUMENT_PAGE_TURNED，最后 DOCUMENT_READ_TO_END。',
  who: bidder,
  type: Order,
  input: builder.inputType('RecordSalesEventsInput', {
    description: '要追加的行为，由早到晚。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      pageVersion: t.string({
        required: true,
        description: '销售页面的版本：取 platform.salesPageVersion；本平台未发布过的版本不予接受。',
      }),
      events: t.field({
        type: [SalesEventInput],
        required: true,
        description: `行为，一次最多 ${limits.salesEventsPerCallMax} 个。`,
      }),
    }),
  }),
  check: salesEventsCheck,
  act: recordSalesEvents,
});

export const consentCheck = z.object({
  documentIds: z
    .array(z.string())
    .min(1, '请选择要同意的文件')
    .max(limits.idsPerInputMax, `一次最多同意 ${limits.idsPerInputMax} 个文件`),
  labelText: optionalLineRule('勾选处的文字', limits.noteCharactersMax),
});
/** The words beside a box as one line; null where none were given. */
export const cleanLabel = (text: string | null | undefined): string | null =>
  text ? cleanLine(text, limits.noteCharactersMax) || null : null;

mutation('acceptDocuments', {
  description: `同意现行文件：记录版本、文字、打开与读完的时刻。重复同意不改变已有的记录。以 PAGE_BY_PAGE 和 FULLY_UNDERSTOOD 同意的每个文件，须先以 recordSalesEvents 记录打开、按顺序翻过每一页、读至末页，且自服务器收到打开起满每页 ${limits.readingMsPerPageMin / 1000} 秒（每个文件最多 ${limits.readingMsPerDocumentMax / 1000} 秒），否则返回 ReadingIncomplete，什么也不写入。`,
  who: bidder,
  type: Order,
  refusals: [ReadingIncomplete],
  input: builder.inputType('AcceptDocumentsInput', {
    description: '同意哪些文件。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      documentIds: t.idList({ required: true, description: '文件编号，须为该订单现行应同意的文件。' }),
      statement: t.field({ type: ConsentStatementEnum, required: true, description: '同意的方式。' }),
      labelText: t.string({ description: '勾选处的文字，须与平台的标准文字一致；不填即为标准文字。' }),
    }),
  }),
  check: consentCheck,
  act: (command, input) =>
    service.acceptDocuments(command, { ...input, labelText: cleanLabel(input.labelText) }),
});

const ApplicationSectionInput = builder.inputType('ApplicationSectionInput', {
  description: '标段。',
  fields: (t) => ({
    constructionDays: t.int({ description: '工期（日历天）。' }),
    projectCode: t.string({ description: '项目编号。' }),
    projectAddress: t.string({ description: '项目地址。' }),
    projectName: t.string({ description: '项目名称，提交时必填。' }),
  }),
});
const ApplicationCoverInput = builder.inputType('ApplicationCoverInput', {
  description: '保险金额与保障时间。',
  fields: (t) => ({
    sumInsured: t.field({ type: 'Money', description: '保险金额（元），提交时必填。' }),
    startOn: t.field({ type: 'Date', description: '起保日期，提交时必填。' }),
    days: t.int({ description: `保障天数（日历天，含首尾），1 到 ${limits.coverDaysMax}，提交时必填。` }),
  }),
});
export const ApplicationApplicantInput = builder.inputType('ApplicationApplicantInput', {
  description: '投保人；名称和统一社会信用代码取自认证企业。',
  fields: (t) => ({
    registeredAddress: t.string({ description: '注册地址，提交时必填。' }),
    contactAddress: t.string({ description: '联系地址，提交时必填。' }),
    qualification: t.field({ type: QualificationEnum, description: '施工资质等级，提交时必填。' }),
    contactName: t.string({ description: '联系人，提交时必填。' }),
    contactPhone: t.string({ description: '联系电话：手机号或带区号的固定电话，提交时必填。' }),
  }),
});
const ApplicationInsuredInput = builder.inputType('ApplicationInsuredInput', {
  description: '被保险人。',
  fields: (t) => ({
    name: t.string({ description: '名称，提交时必填。' }),
    creditCode: t.string({ description: '统一社会信用代码；校验位不符只作提示。' }),
  }),
});
export const ApplicationHandlerInput = builder.inputType('ApplicationHandlerInput', {
  description: '经办人。',
  fields: (t) => ({
    name: t.string({ description: '姓名。' }),
    mobile: t.string({ description: '手机号。' }),
    email: t.string({ description: '邮箱。' }),
  }),
});
export const ApplicationInvoicePreferenceInput = builder.inputType('ApplicationInvoicePreferenceInput', {
  description: '开票意向。',
  fields: (t) => ({ type: t.field({ type: InvoiceTypeEnum, required: true, description: '发票类型。' }) }),
});

const ApplicationInput = builder.inputType('ApplicationInput', {
  description: '投保信息。未给出的字段保持不变，给出 null 则清空。',
  fields: (t) => ({
    section: t.field({ type: ApplicationSectionInput, description: '标段。' }),
    cover: t.field({ type: ApplicationCoverInput, description: '保险金额与保障时间。' }),
    applicant: t.field({ type: ApplicationApplicantInput, description: '投保人。' }),
    insured: t.field({ type: ApplicationInsuredInput, description: '被保险人。' }),
    handler: t.field({ type: ApplicationHandlerInput, description: '经办人。' }),
    invoicePreference: t.field({ type: ApplicationInvoicePreferenceInput, description: '开票意向。' }),
  }),
});

mutation('saveApplication', {
  description: '保存投保信息，可不完整。未给出的字段保持不变，给出 null 则清空。仅草稿可用。',
  who: bidder,
  type: Order,
  refusals: [DraftChanged],
  input: builder.inputType('SaveApplicationInput', {
    description: '投保信息。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      application: t.field({ type: ApplicationInput, required: true, description: '要保存的内容。' }),
      seen: t.field({
        type: ApplicationInput,
        description:
          '所保存的字段在修改前的内容。给出时，若其中有字段已被他人改成别的内容，则不保存并返回 DRAFT_CHANGED。',
      }),
    }),
  }),
  act: service.saveApplication,
});

mutation('submitOrder', {
  description: '提交订单：向每个所选产品的机构发出投保单。',
  who: bidder,
  type: Order,
  refusals: [...applying, ConsentMissing],
  input: builder.inputType('SubmitOrderInput', {
    description: '要提交的订单。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  act: service.submitOrder,
});

mutation('cancelOrder', {
  description: '取消尚未付款的订单，其投保单随之撤回。',
  who: bidder,
  type: Order,
  input: builder.inputType('CancelOrderInput', {
    description: '要取消的订单及原因。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      reason: t.string({ required: true, description: '原因。' }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({ reason: textRule('取消原因', limits.noteCharactersMax) }),
  act: (command, input) =>
    service.cancelOrder(command, {
      ...input,
      reason: cleanText(input.reason, limits.noteCharactersMax) ?? '',
    }),
});
