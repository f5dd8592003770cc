import { describe, expect, test } from 'vitest';
import { creditCodeFault, isMobile, normaliseMobile, residentIdFault } from '../src/shared/identifiers.ts';

describe('统一社会信用代码', () => {
  test.each(['91330212MA2AECMD5B', '91440400MA55XYY50B', '12211100MB19949408', ' ９１330212ma2aecmd5b '])(
    '%s is one',
    (code) => {
      expect(creditCodeFault(code)).toBeNull();
    },
  );

  test('a wrong check digit is told', () => {
    expect(creditCodeFault('91330212MA2AECMD5C')).toContain('校验位');
  });

  test('a letter that the alphabet leaves out is told', () => {
    expect(creditCodeFault('91330212MA2AECMDIB')).toContain('不允许的字符');
  });

  test('a short one is told with its length', () => {
    expect(creditCodeFault('9133')).toContain('现在是 4 位');
  });
});

describe('居民身份证', () => {
  test.each(['11010519491231002X', '11010519491231002x'])('%s is one', (id) => {
    expect(residentIdFault(id)).toBeNull();
  });

  test.each([
    ['110105194912310021', '校验位'],
    ['11010519490231002X', '出生日期'],
    ['1101051949', '18 位'],
  ])('%s is none: %s', (id, reason) => {
    expect(residentIdFault(id)).toContain(reason);
  });
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
