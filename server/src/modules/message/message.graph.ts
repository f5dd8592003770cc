import { z } from 'zod';
import { requireAccess } from '../../graph/access.ts';
import { builder } from '../../graph/builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { limits } from '../../limits.ts';
import { listMessages, type MessageRow, messageById, unreadCount } from './message.queries.ts';
import { markMessagesRead } from './message.service.ts';

const bidder = { roles: ['BIDDER'] } as const;

const Message = builder.objectRef<MessageRow>('Message').implement({
  description: '一条站内消息，由办理进度产生，仅收件企业（认证消息为提交人）可见。',
  interfaces: [Node],
  fields: (t) => ({
    title: t.exposeString('title', { description: '标题。' }),
    text: t.exposeString('text', { description: '内容，与短信相同。' }),
    noun: t.exposeString('noun', { description: '所涉对象的种类，如 order、invoice、certification。' }),
    event: t.exposeString('event', { description: '发生的事件，如 ISSUE。' }),
    objectId: t.exposeID('objectId', { description: '所涉对象的编号。' }),
    orderId: t.exposeID('orderId', { nullable: true, description: '所涉订单的编号；认证消息没有。' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '时间。' }),
    readAt: t.expose('readAt', { type: 'DateTime', nullable: true, description: '已读时间；未读为空。' }),
  }),
});
defineNode('msg', 'Message', (id, context) => messageById(context.db, context.actor, id));

const MessageConnection = connectionOf('Message', '消息', Message);

const MessagesRead = builder.objectRef<{ readonly unreadCount: number }>('MessagesRead').implement({
  description: '标为已读的结果。',
  fields: (t) => ({
    unreadCount: t.exposeInt('unreadCount', { description: '仍未读的条数。' }),
  }),
});

builder.queryFields((t) => ({
  messages: t.field({
    type: MessageConnection,
    description: '本企业的站内消息，最新的在前。',
    args: {
      filter: t.arg({
        type: builder.inputType('MessageFilter', {
          description: '消息筛选条件。',
          fields: (f) => ({
            unread: f.boolean({ description: 'true 仅未读，false 仅已读；不填为全部。' }),
          }),
        }),
        description: '筛选条件。',
      }),
      ...pageArguments(t.arg),
    },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, bidder);
      return listMessages(context.db, context.actor, args.filter ?? {}, pageRequest(args));
    },
  }),
  unreadMessageCount: t.int({
    description: '本企业未读的站内消息条数。',
    resolve: (_root, _args, context) => {
      requireAccess(context.actor, bidder);
      return unreadCount(context.db, context.actor);
    },
  }),
}));

mutation('markMessagesRead', {
  description: '把站内消息标为已读：指定的，或全部。企业内一人已读即为已读。',
  who: bidder,
  type: MessagesRead,
  input: builder.inputType('MarkMessagesReadInput', {
    description: '标为已读。ids 与 all 二选一。',
    fields: (t) => ({
      ids: t.idList({ description: `消息编号，最多 ${limits.idsPerInputMax} 个。` }),
      all: t.boolean({ description: 'true 表示全部。' }),
    }),
  }),
  check: z
    .object({
      ids: z.array(z.unknown()).max(limits.idsPerInputMax, `一次最多 ${limits.idsPerInputMax} 条`).nullish(),
      all: z.boolean().nullish(),
    })
    .refine(({ ids, all }) => (all === true) !== Boolean(ids?.length), {
      path: ['ids'],
      message: '请指定消息，或选择全部',
    }),
  act: async (command, input) => ({ unreadCount: await markMessagesRead(command, input) }),
});
