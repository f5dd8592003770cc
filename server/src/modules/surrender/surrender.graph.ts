import DataLoader from 'dataloader';
import { z } from 'zod';
import { surrenderCauseLabel } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder } from '../../graph/builder.ts';
import { badArgument, connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { perRequest } from '../../graph/context.ts';
import { plainRefusal } from '../../graph/errors.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { textRule } from '../../graph/text-rules.ts';
import { labelActs, lifeFields, machineEnums } from '../../graph/timeline.ts';
import { DepositKindEnum, SurrenderCauseEnum } from '../../graph/vocabulary.ts';
import { invariant } from '../../kernel/invariant.ts';
import { cleanText } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import { Order, orderLoader } from '../order/order.graph.ts';
import { Payment, paymentOfOrderLoader } from '../payment/payment.graph.ts';
import { BidSection, sectionLoader } from '../section/section.graph.ts';
import {
  type SurrenderCase,
  type SurrenderEligibility,
  surrenderEligibility,
} from './surrender.eligibility.ts';
import { surrenderLife } from './surrender.machine.ts';
import {
  listSurrenders,
  OFFER_NOUN,
  type SurrenderView,
  surrenderById,
  surrenderCases,
  surrendersOfOrders,
} from './surrender.queries.ts';
import { SurrenderNotAllowed } from './surrender.refusals.ts';
import {
  approveSurrender,
  offerSurrenders,
  rejectSurrender,
  requestSurrender,
  type SurrenderOffers,
  surrenderOffers,
  withdrawSurrender,
} from './surrender.service.ts';

plainRefusal(SurrenderNotAllowed, '目前不能退保，message 说明原因（SURRENDER_NOT_ALLOWED）。');
labelActs(OFFER_NOUN, { OFFER: '标段流标，提示可以退保' });

const enums = machineEnums(surrenderLife, 'Surrender');

const caseLoader = perRequest(
  (context) =>
    new DataLoader<string, SurrenderCase | undefined>((orderIds) => surrenderCases(context.db, orderIds)),
);
const surrendersLoader = perRequest(
  (context) =>
    new DataLoader<string, SurrenderView[]>((orderIds) =>
      surrendersOfOrders(context.db, context.actor, orderIds),
    ),
);

/** What whoever acts next has to do, in words. */
function nextStep({ state, invoiceStands }: SurrenderView): string | null {
  switch (state) {
    case 'SUBMITTED':
      return '平台审核退保申请';
    case 'INSURER_REVIEW':
      return invoiceStands
        ? '保险公司审核退保申请；同意后须先红冲已开具的发票，再退还保费'
        : '保险公司审核退保申请';
    case 'REFUNDING':
      return invoiceStands
        ? '保险公司红冲已开具的发票，红冲后退还保费'
        : '保险公司将保费退回原付款账户，并上传退款凭证';
    default:
      return null;
  }
}

const Surrender = builder.objectRef<SurrenderView>('Surrender').implement({
  description: '一次退保。开标前，运营人员只看到订单号、金额和退保原因。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(t, surrenderLife, enums),
    orderNumber: t.exposeString('orderNumber', { description: '订单号。' }),
    order: t.field({
      type: Order,
      nullable: true,
      description: '订单；不可见时为空。',
      resolve: (row, _args, context) => (row.sealed ? null : orderLoader(context).load(row.orderId)),
    }),
    payment: t.field({
      type: Payment,
      nullable: true,
      description: '要退还的付款及其退款。',
      resolve: (row, _args, context) => paymentOfOrderLoader(context).load(row.orderId),
    }),
    amount: t.expose('amountFen', { type: 'Money', description: '退还的保费（元），即全额。' }),
    cause: t.expose('cause', { type: SurrenderCauseEnum, description: '退保原因。' }),
    causeLabel: t.string({ description: '退保原因名称。', resolve: (row) => surrenderCauseLabel[row.cause] }),
    note: t.string({
      nullable: true,
      description: '企业的补充说明；不可见时为空。',
      resolve: (row) => (row.sealed ? null : row.note),
    }),
    nextStep: t.string({
      nullable: true,
      description: '下一步要做什么，供人阅读；无人等待时为空。',
      resolve: nextStep,
    }),
    invoiceStands: t.exposeBoolean('invoiceStands', {
      description: '是否有已开具的发票，须先红冲再退还保费。',
    }),
    rejectReason: t.string({
      nullable: true,
      description: '驳回的原因；不可见时为空。',
      // The insurer knows the holder and may name him.
      resolve: (row) => (row.sealed ? null : row.rejectReason),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '申请时间。' }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: '保险公司同意、或被驳回的时间。',
    }),
    doneAt: t.expose('doneAt', { type: 'DateTime', nullable: true, description: '退保成功的时间。' }),
    dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true, description: '下一步的期限。' }),
    overdue: t.boolean({
      description: '下一步是否已逾期。',
      resolve: (row, _args, context) => row.dueAt !== null && row.dueAt < context.core.clock.now(),
    }),
  }),
});
defineNode('srd', 'Surrender', (id, context) => surrenderById(context.db, context.actor, id));

const Eligibility = builder.objectRef<SurrenderEligibility>('SurrenderEligibility').implement({
  description: '此刻能否申请退保。',
  fields: (t) => ({
    eligible: t.exposeBoolean('eligible', { description: '能否申请。' }),
    causes: t.field({
      type: [SurrenderCauseEnum],
      description: '可选的退保原因；不能申请时为空列表。',
      resolve: (row) => [...row.causes],
    }),
    causeLabels: t.stringList({
      description: '可选的退保原因名称，顺序同 causes。',
      resolve: (row) => row.causes.map((cause) => surrenderCauseLabel[cause]),
    }),
    offered: t.boolean({
      description: '标段已流标或终止招标，平台提示企业可以退保。',
      resolve: (row) => row.causes.includes('TENDER_FAILED'),
    }),
    reason: t.exposeString('reason', { description: '为什么能或不能，供人阅读。' }),
  }),
});

builder.objectFields(Order, (t) => ({
  surrenderEligibility: t.field({
    type: Eligibility,
    description: '此刻能否申请退保、可选哪些原因，以及为什么。',
    resolve: async (order, _args, context) => {
      const facts = await caseLoader(context).load(order.id);
      invariant(facts, 'an order belongs to a section');
      return surrenderEligibility(facts, context.core.clock.now());
    },
  }),
  surrenders: t.field({
    type: [Surrender],
    description: '退保记录，最新的在前。',
    resolve: (order, _args, context) => surrendersLoader(context).load(order.id),
  }),
}));

const Offers = builder.objectRef<SurrenderOffers>('SurrenderOffers').implement({
  description: '一个标段的保函持有情况。开标前不提供数量。',
  fields: (t) => ({
    section: t.field({
      type: BidSection,
      description: '标段。',
      resolve: async (row, _args, context) => {
        const section = await sectionLoader(context).load(row.sectionId);
        invariant(section, 'its section is known');
        return section;
      },
    }),
    holders: t.exposeInt('holders', { nullable: true, description: '已出具的保函数；未开标时为空。' }),
    requested: t.exposeInt('requested', {
      nullable: true,
      description: '其中已申请退保或已退保的；未开标时为空。',
    }),
    done: t.exposeInt('done', { nullable: true, description: '其中已退保的；未开标时为空。' }),
  }),
});

const SurrenderConnection = connectionOf('Surrender', '退保', Surrender);
const SurrenderFilter = builder.inputType('SurrenderFilter', {
  description: '退保筛选条件，同时满足。',
  fields: (t) => ({
    states: t.field({ type: [enums.state], description: '状态，任一。' }),
    causes: t.field({ type: [SurrenderCauseEnum], description: '退保原因，任一。' }),
    depositKind: t.field({ type: DepositKindEnum, description: '保证金类型。' }),
    overdue: t.boolean({ description: '下一步是否已逾期。' }),
    search: t.string({ description: '订单号中的文字。' }),
  }),
});

builder.queryFields((t) => ({
  surrenders: t.field({
    type: SurrenderConnection,
    description:
      '退保记录，最新的在前。企业看本企业的，保险公司看本公司的，运营人员看全部（开标前为遮蔽视图）。',
    args: { filter: t.arg({ type: SurrenderFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, {
        roles: ['BIDDER', 'OPERATOR', 'UNDERWRITER', 'REGULATOR'],
        scopes: ['underwriting:write'],
      });
      const page = pageRequest(args);
      if ((args.filter?.search?.length ?? 0) > limits.nameCharactersMax)
        throw badArgument('filter.search', '搜索文字过长。');
      return listSurrenders(context.db, context.actor, args.filter ?? {}, page, context.core.clock.now());
    },
  }),
  surrender: t.field({
    type: Surrender,
    nullable: true,
    description: '按编号取一次退保；看不到的与不存在的一样为 null。',
    args: { id: t.arg.id({ required: true, description: '退保编号（id）。' }) },
    resolve: (_root, { id }, context) => surrenderById(context.db, context.actor, id),
  }),
  surrenderOffers: t.field({
    type: Offers,
    nullable: true,
    description: '一个标段有多少保函、多少已退保；开标前不提供数量。',
    args: { sectionId: t.arg.id({ required: true, description: '标段编号（id）。' }) },
    resolve: async (_root, { sectionId }, context) => {
      requireAccess(context.actor, { roles: ['OPERATOR'] });
      const section = await sectionLoader(context).load(sectionId);
      return section && surrenderOffers(context, section.id);
    },
  }),
}));

const expectedStateText = '调用方所见的退保状态；不符时返回 STALE_STATE。';

mutation('requestSurrender', {
  description: '申请退保。可选的原因由标段状态决定，见 Order.surrenderEligibility；保费全额退回原付款账户。',
  who: { roles: ['BIDDER'] },
  type: Surrender,
  refusals: [SurrenderNotAllowed],
  input: builder.inputType('RequestSurrenderInput', {
    description: '退保申请。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      cause: t.field({ type: SurrenderCauseEnum, required: true, description: '退保原因。' }),
      note: t.string({ description: `补充说明，最多 ${limits.noteCharactersMax} 个字符。` }),
      expectedState: t.string({ description: '调用方所见的订单状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({
    note: z
      .string()
      .refine(
        (text) => cleanText(text, limits.noteCharactersMax) !== null,
        `补充说明过长或含有无法使用的字符，最多 ${limits.noteCharactersMax} 个字符`,
      )
      .nullish(),
  }),
  act: (command, input) => requestSurrender(command, input),
});

const SurrenderIdInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      surrenderId: t.id({ required: true, description: '退保编号（id）。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  });

mutation('withdrawSurrender', {
  description: '撤回退保申请；保险公司作出决定前可以撤回。',
  who: { roles: ['BIDDER'] },
  type: Surrender,
  input: SurrenderIdInput('WithdrawSurrenderInput', '撤回退保申请。'),
  act: (command, input) => withdrawSurrender(command, input),
});

const reviewer = { roles: ['OPERATOR', 'UNDERWRITER'], scopes: ['underwriting:write'] } as const;

mutation('approveSurrender', {
  description:
    '同意退保：先由运营人员审核，再由保险公司决定。保险公司同意后保单立即失效；已开具的发票红冲后，保费退回原付款账户（confirmRefund）。',
  who: reviewer,
  type: Surrender,
  refusals: [SurrenderNotAllowed],
  input: SurrenderIdInput('ApproveSurrenderInput', '同意退保。'),
  act: (command, input) => approveSurrender(command, input),
});

mutation('rejectSurrender', {
  description: '驳回退保申请，保单继续有效，企业可以再次申请。',
  who: reviewer,
  type: Surrender,
  input: builder.inputType('RejectSurrenderInput', {
    description: '驳回退保申请。',
    fields: (t) => ({
      surrenderId: t.id({ required: true, description: '退保编号（id）。' }),
      reason: t.string({ required: true, description: '原因，企业可见。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({ reason: textRule('原因', limits.noteCharactersMax) }),
  act: (command, input) => rejectSurrender(command, input),
});

mutation('offerSurrenders', {
  description:
    '标段流标或终止招标后，向全部保函持有企业提示可以退保。流标时已自动提示，已提示过的不再重复。答复中的数量在开标后提供。',
  who: { roles: ['OPERATOR'] },
  type: Offers,
  refusals: [SurrenderNotAllowed],
  input: builder.inputType('OfferSurrendersInput', {
    description: '指明一个标段。',
    fields: (t) => ({ sectionId: t.id({ required: true, description: '标段编号（id）。' }) }),
  }),
  act: (command, input) => offerSurrenders(command, input.sectionId),
});
