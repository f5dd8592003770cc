import { expect, test } from 'vitest';
import { cleanLine, cleanText, toHalfWidth } from './text.ts';

test('full-width letters, digits and signs become half-width, Chinese stays', () => {
  expect(toHalfWidth('＋８６　１３８，本溪市。②')).toBe('+86 138,本溪市。②');
});

test('text is trimmed and its line breaks are made alike', () => {
  expect(cleanText('  第一行\r\n第二行\r第三行\n ', 100)).toBe('第一行\n第二行\n第三行');
  expect(cleanText('   ', 100)).toBe('');
});

test.each([
  ['a NUL', 'a\0b'],
  ['a tab', 'a\tb'],
  ['an escape', 'a\u001bb'],
  ['a control character of Latin-1', 'a\u0085b'],
  ['a lone surrogate', 'a\ud800b'],
])('text with %s is refused', (_name, text) => {
  expect(cleanText(text, 100)).toBeNull();
});

test('length counts characters as a person does', () => {
  expect(cleanText('𠮷'.repeat(5), 5)).toBe('𠮷𠮷𠮷𠮷𠮷');
  expect(cleanText('本溪市平山区', 5)).toBeNull();
});

test('a line has no line breaks', () => {
  expect(cleanLine(' 本溪市 ', 10)).toBe('本溪市');
  expect(cleanLine('本溪\n市', 10)).toBeNull();
  expect(cleanLine('本溪\u2028市', 10)).toBeNull();
  expect(cleanLine('本溪\0市', 10)).toBeNull();
});
