import {
  actHash,
  consentHash,
  GENESIS,
  RECORDING_NOUN,
  recordingHash,
  type SealedAct,
  type SealedConsent,
  type SealedEvent,
  type SealedRecording,
  TRACE_NOUN,
} from './seals.ts';

/** All rows that prove one sale, and the order's own events, oldest first. */
export interface Sale {
  readonly acts: readonly (SealedAct & { readonly hash: string })[];
  readonly consents: readonly SealedConsent[];
  readonly recordings: readonly (SealedRecording & { readonly hash: string })[];
  readonly events: readonly SealedEvent[];
}

export interface SaleFault {
  readonly what: 'act' | 'consent' | 'recording';
  /** Sequence number, or the consent's id. */
  readonly which: number | string;
  readonly reason: string;
}

/** Holds the rows of a sale against the events that seal them, and names each that was altered, removed or added. */
export function saleFaults(sale: Sale): SaleFault[] {
  const seals = (noun: string) =>
    sale.events.filter((event) => event.noun === noun && event.event === 'RECORD').map(({ data }) => data);
  return [
    ...runningFaults('act', sale.acts, seals(TRACE_NOUN), actHash),
    ...consentFaults(sale),
    ...runningFaults('recording', sale.recordings, seals(RECORDING_NOUN), recordingHash),
  ];
}

/** Rows numbered from 1, each hashed with the one before it, sealed in stretches by events that name the last hash. */
function runningFaults<R extends { readonly seq: number; readonly hash: string }>(
  what: SaleFault['what'],
  rows: readonly R[],
  seals: readonly Record<string, unknown>[],
  hashOf: (previous: string, row: R) => string,
): SaleFault[] {
  const stretches = seals.map(({ seq, from, to, hash }) => ({
    from: Number(from ?? seq),
    to: Number(to ?? seq),
    hash,
  }));
  const first = stretches[0]?.from ?? 1;
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const sealedTo = stretches.at(-1)?.to ?? 0;
  const stray = rows
    // Rows older than the seal carry no hash and lie before the first sealed one.
    .filter((row) => row.seq > sealedTo && (row.hash !== '' || stretches.length > 0))
    .map((row) => ({ what, which: row.seq, reason: 'is sealed by no event' }));

  let previous = GENESIS;
  let next = first;
  for (const { from, to, hash } of stretches) {
    if (from !== next) return [{ what, which: next, reason: 'is sealed by no event' }, ...stray];
    for (let seq = from; seq <= to; seq += 1) {
      const row = bySeq.get(seq);
      if (!row) return [{ what, which: seq, reason: 'is missing' }, ...stray];
      const computed = hashOf(previous, row);
      if (computed !== row.hash) return [{ what, which: seq, reason: 'does not match its hash' }, ...stray];
      previous = computed;
    }
    if (previous !== hash)
      return [
        { what, which: to, reason: `or one from ${from} on does not match the event that seals it` },
        ...stray,
      ];
    next = to + 1;
  }
  return stray;
}

function consentFaults({ consents, events }: Sale): SaleFault[] {
  const sealed = new Map<string, unknown>();
  for (const { noun, event, data } of events) {
    if (noun !== 'consent' || event !== 'ACCEPT' || !Array.isArray(data.documents)) continue;
    for (const { consentId, hash } of data.documents as { consentId?: string; hash?: string }[])
      if (consentId) sealed.set(consentId, hash);
  }
  const known = new Set(consents.map(({ id }) => id));
  return [
    ...consents
      // Older than the seal: it names no session, and no event names it.
      .filter(
        (row) => (sealed.has(row.id) || row.sessionId !== '') && sealed.get(row.id) !== consentHash(row),
      )
      .map(({ id }) => ({
        what: 'consent' as const,
        which: id,
        reason: 'does not match the event that seals it',
      })),
    ...[...sealed.keys()]
      .filter((id) => !known.has(id))
      .map((id) => ({ what: 'consent' as const, which: id, reason: 'is missing' })),
  ];
}
