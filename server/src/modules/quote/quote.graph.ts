import DataLoader from 'dataloader';
import { z } from 'zod';
import { insurerView } from '../../access/secrecy.ts';
import type { MaterialRound } from '../../db/tables/quote.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder } from '../../graph/builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { ErrorInterface, plainRefusal } from '../../graph/errors.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { textRule } from '../../graph/text-rules.ts';
import { lifeFields, machineEnums } from '../../graph/timeline.ts';
import { invariant } from '../../kernel/invariant.ts';
import { cleanText } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import {
  Insurer,
  insurerLoader,
  PremiumBreakdownType,
  Product,
  productLoader,
} from '../insurer/insurer.graph.ts';
import { Order, shownOrder } from '../order/order.graph.ts';
import { DeadlinePassed } from '../section/section.refusals.ts';
import { registerFileReaders, UploadType, uploadLoader } from '../upload/upload.graph.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import { proposalLife, quoteLife } from './quote.machine.ts';
import {
  breakdownOf,
  earlierQuotes,
  listQuotes,
  mayReadEvidence,
  type ProposalRow,
  proposalById,
  proposalsOfQuotes,
  type QuoteRow,
  type QuoteView,
  quotesByIds,
  quotesOfOrders,
} from './quote.queries.ts';
import { PremiumChanged, QuoteExpired, SecondUnderwriterNeeded } from './quote.refusals.ts';
import * as service from './quote.service.ts';

builder.objectType(QuoteExpired, {
  name: 'QuoteExpired',
  description: '报价已过有效期（QUOTE_EXPIRED）。',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    expiredAt: t.expose('expiredAt', { type: 'DateTime', description: '有效期截止时刻，不含该时刻。' }),
  }),
});
builder.objectType(PremiumChanged, {
  name: 'PremiumChanged',
  description: '核定的保费与投保人所见的不同，须确认（PREMIUM_CHANGED）。',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    premium: t.expose('premiumFen', {
      type: 'Money',
      description: '现在的保费（元）；确认时在 expectedPremium 中给出。',
    }),
  }),
});

plainRefusal(
  SecondUnderwriterNeeded,
  '报价由同一人提交，须由另一位核保人员复核（SECOND_UNDERWRITER_NEEDED）。',
);

const enums = machineEnums(quoteLife, 'Quote');
const proposalEnums = machineEnums(proposalLife, 'Proposal');
const underwriter = { roles: ['UNDERWRITER'], scopes: ['underwriting:write'] } as const;
/** A system agrees to nothing: see `agreeToOffer`. */
const person = { roles: ['UNDERWRITER'] } as const;
const bidder = { roles: ['BIDDER'] } as const;

const quoteViewLoader = perRequest(
  (context) => new DataLoader<string, QuoteView | null>((ids) => quotesByIds(context.db, context.actor, ids)),
);

/** Quotes by id, within what the caller may know of. */
export const quoteLoader = (context: Context) => ({
  load: async (id: string): Promise<QuoteRow | null> => {
    const view = await quoteViewLoader(context).load(id);
    return view && shownQuote(context, view);
  },
});

/** Keeps what was read together with a quote, so that its fields need no statement of their own. */
function shownQuote(context: Context, view: QuoteView): QuoteRow {
  quoteViewLoader(context).prime(view.quote.id, view);
  productLoader(context).prime(view.product.id, view.product);
  insurerLoader(context).prime(view.insurer.id, view.insurer);
  shownOrder(context, view);
  return view.quote;
}

async function viewOf(context: Context, quote: QuoteRow): Promise<QuoteView> {
  const view = await quoteViewLoader(context).load(quote.id);
  invariant(view, 'a quote that is shown may be known of');
  shownQuote(context, view);
  return view;
}

/** The quotes of an order that the caller may know of. */
export const quotesOfOrderLoader = perRequest(
  (context) =>
    new DataLoader<string, QuoteRow[]>(async (ids) => {
      const views = await quotesOfOrders(context.db, context.actor, ids);
      return views.map((ofOrder) => ofOrder.map((view) => shownQuote(context, view)));
    }),
);

async function acceptedQuoteOf(context: Context, orderId: string): Promise<QuoteRow | null> {
  const all = await quotesOfOrderLoader(context).load(orderId);
  return all.find(({ state }) => state === 'ACCEPTED' || state === 'ISSUED') ?? null;
}

const proposalLoader = perRequest(
  (context) =>
    new DataLoader<string, ProposalRow[]>((ids) => proposalsOfQuotes(context.db, context.actor, ids)),
);

/** Whether who asks may fire an event of a quote as things stand, where the state alone does not say it. */
const mayMove = (row: QuoteRow, event: string, context: Context) =>
  event !== 'DECLINE' || service.mayDecline(row, context.core.clock.now());

registerFileReaders('EVIDENCE', (context, uploadId) => mayReadEvidence(context.db, context.actor, uploadId));

const filesOf = async (context: Context, ids: readonly string[]) => {
  const uploads = await Promise.all(ids.map((id) => uploadLoader(context).load(id)));
  return uploads.filter((upload) => upload !== null);
};

const MaterialRoundType = builder.objectRef<MaterialRound>('MaterialRound').implement({
  description: '一轮补充资料：机构要求什么，投保人补充了什么。',
  fields: (t) => ({
    request: t.exposeString('request', { description: '所需资料。' }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: '提出要求的时间。' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: '补充期限；过期未补充的，机构可以不予承保。',
    }),
    note: t.exposeString('note', { nullable: true, description: '投保人的说明；尚未补充时为空。' }),
    files: t.field({
      type: [UploadType],
      description: '投保人补充的文件。',
      resolve: (round, _args, context) => filesOf(context, round.uploadIds),
    }),
    suppliedAt: t.expose('suppliedAt', {
      type: 'DateTime',
      nullable: true,
      description: '补充的时间；尚未补充时为空。',
    }),
  }),
});

const Proposal = builder.objectRef<ProposalRow>('Proposal').implement({
  description: '超过机构复核限额的报价，须另一位核保人员复核后才告知投保人。仅本机构可见。',
  interfaces: [Node],
  fields: (t) => ({
    // Who proposed it cannot agree to it, and a system to none.
    ...lifeFields(
      t,
      proposalLife,
      proposalEnums,
      (row, _event, { actor }) =>
        actor.kind === 'USER' &&
        actor.role === 'UNDERWRITER' &&
        (_event !== 'AGREE' || actor.id !== row.proposedBy),
    ),
    premium: t.expose('premiumFen', { type: 'Money', description: '拟报的保费（元）。' }),
    rate: t.expose('rate', { type: 'Rate', description: '拟报的费率。' }),
    validUntil: t.expose('validUntil', { type: 'DateTime', description: '拟报的有效期，不含该时刻。' }),
    note: t.exposeString('note', { nullable: true, description: '拟报的核保说明。' }),
    proposedBy: t.exposeID('proposedBy', { description: '提交人：核保人员或本机构系统的编号。' }),
    proposedAt: t.expose('proposedAt', { type: 'DateTime', description: '提交复核的时间。' }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: '复核通过、退回或撤回的时间。',
    }),
    refuseReason: t.exposeString('refuseReason', { nullable: true, description: '退回的原因。' }),
  }),
});
defineNode('prp', 'Proposal', (id, context) => proposalById(context.db, context.actor, id));

export const Quote = builder.objectRef<QuoteRow>('Quote').implement({
  description: '投保单：一家机构对一个订单的答复。一家机构看不到其他机构的投保单。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(t, quoteLife, enums, mayMove),
    number: t.exposeString('number', { description: '投保单号（投保订单号）。' }),
    order: t.field({
      type: Order,
      description: '所属订单。',
      resolve: async (row, _args, context) => (await viewOf(context, row)).order,
    }),
    insurer: t.field({
      type: Insurer,
      description: '机构。',
      resolve: async (row, _args, context) => (await viewOf(context, row)).insurer,
    }),
    product: t.field({
      type: Product,
      description: '产品。',
      resolve: async (row, _args, context) => (await viewOf(context, row)).product,
    }),
    referencePremium: t.expose('referencePremiumFen', {
      type: 'Money',
      nullable: true,
      description: '提交时的参考保费（元）；人工核定时为空。',
    }),
    premium: t.expose('premiumFen', {
      type: 'Money',
      nullable: true,
      description: '核定的保费（元）；核保通过前为空。',
    }),
    rate: t.expose('rate', { type: 'Rate', nullable: true, description: '核定的费率；核保通过前为空。' }),
    breakdown: t.field({
      type: PremiumBreakdownType,
      nullable: true,
      description: '保费的构成；核保通过前为参考保费的构成。保费不由算式得出（人工核定）时为空。',
      resolve: async (row, _args, context) => breakdownOf({ ...(await viewOf(context, row)), quote: row }),
    }),
    premiumDiffers: t.boolean({
      description: '核定的保费是否与参考保费不同；不同时投保人须确认。',
      resolve: service.premiumDiffers,
    }),
    validUntil: t.expose('validUntil', {
      type: 'DateTime',
      nullable: true,
      description: '报价有效期，不含该时刻。',
    }),
    note: t.exposeString('note', { nullable: true, description: '核保说明。' }),
    declineReason: t.exposeString('declineReason', { nullable: true, description: '未承保的原因。' }),
    materialRounds: t.field({
      type: [MaterialRoundType],
      description: '各轮补充资料，由早到晚。',
      resolve: (row) => row.materialRounds,
    }),
    materialRequest: t.string({
      nullable: true,
      description: '最近一次要求补充的资料。',
      resolve: (row) => row.materialRounds.at(-1)?.request ?? null,
    }),
    materialNote: t.string({
      nullable: true,
      description: '最近一次补充资料的说明。',
      resolve: (row) => row.materialRounds.findLast(({ note }) => note !== null)?.note ?? null,
    }),
    materials: t.field({
      type: [UploadType],
      description: '已补充的文件，由早到晚。',
      resolve: (row, _args, context) =>
        filesOf(
          context,
          row.materialRounds.flatMap(({ uploadIds }) => uploadIds),
        ),
    }),
    proposals: t.field({
      type: [Proposal],
      description: '超过复核限额而提交复核的报价，由早到晚；仅本机构可见，其他调用方得到空列表。',
      resolve: (row, _args, context) =>
        insurerView(context.actor) ? proposalLoader(context).load(row.id) : [],
    }),
    submittedAt: t.expose('submittedAt', { type: 'DateTime', description: '提交核保的时间。' }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: '核保通过或未通过的时间。',
    }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: '下一步的期限；为空表示时限待定或无人等待。',
    }),
  }),
});
defineNode('qte', 'Quote', (id, context) => quoteLoader(context).load(id));

builder.objectField(Quote, 'earlierQuotes', (t) =>
  t.field({
    type: [Quote],
    description: `同一企业此前向本机构提交的投保单，最新的在前，最多 ${limits.earlierQuotesMax} 个；供核保参考。`,
    resolve: async (row, _args, context) => {
      if (!insurerView(context.actor)) return [];
      const earlier = await earlierQuotes(context.db, context.actor, await viewOf(context, row));
      return earlier.map((view) => shownQuote(context, view));
    },
  }),
);

builder.objectFields(Order, (t) => ({
  quotes: t.field({
    type: [Quote],
    description: '投保单，按机构全称排列；机构只看到自己的。',
    resolve: (order, _args, context) => quotesOfOrderLoader(context).load(order.id),
  }),
  acceptedQuote: t.field({
    type: Quote,
    nullable: true,
    description: '已确认的投保单；不可见或尚未确认时为空。',
    resolve: (order, _args, context) => acceptedQuoteOf(context, order.id),
  }),
  orderAmount: t.field({
    type: 'Money',
    nullable: true,
    description: '订单金额（元），即已确认投保单的保费。未被选中的机构看不到。',
    resolve: async (order, _args, context) => {
      if (order.orderAmountFen === null || insurerView(context.actor) === null) return order.orderAmountFen;
      return (await acceptedQuoteOf(context, order.id)) ? order.orderAmountFen : null;
    },
  }),
}));

const QuoteConnection = connectionOf('Quote', '投保单', Quote);

builder.queryField('quotes', (t) =>
  t.field({
    type: QuoteConnection,
    description:
      '本机构的投保单：有期限的按期限由近及远，其后是无人等待的，最新的在前。投保企业从订单上查看。',
    args: {
      filter: t.arg({
        type: builder.inputType('QuoteFilter', {
          description: '投保单筛选条件。',
          fields: (f) => ({
            states: f.field({ type: [enums.state], description: '状态为其中之一。' }),
            overdue: f.boolean({
              description: 'true 仅已超过审核或补充期限的，false 仅未超过的；不填为全部。',
            }),
            materialAnswered: f.boolean({
              description: 'true 仅投保人已补充资料、待继续审核的；false 为其余；不填为全部。',
            }),
            awaitingAgreement: f.boolean({
              description: 'true 仅有报价待复核的，false 仅没有的；不填为全部。',
            }),
          }),
        }),
        description: '筛选条件。',
      }),
      ...pageArguments(t.arg),
    },
    resolve: async (_root, args, context) => {
      requireAccess(context.actor, underwriter);
      const now = context.core.clock.now();
      const page = await listQuotes(context.db, context.actor, now, args.filter ?? {}, pageRequest(args));
      return {
        ...page,
        edges: page.edges.map(({ cursor, node }) => ({ cursor, node: shownQuote(context, node) })),
      };
    },
  }),
);

const noteText = (text: string | null | undefined) =>
  text ? cleanText(text, limits.noteCharactersMax) || null : null;
const optionalNote = z
  .string()
  .refine(
    (text) => cleanText(text, limits.noteCharactersMax) !== null,
    `说明过长或含有无法使用的字符，最多 ${limits.noteCharactersMax} 个字符`,
  )
  .nullish();

mutation('offerQuote', {
  description:
    '核保通过：给出有约束力的保费。保险金额超过机构的复核限额时，先成为待复核报价（proposals），由另一位核保人员复核后才告知投保人；再次报价替换待复核的报价。只询了一家且保费与参考保费相同时，告知后随即视为确认。',
  who: underwriter,
  type: Quote,
  refusals: [DeadlinePassed],
  input: builder.inputType('OfferQuoteInput', {
    description: '报价。',
    fields: (t) => ({
      quoteId: t.id({ required: true, description: '投保单编号（id）。' }),
      premium: t.field({
        type: 'Money',
        required: true,
        description: '保费（含税，元），大于 0 且小于保险金额。',
      }),
      rate: t.field({ type: 'Rate', required: true, description: '费率。' }),
      validUntil: t.field({
        type: 'DateTime',
        required: true,
        description: `报价有效期，最长 ${limits.quoteValidDaysMax} 天。`,
      }),
      note: t.string({ description: '核保说明，投保人可见。' }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({ note: optionalNote }),
  act: (command, input) => service.offerQuote(command, { ...input, note: noteText(input.note) }),
});

mutation('agreeToOffer', {
  description:
    '复核通过：另一位核保人员同意待复核的报价，随即告知投保人。须为本人以外的核保人员，机构的系统不能复核。',
  who: person,
  type: Quote,
  refusals: [SecondUnderwriterNeeded, DeadlinePassed],
  input: builder.inputType('AgreeToOfferInput', {
    description: '要同意的报价。',
    fields: (t) => ({
      proposalId: t.id({ required: true, description: '待复核报价的编号（id）。' }),
      expectedState: t.string({ description: '调用方所见的待复核报价的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  act: service.agreeToOffer,
});

mutation('refuseOffer', {
  description: '复核退回：待复核的报价不告知投保人，投保单继续待审核，可重新报价。提交人可以此撤回。',
  who: person,
  type: Quote,
  input: builder.inputType('RefuseOfferInput', {
    description: '要退回的报价及原因。',
    fields: (t) => ({
      proposalId: t.id({ required: true, description: '待复核报价的编号（id）。' }),
      reason: t.string({ required: true, description: '原因，仅本机构可见。' }),
      expectedState: t.string({ description: '调用方所见的待复核报价的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({ reason: textRule('原因', limits.noteCharactersMax) }),
  act: (command, input) => service.refuseOffer(command, { ...input, reason: noteText(input.reason) ?? '' }),
});

mutation('declineQuote', {
  description: '核保不通过。所有机构均未承保时，订单随之结束。已要求补充资料的，过了补充期限才可以。',
  who: underwriter,
  type: Quote,
  input: builder.inputType('DeclineQuoteInput', {
    description: '不承保及原因。',
    fields: (t) => ({
      quoteId: t.id({ required: true, description: '投保单编号（id）。' }),
      reason: t.string({ required: true, description: '原因，投保人可见。' }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({ reason: textRule('原因', limits.noteCharactersMax) }),
  act: (command, input) => service.declineQuote(command, { ...input, reason: noteText(input.reason) ?? '' }),
});

mutation('requestMaterial', {
  description: '要求投保人补充资料。',
  who: underwriter,
  type: Quote,
  input: builder.inputType('RequestMaterialInput', {
    description: '所需资料。',
    fields: (t) => ({
      quoteId: t.id({ required: true, description: '投保单编号（id）。' }),
      request: t.string({ required: true, description: '需要哪些资料，投保人可见。' }),
      until: t.field({
        type: 'DateTime',
        description: `补充期限，最长 ${limits.materialDaysMax} 天；不填为 ${limits.materialWorkdays} 个工作日。`,
      }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({ request: textRule('所需资料', limits.noteCharactersMax) }),
  act: (command, input) =>
    service.requestMaterial(command, { ...input, request: noteText(input.request) ?? '' }),
});

mutation('supplyMaterial', {
  description: '补充核保所需的资料。',
  who: bidder,
  type: Quote,
  refusals: [UploadRefused],
  input: builder.inputType('SupplyMaterialInput', {
    description: '补充的资料。',
    fields: (t) => ({
      quoteId: t.id({ required: true, description: '投保单编号（id）。' }),
      note: t.string({ required: true, description: '说明。' }),
      uploadIds: t.idList({ description: '以用途 EVIDENCE 上传的文件。' }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({
    note: textRule('说明', limits.noteCharactersMax),
    uploadIds: z
      .array(z.string())
      .max(limits.materialFilesMax, `一次最多 ${limits.materialFilesMax} 个文件`)
      .nullish(),
  }),
  act: (command, input) => service.supplyMaterial(command, { ...input, note: noteText(input.note) ?? '' }),
});

mutation('acceptQuote', {
  description: '确认一家机构的报价；该订单的其他投保单随之撤回，开始付款。',
  who: bidder,
  type: Order,
  refusals: [QuoteExpired, PremiumChanged, DeadlinePassed],
  input: builder.inputType('AcceptQuoteInput', {
    description: '要确认的报价。',
    fields: (t) => ({
      quoteId: t.id({ required: true, description: '投保单编号（id）。' }),
      expectedPremium: t.field({
        type: 'Money',
        description: '投保人所见的保费（元）；与现在的不同时返回 PREMIUM_CHANGED。与参考保费不同的报价必填。',
      }),
      expectedState: t.string({ description: '调用方所见的投保单状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  act: service.acceptQuote,
});
