import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { makeAllSearchable } from '../../db/search.ts';
import { newId } from '../../kernel/id.ts';
import { importBidSections } from './section.service.ts';

let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

const LIST = `query ($filter: BidSectionFilter, $sort: BidSectionSort, $first: Int, $after: String) {
  bidSections(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount nodes { code } pageInfo { hasNextPage endCursor } } }`;
const list = async (variables: Record<string, unknown>) =>
  (await h.as(null)(LIST, variables)).data.bidSections;
const codes = async (variables: Record<string, unknown>): Promise<string[]> => {
  const { nodes, totalCount } = await list(variables);
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ code }: { code: string }) => code).sort();
};
const found = (search: string) => codes({ filter: { search } });

const centre = { kind: 'API_CLIENT', id: newId('api'), scopes: ['sections:write'], insurerId: null } as const;
const row = (code: string, name: string, changes: Record<string, unknown> = {}) => ({
  BID_SECTION_CODE: code,
  BID_SECTION_NAME: name,
  REGION_CODE: '210502',
  BID_DOC_REFER_END_TIME: '2026-12-20 09:00:00',
  DATA_TIMESTAMP: '20261120120000',
  ...changes,
});
const announce = (...rows: Record<string, unknown>[]) =>
  h.actAs(centre, async (command) => {
    const { rejected } = await importBidSections(command, '测试来源', rows);
    expect(rejected).toEqual([]);
  });

describe('the search of sections', () => {
  beforeEach(() =>
    announce(
      row('BX2026-0031-01', '平山区桥梁维修工程', { TENDERER_NAME: '桥北街道办事处' }),
      row('BX2026-0032-01', '溪湖区Ａ３道路改造工程', { TENDER_PROJECT_NAME: '千山路 综合整治' }),
      row('QH%_1', '明山区校舍加固'),
    ),
  );

  test('finds two characters and more in names of sections, projects and tenderers', async () => {
    expect(await found('桥梁')).toEqual(['BX2026-0031-01']);
    expect(await found('桥梁维修工')).toEqual(['BX2026-0031-01']);
    expect(await found('千山')).toEqual(['BX2026-0032-01']);
    expect(await found('办事处')).toEqual(['BX2026-0031-01']);
    expect(await found('工程')).toEqual(['BX2026-0031-01', 'BX2026-0032-01']);
    expect(await found('桥工')).toEqual([]);
    // The end of one field and the beginning of the next are no word.
    expect(await found('工程千')).toEqual([]);
  });

  test('finds one character, also where it is the last', async () => {
    expect(await found('桥')).toEqual(['BX2026-0031-01']);
    expect(await found('固')).toEqual(['QH%_1']);
    expect(await found('航')).toEqual([]);
  });

  test('finds a code and part of a code', async () => {
    expect(await found('BX2026-0031-01')).toEqual(['BX2026-0031-01']);
    expect(await found('0032')).toEqual(['BX2026-0032-01']);
    expect(await found('6-003')).toEqual(['BX2026-0031-01', 'BX2026-0032-01']);
  });

  test('wants every word, in any order, and minds neither width nor capitals nor spaces', async () => {
    expect(await found('维修 平山')).toEqual(['BX2026-0031-01']);
    expect(await found('维修 溪湖')).toEqual([]);
    expect(await found('a3道路')).toEqual(['BX2026-0032-01']);
    expect(await found('ＢＸ２０２６　溪湖')).toEqual(['BX2026-0032-01']);
    expect(await found('千山路综合')).toEqual(['BX2026-0032-01']);
  });

  test('takes what is typed for text, whatever it is', async () => {
    expect(await found('%_')).toEqual(['QH%_1']);
    for (const typed of ['"', '" OR "', '*', 'NEAR(', '桥*', "'"]) expect(await found(typed)).toEqual([]);
    expect((await found('   ')).length).toBe(3);
  });

  test('knows a section by its newest name alone', async () => {
    await announce(row('QH%_1', '明山区体育馆加固', { DATA_TIMESTAMP: '20261121120000' }));
    expect(await found('校舍')).toEqual([]);
    expect(await found('体育馆')).toEqual(['QH%_1']);
  });

  test('takes in what was there before the index', async () => {
    await h.app.core.database.transact(async (db) => {
      await db.run(sql`delete from bid_section_index where rowid > 0`);
      await db.run(sql`delete from bid_section_texts`);
    });
    expect(await found('桥梁')).toEqual([]);
    await h.app.core.database.transact(async (db) => makeAllSearchable(db));
    expect(await found('桥梁')).toEqual(['BX2026-0031-01']);
  });

  test('answers alike where so much matches that the list is walked', async () => {
    const many = Array.from({ length: 2100 }, (_, i) => row(`M${i}`, `溪湖区管网工程${i}号`));
    await announce(...many);
    expect((await list({ filter: { search: '管网 工程' } })).totalCount).toBe(1000);
    expect(await found('管网 2099号')).toEqual(['M2099']);
    expect((await list({ filter: { search: '管网', regionCode: '210503' } })).totalCount).toBe(0);
  });
});

describe('the list of sections', () => {
  test('takes several values of a kind, of which any will do, and all kinds together', async () => {
    await announce(
      row('A', '一', { PROJECT_TYPE: 'WATER', REGION_CODE: '2105GX' }),
      row('B', '二', { PROJECT_TYPE: 'HOUSING', REGION_CODE: '210503', DEPOSITS: [{ KIND: 'WAGE' }] }),
      row('C', '三', { PROJECT_TYPE: 'MUNICIPAL', DEPOSITS: [{ KIND: 'QUALITY' }] }),
    );
    expect(await codes({ filter: { projectTypes: ['WATER', 'HOUSING'] } })).toEqual(['A', 'B']);
    expect(await codes({ filter: { regionCodes: ['2105GX', '210502'] } })).toEqual(['A', 'C']);
    expect(await codes({ filter: { regionCode: '2105GX' } })).toEqual(['A']);
    expect(await codes({ filter: { regionCode: '210500' } })).toEqual(['A', 'B', 'C']);
    expect(await codes({ filter: { regionCode: '999999' } })).toEqual([]);
    expect(
      await codes({ filter: { depositKinds: ['WAGE', 'QUALITY'], states: ['ANNOUNCED', 'OPENED'] } }),
    ).toEqual(['B', 'C']);
    expect(await codes({ filter: { depositKinds: ['WAGE'], projectTypes: ['WATER', 'MUNICIPAL'] } })).toEqual(
      [],
    );
  });

  test('comes by announcement, deadline or opening, page by page without a gap', async () => {
    const at = (day: number) => `2026-12-${String(day).padStart(2, '0')} 09:00:00`;
    const sections = [
      row('PAST', '一', { BID_DOC_REFER_END_TIME: '2026-11-20 09:00:00', DATA_TIMESTAMP: '20261101000000' }),
      row('LATE', '二', {
        BID_DOC_REFER_END_TIME: at(20),
        BID_OPEN_TIME: at(21),
        DATA_TIMESTAMP: '20261102000000',
      }),
      row('SOON', '三', {
        BID_DOC_REFER_END_TIME: at(5),
        BID_OPEN_TIME: at(30),
        DATA_TIMESTAMP: '20261103000000',
      }),
      row('SAME', '四', {
        BID_DOC_REFER_END_TIME: at(5),
        BID_OPEN_TIME: at(6),
        DATA_TIMESTAMP: '20261103000000',
      }),
    ];
    await announce(...sections);
    const paged = async (sort: string) => {
      const all: string[] = [];
      for (let after: string | null = null; ; ) {
        const { nodes, pageInfo } = await list({ sort, first: 1, after });
        all.push(...nodes.map(({ code }: { code: string }) => code));
        after = pageInfo.endCursor;
        if (!pageInfo.hasNextPage) return all;
      }
    };
    const newest = await paged('NEWEST');
    expect(newest.slice(2)).toEqual(['LATE', 'PAST']);
    expect(newest.slice(0, 2).sort()).toEqual(['SAME', 'SOON']);
    const deadline = await paged('DEADLINE');
    expect(deadline.slice(0, 2).sort()).toEqual(['SAME', 'SOON']);
    expect(deadline.slice(2)).toEqual(['LATE']);
    expect(await paged('OPENING')).toEqual(['SAME', 'LATE', 'SOON']);
  });

  test('never scans the sections, whatever is asked', async () => {
    const seen: string[] = [];
    const { reader } = h.app.core.database;
    const client = (reader as unknown as { $client: { prepare: (text: string) => unknown } }).$client;
    const prepare = client.prepare;
    client.prepare = (text: string) => {
      seen.push(text);
      return prepare(text);
    };
    for (const sort of ['NEWEST', 'DEADLINE', 'OPENING']) {
      for (const filter of [
        {},
        { search: '桥梁' },
        { state: 'ANNOUNCED', regionCode: '210502' },
        { states: ['ANNOUNCED', 'OPENED'], regionCodes: ['210502', '2105GX'], depositKinds: ['BID'] },
        { search: '桥梁 0031', projectTypes: ['WATER', 'OTHER'], depositKind: 'WAGE' },
      ])
        await list({ sort, filter });
    }
    client.prepare = prepare;
    const statements = [...new Set(seen)].filter((text) => /from "bid_sections"/.test(text));
    expect(statements.length).toBeGreaterThan(20);
    for (const text of statements) {
      const plan = await reader.all<{ detail: string }>(
        sql.raw(`explain query plan ${text.replaceAll('?', '1')}`),
      );
      expect([
        text,
        plan.filter(({ detail }) => /SCAN (bid_sections|bid_section_texts)\b/.test(detail)),
      ]).toEqual([text, []]);
    }
  });
});
