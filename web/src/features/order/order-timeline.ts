import type { ResultOf } from '../../gql/graphql.ts';
import type { EventFields } from './order.gql.ts';

export type TimelineEvent = ResultOf<typeof EventFields>;

/** The events of one thing, and what people call it: “投保单（紫金）”. */
export interface EventSource {
  subject: string;
  events: readonly TimelineEvent[];
}

export interface TimelineEntry {
  id: string;
  at: string;
  text: string;
  note: string | null;
  actorLabel: string;
}

/** All events as one list, the newest first; each says what it happened to. */
export function timelineOf(sources: readonly EventSource[]): TimelineEntry[] {
  return sources
    .flatMap(({ subject, events }, rank) =>
      events.map(({ id, at, label, note, actorLabel }, index) => ({
        entry: { id, at, text: `${subject}：${label}`, note, actorLabel },
        instantMs: Date.parse(at),
        // Of one moment: causes stand below their consequences, as in the order of the sources.
        rank: rank * 1000 + index,
      })),
    )
    .toSorted((a, b) => b.instantMs - a.instantMs || b.rank - a.rank)
    .map(({ entry }) => entry);
}
