import { describe, expect, test } from 'vitest';
import * as creditCodes from '../../server/src/kernel/credit-code.ts';
import * as identities from '../../server/src/kernel/resident-id.ts';
import { creditCodeFault, identityFault, isMobile, normaliseMobile } from '../src/shared/identifiers.ts';

/** The rules of the server, which have the last word. */
const kernel = { ...creditCodes, ...identities };

describe('统一社会信用代码', () => {
  test.each(['91330212MA2AECMD5B', '91440400MA55XYY50B', '12211100MB19949408', ' ９１330212ma2aecmd5b '])(
    '%s is one',
    (code) => {
      expect(creditCodeFault(code)).toBeNull();
    },
  );

  test('a wrong check digit is told', () => {
    expect(creditCodeFault('91330212MA2AECMD5C')).toContain('请核对第 18 位');
  });

  test('a letter that the alphabet leaves out is told', () => {
    expect(creditCodeFault('91330212IA2AECMD5B')).toBe(
      '第 9 位“I”不能出现在统一社会信用代码中，是否应为数字“1”',
    );
  });

  test('a short one is told with its length', () => {
    expect(creditCodeFault('9133')).toContain('现为 4 位');
  });
});

describe('证件号码', () => {
  test.each([
    ['RESIDENT_ID', '11010519491231002X'],
    ['RESIDENT_ID', '110105 19491231 002x'],
    ['PASSPORT', 'e12345678'],
    ['HK_MACAO_PERMIT', 'H12345678'],
    ['HK_MACAO_PERMIT', 'M1234567801'],
    ['TAIWAN_PERMIT', '12345678'],
    ['FOREIGN_PERMANENT_RESIDENT', 'USA210080010112'],
    ['FOREIGN_PERMANENT_RESIDENT', '921840198001010015'],
  ] as const)('%s %s may be one', (idType, number) => {
    expect(identityFault(idType, number)).toBeNull();
  });
});

const idTypes = [
  'RESIDENT_ID',
  'PASSPORT',
  'HK_MACAO_PERMIT',
  'TAIWAN_PERMIT',
  'FOREIGN_PERMANENT_RESIDENT',
] as const;
/** Numbers that are right, nearly right and wrong in every way; seeded, so that each run sees the same. */
function* attempts(alphabet: string, lengths: readonly number[], good: readonly string[]) {
  let seed = 20_261_124;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const sign = () => alphabet[random(alphabet.length)] ?? '';
  for (const number of good) {
    yield number;
    for (let at = 0; at < number.length; at += 1) {
      for (let times = 0; times < 12; times += 1) yield number.slice(0, at) + sign() + number.slice(at + 1);
    }
  }
  for (const length of lengths) {
    for (let times = 0; times < 20; times += 1) yield Array.from({ length }, sign).join('');
  }
}
const lengths = [0, 1, 4, 5, 8, 9, 10, 11, 14, 15, 16, 17, 18, 19];

test('a credit code is refused in the very words of the server', () => {
  const good = ['91330212MA2AECMD5B', '12211100MB19949408'];
  let refused = 0;
  for (const code of attempts('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-𠮷x ', lengths, good)) {
    const fault = creditCodeFault(code);
    expect(fault, code).toBe(kernel.creditCodeFault(kernel.normaliseCreditCode(code)));
    if (fault) refused += 1;
  }
  expect(refused).toBeGreaterThan(400);
});

test.each(idTypes)('the number of a %s is refused in the very words of the server', (idType) => {
  const now = Date.parse('2026-11-24T17:00:00Z');
  const good = ['11010519491231002X', '921840198001010015', 'USA210080010112', 'M1234567801', '12345678'];
  let refused = 0;
  for (const number of attempts('0123456789019999XABHMO-x ', lengths, good)) {
    const fault = identityFault(idType, number, now);
    expect(fault, number).toBe(kernel.identityFault(idType, kernel.normaliseIdNumber(number), '2026-11-25'));
    if (fault) refused += 1;
  }
  expect(refused).toBeGreaterThan(400);
});

describe('手机号', () => {
  test.each(['13800138000', '+86 138 0013 8000', '８６13800138000', '138-0013-8000'])(
    '%s is one number',
    (text) => {
      expect(normaliseMobile(text)).toBe('13800138000');
      expect(isMobile(text)).toBe(true);
    },
  );

  test.each(['12800138000', '1380013800', '138001380001', '024-42871787'])('%s is none', (text) => {
    expect(isMobile(text)).toBe(false);
  });
});
