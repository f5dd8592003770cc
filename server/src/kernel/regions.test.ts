import { expect, test } from 'vitest';
import { districtsOf, isWithin, regionByCode, regionPath, regions } from './regions.ts';

test('the filter of Benxi lists its districts and the local area last', () => {
  expect(districtsOf('210500').map(({ name }) => name)).toEqual([
    '平山区',
    '溪湖区',
    '明山区',
    '南芬区',
    '本溪满族自治县',
    '桓仁满族自治县',
    '高新区',
  ]);
  expect(districtsOf('999999')).toEqual([]);
});

test('a region is found by its code', () => {
  expect(regionByCode('210502')).toEqual({
    code: '210502',
    name: '平山区',
    level: 3,
    parentCode: '210500',
    local: false,
  });
  expect(regionByCode('2105GX')).toEqual({
    code: '2105GX',
    name: '高新区',
    level: 3,
    parentCode: '210500',
    local: true,
  });
  expect(regionByCode('210501')).toBeNull();
});

test('a path names all regions from the province down', () => {
  expect(regionPath('210502')).toBe('辽宁省 本溪市 平山区');
  expect(regionPath('2105GX')).toBe('辽宁省 本溪市 高新区');
  expect(regionPath('210000')).toBe('辽宁省');
  expect(regionPath('210502001')).toBe('辽宁省 本溪市 平山区 南地街道');
  expect(regionPath('000000')).toBeNull();
});

test('a region lies within itself and all above it, and nowhere else', () => {
  for (const ancestor of ['210502001', '210502', '210500', '210000'])
    expect(isWithin('210502001', ancestor)).toBe(true);
  expect(isWithin('2105GX', '210500')).toBe(true);
  expect(isWithin('210500', '210502')).toBe(false);
  expect(isWithin('210502', '210100')).toBe(false);
  expect(isWithin('000000', '000000')).toBe(false);
});

test('every code stands once, after its parent, which is one level higher', () => {
  const seen = new Map<string, number>();
  for (const { code, level, parentCode } of regions) {
    expect(seen.has(code)).toBe(false);
    expect(level).toBe(parentCode === null ? 1 : (seen.get(parentCode) ?? Number.NaN) + 1);
    seen.set(code, level);
  }
});
