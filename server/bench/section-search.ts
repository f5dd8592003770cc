import BetterSqlite3 from 'better-sqlite3';
import { migrateDatabase } from '../src/db/migrate.ts';
import { BID_SECTION_STATES, DEPOSIT_KINDS, PROJECT_TYPES } from '../src/db/vocabulary.ts';
import { newId } from '../src/kernel/id.ts';
import { districtsOf } from '../src/kernel/regions.ts';
import { limits } from '../src/limits.ts';
import {
  listSections,
  type SectionFilter,
  type SectionSort,
} from '../src/modules/section/section.queries.ts';
import { benchApp } from './data.ts';
import { type Round, report } from './report.ts';

const sections = 200_000;
const rounds = 9;
const now = Date.UTC(2026, 10, 24);
const hourMs = 3_600_000;

interface Case {
  readonly name: string;
  readonly filter: SectionFilter;
  readonly sort?: SectionSort;
}
const cases: readonly Case[] = [
  { name: 'no filter', filter: {} },
  { name: 'no filter, deadline soonest', filter: {}, sort: 'DEADLINE' },
  {
    name: 'two states, two regions',
    filter: { states: ['OPENED', 'FAILED'], regionCodes: ['210502', '2105GX'] },
  },
  { name: 'two kinds of deposit', filter: { depositKinds: ['WAGE', 'QUALITY'] } },
  { name: 'search: two characters, 1 in 12', filter: { search: '桥梁' } },
  { name: 'search: two characters in all', filter: { search: '工程' } },
  { name: 'search: one character', filter: { search: '桥' } },
  { name: 'search: two words, 1 in 20000', filter: { search: '卧龙街1234号 桥梁' } },
  { name: 'search: part of a code', filter: { search: '00123456' } },
  { name: 'search: what no section holds', filter: { search: '航天发射塔' } },
  {
    name: 'search with filters, deadline soonest',
    filter: { search: '桥梁', state: 'ANNOUNCED', regionCode: '210502' },
    sort: 'DEADLINE',
  },
];

/**
 * Milliseconds for a page of 20 of 200,000 sections together with the count, beside the plainest way to the same page: one statement
 * that scans the table with LIKE.
 */
export async function benchSectionSearch(): Promise<void> {
  const { app, end } = await benchApp();
  const { file } = app.core.database;
  await fill(file);
  const bare = new BetterSqlite3(file, { readonly: true });
  try {
    for (const { name, filter, sort = 'NEWEST' } of cases) {
      const scan = likeScan(bare, filter, sort);
      const ours = async () => {
        const page = await listSections(
          app.core.database.reader,
          filter,
          sort,
          { first: 20, after: null },
          now,
        );
        return [page.edges.map(({ node }) => node.id).join(), await page.count()] as const;
      };
      const [found, expected] = [await ours(), scan()];
      if (found[0] !== expected[0] || found[1] !== Math.min(expected[1], limits.countedMax))
        throw new Error(`${name}: ${found} instead of ${expected}`);
      const measured: Round[] = [];
      for (let i = 0; i < rounds; i += 1)
        measured.push({ floor: await timed(async () => scan()), ours: await timed(ours) });
      report(`${name} (${expected[1]})`, 'µs', measured);
    }
  } finally {
    bare.close();
    await end();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) * 1000;
}

const works = [
  '道路',
  '桥梁',
  '堤岸',
  '管网',
  '校舍',
  '医院',
  '泵站',
  '隧道',
  '广场',
  '公园',
  '厂房',
  '水库',
];
const streets = ['人民路', '解放路', '卧龙街', '平山路', '紫金路', '文化路', '站前街', '滨河路'];

async function fill(file: string): Promise<void> {
  const database = new BetterSqlite3(file);
  const areas = districtsOf('210500');
  const section = database.prepare(
    `insert into bid_sections (id, source, code, name, project_name, tenderer_name, project_type, region_code, deadline_at, open_at, data_timestamp, state, created_at)
     values (?, 'bench', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  const deposit = database.prepare(
    `insert into deposit_requirements (section_id, kind, amount_fen) values (?, ?, 2000000)`,
  );
  const of = <T>(values: readonly T[], i: number) => values[i % values.length] as T;
  database.transaction(() => {
    for (let i = 0; i < sections; i += 1) {
      const id = newId('sec');
      const area = of(areas, i * 7);
      const project = `${area.name}${of(streets, i * 5)}${(i * 31) % 4001}号${of(works, i * 11)}工程`;
      const announced = now - i * 60_000;
      section.run(
        id,
        `BX2026${String(i).padStart(8, '0')}-01`,
        `${project}（第${i % 9}标段）`,
        project,
        `${area.name}${of(works, i)}建设服务中心`,
        of(PROJECT_TYPES, i),
        area.code,
        announced + 30 * 24 * hourMs,
        announced + 31 * 24 * hourMs,
        announced,
        of(BID_SECTION_STATES, i * 3),
      );
      deposit.run(id, 'BID');
      if (i % 3 === 0) deposit.run(id, of(DEPOSIT_KINDS, 1 + ((i / 3) % 4)));
    }
  })();
  database.close();
  const begun = performance.now();
  migrateDatabase(file);
  process.stdout.write(
    `${sections.toLocaleString('en-US')} sections taken into the index in ${Math.round(performance.now() - begun).toLocaleString('en-US')} ms\n`,
  );
}

function likeScan(
  bare: BetterSqlite3.Database,
  filter: SectionFilter,
  sort: SectionSort,
): () => [string, number] {
  const among = (column: string, values: readonly string[] | null | undefined) =>
    values?.length ? [`${column} in (${values.map((value) => `'${value}'`).join(', ')})`] : [];
  const key = { NEWEST: 'data_timestamp', DEADLINE: 'deadline_at', OPENING: 'open_at' }[sort];
  const words = filter.search?.split(' ') ?? [];
  const where = [
    '1',
    ...(sort === 'NEWEST' ? [] : [`${key} > ${now}`]),
    ...among('state', filter.states ?? (filter.state ? [filter.state] : null)),
    ...among('region_code', filter.regionCodes ?? (filter.regionCode ? [filter.regionCode] : null)),
    ...(filter.depositKinds
      ? [`id in (select section_id from deposit_requirements where ${among('kind', filter.depositKinds)})`]
      : []),
    ...words.map(
      (word) =>
        `(code like '%${word}%' or name like '%${word}%' or project_name like '%${word}%' or tenderer_name like '%${word}%')`,
    ),
  ].join(' and ');
  const way = sort === 'NEWEST' ? 'desc' : 'asc';
  const rows = bare.prepare(
    `select * from bid_sections not indexed where ${where} order by ${key} ${way}, id ${way} limit 21`,
  );
  const counted = bare.prepare(`select count(*) as n from bid_sections not indexed where ${where}`);
  return () => [
    (rows.all() as { id: string }[])
      .slice(0, 20)
      .map(({ id }) => id)
      .join(),
    (counted.get() as { n: number }).n,
  ];
}
