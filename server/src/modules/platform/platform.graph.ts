import type { Config } from '../../config.ts';
import { PROJECT_TYPES, type ProjectType, projectTypeGroups, projectTypeLabel } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { eventLog } from '../../graph/timeline.queries.ts';
import { EventType } from '../../graph/timeline.ts';
import { ProjectTypeEnum } from '../../graph/vocabulary.ts';
import { districtsOf, type Region, regions } from '../../kernel/regions.ts';
import { ProductDocument } from '../insurer/insurer.graph.ts';
import { documentsInForce, neutralOrderRule } from '../insurer/insurer.queries.ts';

/** Benxi, by GB/T 2260. */
const CITY_CODE = '210500';

interface BusinessModule {
  readonly code: string;
  readonly title: string;
  readonly text: string;
  readonly url: string | null;
}

const modules: readonly BusinessModule[] = [
  {
    code: 'DEPOSIT',
    title: '保证金',
    text: '投标、履约、预付款、农民工工资、工程质量保证金，用电子保函代替现金。',
    url: '/sections',
  },
  { code: 'FINANCE', title: '金融服务', text: '面向投标企业的信用贷、中标贷等融资服务。', url: null },
  {
    code: 'SAFETY_INSURANCE',
    title: '本溪建工安责险服务监管系统',
    text: '建筑施工安全生产责任保险的投保、服务与监管。',
    url: null,
  },
  {
    code: 'WAGE_DEPOSIT',
    title: '本溪农民工工资保证金智慧管理服务系统',
    text: '农民工工资保证金的存储、使用与返还。',
    url: null,
  },
  {
    code: 'SMALL_WORKS',
    title: '本溪市限额以下工程智慧监管系统',
    text: '招标限额以下工程的交易与监管。',
    url: null,
  },
  { code: 'SERVICE', title: '服务管理', text: '服务机构与服务事项的管理。', url: null },
];

const Mode = enumOf('PlatformMode', '运行方式。', {
  sandbox: '沙箱：演示数据与沙箱对接方',
  production: '正式',
});

const RegionType = builder.objectRef<Region>('Region').implement({
  description: '行政区划（GB/T 2260）及本地功能区。',
  fields: (t) => ({
    code: t.exposeString('code', { description: '代码。' }),
    name: t.exposeString('name', { description: '名称。' }),
    parentCode: t.exposeString('parentCode', { nullable: true, description: '上级代码。' }),
    level: t.exposeInt('level', { description: '级别：1 省，2 市，3 区县，4 街道乡镇。' }),
  }),
});
const ProjectTypeOption = builder.objectRef<ProjectType>('ProjectTypeOption').implement({
  description: '可筛选的项目类型。',
  fields: (t) => ({
    value: t.field({ type: ProjectTypeEnum, description: '取值。', resolve: (value) => value }),
    label: t.string({ description: '名称。', resolve: (value) => projectTypeLabel[value] }),
    parentLabel: t.string({
      description: '上级名称。',
      resolve: (value) => projectTypeGroups.find(({ types }) => types.includes(value))?.label ?? '',
    }),
  }),
});
const ProjectTypeGroup = builder.objectRef<(typeof projectTypeGroups)[number]>('ProjectTypeGroup').implement({
  description: '项目类型的上级，及其下的各类型。',
  fields: (t) => ({
    label: t.exposeString('label', { description: '名称。' }),
    types: t.field({
      type: [ProjectTypeOption],
      description: '其下的项目类型。',
      resolve: ({ types }) => [...types],
    }),
  }),
});
const BusinessModuleType = builder.objectRef<BusinessModule>('BusinessModule').implement({
  description: '首页的业务模块。',
  fields: (t) => ({
    code: t.exposeString('code', { description: '代码。' }),
    title: t.exposeString('title', { description: '名称。' }),
    text: t.exposeString('text', { description: '一句话说明。' }),
    url: t.exposeString('url', { nullable: true, description: '本平台内的地址；由其他系统提供时为空。' }),
  }),
});
const Broker = builder.objectRef<Config['broker']>('Broker').implement({
  description: '提供销售和协助理赔等服务的保险经纪人。',
  fields: (t) => ({
    name: t.exposeString('name', { description: '全称。' }),
    licenseNumber: t.exposeString('licenseNumber', { description: '许可证编号。' }),
  }),
});

const Platform = builder.objectRef<Config>('Platform').implement({
  description: '平台的公开资料。',
  fields: (t) => ({
    name: t.string({ description: '平台名称。', resolve: () => '本溪市公共资源交易中心金融服务平台' }),
    landingName: t.string({
      description: '首页名称。',
      resolve: () => '本溪市公共资源数智金融一体化服务管理平台',
    }),
    centreName: t.string({ description: '交易中心名称。', resolve: () => '本溪市公共资源交易中心' }),
    mode: t.expose('mode', { type: Mode, description: '运行方式。' }),
    hotline: t.exposeString('hotline', { description: '客服热线。' }),
    filingNumber: t.exposeString('filingNumber', { nullable: true, description: '备案号。' }),
    broker: t.field({ type: Broker, description: '保险经纪人。', resolve: (config) => config.broker }),
    regions: t.field({
      type: [RegionType],
      description: '全部行政区划，上级在前。',
      resolve: () => [...regions],
    }),
    districts: t.field({
      type: [RegionType],
      description: '本市各区县，用于筛选。',
      resolve: () => [...districtsOf(CITY_CODE)],
    }),
    projectTypes: t.field({
      type: [ProjectTypeOption],
      description: '项目类型。',
      resolve: () => [...PROJECT_TYPES],
    }),
    projectTypeTree: t.field({
      type: [ProjectTypeGroup],
      description: '项目类型，分两级。',
      resolve: () => [...projectTypeGroups],
    }),
    modules: t.field({ type: [BusinessModuleType], description: '业务模块。', resolve: () => [...modules] }),
    salesPageVersion: t.string({
      description: '销售页面现行版本：页面各文件名称与内容的哈希，记录销售过程时原样给出。',
      resolve: (_config, _args, { core }) => core.salesPages.version,
    }),
    productOrderRule: t.string({ description: '产品列表的排列规则。', resolve: () => neutralOrderRule }),
    documents: t.field({
      type: [ProductDocument],
      description: '平台现行的各项文件。',
      resolve: (_config, _args, context) => documentsInForce(context.db, []),
    }),
    userAgreementVersion: t.string({
      description: '现行《用户服务协议》的版本，注册时须原样提交。',
      resolve: async (_config, _args, context) => {
        const documents = await documentsInForce(context.db, []);
        return String(documents.find((row) => row.kind === 'USER_AGREEMENT')?.version ?? 0);
      },
    }),
  }),
});

const EventConnection = connectionOf('Event', '事件', EventType);
const EventFilter = builder.inputType('EventFilter', {
  description: '事件筛选条件，同时满足。',
  fields: (t) => ({
    objectId: t.id({ description: '对象编号。' }),
    noun: t.string({ description: '对象种类，如 order、bidSection。' }),
  }),
});

builder.queryFields((t) => ({
  platform: t.field({
    type: Platform,
    description: '平台的公开资料。任何人可查。',
    resolve: (_root, _args, context) => context.core.config,
  }),
  events: t.field({
    type: EventConnection,
    description: '事件日志，最新的在前。开标前看不到投标保证金订单的任何事件。',
    args: { filter: t.arg({ type: EventFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, { roles: ['OPERATOR', 'REGULATOR'] });
      return eventLog(context.db, context.actor, args.filter ?? {}, pageRequest(args));
    },
  }),
}));
