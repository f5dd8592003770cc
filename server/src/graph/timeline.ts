import type { EnumRef } from '@pothos/core';
import DataLoader from 'dataloader';
import { PARTIES, type Party, partiesOf, partyLabel } from '../access/actor.ts';
import type { FieldChange } from '../command/changes.ts';
import type { EventRow } from '../command/events.ts';
import type { Life } from '../command/fire.ts';
import { acceptedEvents } from '../kernel/machine.ts';
import { builder, enumOf, type Types } from './builder.ts';
import { type Context, perRequest } from './context.ts';
import { Node } from './node.ts';
import { eventsOfObjects } from './timeline.queries.ts';

type Extended = PothosSchemaTypes.ExtendDefaultTypes<Types>;

export const ActorEnum = enumOf('Actor', '参与方。', partyLabel);

/** Chinese names of events by noun, filled as machines are declared, so that the log can be read by people. */
const eventLabels = new Map<string, Readonly<Record<string, { label: string }>>>();

const actLabels = new Map<string, Readonly<Record<string, string>>>();

/** Names the acts that `note` writes and no machine knows. */
export function labelActs(noun: string, labels: Readonly<Record<string, string>>): void {
  actLabels.set(noun, { ...actLabels.get(noun), ...labels });
}

const FieldChangeType = builder.objectRef<FieldChange>('FieldChange').implement({
  description: '一个字段的变更。',
  fields: (t) => ({
    field: t.exposeString('field', { description: '字段。' }),
    before: t.exposeString('before', { nullable: true, description: '变更前；原来没有时为空。' }),
    after: t.exposeString('after', { nullable: true, description: '变更后；被清除时为空。' }),
  }),
});

export const EventType = builder.objectRef<EventRow>('Event').implement({
  description: '已发生的一件事，写入后不可更改。',
  interfaces: [Node],
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: '发生时刻。' }),
    noun: t.exposeString('noun', { description: '对象种类。' }),
    objectId: t.exposeID('objectId', { description: '对象编号。' }),
    event: t.exposeString('event', { description: '事件。' }),
    label: t.string({
      description: '事件名称。',
      resolve: (event) =>
        eventLabels.get(event.noun)?.[event.event]?.label ??
        actLabels.get(event.noun)?.[event.event] ??
        event.event,
    }),
    actor: t.field({
      type: ActorEnum,
      nullable: true,
      description: '由谁发起。',
      resolve: (event) => PARTIES.find((party) => party === event.party) ?? null,
    }),
    actorLabel: t.string({
      description: '由谁发起，供人阅读。',
      resolve: (event) => partyLabel[event.party as Party] ?? '访客',
    }),
    from: t.exposeString('fromState', { nullable: true, description: '之前的状态。' }),
    to: t.exposeString('toState', { nullable: true, description: '之后的状态。' }),
    note: t.exposeString('note', { nullable: true, description: '原因或说明。' }),
    changes: t.field({
      type: [FieldChangeType],
      description: '资料类操作（机构、产品、文件）改了什么：变更前与变更后；其他事件为空列表。',
      resolve: ({ data }) => (Array.isArray(data.changes) ? (data.changes as FieldChange[]) : []),
    }),
  }),
});

const timelineLoader = perRequest((context) => {
  const loader: DataLoader<string, EventRow[]> = new DataLoader(async (ids) => {
    const rows = await eventsOfObjects(context.db, context.actor, ids);
    const byObject = Map.groupBy(rows, (row) => row.objectId);
    // An order brings the events of all that hangs on it, which a page asks for a moment later.
    for (const [id, events] of byObject)
      if (ids.some((asked) => asked === events[0]?.orderId)) loader.prime(id, events);
    return ids.map((id) => byObject.get(id) ?? []);
  });
  return loader;
});

/** What happened to an object, oldest first, for types that show it under a rule of their own. */
export const timelineOf = (context: Context, objectId: string): Promise<EventRow[]> =>
  timelineLoader(context).load(objectId);

/** What everything that lives shows: its state, how it came there, and what the caller may do next. */
export function lifeFields<R extends { id: string; state: S }, S extends string, E extends string>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Extended, R>,
  // biome-ignore lint/suspicious/noExplicitAny: only the machine is read
  life: Life<any, S, E>,
  types: { state: EnumRef<Extended, S>; event: EnumRef<Extended, E> },
  /** Whether an event that the machine accepts may be fired as things stand: what beyond the state decides. */
  may: (row: R, event: E, context: Context) => boolean = () => true,
  /** Whom it waits for where the state alone does not say it; undefined where it does. */
  waitsFor: (row: R, context: Context) => Promise<Party | undefined> = async () => undefined,
) {
  eventLabels.set(life.machine.name, life.machine.events);
  const { states } = life.machine;
  return {
    state: t.field({ type: types.state, description: '状态。', resolve: (row) => row.state as never }),
    stateLabel: t.string({ description: '状态名称。', resolve: (row) => states[row.state].label }),
    nextActor: t.field({
      type: ActorEnum,
      nullable: true,
      description: '下一步由谁处理；无人等待时为空。',
      resolve: async (row, _args, context) =>
        ((await waitsFor(row, context)) ?? states[row.state].waitsFor ?? null) as never,
    }),
    events: t.field({
      type: [EventType],
      description: '经过，由早到晚。',
      resolve: (row, _args, context) => timelineLoader(context).load(row.id),
    }),
    availableEvents: t.field({
      type: [types.event],
      description: '当前调用方此刻可以进行的操作。',
      resolve: (row, _args, context: Context) =>
        [
          ...new Set(
            partiesOf(context.actor).flatMap(
              (party) => acceptedEvents(life.machine, row.state, party) as E[],
            ),
          ),
        ].filter((event) => may(row, event, context)) as never,
    }),
  };
}

/** Enums of a machine's states and events, with its labels as descriptions. */
export function machineEnums<S extends string, E extends string>(
  // biome-ignore lint/suspicious/noExplicitAny: only the machine is read
  life: Life<any, S, E>,
  name: string,
) {
  const labels = <K extends string>(rules: Readonly<Record<K, { label: string }>>) =>
    Object.fromEntries(
      Object.entries<{ label: string }>(rules).map(([key, rule]) => [key, rule.label]),
    ) as Record<K, string>;
  return {
    state: enumOf(`${name}State`, `${life.machine.label}的状态。`, labels(life.machine.states)),
    event: enumOf(`${name}Event`, `${life.machine.label}的事件。`, labels(life.machine.events)),
  };
}
