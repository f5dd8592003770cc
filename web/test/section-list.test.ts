import { expect, test, vi } from 'vitest';
import SectionListPage from '../src/features/section/SectionListPage.vue';
import {
  readSectionQuery,
  sectionFilterOf,
  writeSectionQuery,
} from '../src/features/section/section-query.ts';
import { nextDeadline } from '../src/features/section/section-state.ts';
import { answerOf, fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

vi.setConfig({ testTimeout: 30_000 });
/** Waits as long as a busy machine needs. */
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000 });

const section = (number: number) => ({
  __typename: 'BidSection',
  id: `sec_${number}`,
  code: `ZT${number}`,
  name: `标段 ${number}`,
  projectTypeLabel: '水利',
  regionName: '平山区',
  state: 'ANNOUNCED',
  stateLabel: '未开标',
  openAt: null,
  openedAt: null,
  saved: null,
  deposits: [],
});

const platform = {
  __typename: 'Platform',
  projectTypeTree: [
    {
      __typename: 'ProjectTypeGroup',
      label: '工程建设项目招标投标',
      types: [
        { __typename: 'ProjectTypeOption', value: 'WATER', label: '水利' },
        { __typename: 'ProjectTypeOption', value: 'HOUSING', label: '房屋建筑' },
      ],
    },
  ],
  districts: [{ __typename: 'Region', code: '210502', name: '平山区' }],
};

async function listAt(address: string) {
  let asked = 0;
  const api = fakeApi({
    SectionFilterOptions: { platform },
    SectionList: () => {
      asked += 1;
      const pageInfo = { __typename: 'PageInfo', hasNextPage: true, endCursor: `after-${asked}` };
      const nodes = [section(asked)];
      return answerOf({
        data: { bidSections: { __typename: 'BidSectionConnection', totalCount: 57, pageInfo, nodes } },
      });
    },
  });
  const page = await mountPage(SectionListPage, { client: api.client, at: address });
  return { api, ...page };
}

test('a list and its address say the same', () => {
  const query = {
    search: '水库',
    types: ['WATER', 'HOUSING'],
    states: ['ANNOUNCED'],
    regions: ['210502', '2105GX'],
    deposits: ['BID', 'WAGE'],
    sort: 'DEADLINE',
    pages: 3,
  } as const;
  const address = writeSectionQuery(query);
  expect(address).toEqual({
    search: '水库',
    type: 'WATER,HOUSING',
    state: 'ANNOUNCED',
    region: '210502,2105GX',
    deposit: 'BID,WAGE',
    sort: 'DEADLINE',
    pages: '3',
  });
  expect(readSectionQuery(address as Record<string, string>)).toEqual(query);
});

test('an address of nonsense shows the whole list', () => {
  const query = readSectionQuery({
    type: 'toString',
    state: 'DRAFT',
    region: "1' or",
    deposit: 'CASH',
    sort: 'constructor',
    pages: '-2',
    search: null,
  });
  expect(query).toEqual({
    search: '',
    types: [],
    states: [],
    regions: [],
    deposits: [],
    sort: 'NEWEST',
    pages: 1,
  });
  expect(sectionFilterOf(query)).toEqual({});
  expect(writeSectionQuery(query)).toEqual({});
});

test('a link to a filtered list asks for that list, page after page', async () => {
  const { api, wrapper } = await listAt('/sections?type=WATER&region=210502&pages=2');
  await eventually(() => expect(wrapper.findAll('article')).toHaveLength(2));

  const filter = { projectTypes: ['WATER'], regionCodes: ['210502'] };
  expect(api.of('SectionList').map(({ variables }) => variables)).toEqual([
    { filter, sort: 'NEWEST', first: 20, after: null },
    { filter, sort: 'NEWEST', first: 20, after: 'after-1' },
  ]);
  expect(wrapper.get('[aria-current=true]').text()).toBe('水利');
});

test('another value is added to those chosen, and the parent chooses all below it', async () => {
  const { wrapper } = await listAt('/sections?type=WATER');
  await eventually(() => expect(wrapper.findAll('article')).toHaveLength(1));
  const hrefOf = (text: string) =>
    decodeURIComponent(
      wrapper
        .findAll('a')
        .find((link) => link.text() === text)
        ?.attributes('href') ?? '',
    );
  await eventually(() => expect(hrefOf('房屋建筑')).toBe('/sections?type=WATER,HOUSING'));
  expect(hrefOf('水利')).toBe('/sections');
  expect(hrefOf('工程建设项目招标投标 ›')).toBe('/sections?type=WATER,HOUSING');
});

test('a filter goes into the address and begins a new list', async () => {
  const { api, wrapper, router } = await listAt('/sections?search=水库&pages=2');
  await eventually(() => expect(wrapper.findAll('article')).toHaveLength(2));
  await wrapper
    .findAll('a')
    .find((link) => link.text() === '未开标')!
    .trigger('click');
  await eventually(() => expect(wrapper.findAll('article')).toHaveLength(1));

  expect(router.currentRoute.value.query).toEqual({ search: '水库', state: 'ANNOUNCED' });
  expect(api.of('SectionList').at(-1)?.variables).toMatchObject({
    filter: { search: '水库', states: ['ANNOUNCED'] },
    after: null,
  });
});

test('searching goes into the address, and going back brings the old list and its words', async () => {
  const { wrapper, router } = await listAt('/sections');
  await eventually(() => expect(wrapper.findAll('article')).toHaveLength(1));
  const input = wrapper.get<HTMLInputElement>('input[name=search]');
  await input.setValue(' 观音阁 ');
  await wrapper.get('form').trigger('submit');
  await eventually(() => expect(router.currentRoute.value.query).toEqual({ search: '观音阁' }));

  router.back();
  await eventually(() => expect(input.element.value).toBe(''));
});

test('loading more keeps what is shown and does not add a step to the way back', async () => {
  const { api, wrapper, router } = await listAt('/sections');
  const replace = vi.spyOn(router, 'replace');
  await eventually(() => expect(wrapper.findAll('article')).toHaveLength(1));
  await wrapper
    .findAll('button')
    .find((button) => button.text() === '加载更多')!
    .trigger('click');
  await eventually(() => expect(wrapper.findAll('article')).toHaveLength(2));

  expect(replace).toHaveBeenCalledOnce();
  expect(wrapper.text()).toContain('已显示 2 / 57');
  // The first page came from the cache.
  expect(api.of('SectionList')).toHaveLength(2);
});

test('the deadline on a card is the next one, or the last if all have passed', () => {
  const deposit = (deadline: string | null) =>
    ({ kind: 'BID', kindLabel: '', amount: null, deadline }) as const;
  const deposits = [
    deposit('2026-12-20T09:00:00+08:00'),
    deposit(null),
    deposit('2026-12-01T09:00:00+08:00'),
  ];
  expect(nextDeadline(deposits, Date.parse('2026-12-05T00:00:00Z'))).toBe('2026-12-20T09:00:00+08:00');
  expect(nextDeadline(deposits, Date.parse('2027-01-01T00:00:00Z'))).toBe('2026-12-20T09:00:00+08:00');
  expect(nextDeadline([deposit(null)], 0)).toBeNull();
});
