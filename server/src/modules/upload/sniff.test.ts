import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { blackPng } from './png.fixture.ts';
import { sniffUpload, UPLOAD_RULES, type UploadPurpose } from './sniff.ts';

const undeclared = { contentType: null, fileName: null };

async function codeOf(
  bytes: Uint8Array | string,
  purpose: UploadPurpose,
  declared = undeclared as Parameters<typeof sniffUpload>[2],
) {
  const content = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  const result = await sniffUpload(content, purpose, declared);
  if (result.ok) return result.extension;
  expect(result.reason).toMatch(/^[^,.;!?]+。$/);
  return result.code;
}

const image = sharp({ create: { width: 30, height: 20, channels: 3, background: '#0a3b72' } });
const jpg = await image.clone().jpeg().toBuffer();
const png = await image.clone().png().toBuffer();
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const html = '<!doctype html><script>alert(1)</script>';
const exe = `MZ${'\0'.repeat(58)}\x80\0\0\0${'\0'.repeat(64)}PE\0\0`;

/** A PDF in form, with `extra` in its catalogue and `objects` after it. */
function pdf(extra = '', objects = ''): string {
  return `%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R ${extra} >>\nendobj\n${objects}\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n`;
}

function streamObject(dictionary: string, data: Buffer): string {
  return `5 0 obj\n<< ${dictionary} /Length ${data.length} >>\nstream\n${data.toString('latin1')}\nendstream\nendobj\n`;
}

/** A zip of stored entries. */
function zip(entries: Record<string, string>, flags = 0): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const nameBytes = Buffer.from(name);
    const data = Buffer.from(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(flags, 6);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(data.length, 22);
    local.writeUInt16LE(nameBytes.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(data.length, 24);
    entry.writeUInt16LE(nameBytes.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, nameBytes, data);
    directory.push(entry, nameBytes);
    offset += 30 + nameBytes.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(entries).length, 8);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

const ofd = zip({ 'OFD.xml': '<ofd/>', 'Doc_0/Document.xml': '<doc/>' });
const invoiceXml =
  '<?xml version="1.0" encoding="UTF-8"?>\n<EInvoice><Header>26212000000000000001</Header></EInvoice>\n';

test('each purpose takes its types, with or without a name', async () => {
  expect(await codeOf(jpg, 'LICENSE', { contentType: 'image/jpeg', fileName: '营业执照.JPEG' })).toBe('jpg');
  expect(
    await codeOf(png, 'VOUCHER', { contentType: 'application/octet-stream', fileName: '凭证.png' }),
  ).toBe('png');
  expect(
    await codeOf(pdf(), 'EVIDENCE', { contentType: 'application/pdf; charset=binary', fileName: null }),
  ).toBe('pdf');
  expect(await codeOf(pdf(), 'POLICY')).toBe('pdf');
  expect(await codeOf(ofd, 'INVOICE', { contentType: 'application/ofd', fileName: '发票.ofd' })).toBe('ofd');
  expect(await codeOf(invoiceXml, 'INVOICE', { contentType: 'text/xml', fileName: '发票.xml' })).toBe('xml');
});

test('a type is served by our name for it, not by the declared one', async () => {
  const result = await sniffUpload(jpg, 'LICENSE', { contentType: 'image/pjpeg', fileName: 'a.jpe' });
  expect(result).toEqual({ ok: true, contentType: 'image/jpeg', extension: 'jpg' });
});

test('a type that the purpose does not take is refused', async () => {
  expect(await codeOf(pdf(), 'LICENSE')).toBe('TYPE_NOT_ALLOWED');
  expect(await codeOf(jpg, 'POLICY')).toBe('TYPE_NOT_ALLOWED');
  expect(await codeOf(ofd, 'EVIDENCE')).toBe('TYPE_NOT_ALLOWED');
});

test('the content has to agree with the name and with the declared type', async () => {
  expect(await codeOf(png, 'LICENSE', { contentType: 'image/jpeg', fileName: 'a.jpg' })).toBe(
    'TYPE_MISMATCH',
  );
  expect(await codeOf(png, 'LICENSE', { contentType: null, fileName: 'a.jpg' })).toBe('TYPE_MISMATCH');
  expect(await codeOf(png, 'LICENSE', { contentType: 'image/jpeg', fileName: null })).toBe('TYPE_MISMATCH');
  expect(await codeOf(png, 'LICENSE', { contentType: 'text/html', fileName: 'a.png' })).toBe('TYPE_MISMATCH');
  expect(await codeOf(png, 'LICENSE', { contentType: null, fileName: 'a.png.exe' })).toBe('TYPE_MISMATCH');
});

test.each([
  ['HTML', html, 'a.pdf', 'application/pdf'],
  ['an EXE', exe, 'a.png', 'image/png'],
  ['SVG', svg, 'a.png', 'image/png'],
  ['SVG by its own name', svg, 'a.svg', 'image/svg+xml'],
  ['SVG as XML', `<?xml version="1.0"?>${svg}`, 'a.png', 'image/png'],
  ['a zip', zip({ 'a.txt': 'a' }), 'a.pdf', 'application/pdf'],
  ['a GIF', gif, 'a.gif', 'image/gif'],
  ['text', 'hello', 'a.jpg', 'image/jpeg'],
  ['a PDF behind junk', `\n${pdf()}`, 'a.pdf', 'application/pdf'],
  ['a PDF behind HTML', `${html}${pdf()}`, 'a.pdf', 'application/pdf'],
])('%s is refused by its content', async (_, bytes, fileName, contentType) => {
  expect(await codeOf(bytes, 'EVIDENCE', { contentType, fileName })).toBe('TYPE_NOT_ALLOWED');
});

test('an empty file and one over the limit are refused before anything is read', async () => {
  expect(await codeOf('', 'LICENSE')).toBe('EMPTY');
  for (const purpose of Object.keys(UPLOAD_RULES) as UploadPurpose[]) {
    const { maxBytes } = UPLOAD_RULES[purpose];
    expect(await codeOf(new Uint8Array(maxBytes + 1), purpose)).toBe('TOO_LARGE');
    expect(await codeOf(new Uint8Array(maxBytes), purpose)).toBe('TYPE_NOT_ALLOWED');
  }
});

test('an image of 20,000 by 20,000 pixels in a small file is refused', async () => {
  expect(await codeOf(blackPng(20_000, 20_000), 'LICENSE')).toBe('TOO_MANY_PIXELS');
});

test('an animated PNG is refused, wherever its animation stands', async () => {
  const control = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]);
  expect(await codeOf(blackPng(9, 9, { before: [['acTL', control]] }), 'LICENSE')).toBe('ANIMATED');
  expect(await codeOf(blackPng(9, 9, { after: [['acTL', control]] }), 'LICENSE')).toBe('ANIMATED');
});

test('an image of which only the head is left is broken', async () => {
  expect(await codeOf(png.subarray(0, 20), 'LICENSE')).toBe('BROKEN');
  expect(await codeOf(jpg.subarray(0, 20), 'LICENSE')).toBe('BROKEN');
});

test.each([
  '/Names << /JavaScript 3 0 R >>',
  '/AA << /O 3 0 R >>',
  '/AA 3 0 R',
  '/X << /S /Rendition /JS (app.alert) >>',
  '/X << /JS<61> >>',
  '/OpenAction 3 0 R',
  '/OpenAction<</S/Launch>>',
  '/Names << /EmbeddedFiles 3 0 R >>',
  '/X << /Type /EmbeddedFile >>',
  '/AcroForm << /XFA 3 0 R >>',
  '/X /J#61vaScript',
  '/X /#4a#61#76#61#53#63#72#69#70#74',
  '/Encrypt 3 0 R',
])('a PDF with %s is refused', async (extra) => {
  expect(await codeOf(pdf(extra), 'POLICY')).toBe('ACTIVE_CONTENT');
});

test('names that only begin alike are left alone', async () => {
  expect(await codeOf(pdf('/AAPL 1 /JSX 2 /XFAB 3 /Launched 4'), 'POLICY')).toBe('pdf');
});

test('a script behind the first half mebibyte is found', async () => {
  for (const pad of [2 ** 19 - 60, 2 ** 19 - 45, 2 ** 19]) {
    expect(await codeOf(pdf('', `% ${'x'.repeat(pad)}\n3 0 obj << /S /JavaScript >> endobj`), 'POLICY')).toBe(
      'ACTIVE_CONTENT',
    );
  }
});

test('a script in packed objects is found, also when the dictionary does not say what they are', async () => {
  const packed = deflateSync(Buffer.from('3 0 << /S /JavaScript /JS (app.alert(1)) >>'));
  expect(
    await codeOf(pdf('', streamObject('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', packed)), 'POLICY'),
  ).toBe('ACTIVE_CONTENT');
  expect(await codeOf(pdf('', streamObject('/N 1 /First 4 /Filter /Fl#61teDecode', packed)), 'POLICY')).toBe(
    'ACTIVE_CONTENT',
  );
  const harmless = deflateSync(Buffer.from('3 0 << /Type /Page >>'));
  expect(
    await codeOf(
      pdf('', streamObject('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', harmless)),
      'POLICY',
    ),
  ).toBe('pdf');
});

test('packed objects that cannot be searched are refused', async () => {
  const packed = deflateSync(Buffer.from('3 0 << /S /JavaScript >>'));
  const chained = streamObject(
    '/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]',
    Buffer.from(packed.toString('hex')),
  );
  expect(await codeOf(pdf('', chained), 'POLICY')).toBe('ACTIVE_CONTENT');
  const predicted = deflateSync(Buffer.from('\x023 0 << /S /XXX >>'));
  expect(await codeOf(pdf('', streamObject('/Type /ObjStm /Filter /FlateDecode', predicted)), 'POLICY')).toBe(
    'ACTIVE_CONTENT',
  );
  const bomb = deflateSync(Buffer.concat([Buffer.from('3 0 '), Buffer.alloc(80 * 2 ** 20, 0x20)]));
  expect(await codeOf(pdf('', streamObject('/Type /ObjStm /Filter /FlateDecode', bomb)), 'POLICY')).toBe(
    'BROKEN',
  );
});

test('a PDF without its end is broken', async () => {
  expect(await codeOf(pdf().slice(0, -8), 'POLICY')).toBe('BROKEN');
});

test('an OFD with programs, ways out of its folder or a password is refused', async () => {
  const document = { 'OFD.xml': '<ofd/>' };
  expect(await codeOf(zip({ ...document, 'a.exe': 'MZ' }), 'INVOICE')).toBe('ACTIVE_CONTENT');
  expect(await codeOf(zip({ ...document, '../../x': 'x' }), 'INVOICE')).toBe('ACTIVE_CONTENT');
  expect(await codeOf(zip(document, 1), 'INVOICE')).toBe('ACTIVE_CONTENT');
  expect(await codeOf(zip({ 'a.txt': 'a' }), 'INVOICE')).toBe('TYPE_NOT_ALLOWED');
  expect(await codeOf(ofd.subarray(0, -10), 'INVOICE')).toBe('TYPE_NOT_ALLOWED');
});

test.each([
  [
    'entities',
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    'ACTIVE_CONTENT',
  ],
  ['a style sheet', '<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?><a></a>', 'ACTIVE_CONTENT'],
  [
    'a script',
    '<?xml version="1.0"?><h:script xmlns:h="http://www.w3.org/1999/xhtml">1</h:script>',
    'ACTIVE_CONTENT',
  ],
  ['SVG', `<?xml version="1.0"?>${svg}`, 'ACTIVE_CONTENT'],
  ['no end', '<?xml version="1.0"?><EInvoice><Header>', 'BROKEN'],
  ['bytes that are no UTF-8', '<?xml version="1.0" encoding="GBK"?><a>\xb7\xa2</a>', 'BROKEN'],
])('an XML with %s is refused', async (_, bytes, code) => {
  expect(await codeOf(bytes, 'INVOICE')).toBe(code);
});

test('whatever the bytes, an answer comes and nothing is thrown', async () => {
  const seeds = [jpg, png, Buffer.from(pdf(), 'latin1'), ofd, Buffer.from(invoiceXml)];
  const change = fc.record({ at: fc.nat(2_000), value: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds),
      fc.array(change, { maxLength: 8 }),
      fc.nat(2_000),
      fc.constantFrom(...(Object.keys(UPLOAD_RULES) as UploadPurpose[])),
      async (seed, changes, length, purpose) => {
        const bytes = Buffer.from(seed.subarray(0, Math.max(seed.length - (length % 7), 0)));
        for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
        expect(typeof (await sniffUpload(bytes, purpose, undeclared)).ok).toBe('boolean');
      },
    ),
    { numRuns: 400 },
  );
});
