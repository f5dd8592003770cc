import { expect, test } from 'vitest';
import {
  type IdType,
  identityFault,
  maskIdNumber,
  normaliseIdNumber,
  residentIdFault,
} from './resident-id.ts';

const TODAY = '2026-11-24';

/** A number of this body with its right check character, worked out apart from the code under test. */
function withCheck(body: string): string {
  const sum = [...body].reduce((total, digit, index) => total + Number(digit) * (2 ** (17 - index) % 11), 0);
  return body + '10X98765432'[sum % 11];
}

test('the number of the standard is good, however it is typed', () => {
  expect(residentIdFault('11010519491231002X', TODAY)).toBeNull();
  expect(normaliseIdNumber(' 110105 19491231 ００２ｘ ')).toBe('11010519491231002X');
});

test.each([
  ['110105491231002', '身份证号码应为 18 位，现为 15 位'],
  ['11010519491231002x', '身份证号码第 18 位“x”应为数字或字母 X'],
  ['1101051949123100XX', '身份证号码第 17 位“X”应为数字'],
  ['110105194912310021', '身份证号码的第 18 位校验码“1”与前 17 位不符，请核对第 18 位，并对照证件逐位重读'],
  [withCheck('91010519491231002'), '身份证号码第 1 位“9”应为数字 1 至 8'],
  [withCheck('11010519490230002'), '身份证号码第 7 至 14 位不是真实的出生日期'],
  [withCheck('11010520230229002'), '身份证号码第 7 至 14 位不是真实的出生日期'],
  [withCheck('11010518491231002'), '身份证号码第 7 至 14 位不是真实的出生日期'],
  [withCheck('11010520261125002'), '身份证号码第 7 至 14 位的出生日期晚于今天'],
])('%s is refused and the fault is named', (number, fault) => {
  expect(residentIdFault(number, TODAY)).toBe(fault);
});

test('29 February of a leap year and today are birth dates', () => {
  expect(residentIdFault(withCheck('21050220000229123'), TODAY)).toBeNull();
  expect(residentIdFault(withCheck('21050220261124123'), TODAY)).toBeNull();
});

test.each<[IdType, string]>([
  ['RESIDENT_ID', '11010519491231002X'],
  ['RESIDENT_ID', withCheck('81000019800101001')],
  ['PASSPORT', 'E12345678'],
  ['HK_MACAO_PERMIT', 'H12345678'],
  ['HK_MACAO_PERMIT', 'M1234567801'],
  ['TAIWAN_PERMIT', '12345678'],
  ['TAIWAN_PERMIT', '1234567801'],
  ['FOREIGN_PERMANENT_RESIDENT', 'USA210080010112'],
  ['FOREIGN_PERMANENT_RESIDENT', withCheck('92184019800101001')],
])('%s %s is good', (idType, number) => {
  expect(identityFault(idType, number, TODAY)).toBeNull();
});

test.each<[IdType, string, string]>([
  ['RESIDENT_ID', 'E12345678', '身份证号码应为 18 位，现为 9 位'],
  ['PASSPORT', 'E123', '护照号码应为 5 至 17 位，现为 4 位'],
  ['PASSPORT', 'E1234-678', '护照号码第 6 位“-”应为字母或数字'],
  ['HK_MACAO_PERMIT', 'A12345678', '港澳居民来往内地通行证号码第 1 位“A”应为字母 H 或 M'],
  ['HK_MACAO_PERMIT', 'H123456789', '港澳居民来往内地通行证号码应为 9 或 11 位，现为 10 位'],
  ['TAIWAN_PERMIT', '123456789', '台湾居民来往大陆通行证号码应为 8 或 10 位，现为 9 位'],
  ['TAIWAN_PERMIT', '1234567A', '台湾居民来往大陆通行证号码第 8 位“A”应为数字'],
  ['FOREIGN_PERMANENT_RESIDENT', '11010519491231002X', '外国人永久居留身份证号码第 1 位“1”应为数字 9'],
  ['FOREIGN_PERMANENT_RESIDENT', 'US1210080010112', '外国人永久居留身份证号码第 3 位“1”应为字母'],
  ['FOREIGN_PERMANENT_RESIDENT', 'USA21008001011', '外国人永久居留身份证号码应为 15 或 18 位，现为 14 位'],
  ['FOREIGN_PERMANENT_RESIDENT', '92184019800101001A', '外国人永久居留身份证号码第 18 位“A”应为数字或字母 X'],
  [
    'FOREIGN_PERMANENT_RESIDENT',
    withCheck('92184019801301001'),
    '外国人永久居留身份证号码第 7 至 14 位不是真实的出生日期',
  ],
])('%s %s is refused', (idType, number, fault) => {
  expect(identityFault(idType, number, TODAY)).toBe(fault);
});

test('a masked number shows its ends only, a short one less of them', () => {
  expect(maskIdNumber('11010519491231002X')).toBe('110***********002X');
  expect(maskIdNumber('E12345678')).toBe('E******78');
  expect(maskIdNumber('12345')).toBe('1**45');
});
