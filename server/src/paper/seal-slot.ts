import { plainAddPlaceholder } from '@signpdf/placeholder-plain';
import { SUBFILTER_ETSI_CADES_DETACHED } from '@signpdf/utils';

/** Who seals a document, as readers of PDF show it beside the seal. */
export interface SealWords {
  readonly name: string;
  readonly reason: string;
  readonly location: string;
}

/** The two stretches of a PDF that a seal covers: all of it but the seal itself. Offsets and lengths in bytes. */
export interface SealedRange {
  readonly start: number;
  readonly firstLength: number;
  readonly secondStart: number;
  readonly secondLength: number;
}

/** A seal found in a PDF: what it covers, and its bytes as the CMS message that they are. */
export interface FoundSeal {
  readonly range: SealedRange;
  readonly cms: Uint8Array;
}

/** Room for a signature with a chain of some certificates, in bytes. */
const SEAL_BYTES_MAX = 12_288;
const RANGE_PLACEHOLDER = /\/ByteRange \[0 \/\*{10} \/\*{10} \/\*{10}\]/;

/**
 * Adds an empty seal to a PDF: all bytes are as they will be once sealed but for the seal itself, which is zeros.
 *
 * @throws Error if the document is not one that our library writes
 */
export function withSealSlot(pdf: Uint8Array, words: SealWords): Uint8Array {
  const bytes = plainAddPlaceholder({
    pdfBuffer: Buffer.from(pdf),
    name: words.name,
    reason: words.reason,
    location: words.location,
    contactInfo: '',
    subFilter: SUBFILTER_ETSI_CADES_DETACHED,
    signatureLength: SEAL_BYTES_MAX,
  });
  // One character a byte, so that offsets in the text are offsets in the file.
  const text = bytes.toString('latin1');
  const placeholder = RANGE_PLACEHOLDER.exec(text);
  const contents = text.indexOf(`/Contents <${'0'.repeat(64)}`, placeholder?.index);
  if (!placeholder || contents < 0) throw new Error('The document took no seal.');
  const open = text.indexOf('<', contents);
  const secondStart = text.indexOf('>', open) + 1;
  const range = `/ByteRange [0 ${open} ${secondStart} ${bytes.length - secondStart}]`;
  bytes.write(range.padEnd(placeholder[0].length), placeholder.index, 'latin1');
  return bytes;
}

/** The bytes a seal covers, as one. */
export function sealedBytes(pdf: Uint8Array, range: SealedRange): Uint8Array {
  return Buffer.concat([
    pdf.subarray(range.start, range.start + range.firstLength),
    pdf.subarray(range.secondStart, range.secondStart + range.secondLength),
  ]);
}

/** Whether a seal covers the whole file: nothing was added before, behind or beside it. */
export function coversAll(pdf: Uint8Array, range: SealedRange): boolean {
  return range.start === 0 && range.secondStart + range.secondLength === pdf.length;
}

/**
 * Puts a seal into the slot that was left for it.
 *
 * @throws RangeError if it is too long for its slot
 */
export function fillSealSlot(
  pdf: Uint8Array,
  { firstLength, secondStart }: SealedRange,
  cms: Uint8Array,
): Uint8Array {
  const room = secondStart - firstLength - 2;
  const hex = Buffer.from(cms).toString('hex');
  if (hex.length > room) throw new RangeError(`The seal has ${hex.length / 2} bytes, its slot ${room / 2}.`);
  const sealed = Buffer.from(pdf);
  sealed.write(hex.padEnd(room, '0'), firstLength + 1, 'latin1');
  return sealed;
}

/** The seals of a PDF from whoever, in the order in which they stand; an empty slot is none. Ranges that leave the file are passed over. */
export function findSeals(pdf: Uint8Array, sealsMax: number): FoundSeal[] {
  const text = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength).toString('latin1');
  const found: FoundSeal[] = [];
  for (const match of text.matchAll(
    /\/ByteRange\s{0,8}\[\s{0,8}(\d{1,10})\s{1,8}(\d{1,10})\s{1,8}(\d{1,10})\s{1,8}(\d{1,10})\s{0,8}\]/g,
  )) {
    const [start = 0, firstLength = 0, secondStart = 0, secondLength = 0] = match.slice(1).map(Number);
    const range = { start, firstLength, secondStart, secondLength };
    if (secondStart < start + firstLength || secondStart + secondLength > pdf.length) continue;
    const hex = /^<([0-9a-fA-F\s]*)>$/.exec(text.slice(start + firstLength, secondStart).trim())?.[1];
    const cms = Buffer.from((hex ?? '').replace(/\s/g, ''), 'hex');
    if (cms.length > 0 && cms[0] === 0x30) found.push({ range, cms });
    if (found.length >= sealsMax) break;
  }
  return found;
}

/** The range of the slot that `withSealSlot` left. */
export function slotRange(pdf: Uint8Array): SealedRange {
  const text = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength).toString('latin1');
  const match = /\/ByteRange \[0 (\d+) (\d+) (\d+)\]/.exec(text);
  if (!match) throw new Error('The document has no slot for a seal.');
  const [firstLength = 0, secondStart = 0, secondLength = 0] = match.slice(1).map(Number);
  return { start: 0, firstLength, secondStart, secondLength };
}
