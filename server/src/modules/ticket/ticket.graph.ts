import DataLoader from 'dataloader';
import { z } from 'zod';
import { partyLabel } from '../../access/actor.ts';
import { type TicketAuthor, ticketTypeLabel } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder } from '../../graph/builder.ts';
import { badArgument, connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { lineRule, textRule } from '../../graph/text-rules.ts';
import { ActorEnum, lifeFields, machineEnums } from '../../graph/timeline.ts';
import { TicketTypeEnum } from '../../graph/vocabulary.ts';
import { limits } from '../../limits.ts';
import { Order, orderLoader } from '../order/order.graph.ts';
import { registerFileReaders, UploadType, uploadLoader } from '../upload/upload.graph.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import { ticketLife } from './ticket.machine.ts';
import {
  listTickets,
  mayReadTicketFile,
  messagesOfTickets,
  type TicketMessageRow,
  type TicketView,
  ticketById,
  ticketsOfOrders,
} from './ticket.queries.ts';
import {
  answerTicket,
  askCustomer,
  closeTicket,
  handOverTicket,
  mayReopen,
  openTicket,
  reopenTicket,
  replyToTicket,
  resolveTicket,
  takeTicket,
} from './ticket.service.ts';

const enums = machineEnums(ticketLife, 'Ticket');

const messagesLoader = perRequest(
  (context) => new DataLoader<string, TicketMessageRow[]>((ids) => messagesOfTickets(context.db, ids)),
);
const ticketsLoader = perRequest(
  (context) => new DataLoader<string, TicketView[]>((ids) => ticketsOfOrders(context.db, context.actor, ids)),
);

registerFileReaders('EVIDENCE', (context, uploadId) =>
  mayReadTicketFile(context.db, context.actor, uploadId),
);

const TicketMessage = builder
  .objectRef<TicketMessageRow & { readonly sealed: boolean }>('TicketMessage')
  .implement({
    description: '工单中的一条消息。',
    fields: (t) => ({
      id: t.exposeID('id', { description: '编号。' }),
      author: t.field({ type: ActorEnum, description: '谁写的。', resolve: (row) => row.author }),
      authorLabel: t.string({
        description: '谁写的，供人阅读。',
        resolve: (row) => partyLabel[row.author satisfies TicketAuthor],
      }),
      text: t.exposeString('text', { description: '内容。' }),
      files: t.field({
        type: [UploadType],
        description: '附件；不可见时为空列表。',
        resolve: async (row, _args, context) =>
          row.sealed ? [] : (await uploadLoader(context).loadMany(row.uploadIds)).filter(isUpload),
      }),
      fileCount: t.int({
        description: '附件数，开标前运营人员只看到数量。',
        resolve: (row) => row.uploadIds.length,
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: '时间。' }),
    }),
  });
type Loaded = Awaited<ReturnType<ReturnType<typeof uploadLoader>['loadMany']>>[number];
const isUpload = (row: Loaded): row is Exclude<Loaded, Error | null> =>
  row !== null && !(row instanceof Error);

/** Whether an event that the machine accepts may be fired as the ticket stands. */
function may(row: TicketView, event: keyof typeof ticketLife.machine.events): boolean {
  if (event === 'REOPEN') return mayReopen(row);
  return event !== 'HAND_OVER' || row.insurerId === null;
}

/** What was handed over waits for the insurer, all else that waits for staff for the platform. */
const nextOf = ({ state, insurerId }: TicketView) => {
  const { waitsFor = null } = ticketLife.machine.states[state] as { waitsFor?: 'OPERATOR' | 'BIDDER' };
  return waitsFor === 'OPERATOR' && insurerId ? 'UNDERWRITER' : waitsFor;
};

const isOverdue = (row: TicketView, context: Context) =>
  row.dueAt !== null && row.dueAt < context.core.clock.now();

const ServiceTicket = builder.objectRef<TicketView>('ServiceTicket').implement({
  description: '售后工单。开标前，运营人员只看到订单号、金额和消息文字，看不到标段、企业和附件。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(t, ticketLife, enums, may),
    nextActor: t.field({
      type: ActorEnum,
      nullable: true,
      description: '下一步由谁处理；无人等待时为空。',
      resolve: nextOf,
    }),
    number: t.exposeString('number', { description: '工单号。' }),
    orderNumber: t.exposeString('orderNumber', { description: '订单号。' }),
    orderAmount: t.expose('orderAmountFen', {
      type: 'Money',
      nullable: true,
      description: '订单金额（元）；未核定时为空。',
    }),
    order: t.field({
      type: Order,
      nullable: true,
      description: '订单；不可见时为空。',
      resolve: (row, _args, context) => (row.sealed ? null : orderLoader(context).load(row.orderId)),
    }),
    type: t.expose('type', { type: TicketTypeEnum, description: '类型。' }),
    typeLabel: t.string({ description: '类型名称。', resolve: (row) => ticketTypeLabel[row.type] }),
    subject: t.exposeString('subject', { description: '标题。' }),
    messages: t.field({
      type: [TicketMessage],
      description: '往来消息，由早到晚。',
      resolve: async (row, _args, context) =>
        (await messagesLoader(context).load(row.id)).map((message) => ({ ...message, sealed: row.sealed })),
    }),
    handedOver: t.boolean({ description: '是否已转交保险公司。', resolve: (row) => row.insurerId !== null }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '提交时间。' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: '下一步的期限；已解决的到期自动关闭。',
    }),
    overdue: t.boolean({
      description: '下一步是否已逾期。',
      resolve: (row, _args, context) => isOverdue(row, context),
    }),
    resolvedAt: t.expose('resolvedAt', { type: 'DateTime', nullable: true, description: '解决时间。' }),
    reopenedAt: t.expose('reopenedAt', {
      type: 'DateTime',
      nullable: true,
      description: '重新打开的时间；只能重新打开一次。',
    }),
    closedAt: t.expose('closedAt', { type: 'DateTime', nullable: true, description: '关闭时间。' }),
  }),
});
defineNode('tkt', 'ServiceTicket', (id, context) => ticketById(context.db, context.actor, id));

builder.objectFields(Order, (t) => ({
  tickets: t.field({
    type: [ServiceTicket],
    description: '售后工单，最新的在前。',
    resolve: (order, _args, context) => ticketsLoader(context).load(order.id),
  }),
}));

const TicketConnection = connectionOf('ServiceTicket', '售后工单', ServiceTicket);
const TicketFilter = builder.inputType('TicketFilter', {
  description: '工单筛选条件，同时满足。',
  fields: (t) => ({
    states: t.field({ type: [enums.state], description: '状态，任一。' }),
    types: t.field({ type: [TicketTypeEnum], description: '类型，任一。' }),
    overdue: t.boolean({ description: '下一步是否已逾期。' }),
    search: t.string({ description: '订单号或工单号中的文字。' }),
  }),
});

builder.queryFields((t) => ({
  tickets: t.field({
    type: TicketConnection,
    description:
      '售后工单，最新的在前。企业看本企业的，保险公司看转交给本公司的，运营人员看全部（开标前为遮蔽视图）。',
    args: { filter: t.arg({ type: TicketFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, {
        roles: ['BIDDER', 'OPERATOR', 'UNDERWRITER'],
        scopes: ['underwriting:write'],
      });
      const page = pageRequest(args);
      if ((args.filter?.search?.length ?? 0) > limits.nameCharactersMax)
        throw badArgument('filter.search', '搜索文字过长。');
      return listTickets(context.db, context.actor, args.filter ?? {}, page, context.core.clock.now());
    },
  }),
  ticket: t.field({
    type: ServiceTicket,
    nullable: true,
    description: '按编号取一个工单；看不到的与不存在的一样为 null。',
    args: { id: t.arg.id({ required: true, description: '工单编号（id）。' }) },
    resolve: (_root, { id }, context) => ticketById(context.db, context.actor, id),
  }),
}));

const filesText = `附件，以用途 EVIDENCE 上传，最多 ${limits.ticketFilesPerMessageMax} 个。`;
const expectedStateText = '调用方所见的工单状态；不符时返回 STALE_STATE。';
const text = textRule('内容', limits.noteCharactersMax);

mutation('openTicket', {
  description: '就一个已提交的订单提交售后工单。开标前请勿在文字中写明标段和企业名称：运营人员会读到。',
  who: { roles: ['BIDDER'] },
  type: ServiceTicket,
  refusals: [UploadRefused],
  input: builder.inputType('OpenTicketInput', {
    description: '售后工单。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      type: t.field({ type: TicketTypeEnum, required: true, description: '类型。' }),
      subject: t.string({ required: true, description: '标题。' }),
      text: t.string({ required: true, description: '要办理的事项。' }),
      uploadIds: t.idList({ description: filesText }),
    }),
  }),
  check: z.object({ subject: lineRule('标题', limits.nameCharactersMax), text }),
  act: (command, input) => openTicket(command, input),
});

const WordsInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      ticketId: t.id({ required: true, description: '工单编号（id）。' }),
      text: t.string({ required: true, description: '内容，双方可见。' }),
      uploadIds: t.idList({ description: filesText }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  });
const TicketIdInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      ticketId: t.id({ required: true, description: '工单编号（id）。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  });

const bidder = { roles: ['BIDDER'] } as const;
const staff = { roles: ['OPERATOR', 'UNDERWRITER'], scopes: ['underwriting:write'] } as const;
const spoken = { type: ServiceTicket, refusals: [UploadRefused], check: z.object({ text }) } as const;

mutation('replyToTicket', {
  ...spoken,
  description: '企业在工单中回复或补充。',
  who: bidder,
  input: WordsInput('ReplyToTicketInput', '企业的回复。'),
  act: (command, input) => replyToTicket(command, input),
});
mutation('reopenTicket', {
  ...spoken,
  description: '问题没有解决，重新打开工单；只能一次。',
  who: bidder,
  input: WordsInput('ReopenTicketInput', '重新打开工单。'),
  act: (command, input) => reopenTicket(command, input),
});
mutation('answerTicket', {
  ...spoken,
  description: '工作人员在工单中答复，继续处理。',
  who: staff,
  input: WordsInput('AnswerTicketInput', '工作人员的答复。'),
  act: (command, input) => answerTicket(command, input),
});
mutation('askCustomer', {
  ...spoken,
  description: '请企业补充或确认，工单等待企业回复；逾期未回复的自动关闭。',
  who: staff,
  input: WordsInput('AskCustomerInput', '请企业补充。'),
  act: (command, input) => askCustomer(command, input),
});
mutation('resolveTicket', {
  ...spoken,
  description: '工单已解决，说明结果；到期自动关闭，企业可以重新打开一次。',
  who: staff,
  input: WordsInput('ResolveTicketInput', '处理结果。'),
  act: (command, input) => resolveTicket(command, input),
});
mutation('takeTicket', {
  description: '受理工单。',
  who: staff,
  type: ServiceTicket,
  input: TicketIdInput('TakeTicketInput', '受理工单。'),
  act: (command, input) => takeTicket(command, input),
});
mutation('handOverTicket', {
  description: '把工单转交承保的保险公司，保险公司可以看到全部往来消息。',
  who: { roles: ['OPERATOR'] },
  type: ServiceTicket,
  input: TicketIdInput('HandOverTicketInput', '转交保险公司。'),
  act: (command, input) => handOverTicket(command, input),
});
mutation('closeTicket', {
  description: '关闭已解决的工单；企业也可以撤销尚未解决的工单。',
  who: { roles: ['BIDDER', 'OPERATOR', 'UNDERWRITER'], scopes: ['underwriting:write'] },
  type: ServiceTicket,
  input: TicketIdInput('CloseTicketInput', '关闭工单。'),
  act: (command, input) => closeTicket(command, input),
});
