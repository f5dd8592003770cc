import { unzipSync, type Zippable, zipSync } from 'fflate';
import { rootFrom } from './merkle.ts';
import { type Sale, saleFaults } from './sale.ts';
import {
  documentHash,
  eventHash,
  hashOfBytes,
  type PageFile,
  pageVersionOf,
  type SealedEvent,
} from './seals.ts';

/** What a package of evidence is made of: names and bytes of its members. */
export type Members = ReadonlyMap<string, Uint8Array>;

export const MANIFEST = 'manifest.json';
export const MANIFEST_HASH = 'manifest.sha256';
export const FORMAT = 'tender-guarantee-evidence-1';

export interface Proof {
  /** Number of events in the tree. */
  readonly size: number;
  readonly root: string;
  /** Hash of the last event, and the path from it. */
  readonly head: string;
  readonly headPath: readonly string[];
  /** By sequence number of the order's events. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
}

export interface PackedDocument {
  readonly id: string;
  readonly title: string;
  readonly pages: readonly string[];
  readonly sha256: string;
  readonly fileSha256: string | null;
}

interface Manifest {
  readonly format: string;
  readonly members: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** Something of a package that is not as it was made. */
export interface PackageFault {
  readonly member: string;
  readonly reason: string;
}

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value, null, 1));
export const jsonMember = text;

/** Adds the manifest and makes one file of it all. The same members make the same bytes, wherever and whenever. */
export function packed(members: Members): Uint8Array {
  const names = [...members.keys()].sort();
  const manifest: Manifest = {
    format: FORMAT,
    members: names.map((name) => {
      const bytes = members.get(name) as Uint8Array;
      return { name, bytes: bytes.length, sha256: hashOfBytes(bytes) };
    }),
  };
  const all = new Map(members);
  all.set(MANIFEST, text(manifest));
  all.set(MANIFEST_HASH, new TextEncoder().encode(`${hashOfBytes(all.get(MANIFEST) as Uint8Array)}\n`));
  return zipped(all);
}

/** Stored and not compressed, so that the bytes do not depend on who packs; in the order of the names. */
export function zipped(members: Members): Uint8Array {
  const entries: Zippable = {};
  for (const name of [...members.keys()].sort())
    entries[name] = [members.get(name) as Uint8Array, { level: 0, mtime: '1980-01-01T00:00:00' }];
  return zipSync(entries, { level: 0 });
}

/**
 * Verifies a package by itself: the file, each member, and that acts, consents, recordings, documents and page versions are those
 * that the order's events sealed, and the events those of the chain whose head and root the package names.
 *
 * @returns every fault; none means that all is as it was made
 */
export function packageFaults(file: Uint8Array): PackageFault[] {
  let members: Map<string, Uint8Array>;
  try {
    members = new Map(Object.entries(unzipSync(file)));
  } catch (fault) {
    return [{ member: '(zip)', reason: `cannot be read: ${fault instanceof Error ? fault.message : fault}` }];
  }
  const faults = [...zipFaults(file, members), ...manifestFaults(members)];
  if (faults.length > 0) return faults;
  try {
    return contentFaults(members);
  } catch (fault) {
    return [{ member: MANIFEST, reason: `names what cannot be read: ${String(fault)}` }];
  }
}

/** The file has to be, byte for byte, what packing its members gives: nothing hides between them. */
function zipFaults(file: Uint8Array, members: Members): PackageFault[] {
  const made = zipped(members);
  const differs = (start: number, end: number) =>
    Buffer.compare(file.subarray(start, end), made.subarray(start, end)) !== 0;
  if (!differs(0, Math.max(file.length, made.length))) return [];
  const faults: PackageFault[] = [];
  let offset = 0;
  for (const name of [...members.keys()].sort()) {
    // Of each entry 30 bytes, its name, its bytes; the checksum over these stands among the first.
    const end = offset + 30 + Buffer.byteLength(name) + (members.get(name)?.length ?? 0);
    if (differs(offset, end)) faults.push({ member: name, reason: 'was altered, or its entry in the zip' });
    offset = end;
  }
  return faults.length > 0 ? faults : [{ member: '(zip)', reason: 'its directory was altered' }];
}

function manifestFaults(members: Members): PackageFault[] {
  const bytes = members.get(MANIFEST);
  const hash = new TextDecoder().decode(members.get(MANIFEST_HASH)).trim();
  if (!bytes || hashOfBytes(bytes) !== hash)
    return [{ member: MANIFEST, reason: `does not match ${MANIFEST_HASH}` }];
  const manifest = read<Manifest>(members, MANIFEST);
  if (manifest.format !== FORMAT) return [{ member: MANIFEST, reason: 'is of an unknown format' }];
  const named = new Set([MANIFEST, MANIFEST_HASH, ...manifest.members.map(({ name }) => name)]);
  return [
    ...manifest.members.flatMap(({ name, sha256 }) => {
      const member = members.get(name);
      if (!member) return [{ member: name, reason: 'is missing' }];
      return hashOfBytes(member) === sha256 ? [] : [{ member: name, reason: 'was altered' }];
    }),
    ...[...members.keys()]
      .filter((name) => !named.has(name))
      .map((name) => ({ member: name, reason: 'is not in the manifest' })),
  ];
}

function read<T>(members: Members, name: string): T {
  const bytes = members.get(name);
  if (!bytes) throw new Error(`${name} is missing.`);
  return JSON.parse(new TextDecoder().decode(bytes)) as T;
}

const memberOf = { act: 'acts.json', consent: 'consents.json', recording: 'recordings.json' } as const;
export const recordingMember = (seq: number) => `recordings/${String(seq).padStart(6, '0')}.json.gz`;

function contentFaults(members: Members): PackageFault[] {
  const { id: orderId } = read<{ id: string }>(members, 'order.json');
  const proof = read<Proof>(members, 'proof.json');
  const sale: Sale & { readonly events: readonly (SealedEvent & { readonly hash: string })[] } = {
    acts: read(members, 'acts.json'),
    consents: read(members, 'consents.json'),
    recordings: read(members, 'recordings.json'),
    events: read(members, 'events.json'),
  };
  const faults: PackageFault[] = [];
  const fault = (member: string, reason: string) => faults.push({ member, reason });

  for (const event of sale.events) {
    const { seq, hash } = event;
    if (event.orderId !== orderId) fault('events.json', `event ${event.id} is of another order`);
    if (eventHash(event) !== hash) fault('events.json', `event ${event.id} does not match its hash`);
    else if (rootFrom(hash, seq - 1, proof.size, proof.paths[seq] ?? []) !== proof.root)
      fault('proof.json', `event ${event.id} is not shown to be in the chain`);
  }
  if (rootFrom(proof.head, proof.size - 1, proof.size, proof.headPath) !== proof.root)
    fault('proof.json', 'the head is not shown to be the last event of the chain');

  for (const row of [...sale.acts, ...sale.consents, ...sale.recordings])
    if (row.orderId !== orderId) fault('order.json', 'is of another order than the acts');
  for (const { what, which, reason } of saleFaults(sale)) fault(memberOf[what], `${what} ${which} ${reason}`);

  for (const { seq, sha256 } of sale.recordings) {
    const bytes = members.get(recordingMember(seq));
    if (!bytes || hashOfBytes(bytes) !== sha256)
      fault(recordingMember(seq), 'is not what recordings.json and the chain say');
  }
  const documents = new Set([
    ...sale.consents.map(({ documentId }) => documentId),
    ...sale.acts.flatMap(({ documentId }) => documentId ?? []),
  ]);
  for (const id of documents) {
    const name = `documents/${id}.json`;
    const document = read<PackedDocument>(members, name);
    const pdf = members.get(`documents/${id}.pdf`);
    const pdfHash = pdf ? hashOfBytes(pdf) : null;
    if (document.fileSha256 !== pdfHash) fault(`documents/${id}.pdf`, 'is not the file of its document');
    const hash = documentHash(document.title, document.pages, document.fileSha256);
    const accepted = sale.consents.filter((consent) => consent.documentId === id);
    if (hash !== document.sha256 || accepted.some((consent) => consent.documentSha256 !== hash))
      fault(name, 'is not the version that was accepted');
  }
  const versions = new Set([...sale.acts, ...sale.recordings].map(({ pageVersion }) => pageVersion));
  for (const version of versions) {
    if (!version) continue;
    const name = `pages/${version}/files.json`;
    const files = read<PageFile[]>(members, name);
    if (pageVersionOf(files) !== version) fault(name, 'is not the list of this version');
    for (const [path, sha256] of files) {
      const bytes = members.get(`pages/${version}/${path}`);
      if (!bytes || hashOfBytes(bytes) !== sha256)
        fault(`pages/${version}/${path}`, 'is not as it was served');
    }
  }
  return faults;
}

/** The chain that a package speaks of, to hold against what was kept elsewhere. */
export function chainOf(file: Uint8Array): Pick<Proof, 'size' | 'head' | 'root'> {
  return read<Proof>(new Map(Object.entries(unzipSync(file))), 'proof.json');
}
