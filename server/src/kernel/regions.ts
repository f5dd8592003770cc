import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

const LEVELS = ['province', 'city', 'district', 'street'] as const;

/** A region of GB/T 2260, or a local area that has no code there. */
export interface Region {
  readonly code: string;
  /** As people name it within its parent: 平山区, 高新区. */
  readonly name: string;
  /** 1 province, 2 city, 3 district or county, 4 street or town. */
  readonly level: number;
  readonly parentCode: string | null;
  /** A local area with a code of our own making. */
  readonly local: boolean;
}

interface RegionRow {
  readonly code: string;
  readonly name: string;
  readonly level: (typeof LEVELS)[number];
  readonly parent_code: string;
  readonly local: '0' | '1';
}

const rows: RegionRow[] = parse(readFileSync(new URL('../../data/regions.csv', import.meta.url)), {
  columns: true,
});

/** All regions that are carried, parents before children, in the order of their codes; local areas after these. */
export const regions: readonly Region[] = rows.map((row) => ({
  code: row.code,
  name: row.name,
  level: LEVELS.indexOf(row.level) + 1,
  parentCode: row.parent_code || null,
  local: row.local === '1',
}));

const regionsByCode = new Map(regions.map((region) => [region.code, region]));
const childrenByCode = Map.groupBy(regions, (region) => region.parentCode);

export function regionByCode(code: string): Region | null {
  return regionsByCode.get(code) ?? null;
}

/** The names from the province down, 辽宁省 本溪市 平山区, or `null` if the code is unknown. */
export function regionPath(code: string): string | null {
  const region = regionByCode(code);
  return (
    region &&
    lineage(region)
      .map(({ name }) => name)
      .join(' ')
  );
}

/** The districts of a city in the order the filter shows them, its local areas last; none if the code is unknown. */
export function districtsOf(cityCode: string): readonly Region[] {
  return childrenByCode.get(cityCode) ?? [];
}

/** Whether a region is the other or lies in it; never if either code is unknown. */
export function isWithin(code: string, ancestor: string): boolean {
  const region = regionByCode(code);
  return region !== null && lineage(region).some((each) => each.code === ancestor);
}

/** The region and all above it, the highest first. */
function lineage(region: Region): Region[] {
  const parent = region.parentCode === null ? null : regionByCode(region.parentCode);
  return parent === null ? [region] : [...lineage(parent), region];
}

/** Whether a region says as precisely as our table can where something is: a district or below, or what has no parts in the table. */
export function isPrecise(region: Region): boolean {
  return region.level >= 3 || !childrenByCode.has(region.code);
}
