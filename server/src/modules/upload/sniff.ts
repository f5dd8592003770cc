import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, inflate, inflateSync } from 'node:zlib';
import { fileTypeFromBuffer } from 'file-type';
import { limits } from '../../limits.ts';
import { ImageFault, type ImageType, readImageSize } from './reencode.ts';

const MIB = 2 ** 20;

export type UploadPurpose =
  | 'LICENSE'
  | 'VOUCHER'
  | 'POLICY'
  | 'INVOICE'
  | 'EVIDENCE'
  | 'DOCUMENT'
  | 'STATEMENT';
export type UploadExtension = 'jpg' | 'png' | 'pdf' | 'ofd' | 'xml' | 'csv';

export interface UploadRule {
  readonly maxBytes: number;
  readonly extensions: readonly UploadExtension[];
}

/** What each purpose takes. */
export const UPLOAD_RULES: Readonly<Record<UploadPurpose, UploadRule>> = {
  LICENSE: { maxBytes: limits.uploadBytesMax.LICENSE, extensions: ['jpg', 'png'] },
  VOUCHER: { maxBytes: limits.uploadBytesMax.VOUCHER, extensions: ['jpg', 'png'] },
  EVIDENCE: { maxBytes: limits.uploadBytesMax.EVIDENCE, extensions: ['jpg', 'png', 'pdf'] },
  POLICY: { maxBytes: limits.uploadBytesMax.POLICY, extensions: ['pdf'] },
  INVOICE: { maxBytes: limits.uploadBytesMax.INVOICE, extensions: ['pdf', 'ofd', 'xml'] },
  DOCUMENT: { maxBytes: limits.uploadBytesMax.DOCUMENT, extensions: ['pdf'] },
  STATEMENT: { maxBytes: limits.uploadBytesMax.STATEMENT, extensions: ['csv', 'xml'] },
};

const SCAN_WINDOW_BYTES = MIB / 2;
const SCAN_OVERLAP_BYTES = 256;

export type SniffCode =
  | 'TYPE_NOT_ALLOWED'
  | 'TYPE_MISMATCH'
  | 'TOO_LARGE'
  | 'EMPTY'
  | 'BROKEN'
  | 'ACTIVE_CONTENT'
  | 'TOO_MANY_PIXELS'
  | 'ANIMATED';

export type SniffResult =
  | { ok: true; contentType: string; extension: UploadExtension }
  | { ok: false; code: SniffCode; reason: string };

type Refusal = Extract<SniffResult, { ok: false }>;

interface FileKind {
  readonly contentType: string;
  /** Other content types that browsers and tools declare for it. */
  readonly aliases: readonly string[];
  readonly otherExtensions: readonly string[];
  readonly label: string;
}

const KINDS: Readonly<Record<UploadExtension, FileKind>> = {
  jpg: {
    contentType: 'image/jpeg',
    aliases: ['image/jpg', 'image/pjpeg'],
    otherExtensions: ['jpeg', 'jpe', 'jfif'],
    label: 'JPG',
  },
  png: { contentType: 'image/png', aliases: ['image/x-png'], otherExtensions: [], label: 'PNG' },
  pdf: { contentType: 'application/pdf', aliases: ['application/x-pdf'], otherExtensions: [], label: 'PDF' },
  ofd: {
    contentType: 'application/ofd',
    aliases: ['application/x-ofd', 'application/vnd.ofd'],
    otherExtensions: [],
    label: 'OFD',
  },
  xml: { contentType: 'application/xml', aliases: ['text/xml'], otherExtensions: [], label: 'XML' },
  csv: {
    contentType: 'text/csv',
    // What Windows with a spreadsheet program says of it.
    aliases: ['text/plain', 'application/csv', 'application/vnd.ms-excel'],
    otherExtensions: ['txt'],
    label: 'CSV',
  },
};

const UNSPECIFIC_TYPES = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

function refuse(code: SniffCode, reason: string): Refusal {
  return { ok: false, code, reason };
}

const tooLarge = (maxBytes: number) =>
  refuse('TOO_LARGE', `文件超过 ${maxBytes / MIB} MB，请压缩后重新上传。`);
const broken = (label: string) =>
  refuse('BROKEN', `文件已损坏或不是完整的 ${label} 文件，请重新导出后上传。`);
const activeContent = (label: string) =>
  refuse('ACTIVE_CONTENT', `${label} 文件含有脚本、附件、加密或自动动作，请去除后重新上传。`);

function listLabels(extensions: readonly UploadExtension[]): string {
  return new Intl.ListFormat('zh-CN', { type: 'disjunction' }).format(
    extensions.map((each) => KINDS[each].label),
  );
}

/**
 * Decides by its content whether a file may be taken for a purpose. What the sender says about it (type and name)
 * has to agree where it says anything; it never decides.
 *
 * The checks come in this order: empty, size, type by content, agreement, then what the type itself forbids.
 *
 * @param bytes the whole file
 * @returns the type to store and serve it with, or a code and a sentence for the person who sent it
 */
export async function sniffUpload(
  bytes: Uint8Array,
  purpose: UploadPurpose,
  declared: { contentType: string | null; fileName: string | null },
): Promise<SniffResult> {
  const rule = UPLOAD_RULES[purpose];
  if (bytes.length === 0) return refuse('EMPTY', '文件是空的，请重新选择。');
  if (bytes.length > rule.maxBytes) return tooLarge(rule.maxBytes);

  const found = await kindByContent(bytes, rule);
  if (typeof found !== 'string') return found;
  if (!agrees(found, declared)) {
    const name = `${KINDS[found].label} 文件`;
    return refuse('TYPE_MISMATCH', `文件内容是 ${name}，与文件名或声明的类型不一致，请核对后重新上传。`);
  }

  const forbidden = await forbiddenIn(
    bytes,
    found,
    purpose === 'STATEMENT' ? rule.maxBytes : limits.xmlBytesMax,
  );
  return forbidden ?? { ok: true, contentType: KINDS[found].contentType, extension: found };
}

async function kindByContent(bytes: Uint8Array, rule: UploadRule): Promise<UploadExtension | Refusal> {
  const extension = await detectedExtension(bytes);
  const allowed = rule.extensions.find(
    (each) => each === extension || (each === 'ofd' && extension === 'zip'),
  );
  // A zip is an OFD only by what is in it.
  if (allowed && (allowed !== 'ofd' || zipEntryNames(bytes)?.includes('OFD.xml'))) return allowed;
  // Text has no mark of its own: it is what no detector knows and what holds no control characters.
  if (extension === undefined && rule.extensions.includes('csv') && isPlainText(bytes)) return 'csv';
  if (extension === 'apng' && rule.extensions.includes('png')) {
    return refuse('ANIMATED', '不支持动态图片，请上传静态的 JPG 或 PNG 图片。');
  }
  return refuse('TYPE_NOT_ALLOWED', `请上传 ${listLabels(rule.extensions)} 格式的文件。`);
}

function isPlainText(bytes: Uint8Array): boolean {
  return !bytes.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13);
}

async function detectedExtension(bytes: Uint8Array): Promise<string | undefined> {
  try {
    const extension = (await fileTypeFromBuffer(bytes))?.ext;
    // The detector steps over leading junk of some formats; a PDF counts only from its first byte.
    return extension === 'pdf' && !latin1(bytes, 0, 5).startsWith('%PDF-') ? undefined : extension;
  } catch {
    // A file that the detector itself cannot read is of no type we take.
    return undefined;
  }
}

function agrees(
  found: UploadExtension,
  declared: { contentType: string | null; fileName: string | null },
): boolean {
  const kind = KINDS[found];
  const type = (declared.contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!UNSPECIFIC_TYPES.has(type) && type !== kind.contentType && !kind.aliases.includes(type)) return false;
  const extension = /\.([^./\\\s]+)\s*$/u.exec(declared.fileName ?? '')?.[1]?.toLowerCase();
  return extension === undefined || extension === found || kind.otherExtensions.includes(extension);
}

async function forbiddenIn(
  bytes: Uint8Array,
  extension: UploadExtension,
  maxBytes: number,
): Promise<Refusal | null> {
  switch (extension) {
    case 'jpg':
    case 'png':
      return await forbiddenInImage(bytes, extension);
    case 'pdf':
      return await forbiddenInPdf(bytes);
    case 'ofd':
      return forbiddenInOfd(bytes);
    case 'xml':
      return forbiddenInXml(bytes, maxBytes);
    case 'csv':
      return null;
  }
}

async function forbiddenInImage(bytes: Uint8Array, extension: 'jpg' | 'png'): Promise<Refusal | null> {
  if (extension === 'png' && hasAnimationChunk(bytes)) {
    return refuse('ANIMATED', '不支持动态图片，请上传静态的 JPG 或 PNG 图片。');
  }
  try {
    await readImageSize(bytes, KINDS[extension].contentType as ImageType);
    return null;
  } catch (error) {
    if (!(error instanceof ImageFault)) throw error;
    if (error.reason === 'TOO_MANY_PIXELS') {
      return refuse('TOO_MANY_PIXELS', '图片尺寸过大，请缩小到 4000 万像素以内后重新上传。');
    }
    return broken(KINDS[extension].label);
  }
}

// acTL, fcTL and fdAT, as numbers.
const ANIMATION_CHUNKS = new Set([0x6163544c, 0x6663544c, 0x66644154]);

/** The detector looks for `acTL` before the image data only; some viewers play it from anywhere. */
function hasAnimationChunk(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (ANIMATION_CHUNKS.has(view.getUint32(at + 4))) return true;
  }
  return false;
}

function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, to);
}

const FORBIDDEN_PDF_NAMES = new Set([
  'JavaScript',
  'Launch',
  'EmbeddedFile',
  'EmbeddedFiles',
  'OpenAction',
  'XFA',
  'Encrypt',
  'RichMedia',
]);
// Two letters turn up by chance in packed data every few megabytes, so these count only before a value they can have.
const SHORT_PDF_NAMES: Readonly<Record<string, RegExp>> = {
  JS: /^[\s\0]*(?:[(<%]|\d+[\s\0]+\d+[\s\0]+R)/,
  AA: /^[\s\0]*(?:<<|%|\d+[\s\0]+\d+[\s\0]+R)/,
};
/** Packings that no writer puts on objects, but that would hide them from the search. */
const UNSEARCHED_FILTERS = new Set([
  'ASCIIHexDecode',
  'ASCII85Decode',
  'LZWDecode',
  'RunLengthDecode',
  'Crypt',
]);
const PDF_NAME = /\/([^\s\0()<>[\]{}/%]{2,64})/g;

interface PdfNames {
  isActive: boolean;
  /** Objects may stand in streams, which is so since PDF 1.5. */
  packsObjects: boolean;
  hasUnsearchedFilter: boolean;
}

function readPdfNames(text: string, found: PdfNames): void {
  for (const match of text.matchAll(PDF_NAME)) {
    const name = (match[1] ?? '').replace(/#([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
    if (name === 'ObjStm' || name === 'XRef') found.packsObjects = true;
    if (UNSEARCHED_FILTERS.has(name)) found.hasUnsearchedFilter = true;
    if (FORBIDDEN_PDF_NAMES.has(name)) found.isActive = true;
    if (name === 'JS' || name === 'AA') {
      const end = match.index + match[0].length;
      if (SHORT_PDF_NAMES[name]?.test(text.slice(end, end + 64))) found.isActive = true;
    }
  }
}

/** Reads in windows, with a turn of the event loop between them: 20 MiB at once would hold up all other requests. */
async function pdfNamesOf(bytes: Uint8Array): Promise<PdfNames> {
  const found: PdfNames = { isActive: false, packsObjects: false, hasUnsearchedFilter: false };
  for (let from = 0; from < bytes.length; from += SCAN_WINDOW_BYTES) {
    readPdfNames(
      latin1(bytes, from, Math.min(bytes.length, from + SCAN_WINDOW_BYTES + SCAN_OVERLAP_BYTES)),
      found,
    );
    await nextTurn();
  }
  return found;
}

const inflateAsync = promisify(inflate);
/** Two whole numbers, perhaps behind the byte that tells how the line was predicted. */
const OBJECTS_BEGIN = /^[\p{Cc}]?[\s\0]*\d+[\s\0]+\d+/u;

async function forbiddenInPdf(bytes: Uint8Array): Promise<Refusal | null> {
  if (!latin1(bytes, Math.max(0, bytes.length - 1024)).includes('%%EOF')) return broken('PDF');
  const names = await pdfNamesOf(bytes);
  if (names.isActive || (names.packsObjects && names.hasUnsearchedFilter)) return activeContent('PDF');

  const starts = await packedObjectStarts(bytes);
  if (starts === null) return broken('PDF');
  let leftBytes = limits.pdfUnpackedBytesMax;
  for (const start of starts) {
    let unpacked: Buffer;
    try {
      unpacked = await inflateAsync(bytes.subarray(start), { maxOutputLength: leftBytes });
    } catch {
      return broken('PDF');
    }
    // A byte that tells how a line was predicted: the text behind it is no longer the one that counts.
    if ((unpacked[0] ?? 0) <= 5 || (await pdfNamesOf(unpacked)).isActive) return activeContent('PDF');
    leftBytes = Math.max(1, leftBytes - unpacked.length);
  }
  return null;
}

/**
 * Where streams begin that hold packed objects, or text like them. Told by their content, two whole numbers, and not
 * by their dictionary, which a reader may find elsewhere than we do.
 *
 * @returns `null` if there are more streams than any honest file has
 */
async function packedObjectStarts(bytes: Uint8Array): Promise<number[] | null> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts: number[] = [];
  let count = 0;
  for (let at = buffer.indexOf('stream'); at >= 0; at = buffer.indexOf('stream', at + 6)) {
    count += 1;
    if (count > limits.pdfStreamsMax) return null;
    if (count % 500 === 0) await nextTurn();
    const start = at + (/^stream[ \t]*(?:\r\n|\n|\r)?/.exec(latin1(bytes, at, at + 64))?.[0].length ?? 0);
    try {
      const head = inflateSync(buffer.subarray(start, start + 256), { finishFlush: constants.Z_SYNC_FLUSH });
      if (OBJECTS_BEGIN.test(head.toString('latin1', 0, 64))) starts.push(start);
    } catch {
      // Not packed by deflate: `endstream`, a picture, or plain text that the scan of the file has read already.
    }
  }
  return starts;
}

interface ZipEntry {
  name: string;
  isEncrypted: boolean;
  unpackedBytes: number;
}

/** Entries by the directory at the end of a zip; `null` if there is none, or it does not add up. */
function zipEntries(bytes: Uint8Array): ZipEntry[] | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end + 22 > buffer.length) return null;
  const count = buffer.readUInt16LE(end + 10);
  if (count > limits.ofdEntriesMax) return null;
  const entries: ZipEntry[] = [];
  let at = buffer.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > end || buffer.readUInt32LE(at) !== 0x02014b50) return null;
    const nameEnd = at + 46 + buffer.readUInt16LE(at + 28);
    entries.push({
      name: buffer.toString('utf8', at + 46, nameEnd),
      isEncrypted: (buffer.readUInt16LE(at + 8) & 1) === 1,
      unpackedBytes: buffer.readUInt32LE(at + 24),
    });
    at = nameEnd + buffer.readUInt16LE(at + 30) + buffer.readUInt16LE(at + 32);
  }
  return entries;
}

function zipEntryNames(bytes: Uint8Array): string[] | undefined {
  return zipEntries(bytes)?.map((entry) => entry.name);
}

function forbiddenInOfd(bytes: Uint8Array): Refusal | null {
  const entries = zipEntries(bytes);
  if (!entries) return broken('OFD');
  const isForbidden = (entry: ZipEntry) =>
    entry.isEncrypted ||
    /(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|[:\0]|\.(?:exe|dll|js|vbs|bat|cmd|html?|svg)$/i.test(entry.name);
  if (entries.some(isForbidden)) return activeContent('OFD');
  const unpackedBytes = entries.reduce((sum, entry) => sum + entry.unpackedBytes, 0);
  return unpackedBytes > limits.ofdUnpackedBytesMax ? broken('OFD') : null;
}

/** An invoice's XML is data: no document type (entities), no style sheet, no markup that a browser would run. */
function forbiddenInXml(bytes: Uint8Array, maxBytes: number): Refusal | null {
  if (bytes.length > maxBytes) return tooLarge(maxBytes);
  let text: string;
  try {
    // An XML in another encoding could hide all of this from the search; the invoices come in UTF-8.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return broken('XML');
  }
  if (/<!(?:DOCTYPE|ENTITY)|<\?xml-stylesheet/i.test(text)) return activeContent('XML');
  if (/<(?:[\w.-]+:)?(?:html|svg|script|iframe|object|embed|stylesheet)[\s>/]/i.test(text))
    return activeContent('XML');
  if (/www\.w3\.org\/(?:1999\/xhtml|2000\/svg|1999\/XSL)/i.test(text)) return activeContent('XML');
  return /<\/[\p{L}_][^<>]*>$/u.test(text.slice(-256).trimEnd()) ? null : broken('XML');
}
