import fc from 'fast-check';
import { expect, test } from 'vitest';
import { creditCodeCheckDigit, creditCodeFault, normaliseCreditCode } from './credit-code.ts';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const bodies = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 17, maxLength: 17 });

test.each(['91330212MA2AECMD5B', '91440400MA55XYY50B', '12211100MB19949408'])('%s is good', (code) => {
  expect(creditCodeFault(code)).toBeNull();
});

test('spaces, lower case and full width are of no account', () => {
  expect(normaliseCreditCode(' ９１３３ ０２１２ ｍａ2aecmd5b　')).toBe('91330212MA2AECMD5B');
});

test.each([
  ['', '统一社会信用代码应为 18 位，现为 0 位'],
  ['QHTYX0000002345', '统一社会信用代码应为 18 位，现为 15 位'],
  ['91330212MA2AECMD5BB', '统一社会信用代码应为 18 位，现为 19 位'],
  ['9133O212MA2AECMD5B', '第 5 位“O”不能出现在统一社会信用代码中，是否应为数字“0”'],
  ['91330212MA2AECMD5V', '第 18 位“V”不能出现在统一社会信用代码中'],
  ['91330212MA2A-CMD5B', '第 13 位“-”不能出现在统一社会信用代码中'],
  ['𠮷1330212MA2AECMD5B', '第 1 位“𠮷”不能出现在统一社会信用代码中'],
  ['91330212IA2AECMD5B', '第 9 位“I”不能出现在统一社会信用代码中，是否应为数字“1”'],
  [
    '123456789123456789',
    '统一社会信用代码的第 18 位校验码“9”与前 17 位不符，请核对第 18 位，并对照营业执照逐位重读',
  ],
])('%j is refused and the fault is named', (code, fault) => {
  expect(creditCodeFault(code)).toBe(fault);
});

test('a code with the computed check digit is good, with any other it is not', () => {
  fc.assert(
    fc.property(bodies, fc.constantFrom(...ALPHABET), (body, other) => {
      const check = creditCodeCheckDigit(body);
      expect(creditCodeFault(body + check)).toBeNull();
      if (other !== check) expect(creditCodeFault(body + other)).toContain(`第 18 位校验码“${other}”`);
    }),
  );
});

test('one wrong character is always found', () => {
  fc.assert(
    fc.property(bodies, fc.nat(16), fc.constantFrom(...ALPHABET), (body, index, other) => {
      fc.pre(body[index] !== other);
      const changed = body.slice(0, index) + other + body.slice(index + 1);
      expect(creditCodeFault(changed + creditCodeCheckDigit(body))).not.toBeNull();
    }),
  );
});

test('only 17 characters of the alphabet have a check digit', () => {
  expect(() => creditCodeCheckDigit('91330212MA2AECMD')).toThrow(RangeError);
  expect(() => creditCodeCheckDigit('9133O212MA2AECMD5')).toThrow(RangeError);
});
