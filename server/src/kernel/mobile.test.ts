import { expect, test } from 'vitest';
import { isPhone, maskMobile, normaliseMobile, normalisePhone } from './mobile.ts';

test.each([
  '13800001234',
  ' 138 0000 1234 ',
  '138-0000-1234',
  '138—0000－1234',
  '+8613800001234',
  '+86 138 0000 1234',
  '008613800001234',
  '86-13800001234',
  '１３８００００１２３４',
  '＋８６　１３８００００１２３４',
  '138\u00a00000\u00a01234',
])('%j is the number 13800001234', (text) => {
  expect(normaliseMobile(text)).toBe('13800001234');
});

test.each([
  '',
  '12800001234',
  '1380000123',
  '138000012345',
  '+85213800001234',
  '013800001234',
  '1380000123a',
  '٠',
])('%j is no mobile number', (text) => {
  expect(normaliseMobile(text)).toBeNull();
});

test.each([
  ['024-42800000', '024-42800000'],
  ['02442800000', '024-42800000'],
  ['（024）42800000', '024-42800000'],
  ['０４１４－２８０００００', '0414-2800000'],
  ['010-62800000-801', '010-62800000-801'],
  ['138 0000 1234', '13800001234'],
])('%s is the phone %s', (text, phone) => {
  expect(normalisePhone(text)).toBe(phone);
  expect(isPhone(text)).toBe(true);
});

test.each(['42800000', '024-1280000', '024', '12345', '024-428000000', '024-42800000-8012345'])(
  '%s is no phone with its area code',
  (text) => {
    expect(isPhone(text)).toBe(false);
  },
);

test('a masked number shows three digits and four', () => {
  expect(maskMobile('13800001234')).toBe('138****1234');
});
