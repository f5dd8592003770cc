import type { LocationQuery, LocationQueryRaw } from 'vue-router';
import type { VariablesOf } from '../../gql/graphql.ts';
import type { SectionListDocument } from './section.gql.ts';
import { sectionStateLabels } from './section-state.ts';

export type SectionFilter = NonNullable<VariablesOf<typeof SectionListDocument>['filter']>;
type ProjectType = NonNullable<SectionFilter['projectType']>;

/** What the address says about the list: a link to it shows the same list to somebody else. */
export interface SectionListQuery {
  search: string;
  type: ProjectType | null;
  state: keyof typeof sectionStateLabels | null;
  region: string;
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

/** So many a link may ask for; the rest is one click away. */
const pagesMax = 25;
const searchCharactersMax = 100;

/** Reads the address. What is not a value of ours is no filter, since people edit addresses. */
export function readSectionQuery(query: LocationQuery): SectionListQuery {
  const type = text(query.type);
  const state = text(query.state);
  const region = text(query.region);
  const pages = Number(text(query.pages));
  return {
    search: text(query.search).trim().slice(0, searchCharactersMax),
    type: Object.hasOwn(projectTypes, type) ? (type as ProjectType) : null,
    state: Object.hasOwn(sectionStateLabels, state) ? (state as keyof typeof sectionStateLabels) : null,
    region: /^\d{2,12}$/.test(region) ? region : '',
    pages: Number.isInteger(pages) && pages > 1 ? Math.min(pages, pagesMax) : 1,
  };
}

/** The address of a list; what says nothing is left out. */
export function writeSectionQuery({
  search,
  type,
  state,
  region,
  pages,
}: SectionListQuery): LocationQueryRaw {
  return {
    ...(search && { search }),
    ...(type && { type }),
    ...(state && { state }),
    ...(region && { region }),
    ...(pages > 1 && { pages: String(pages) }),
  };
}

/** What the API is asked for. */
export function sectionFilterOf({ search, type, state, region }: SectionListQuery): SectionFilter {
  return {
    ...(search && { search }),
    ...(type && { projectType: type }),
    ...(state && { state }),
    ...(region && { regionCode: region }),
  };
}

export function hasFilter(query: SectionListQuery): boolean {
  return Object.keys(sectionFilterOf(query)).length > 0;
}

function text(value: LocationQuery[string] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
