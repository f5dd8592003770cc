import type { ResultOf } from '../../gql/graphql.ts';
import type { StateTone } from '../../shared/StateTag.vue';
import type { SectionCardFields } from './section.gql.ts';

export type SectionCard = ResultOf<typeof SectionCardFields>;
export type SectionState = SectionCard['state'];
export type Deposit = SectionCard['deposits'][number];
export type DepositKind = Deposit['kind'];

export const depositKinds = [
  'BID',
  'PERFORMANCE',
  'ADVANCE_PAYMENT',
  'WAGE',
  'QUALITY',
] as const satisfies DepositKind[];

export const depositKindLabels: Record<DepositKind, string> = {
  BID: '投标保证金',
  PERFORMANCE: '履约保证金',
  ADVANCE_PAYMENT: '预付款保证金',
  WAGE: '农民工工资保证金',
  QUALITY: '工程质量保证金',
};

export type Reminder = NonNullable<SectionCard['saved']>['reminder'];
export const reminderLabels: Record<Reminder, string> = {
  THREE_DAYS: '截止前 3 天提醒',
  ONE_DAY: '截止前 1 天提醒',
  TWO_HOURS: '截止前 2 小时提醒',
  NONE: '不提醒',
};

/** As many sections as the server takes at once. */
export const sectionsPerBatchMax = 10;

/** Deposits in the manual's order: what is needed first comes first. */
export function inOrder(deposits: readonly Deposit[]): Deposit[] {
  return deposits.toSorted((a, b) => depositKinds.indexOf(a.kind) - depositKinds.indexOf(b.kind));
}

/** States in the order a section goes through them, as the filter offers them. */
export const sectionStateLabels = {
  ANNOUNCED: '未开标',
  OPENED: '已开标',
  SUSPENDED: '已暂停',
  AWARDED: '已定标',
  FAILED: '已流标',
} as const satisfies Record<SectionState, string>;

export const sectionTones = {
  ANNOUNCED: 'progress',
  OPENED: 'success',
  SUSPENDED: 'warning',
  AWARDED: 'neutral',
  FAILED: 'danger',
} as const satisfies Record<SectionState, StateTone>;

/**
 * The deadline a bidder looks for first: the next one to come, or else the last that has passed. Null where the
 * section names none.
 */
export function nextDeadline(deposits: readonly Deposit[], now: number): string | null {
  const deadlines = deposits
    .flatMap(({ deadline }) => deadline ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b));
  return deadlines.find((deadline) => Date.parse(deadline) > now) ?? deadlines.at(-1) ?? null;
}
