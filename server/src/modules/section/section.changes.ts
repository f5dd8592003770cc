import type { EventRow } from '../../command/events.ts';
import { depositKindLabel, projectTypeLabel } from '../../db/vocabulary.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatYuanGrouped } from '../../kernel/money.ts';
import { regionByCode } from '../../kernel/regions.ts';
import { sectionMachine } from './section.machine.ts';
import type { DepositRow, SectionRow } from './section.queries.ts';

/** What one event changed in a section, in words as people read them; kept with the event. Null is what was not said. */
export interface SectionChange {
  /** Name of the field in the API; of a deposit `deposits.BID.amount`. */
  readonly field: string;
  readonly label: string;
  readonly before: string | null;
  readonly after: string | null;
}

type Facts = Partial<Omit<SectionRow, 'id'>>;
type DepositFacts = Pick<DepositRow, 'kind' | 'amountFen' | 'deadlineAt'>;
type Words = (value: never) => string;

const asIs = (value: string) => value;
const moment = (value: number) => formatInstant(value).slice(0, 16).replace('T', ' ');
const money = (value: number) => `${formatYuanGrouped(value)} 元`;

/** The fields whose change matters to a bidder. */
const fields: readonly (readonly [keyof Facts, string, string, Words])[] = [
  ['name', 'name', '标段名称', asIs],
  ['projectName', 'projectName', '项目名称', asIs],
  [
    'projectType',
    'projectType',
    '项目类型',
    (value: keyof typeof projectTypeLabel) => projectTypeLabel[value],
  ],
  ['regionCode', 'regionCode', '项目属地', (value: string) => regionByCode(value)?.name ?? value],
  ['tendererName', 'tendererName', '招标人', asIs],
  ['agencyName', 'agencyName', '招标代理机构', asIs],
  ['controlPriceFen', 'controlPrice', '招标控制价', money],
  ['validityDays', 'validityDays', '投标有效期', (value: number) => `${value} 个日历天`],
  ['deadlineAt', 'deadlineAt', '投标截止时间', moment],
  ['openAt', 'openAt', '开标时间', moment],
];

/** What differs between a section as it stands and what is now said of it. What is not said again has not changed. */
export function changesOf(
  section: SectionRow,
  facts: Facts,
  deposits: { readonly before: readonly DepositFacts[]; readonly after: readonly DepositFacts[] },
): SectionChange[] {
  const changes: SectionChange[] = [];
  const compare = (field: string, label: string, before: unknown, after: unknown, words: Words) => {
    if (after === undefined || before === after) return;
    const say = (value: unknown) => (value === null || value === undefined ? null : words(value as never));
    changes.push({ field, label, before: say(before), after: say(after) });
  };
  for (const [key, field, label, words] of fields) compare(field, label, section[key], facts[key], words);
  for (const { kind, amountFen, deadlineAt } of deposits.after) {
    const known = deposits.before.find((deposit) => deposit.kind === kind);
    const label = depositKindLabel[kind];
    compare(`deposits.${kind}.amount`, `${label}金额`, known?.amountFen ?? null, amountFen, money);
    compare(`deposits.${kind}.deadline`, `${label}截止时间`, known?.deadlineAt ?? null, deadlineAt, moment);
  }
  return changes;
}

/** The changes that an event of a section keeps; of its state as well. */
export function recordedChanges(event: EventRow): SectionChange[] {
  const { changes } = event.data;
  const { states } = sectionMachine;
  const label = (state: string | null) => (state && isState(state) ? states[state].label : state);
  const moved =
    event.fromState !== null && event.fromState !== event.toState
      ? [{ field: 'state', label: '标段状态', before: label(event.fromState), after: label(event.toState) }]
      : [];
  return [...moved, ...(Array.isArray(changes) ? (changes as SectionChange[]) : [])];
}

const isState = (state: string): state is keyof typeof sectionMachine.states =>
  Object.hasOwn(sectionMachine.states, state);
