import { depositKindLabel } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder } from '../../graph/builder.ts';
import { badArgument, connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { DepositKindEnum, GuaranteeFormEnum } from '../../graph/vocabulary.ts';
import { addDays, shanghaiDay } from '../../kernel/clock.ts';
import { limits } from '../../limits.ts';
import { orderReaders } from '../order/order.graph.ts';
import { Policy, PolicyStateEnum } from './policy.graph.ts';
import { coverFigures, type CoverFigures as Figures, listPolicies } from './policy.queries.ts';

/** Deposits as guarantees stand for them: the list, and what it comes to. */
const PolicyConnection = connectionOf('Policy', '保单', Policy);

const PolicyFilter = builder.inputType('PolicyFilter', {
  description: '保单筛选条件，同时满足。',
  fields: (t) => ({
    states: t.field({ type: [PolicyStateEnum], description: '状态为其中之一。' }),
    depositKind: t.field({ type: DepositKindEnum, description: '保证金类型。' }),
    form: t.field({ type: GuaranteeFormEnum, description: '保函形式。' }),
    endsFrom: t.field({ type: 'Date', description: '保障末日不早于该日。' }),
    endsTo: t.field({ type: 'Date', description: '保障末日不晚于该日。' }),
    search: t.string({ description: '保单号、订单号、标段名称、标段编号或企业名称中的文字。' }),
  }),
});

type Shown = Omit<Figures, 'depositKind'> & { readonly depositKind: Figures['depositKind'] | null };

const CoverFigures = builder.objectRef<Shown>('CoverFigures').implement({
  description: '以保函代替现金的保证金，一种类型或合计。',
  fields: (t) => ({
    depositKind: t.expose('depositKind', {
      type: DepositKindEnum,
      nullable: true,
      description: '保证金类型；合计时为空。',
    }),
    depositKindLabel: t.string({
      description: '保证金类型名称；合计时为“合计”。',
      resolve: ({ depositKind }) => (depositKind ? depositKindLabel[depositKind] : '合计'),
    }),
    inForce: t.exposeInt('inForce', { description: '有效保函数：待生效和保障中的。' }),
    coveredAmount: t.expose('coveredFen', {
      type: 'Money',
      description: '有效保函的保险金额之和（元），即不必以现金缴存的保证金。',
    }),
    premium: t.expose('premiumFen', { type: 'Money', description: '有效保函的保费之和（含税，元）。' }),
    endingSoon: t.exposeInt('endingSoon', {
      description: `有效保函中 ${limits.coverEndsSoonDays} 天内到期的数量。`,
    }),
    nextEndOn: t.expose('nextEndOn', {
      type: 'Date',
      nullable: true,
      description: '有效保函中最近的保障末日。',
    }),
    underWay: t.exposeInt('underWay', { description: '已提交、尚未出函的订单数。' }),
    underWayAmount: t.expose('underWayFen', {
      type: 'Money',
      description: '已提交、尚未出函的订单的保证金金额之和（元）。',
    }),
  }),
});

const CoverSummary = builder
  .objectRef<{ readonly kinds: readonly Figures[]; readonly soonUntil: string }>('CoverSummary')
  .implement({
    description: '调用方可见范围内，以保函代替现金的保证金。',
    fields: (t) => ({
      total: t.field({ type: CoverFigures, description: '合计。', resolve: ({ kinds }) => totalOf(kinds) }),
      kinds: t.field({
        type: [CoverFigures],
        description: '按保证金类型；没有的类型不列出。',
        resolve: ({ kinds }) => [...kinds],
      }),
      endsSoonUntil: t.expose('soonUntil', {
        type: 'Date',
        description: '保障末日不晚于该日的，算作即将到期。',
      }),
    }),
  });

function totalOf(kinds: readonly Figures[]): Shown {
  const sum = (of: (figures: Figures) => number) => kinds.reduce((whole, figures) => whole + of(figures), 0);
  return {
    depositKind: null,
    inForce: sum(({ inForce }) => inForce),
    coveredFen: sum(({ coveredFen }) => coveredFen),
    premiumFen: sum(({ premiumFen }) => premiumFen),
    endingSoon: sum(({ endingSoon }) => endingSoon),
    nextEndOn: kinds.flatMap(({ nextEndOn }) => nextEndOn ?? []).toSorted()[0] ?? null,
    underWay: sum(({ underWay }) => underWay),
    underWayFen: sum(({ underWayFen }) => underWayFen),
  };
}

builder.queryFields((t) => ({
  policies: t.field({
    type: PolicyConnection,
    description: '调用方可见的保单，最新出具的在前。',
    args: { filter: t.arg({ type: PolicyFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, orderReaders);
      const page = pageRequest(args);
      if ((args.filter?.search?.length ?? 0) > limits.nameCharactersMax)
        throw badArgument('filter.search', '搜索文字过长。');
      return listPolicies(context.db, context.actor, args.filter ?? {}, page);
    },
  }),
  coverSummary: t.field({
    type: CoverSummary,
    description: '调用方可见范围内保证金的概况：有效保函、金额、即将到期和办理中。',
    resolve: async (_root, _args, context) => {
      requireAccess(context.actor, orderReaders);
      const soonUntil = addDays(shanghaiDay(context.core.clock.now()), limits.coverEndsSoonDays);
      return { kinds: await coverFigures(context.db, context.actor, soonUntil), soonUntil };
    },
  }),
}));
