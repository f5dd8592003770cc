import DataLoader from 'dataloader';
import { z } from 'zod';
import type { BatchRefusalRow } from '../../db/tables/order.ts';
import { depositKindLabel, guaranteeFormLabel } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder } from '../../graph/builder.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { ErrorInterface, FieldMessageType } from '../../graph/errors.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { DepositKindEnum, GuaranteeFormEnum } from '../../graph/vocabulary.ts';
import { limits } from '../../limits.ts';
import { NotCertified, ProfileIncomplete } from '../enterprise/enterprise.refusals.ts';
import { BidSection, sectionLoader } from '../section/section.graph.ts';
import { type BatchRow, batchesByIds, ordersOfBatch } from './batch.queries.ts';
import * as service from './batch.service.ts';
import {
  ApplicationApplicantInput,
  ApplicationHandlerInput,
  ApplicationInvoicePreferenceInput,
  ConsentStatementEnum,
  choiceCheck,
  cleanLabel,
  consentCheck,
  Order,
  orderLoader,
  SalesEventInput,
  salesEventsCheck,
  shownOrder,
} from './order.graph.ts';
import { BatchRefused, DraftChanged, ReadingIncomplete } from './order.refusals.ts';

const bidder = { roles: ['BIDDER'] } as const;

const BatchRefusal = builder.objectRef<BatchRefusalRow>('BatchRefusal').implement({
  description: '合并办理时一个未通过的标段及其原因。',
  fields: (t) => ({
    section: t.field({
      type: BidSection,
      nullable: true,
      description: '标段；不存在时为空。',
      resolve: ({ sectionId }, _args, context) => sectionLoader(context).load(sectionId),
    }),
    order: t.field({
      type: Order,
      nullable: true,
      description: '未提交的订单；创建时为已有的同类订单。',
      resolve: ({ orderId }, _args, context) =>
        orderId === null ? null : orderLoader(context).load(orderId),
    }),
    code: t.exposeString('code', { description: '原因代码，与单个标段办理时的拒绝代码相同。' }),
    message: t.exposeString('message', { description: '供人阅读的说明。' }),
    issues: t.field({
      type: [FieldMessageType],
      description: '有误的字段，路径同单个订单。',
      resolve: ({ issues }) => issues,
    }),
  }),
});

builder.objectType(BatchRefused, {
  name: 'BatchRefused',
  description: '合并办理中有标段未通过，全部标段均未写入（BATCH_REFUSED）。',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    refusals: t.field({
      type: [BatchRefusal],
      description: '未通过的标段，逐个说明。',
      resolve: ({ refusals }) => [...refusals],
    }),
  }),
});

const batchLoader = perRequest(
  (context) => new DataLoader<string, BatchRow | null>((ids) => batchesByIds(context.db, context.actor, ids)),
);

const OrderBatch = builder.objectRef<BatchRow>('OrderBatch').implement({
  description: '同一企业为多个标段一并办理的订单。仅本企业可见；各订单此后各自进行。',
  interfaces: [Node],
  fields: (t) => ({
    depositKind: t.expose('depositKind', { type: DepositKindEnum, description: '保证金类型。' }),
    depositKindLabel: t.string({
      description: '保证金类型名称。',
      resolve: (row) => depositKindLabel[row.depositKind],
    }),
    form: t.expose('form', { type: GuaranteeFormEnum, description: '保函形式。' }),
    formLabel: t.string({ description: '保函形式名称。', resolve: (row) => guaranteeFormLabel[row.form] }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '创建时间。' }),
    orders: t.field({
      type: [Order],
      description: '一并创建的订单，按标段编号排列。',
      resolve: async (row, _args, context) =>
        (await ordersOfBatch(context.db, context.actor, row.id)).map((view) => shownOrder(context, view)),
    }),
    notStarted: t.field({
      type: [BatchRefusal],
      description: '创建时未通过、因而没有订单的标段。',
      resolve: (row) => row.notStarted,
    }),
    submittedAt: t.expose('submittedAt', {
      type: 'DateTime',
      nullable: true,
      description: '最近一次一并提交的时间。',
    }),
    notSubmitted: t.field({
      type: [BatchRefusal],
      description: '最近一次一并提交时未通过的订单，仍为草稿。',
      resolve: (row) => row.notSubmitted,
    }),
  }),
});
defineNode('bat', 'OrderBatch', (id, context: Context) => batchLoader(context).load(id));

builder.objectField(Order, 'batch', (t) =>
  t.field({
    type: OrderBatch,
    nullable: true,
    description: '与其他标段一并创建时，所属的合并办理；仅本企业可见。',
    resolve: (row, _args, context) => (row.batchId === null ? null : batchLoader(context).load(row.batchId)),
  }),
);

builder.queryField('orderBatch', (t) =>
  t.field({
    type: OrderBatch,
    nullable: true,
    description: '按编号取一次合并办理；看不到的与不存在的一样为 null。',
    args: { id: t.arg.id({ required: true, description: '对象编号。' }) },
    resolve: (_root, { id }, context) => {
      requireAccess(context.actor, bidder);
      return batchLoader(context).load(id);
    },
  }),
);

const ofBatch = { required: true, description: '合并办理编号（id）。' } as const;

mutation('startOrders', {
  description: '为多个标段一并创建订单（草稿），每个标段一个，预填同 startOrder。',
  who: bidder,
  type: OrderBatch,
  refusals: [NotCertified, ProfileIncomplete, BatchRefused],
  input: builder.inputType('StartOrdersInput', {
    description: '为哪些标段、哪种保证金、以何种形式申请。',
    fields: (t) => ({
      sectionIds: t.idList({
        required: true,
        description: `标段编号（id），最多 ${limits.sectionsPerBatchMax} 个。`,
      }),
      depositKind: t.field({ type: DepositKindEnum, required: true, description: '保证金类型。' }),
      form: t.field({ type: GuaranteeFormEnum, required: true, description: '保函形式。' }),
      onlyTogether: t.boolean({
        required: true,
        description:
          'true：任一标段未通过则全部不创建（BatchRefused）。false：其余标段照常创建，未通过的见 notStarted；全部未通过时返回 BatchRefused。',
      }),
    }),
  }),
  check: z.object({
    sectionIds: z
      .array(z.string())
      .min(1, '请选择标段')
      .max(limits.sectionsPerBatchMax, `一次最多为 ${limits.sectionsPerBatchMax} 个标段办理`),
  }),
  act: service.startOrders,
});

mutation('chooseBatchProducts', {
  description: '为合并办理中的全部草稿选择同样的产品，替换之前的选择。',
  who: bidder,
  type: OrderBatch,
  input: builder.inputType('ChooseBatchProductsInput', {
    description: '所选产品。',
    fields: (t) => ({
      batchId: t.id(ofBatch),
      productIds: t.idList({
        required: true,
        description: `产品编号，最多 ${limits.productsPerOrderMax} 个。`,
      }),
    }),
  }),
  check: choiceCheck,
  act: service.chooseBatchProducts,
});

mutation('recordBatchSalesEvents', {
  description: '记录合并办理页面上的销售过程：写入其中每个草稿的记录，规则同 recordSalesEvents。',
  who: bidder,
  type: OrderBatch,
  input: builder.inputType('RecordBatchSalesEventsInput', {
    description: '要追加的行为，由早到晚。',
    fields: (t) => ({
      batchId: t.id(ofBatch),
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
  act: service.recordBatchSalesEvents,
});

mutation('acceptBatchDocuments', {
  description:
    '为合并办理中的全部草稿同意现行文件：同一版本的文件只需读一遍（recordBatchSalesEvents），规则同 acceptDocuments。',
  who: bidder,
  type: OrderBatch,
  refusals: [ReadingIncomplete],
  input: builder.inputType('AcceptBatchDocumentsInput', {
    description: '同意哪些文件。',
    fields: (t) => ({
      batchId: t.id(ofBatch),
      documentIds: t.idList({ required: true, description: '文件编号，须为其中订单现行应同意的文件。' }),
      statement: t.field({ type: ConsentStatementEnum, required: true, description: '同意的方式。' }),
      labelText: t.string({ description: '勾选处的文字，须与平台的标准文字一致；不填即为标准文字。' }),
    }),
  }),
  check: consentCheck,
  act: (command, input) =>
    service.acceptBatchDocuments(command, { ...input, labelText: cleanLabel(input.labelText) }),
});

const SharedApplicationInput = builder.inputType('SharedApplicationInput', {
  description: '各标段共同的投保信息。未给出的字段保持不变，给出 null 则清空。',
  fields: (t) => ({
    applicant: t.field({ type: ApplicationApplicantInput, description: '投保人。' }),
    handler: t.field({ type: ApplicationHandlerInput, description: '经办人。' }),
    invoicePreference: t.field({ type: ApplicationInvoicePreferenceInput, description: '开票意向。' }),
  }),
});

mutation('saveBatchApplication', {
  description: '保存共同的投保信息到合并办理中的全部草稿；各标段自己的信息用 saveApplication。',
  who: bidder,
  type: OrderBatch,
  refusals: [DraftChanged],
  input: builder.inputType('SaveBatchApplicationInput', {
    description: '共同的投保信息。',
    fields: (t) => ({
      batchId: t.id(ofBatch),
      application: t.field({
        type: SharedApplicationInput,
        required: true,
        description: '要保存的内容。',
      }),
      seen: t.field({
        type: SharedApplicationInput,
        description:
          '所保存的字段在修改前的内容。给出时，若任一草稿中有字段已被他人改成别的内容，则全部不保存并返回 DRAFT_CHANGED。',
      }),
    }),
  }),
  act: service.saveBatchApplication,
});

mutation('submitOrders', {
  description: '一并提交合并办理中的全部草稿，每个订单各自审查，条件同 submitOrder。',
  who: bidder,
  type: OrderBatch,
  refusals: [NotCertified, ProfileIncomplete, BatchRefused],
  input: builder.inputType('SubmitOrdersInput', {
    description: '要提交的合并办理。',
    fields: (t) => ({
      batchId: t.id(ofBatch),
      onlyTogether: t.boolean({
        required: true,
        description:
          'true：全部成功才提交，任一未通过则全部不提交（BatchRefused）。false：其余照常提交，未通过的见 notSubmitted；全部未通过时返回 BatchRefused。',
      }),
    }),
  }),
  act: service.submitOrders,
});
