import type { LocationQuery, LocationQueryRaw } from 'vue-router';
import type { VariablesOf } from '../../gql/graphql.ts';
import type { SectionListDocument } from './section.gql.ts';
import { type DepositKind, depositKinds, sectionStateLabels } from './section-state.ts';

export type SectionFilter = NonNullable<VariablesOf<typeof SectionListDocument>['filter']>;
type ProjectType = NonNullable<SectionFilter['projectType']>;
type State = keyof typeof sectionStateLabels;
export type SectionSort = NonNullable<VariablesOf<typeof SectionListDocument>['sort']>;

/** What the address says about the list: a link to it shows the same list to somebody else. */
export interface SectionListQuery {
  search: string;
  types: readonly ProjectType[];
  states: readonly State[];
  regions: readonly string[];
  deposits: readonly DepositKind[];
  sort: SectionSort;
  /** How many pages are on show, from 1. */
  pages: number;
}

const projectTypes: Record<ProjectType, true> = {
  HOUSING: true,
  HIGHWAY: true,
  WATER: true,
  MUNICIPAL: true,
  TRAFFIC: true,
  OTHER: true,
};

export const sectionSortLabels: Record<SectionSort, string> = {
  NEWEST: '最新公告',
  DEADLINE: '投标截止最近',
  OPENING: '开标最近',
};

/** So many a link may ask for; the rest is one click away. */
const pagesMax = 25;
const searchCharactersMax = 100;
const valuesMax = 20;

/** Reads the address. What is not a value of ours is no filter, since people edit addresses. */
export function readSectionQuery(query: LocationQuery): SectionListQuery {
  const pages = Number(text(query.pages));
  const sort = text(query.sort);
  return {
    search: text(query.search).trim().slice(0, searchCharactersMax),
    types: values(query.type).filter((type): type is ProjectType => Object.hasOwn(projectTypes, type)),
    states: values(query.state).filter((state): state is State => Object.hasOwn(sectionStateLabels, state)),
    regions: values(query.region).filter((region) => /^[0-9A-Z]{2,12}$/.test(region)),
    deposits: values(query.deposit).filter((kind): kind is DepositKind =>
      depositKinds.some((known) => known === kind),
    ),
    sort: Object.hasOwn(sectionSortLabels, sort) ? (sort as SectionSort) : 'NEWEST',
    pages: Number.isInteger(pages) && pages > 1 ? Math.min(pages, pagesMax) : 1,
  };
}

/** The address of a list; what says nothing is left out. */
export function writeSectionQuery(query: SectionListQuery): LocationQueryRaw {
  const { search, types, states, regions, deposits, sort, pages } = query;
  return {
    ...(search && { search }),
    ...(types.length && { type: types.join() }),
    ...(states.length && { state: states.join() }),
    ...(regions.length && { region: regions.join() }),
    ...(deposits.length && { deposit: deposits.join() }),
    ...(sort !== 'NEWEST' && { sort }),
    ...(pages > 1 && { pages: String(pages) }),
  };
}

/** What the API is asked for. */
export function sectionFilterOf({
  search,
  types,
  states,
  regions,
  deposits,
}: SectionListQuery): SectionFilter {
  return {
    ...(search && { search }),
    ...(types.length && { projectTypes: [...types] }),
    ...(states.length && { states: [...states] }),
    ...(regions.length && { regionCodes: [...regions] }),
    ...(deposits.length && { depositKinds: [...deposits] }),
  };
}

export function hasFilter(query: SectionListQuery): boolean {
  return Object.keys(sectionFilterOf(query)).length > 0;
}

function text(value: LocationQuery[string] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** Several values stand in one parameter, with commas. */
function values(value: LocationQuery[string] | undefined): string[] {
  return [...new Set(text(value).split(','))].filter((each) => each !== '').slice(0, valuesMax);
}
