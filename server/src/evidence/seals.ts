import { createHash } from 'node:crypto';

/**
 * How everything that is evidence is hashed: SHA-256 in hex over JSON, every fact at a fixed place. Written once, and free of
 * anything else of the server, so that whoever verifies a package runs the same few lines without a database.
 */
const sha256 = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};
export const hashOfBytes = (bytes: Uint8Array): string => sha256(bytes);
const hashOfFacts = (facts: readonly unknown[]): string => sha256(JSON.stringify(facts));

/** Nouns of the events that seal the trace of a sale. They are proof, and nothing that happened: timelines leave them out. */
export const TRACE_NOUN = 'salesTrace';
export const RECORDING_NOUN = 'salesRecording';

/** What the first link of every chain is chained to. */
export const GENESIS = '0'.repeat(64);

export interface SealedEvent {
  readonly seq: number;
  readonly id: string;
  readonly at: number;
  readonly noun: string;
  readonly objectId: string;
  readonly orderId: string | null;
  readonly insurerId: string | null;
  readonly event: string;
  readonly fromState: string | null;
  readonly toState: string | null;
  readonly party: string;
  readonly actorId: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
  readonly note: string | null;
  readonly data: Record<string, unknown>;
  readonly previousHash: string;
}

/** The seal of an event: over every column but the hash itself. */
export function eventHash(row: SealedEvent): string {
  return hashOfFacts([
    row.previousHash,
    row.seq,
    row.id,
    row.at,
    row.noun,
    row.objectId,
    row.orderId,
    row.insurerId,
    row.event,
    row.fromState,
    row.toState,
    row.party,
    row.actorId,
    row.address,
    row.requestId,
    row.note,
    row.data,
  ]);
}

export interface SealedAct {
  readonly orderId: string;
  readonly seq: number;
  readonly kind: string;
  readonly clientAt: number;
  readonly receivedAt: number;
  readonly pageVersion: string;
  readonly documentId: string | null;
  readonly page: number | null;
  readonly statement: string | null;
  readonly labelText: string | null;
  readonly userId: string;
  readonly sessionId: string;
  readonly address: string;
  readonly agent: string;
}

/** The running hash over the acts of one order's sale. */
export function actHash(previous: string, row: SealedAct): string {
  return hashOfFacts([
    previous,
    row.orderId,
    row.seq,
    row.kind,
    row.clientAt,
    row.receivedAt,
    row.pageVersion,
    row.documentId,
    row.page,
    row.statement,
    row.labelText,
    row.userId,
    row.sessionId,
    row.address,
    row.agent,
  ]);
}

export interface SealedConsent {
  readonly id: string;
  readonly orderId: string;
  readonly documentId: string;
  readonly documentSha256: string;
  readonly statement: string;
  readonly labelText: string;
  readonly pageVersion: string | null;
  readonly openedAt: number | null;
  readonly readToEndAt: number | null;
  readonly acceptedAt: number;
  readonly userId: string;
  readonly sessionId: string;
  readonly address: string;
  readonly agent: string;
}

export function consentHash(row: SealedConsent): string {
  return hashOfFacts([
    row.id,
    row.orderId,
    row.documentId,
    row.documentSha256,
    row.statement,
    row.labelText,
    row.pageVersion,
    row.openedAt,
    row.readToEndAt,
    row.acceptedAt,
    row.userId,
    row.sessionId,
    row.address,
    row.agent,
  ]);
}

export interface SealedRecording {
  readonly orderId: string;
  readonly seq: number;
  readonly recording: string;
  readonly part: number;
  readonly pageVersion: string;
  readonly sha256: string;
  readonly receivedAt: number;
  readonly userId: string;
  readonly sessionId: string;
  readonly address: string;
  readonly agent: string;
}

/** The running hash over the recorded pieces of one order's sale; the bytes of a piece enter by their own hash. */
export function recordingHash(previous: string, row: SealedRecording): string {
  return hashOfFacts([
    previous,
    row.orderId,
    row.seq,
    row.recording,
    row.part,
    row.pageVersion,
    row.sha256,
    row.receivedAt,
    row.userId,
    row.sessionId,
    row.address,
    row.agent,
  ]);
}

/** What a version of a document is known by: its title, its pages, and the hash of its PDF where there is one. */
export const documentHash = (title: string, pages: readonly string[], fileSha256: string | null): string =>
  hashOfFacts([title, pages, ...(fileSha256 ? [fileSha256] : [])]);

/** A file of the sales pages and the hash of its bytes. */
export type PageFile = readonly [name: string, sha256: string];

/** What a version of the sales pages is known by: the names and contents of the files they consist of, in the order of their names. */
export function pageVersionOf(files: readonly PageFile[]): string {
  return hashOfFacts(files.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
