import { expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { contentDisposition, safeFileName } from './file-name.ts';

test.each([
  ['../../x.pdf', 'x.pdf'],
  ['C:\\Users\\a\\凭证.png', '凭证.png'],
  ['a\0.png', 'a.png'],
  ['CON', '_CON'],
  ['con.pdf', '_con.pdf'],
  ['console.pdf', 'console.pdf'],
  ['照片\u202egpj.exe', '照片gpj.exe'],
  ['"; filename=evil', '__ filename=evil'],
  ['a\r\nSet-Cookie: b=c.pdf', 'aSet-Cookie_ b=c.pdf'],
  ['  .hidden. ', 'hidden'],
  ['lone\ud800.pdf', 'lone.pdf'],
  ['营业执照（副本）.JPG', '营业执照（副本）.JPG'],
])('%j is kept as %j', (name, expected) => {
  expect(safeFileName(name, 'file.bin')).toBe(expected);
});

test.each(['', '..', '/', '...\u202e', '\0', '***'])('%j is nothing, so the fallback is used', (name) => {
  expect(safeFileName(name, 'file.bin')).toBe('file.bin');
});

test('a long name is cut before its extension, by characters and not through one', () => {
  const cut = safeFileName(`${'𠮷'.repeat(300)}.pdf`, 'file.bin');
  expect([...cut]).toHaveLength(limits.fileNameCharactersMax);
  expect(cut).toBe(`${'𠮷'.repeat(96)}.pdf`);
});

test('a header names the file exactly, and in ASCII for those who cannot read that', () => {
  expect(contentDisposition('保单.pdf', 'policy.pdf')).toBe(
    `attachment; filename="policy.pdf"; filename*=UTF-8''%E4%BF%9D%E5%8D%95.pdf`,
  );
  expect(contentDisposition("it's (1)!.pdf", 'policy.pdf')).toBe(
    `attachment; filename="it's (1)!.pdf"; filename*=UTF-8''it%27s%20%281%29%21.pdf`,
  );
});

test.each([
  '../../x',
  'a\0.png',
  'CON',
  'x'.repeat(300),
  'a\u202eb.pdf',
  '"; filename=evil',
  'a\r\nb: c',
  '\\"x"',
  '\ud800',
])('the header of %j has one line, and quotes only around its name', (name) => {
  const header = contentDisposition(name, 'file.bin');
  expect(header).toMatch(/^attachment; filename="[\x20-\x7e]+"; filename\*=UTF-8''[\w.~%-]+$/);
  expect(header.split('"')).toHaveLength(3);
  expect(header.length).toBeLessThan(1_200);
});
