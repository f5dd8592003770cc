import DataLoader from 'dataloader';
import { z } from 'zod';
import type { EventRow } from '../../command/events.ts';
import { depositKindLabel, PROJECT_TYPES, projectTypeLabel } from '../../db/vocabulary.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { badArgument, connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { perRequest } from '../../graph/context.ts';
import { plainRefusal } from '../../graph/errors.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { EventType, lifeFields, machineEnums, timelineOf } from '../../graph/timeline.ts';
import { DepositKindEnum, ProjectTypeEnum } from '../../graph/vocabulary.ts';
import { regionByCode, regionPath } from '../../kernel/regions.ts';
import { limits } from '../../limits.ts';
import { recordedChanges, type SectionChange } from './section.changes.ts';
import { sectionLife } from './section.machine.ts';
import {
  type DepositRow,
  depositsOfSections,
  listSections,
  type SectionRow,
  type SectionSort,
  sectionByCode,
  sectionById,
  sectionsByIds,
} from './section.queries.ts';
import { DeadlinePassed, NotOpened } from './section.refusals.ts';
import * as service from './section.service.ts';

plainRefusal(DeadlinePassed, '缴纳截止时间已过（DEADLINE_PASSED）。');
plainRefusal(NotOpened, '标段尚未开标（NOT_OPENED）。');

const enums = machineEnums(sectionLife, 'BidSection');
export const BidSectionStateEnum = enums.state;

export const sectionLoader = perRequest(
  (context) => new DataLoader<string, SectionRow | null>((ids) => sectionsByIds(context.db, ids)),
);
export const depositLoader = perRequest(
  (context) => new DataLoader<string, DepositRow[]>((ids) => depositsOfSections(context.db, ids)),
);

const DepositRequirement = builder.objectRef<DepositRow>('DepositRequirement').implement({
  description: '标段要求的一种保证金。',
  fields: (t) => ({
    kind: t.expose('kind', { type: DepositKindEnum, description: '保证金类型。' }),
    kindLabel: t.string({ description: '保证金类型名称。', resolve: (row) => depositKindLabel[row.kind] }),
    amount: t.expose('amountFen', {
      type: 'Money',
      nullable: true,
      description: '保证金金额（元）；未定时为空。',
    }),
    deadline: t.expose('deadlineAt', {
      type: 'DateTime',
      nullable: true,
      description: '保证金缴纳截止时间，不含该时刻。',
    }),
  }),
});

const SectionChangeType = builder.objectRef<SectionChange>('BidSectionChange').implement({
  description: '标段的一处变更。',
  fields: (t) => ({
    field: t.exposeString('field', { description: '字段名；保证金如 deposits.BID.amount。' }),
    label: t.exposeString('label', { description: '字段名称。' }),
    before: t.exposeString('before', { nullable: true, description: '变更前；原先未说明时为空。' }),
    after: t.exposeString('after', { nullable: true, description: '变更后；不再说明时为空。' }),
  }),
});
const SectionChangesType = builder.objectRef<EventRow>('BidSectionChanges').implement({
  description: '一次公告、延期、暂停、恢复、流标等所变更的内容。',
  fields: (t) => ({
    event: t.field({
      type: EventType,
      description: '所属的事件：何时、由谁、原因。',
      resolve: (event) => event,
    }),
    changes: t.field({
      type: [SectionChangeType],
      description: '逐项变更。',
      resolve: (event) => recordedChanges(event),
    }),
  }),
});

export const BidSection = builder.objectRef<SectionRow>('BidSection').implement({
  description: '标段：投标的单位，属于一个招标项目。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(t, sectionLife, enums),
    source: t.exposeString('source', { description: '数据来源（交易中心）。' }),
    code: t.exposeString('code', { description: '标段编号，同一来源内唯一。' }),
    name: t.exposeString('name', { description: '标段名称。' }),
    projectCode: t.exposeString('projectCode', { nullable: true, description: '招标项目编号。' }),
    projectName: t.exposeString('projectName', { nullable: true, description: '招标项目名称。' }),
    projectType: t.expose('projectType', { type: ProjectTypeEnum, description: '项目类型。' }),
    projectTypeLabel: t.string({
      description: '项目类型名称。',
      resolve: (row) => projectTypeLabel[row.projectType],
    }),
    regionCode: t.exposeString('regionCode', { description: '项目属地代码（GB/T 2260）。' }),
    regionName: t.string({
      description: '项目属地名称。',
      resolve: (row) => regionByCode(row.regionCode)?.name ?? row.regionCode,
    }),
    regionPath: t.string({
      description: '项目属地全称。',
      resolve: (row) => regionPath(row.regionCode) ?? row.regionCode,
    }),
    tendererName: t.exposeString('tendererName', { nullable: true, description: '招标人。' }),
    tendererCode: t.exposeString('tendererCode', { nullable: true, description: '招标人代码，照公告原样。' }),
    agencyName: t.exposeString('agencyName', { nullable: true, description: '招标代理机构。' }),
    controlPrice: t.expose('controlPriceFen', {
      type: 'Money',
      nullable: true,
      description: '招标控制价（元）。',
    }),
    validityDays: t.exposeInt('validityDays', { nullable: true, description: '投标有效期（日历天）。' }),
    deadlineAt: t.expose('deadlineAt', {
      type: 'DateTime',
      nullable: true,
      description: '投标文件递交截止时间。',
    }),
    openAt: t.expose('openAt', { type: 'DateTime', nullable: true, description: '计划开标时间。' }),
    openedAt: t.expose('openedAt', {
      type: 'DateTime',
      nullable: true,
      description: '实际开标时间；未开标时为空。',
    }),
    winnerName: t.exposeString('winnerName', { nullable: true, description: '中标人。' }),
    noticeName: t.exposeString('noticeName', { nullable: true, description: '最近公告名称。' }),
    noticeSentAt: t.expose('noticeSentAt', {
      type: 'DateTime',
      nullable: true,
      description: '最近公告发布时间。',
    }),
    dueAt: t.expose('openAt', {
      type: 'DateTime',
      nullable: true,
      description: '下一步的期限，即计划开标时间。',
    }),
    changes: t.field({
      type: [SectionChangesType],
      description: '变更经过，由早到晚；首次公告不算变更。',
      resolve: async (row, _args, context) =>
        (await timelineOf(context, row.id)).filter((event) => recordedChanges(event).length > 0),
    }),
    deposits: t.field({
      type: [DepositRequirement],
      description: '该标段要求的各种保证金。',
      resolve: (row, _args, context) => depositLoader(context).load(row.id),
    }),
  }),
});

defineNode('sec', 'BidSection', (id, context) => sectionLoader(context).load(id));

const BidSectionConnection = connectionOf('BidSection', '标段', BidSection);

const BidSectionFilter = builder.inputType('BidSectionFilter', {
  description: '标段筛选条件，各项同时满足；一项多值时任一即可。',
  fields: (t) => ({
    search: t.string({
      description:
        '标段名称、标段编号、项目名称、招标人中的文字，一个字起，编号可只填一部分；空格隔开的各词须都出现。不分全角半角、大小写。',
    }),
    projectType: t.field({ type: ProjectTypeEnum, description: '项目类型。' }),
    projectTypes: t.field({ type: [ProjectTypeEnum], description: '项目类型，任一。' }),
    state: t.field({ type: enums.state, description: '标段状态。' }),
    states: t.field({ type: [enums.state], description: '标段状态，任一。' }),
    regionCode: t.string({ description: '项目属地代码，含下级。' }),
    regionCodes: t.stringList({ description: '项目属地代码，含下级，任一。' }),
    depositKind: t.field({ type: DepositKindEnum, description: '要求该类保证金。' }),
    depositKinds: t.field({ type: [DepositKindEnum], description: '要求任一类保证金。' }),
  }),
});

const BidSectionSort = enumOf('BidSectionSort', '标段列表的排序。', {
  NEWEST: '公告最新的在前',
  DEADLINE: '投标截止最近的在前，只列尚未截止的',
  OPENING: '开标最近的在前，只列未到计划开标时间的',
} satisfies Record<SectionSort, string>);

builder.queryFields((t) => ({
  bidSections: t.field({
    type: BidSectionConnection,
    description: `标段列表。任何人可查。totalCount 最多数到 ${limits.countedMax}。`,
    args: {
      filter: t.arg({ type: BidSectionFilter, description: '筛选条件。' }),
      sort: t.arg({
        type: BidSectionSort,
        defaultValue: 'NEWEST',
        description: '排序，默认公告最新的在前。',
      }),
      ...pageArguments(t.arg),
    },
    resolve: (_root, args, context) => {
      const page = pageRequest(args);
      if ((args.filter?.search?.length ?? 0) > limits.nameCharactersMax)
        throw badArgument('filter.search', '搜索文字过长。');
      if ((args.filter?.regionCodes?.length ?? 0) > limits.filterValuesMax)
        throw badArgument('filter.regionCodes', `最多 ${limits.filterValuesMax} 个。`);
      const now = context.core.clock.now();
      return listSections(context.db, args.filter ?? {}, args.sort ?? 'NEWEST', page, now);
    },
  }),
  bidSection: t.field({
    type: BidSection,
    nullable: true,
    description: '按编号（id）或标段编号（code）取一个标段。',
    args: {
      id: t.arg.id({ description: '对象编号。' }),
      code: t.arg.string({ description: '标段编号。' }),
    },
    resolve: (_root, { id, code }, context) => {
      if (id) return sectionById(context.db, id);
      if (code) return sectionByCode(context.db, code);
      throw badArgument('id', '请给出 id 或 code。');
    },
  }),
}));

const RejectedRow = builder.objectRef<service.RejectedRow>('RejectedRow').implement({
  description: '未导入的一行。',
  fields: (t) => ({
    row: t.exposeInt('row', { description: '行号，从 1 起。' }),
    field: t.exposeString('field', { description: '有误的字段。' }),
    code: t.exposeString('code', { description: '原因代码。' }),
    message: t.exposeString('message', { description: '说明。' }),
  }),
});
const BidSectionImport = builder.objectRef<service.SectionImport>('BidSectionImport').implement({
  description: '一次导入的结果。',
  fields: (t) => ({
    created: t.exposeInt('created', { description: '新增的标段数。' }),
    updated: t.exposeInt('updated', { description: '更新的标段数。' }),
    unchanged: t.exposeInt('unchanged', { description: '公告不比已有的新，未改变的行数。' }),
    rejected: t.field({
      type: [RejectedRow],
      description: '未导入的行。',
      resolve: (result) => [...result.rejected],
    }),
  }),
});

const exchangeText: Record<string, string> = {
  TENDER_PROJECT_CODE: '招标项目编号。',
  TENDER_PROJECT_NAME: '招标项目名称。',
  BID_SECTION_CODE: '标段编号，1 到 64 个字符，必填。',
  BID_SECTION_NAME: '标段名称，必填。',
  TENDERER_NAME: '招标人名称。',
  TENDERER_CODE: '招标人代码。',
  TENDER_AGENCY_NAME: '招标代理机构名称。',
  REGION_CODE: '行政区划代码，必填。',
  BID_DOC_REFER_END_TIME: '投标文件递交截止时间，必填。2027-03-01 08:30:00 或 20270301083000。',
  BID_OPEN_TIME: '开标时间。',
  VALID_PERIOD: '投标有效期（天）。',
  MARGIN_AMOUNT: '投标保证金金额。',
  MARGIN_UNIT: '金额单位：元 或 万元。',
  CONTROL_PRICE: '控制价，单位元。',
  NOTICE_NAME: '公告名称。',
  NOTICE_SEND_TIME: '公告发布时间。',
  DATA_TIMESTAMP: '数据时间戳；较晚的为准。',
  PROJECT_TYPE: `项目类型：${PROJECT_TYPES.join('、')}。`,
  TENDER_CLASS:
    '招标类别，决定投标保证金的法定上限：CONSTRUCTION 施工（默认）、GOODS 货物、SURVEY_DESIGN 勘察设计、OTHER 其他。',
};
const ExchangeDeposit = builder.inputType('ExchangeDeposit', {
  description: '投标保证金以外的一种保证金。',
  fields: (t) => ({
    KIND: t.field({ type: DepositKindEnum, required: true, description: '保证金类型。' }),
    AMOUNT: t.field({ type: 'ExchangeValue', description: '金额。' }),
    UNIT: t.field({ type: 'ExchangeValue', description: '单位：元 或 万元。' }),
    DEADLINE: t.field({ type: 'ExchangeValue', description: '缴纳截止时间。' }),
  }),
});
const ExchangeBidSection = builder.inputType('ExchangeBidSection', {
  description: '一条公告，字段名照交易中心数据交换规范。',
  fields: (t) => ({
    ...Object.fromEntries(
      Object.entries(exchangeText).map(([name, description]) => [
        name,
        t.field({ type: 'ExchangeValue', description }),
      ]),
    ),
    DEPOSITS: t.field({ type: [ExchangeDeposit], description: '其他各种保证金。' }),
  }),
});

mutation('importBidSections', {
  description:
    '导入交易中心的标段公告；有误的行逐条报告，不影响其余。保证金超出法定限额的行以 CAP_EXCEEDED 报告，并指明字段和法规。',
  who: { roles: ['OPERATOR'], scopes: ['sections:write'] },
  type: BidSectionImport,
  input: builder.inputType('ImportBidSectionsInput', {
    description: '要导入的公告。',
    fields: (t) => ({
      source: t.string({ required: true, description: '来源（交易中心名称）。' }),
      sections: t.field({ type: [ExchangeBidSection], required: true, description: '公告，逐行。' }),
    }),
  }),
  check: z.object({
    source: z.string().trim().min(1, '请填写来源').max(limits.nameCharactersMax, '来源过长'),
    sections: z
      .array(z.unknown())
      .min(1, '没有可导入的行')
      .max(limits.importRowsMax, `一次最多导入 ${limits.importRowsMax} 行`),
  }),
  act: (command, input) =>
    service.importBidSections(command, input.source.trim(), input.sections as Record<string, unknown>[]),
});

const who = { roles: ['OPERATOR'], scopes: ['sections:write'] } as const;
const reason = z.object({
  reason: z.string().trim().min(1, '请填写原因').max(limits.noteCharactersMax, '原因过长'),
});

const BidSectionIdInput = builder.inputType('BidSectionIdInput', {
  description: '指明一个标段。',
  fields: (t) => ({
    id: t.id({ required: true, description: '标段编号（id）。' }),
    expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
  }),
});
const BidSectionReasonInput = builder.inputType('BidSectionReasonInput', {
  description: '指明一个标段及原因。',
  fields: (t) => ({
    id: t.id({ required: true, description: '标段编号（id）。' }),
    reason: t.string({ required: true, description: '原因。' }),
    expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
  }),
});

mutation('postponeBidSection', {
  description: '延期：推迟投标截止与开标时间，投标保证金的截止时间随之推迟。',
  who,
  type: BidSection,
  input: builder.inputType('PostponeBidSectionInput', {
    description: '延期后的时间。',
    fields: (t) => ({
      id: t.id({ required: true, description: '标段编号（id）。' }),
      openAt: t.field({ type: 'DateTime', required: true, description: '新的开标时间。' }),
      deadlineAt: t.field({ type: 'DateTime', required: true, description: '新的投标截止时间。' }),
      reason: t.string({ description: '原因。' }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  act: service.postponeBidSection,
});
mutation('suspendBidSection', {
  description: '暂停标段。',
  who,
  type: BidSection,
  input: BidSectionReasonInput,
  check: reason,
  act: service.suspendBidSection,
});
mutation('resumeBidSection', {
  description: '恢复暂停的标段。',
  who,
  type: BidSection,
  input: BidSectionIdInput,
  act: service.resumeBidSection,
});
mutation('openBidSection', {
  description: '开标。自此谁购买了投标保函不再保密。运营人员仅能在计划时间之后确认。',
  who,
  type: BidSection,
  input: builder.inputType('OpenBidSectionInput', {
    description: '开标。',
    fields: (t) => ({
      id: t.id({ required: true, description: '标段编号（id）。' }),
      openedAt: t.field({ type: 'DateTime', description: '实际开标时间，默认为现在。' }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  act: service.openBidSection,
});
mutation('failBidSection', {
  description: '流标。',
  who,
  type: BidSection,
  input: BidSectionReasonInput,
  check: reason,
  act: service.failBidSection,
});
mutation('awardBidSection', {
  description: '定标。',
  who,
  type: BidSection,
  input: builder.inputType('AwardBidSectionInput', {
    description: '定标结果。',
    fields: (t) => ({
      id: t.id({ required: true, description: '标段编号（id）。' }),
      winnerName: t.string({ required: true, description: '中标人名称。' }),
      winnerCreditCode: t.field({ type: 'CreditCode', description: '中标人统一社会信用代码。' }),
      amount: t.field({ type: 'Money', description: '中标金额（元）。' }),
      expectedState: t.string({ description: '调用方所见的状态；不符时返回 STALE_STATE。' }),
    }),
  }),
  check: z.object({
    winnerName: z.string().trim().min(1, '请填写中标人').max(limits.nameCharactersMax, '名称过长'),
  }),
  act: service.awardBidSection,
});
