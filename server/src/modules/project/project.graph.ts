import DataLoader from 'dataloader';
import { reminderLabel } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { perRequest } from '../../graph/context.ts';
import { mutation } from '../../graph/mutation.ts';
import { NotCertified } from '../enterprise/enterprise.refusals.ts';
import { Order, orderLoader } from '../order/order.graph.ts';
import type { OrderRow } from '../order/order.queries.ts';
import { BidSection, BidSectionStateEnum } from '../section/section.graph.ts';
import { listProjects, orderIdsOf, type ProjectRow, type SavedRow, savedOf } from './project.queries.ts';
import * as service from './project.service.ts';

const bidder = { roles: ['BIDDER'] } as const;
const ReminderEnum = enumOf('Reminder', '投标截止前的提醒。', reminderLabel);

const savedLoader = perRequest(
  (context) => new DataLoader<string, SavedRow | null>((ids) => savedOf(context.db, context.actor, ids)),
);
const orderIdsLoader = perRequest(
  (context) => new DataLoader<string, string[]>((ids) => orderIdsOf(context.db, context.actor, ids)),
);

const SavedSection = builder.objectRef<SavedRow>('SavedSection').implement({
  description: '本企业对标段的收藏，仅本企业可见。',
  fields: (t) => ({
    reminder: t.expose('reminder', { type: ReminderEnum, description: '投标截止前的提醒。' }),
    reminderLabel: t.string({
      description: '提醒的名称。',
      resolve: (row) => reminderLabel[row.reminder],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '收藏时间。' }),
  }),
});

builder.objectField(BidSection, 'saved', (t) =>
  t.field({
    type: SavedSection,
    nullable: true,
    description: '本企业的收藏；未收藏，或调用方不是投标企业时为空。',
    resolve: (section, _args, context) =>
      context.actor.kind === 'USER' && context.actor.enterpriseId
        ? savedLoader(context).load(section.id)
        : null,
  }),
);

const Project = builder.objectRef<ProjectRow>('Project').implement({
  description: '我的项目：本企业收藏的或有订单的标段。',
  fields: (t) => ({
    section: t.field({ type: BidSection, description: '标段。', resolve: (row) => row.section }),
    orders: t.field({
      type: [Order],
      description: '本企业在该标段的订单，最新的在前。',
      resolve: async (row, _args, context) => {
        const ids = await orderIdsLoader(context).load(row.section.id);
        const found = await Promise.all(ids.map((id) => orderLoader(context).load(id)));
        return found.filter((order): order is OrderRow => order !== null);
      },
    }),
    touchedAt: t.expose('touchedAt', { type: 'DateTime', description: '最近收藏或申请的时间。' }),
  }),
});
const ProjectConnection = connectionOf('Project', '我的项目', Project);

builder.queryFields((t) => ({
  projects: t.field({
    type: ProjectConnection,
    description: '本企业收藏的或有订单的标段，最近办理的在前。',
    args: {
      filter: t.arg({
        type: builder.inputType('ProjectFilter', {
          description: '我的项目的筛选条件，同时满足。',
          fields: (f) => ({
            saved: f.boolean({ description: 'true 仅收藏的。' }),
            states: f.field({ type: [BidSectionStateEnum], description: '标段状态，任一。' }),
          }),
        }),
        description: '筛选条件。',
      }),
      ...pageArguments(t.arg),
    },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, bidder);
      return listProjects(context.db, context.actor, args.filter ?? {}, pageRequest(args));
    },
  }),
}));

mutation('saveBidSection', {
  description: '收藏标段，或更改其提醒。企业内共用，仅本企业可见；默认在投标截止前 1 天提醒。',
  who: bidder,
  type: BidSection,
  refusals: [NotCertified],
  input: builder.inputType('SaveBidSectionInput', {
    description: '要收藏的标段。',
    fields: (t) => ({
      sectionId: t.id({ required: true, description: '标段编号（id）。' }),
      reminder: t.field({ type: ReminderEnum, description: '提醒；不填时不变，新收藏为截止前 1 天。' }),
    }),
  }),
  act: service.saveBidSection,
});

mutation('unsaveBidSection', {
  description:
    '取消收藏标段，其提醒随之取消；有未完成的投标保证金订单时仍在截止前 1 天提醒，除非收藏并设为不提醒。',
  who: bidder,
  type: BidSection,
  refusals: [NotCertified],
  input: builder.inputType('UnsaveBidSectionInput', {
    description: '要取消收藏的标段。',
    fields: (t) => ({ sectionId: t.id({ required: true, description: '标段编号（id）。' }) }),
  }),
  act: service.unsaveBidSection,
});
