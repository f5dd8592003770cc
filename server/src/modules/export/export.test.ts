import { sql } from 'drizzle-orm';
import { unzipSync } from 'fflate';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { type Ask, createHarness, type Harness } from '../../../test/support/harness.ts';
import { newId } from '../../kernel/id.ts';
import { limits } from '../../limits.ts';
import { sheetFile } from '../../paper/sheet.ts';
import { REQUEST_MATERIAL, SUPPLY, sceneOf, submittedOrder } from '../order/order.fixture.ts';
import { issuedOrder, resultOf } from '../payment/payment.fixture.ts';

let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

/** What a cell of a file holds, as the file itself says it. */
interface Cell {
  readonly type: 'text' | 'number';
  readonly value: string;
  /** The number format, such as `#,##0.00`. */
  readonly format: string;
}

const plain = (xml: string) =>
  xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** Reads a file back, cell by cell, out of its XML. */
function read(bytes: Uint8Array): {
  header: string[];
  rows: Record<string, Cell | undefined>[];
  xml: string;
} {
  const files = unzipSync(bytes);
  const part = (name: string) => Buffer.from(files[name] ?? []).toString('utf8');
  const strings = [...part('xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>/gs)].map(([, si = '']) =>
    plain([...si.matchAll(/<t[^>]*>(.*?)<\/t>/gs)].map(([, t]) => t).join('')),
  );
  const styles = part('xl/styles.xml');
  const custom = new Map(
    [...styles.matchAll(/<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/g)].map(([, id = '', code = '']) => [
      id,
      plain(code),
    ]),
  );
  const formats = [...(/<cellXfs.*?<\/cellXfs>/s.exec(styles)?.[0] ?? '').matchAll(/<xf ([^>]*)>/g)].map(
    ([, attributes = '']) => custom.get(/numFmtId="(\d+)"/.exec(attributes)?.[1] ?? '') ?? '',
  );
  const xml = part('xl/worksheets/sheet1.xml');
  const cells = new Map(
    [...xml.matchAll(/<c r="([A-Z]+)(\d+)"((?: [a-z]+="[^"]*")*)>(.*?)<\/c>/gs)].map(
      ([, column, row, attributes = '', inner = '']) => {
        const value = /<v>(.*?)<\/v>/s.exec(inner)?.[1] ?? '';
        const isText = / t="s"/.test(attributes);
        const format = formats[Number(/ s="(\d+)"/.exec(attributes)?.[1] ?? -1)] ?? '';
        const text = isText ? (strings[Number(value)] ?? '') : value;
        return [`${column}${row}`, { type: isText ? 'text' : 'number', value: text, format } as Cell];
      },
    ),
  );
  const letters = [...cells.keys()].flatMap((at) => /^([A-Z]+)1$/.exec(at)?.[1] ?? []);
  const count = Math.max(...[...cells.keys()].map((at) => Number(/\d+/.exec(at)?.[0])));
  return {
    header: letters.map((letter) => cells.get(`${letter}1`)?.value ?? ''),
    rows: Array.from({ length: count - 1 }, (_, i) =>
      Object.fromEntries(
        letters.map((letter) => [cells.get(`${letter}1`)?.value, cells.get(`${letter}${i + 2}`)]),
      ),
    ),
    xml,
  };
}

async function exported(who: Person, path: string) {
  const response = await h.fetch(who, `/exports/${path}`);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const disposition = response.headers.get('content-disposition') ?? '';
  return {
    name: decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(disposition)?.[1] ?? ''),
    type: response.headers.get('content-type'),
    ...read(new Uint8Array(await response.arrayBuffer())),
  };
}
async function refusedExport(who: Person | null, path: string) {
  const before = await h.content(['sessions']);
  const response = await h.fetch(who, `/exports/${path}`);
  expect(await h.content(['sessions'])).toBe(before);
  const { errors } = (await response.json()) as {
    errors: { message: string; extensions: { code: string } }[];
  };
  return { status: response.status, code: errors[0]?.extensions.code, message: errors[0]?.message };
}

describe('an exported list', () => {
  test('holds what the list shows: amounts as numbers, dates as dates in Shanghai, long numbers as text', async () => {
    const issued = await issuedOrder(h);
    const { bidder, section } = issued;
    const { data } = await h.as(bidder)('{ orders { nodes { number createdAt } } }');
    const [order] = data.orders.nodes;

    const orders = await exported(bidder, 'orders.xlsx');
    expect(orders.name).toMatch(/^保证金订单-20261124-\d{4}\.xlsx$/);
    expect(orders.type).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    const [row] = orders.rows;
    expect(orders.rows).toHaveLength(1);
    expect(row).toMatchObject({
      订单号: { type: 'text', value: order.number, format: '@' },
      订单状态: { type: 'text', value: '已完成' },
      标段编号: { type: 'text', value: section.code },
      产品类型: { value: '投标保证金' },
      缴纳方式: { value: '电子保函（保险保证）' },
      '保证金金额（元）': { type: 'number', value: '100000', format: '#,##0.00' },
      '订单金额（元）': { type: 'number', value: '400', format: '#,##0.00' },
      保单号: { type: 'text', value: issued.policyNumber, format: '@' },
      经办人: { value: '李演示' },
      创建时间: { type: 'number', format: 'yyyy-mm-dd hh:mm:ss' },
    });
    // Days since 1899-12-30, by the clock in Shanghai.
    const serial = (Date.parse(order.createdAt) + 8 * 3_600_000) / 86_400_000 + 25_569;
    expect(Number(row?.创建时间?.value)).toBeCloseTo(serial, 6);

    const deposits = await exported(bidder, 'deposits.xlsx');
    expect(deposits.rows).toEqual([
      expect.objectContaining({
        保单号: { type: 'text', value: issued.policyNumber, format: '@' },
        '保险金额（元）': { type: 'number', value: '100000', format: '#,##0.00' },
        保障末日: expect.objectContaining({ type: 'number', format: 'yyyy-mm-dd' }),
      }),
    ]);
    const invoices = await exported(bidder, 'invoices.xlsx');
    expect(invoices.rows).toEqual([
      expect.objectContaining({
        发票状态: expect.objectContaining({ value: '未开具' }),
        '发票金额（元）': { type: 'number', value: '400', format: '#,##0.00' },
        '不含税金额（元）': { type: 'number', value: '377.36', format: '#,##0.00' },
        '税额（元，6%）': { type: 'number', value: '22.64', format: '#,##0.00' },
      }),
    ]);
  });

  test('with more rows than a file may hold is refused with their number, and says to narrow the filter', async () => {
    const scene = await sceneOf(h);
    const { orderId } = await submittedOrder(scene);
    const { reader, transact } = h.app.core.database;
    const columns = (
      await reader.all<{ name: string }>(sql`select name from pragma_table_info('orders')`)
    ).map(({ name }) => name);
    const changed: Record<string, string> = {
      id: 'value',
      number: `substr(number, 1, 21) || printf('%010d', key)`,
      state: `'CANCELLED'`,
      created_at: 'created_at - key',
    };
    const ids = JSON.stringify(Array.from({ length: limits.exportRowsMax }, () => newId('ord')));
    await transact(async (db) => {
      await db.run(
        sql`insert into orders (${sql.raw(columns.map((name) => `"${name}"`).join())})
          select ${sql.raw(columns.map((name) => changed[name] ?? `orders."${name}"`).join())}
          from orders, json_each(${ids}) where orders.id = ${orderId}`,
      );
    });
    const refusal = await refusedExport(scene.bidder, 'orders.xlsx');
    expect(refusal).toMatchObject({ code: 'EXPORT_TOO_LARGE' });
    expect(refusal.message).toContain(`${limits.exportRowsMax + 1} 条`);
    expect((await exported(scene.bidder, 'orders.xlsx?states=CANCELLED')).rows).toHaveLength(
      limits.exportRowsMax,
    );
  });

  test('keeps to the filter of the list, and to what the caller may know of', async () => {
    const issued = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const { bidder } = issued;
    await submittedOrder({ ...(await sceneOf(h, { bidder })), kind: 'BID' });
    const count = async (who: Person, path: string) => (await exported(who, path)).rows.length;
    expect(await count(bidder, 'orders.xlsx')).toBe(2);
    expect(await count(bidder, 'orders.xlsx?states=COMPLETED,CANCELLED&search=')).toBe(1);
    expect(await count(bidder, 'orders.xlsx?depositKind=BID&form=INSURANCE')).toBe(1);
    expect(await count(bidder, 'orders.xlsx?createdFrom=2026-11-24&createdTo=2026-11-24')).toBe(2);
    expect(await count(bidder, 'orders.xlsx?createdFrom=2026-11-25')).toBe(0);
    expect(await count(bidder, 'deposits.xlsx?endsTo=2026-11-24')).toBe(0);
    expect(await count(await h.given.bidder(), 'orders.xlsx')).toBe(0);

    const regulator = await h.given.regulator();
    const watched = await exported(regulator, 'orders.xlsx');
    expect(watched.rows).toHaveLength(1);
    expect(watched.header).not.toContain('经办人');
    expect(await count(await h.given.apiClient(['deposits:read']), 'deposits.xlsx')).toBe(1);
  });

  test('is refused with the name of what is wrong, and nothing is written', async () => {
    const bidder = await h.given.bidder();
    const bank = await h.given.apiClient(['payments:write']);
    expect(await refusedExport(null, 'orders.xlsx')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await refusedExport(bank, 'invoices.xlsx')).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await refusedExport(bidder, 'persons.xlsx')).toMatchObject({ status: 404 });
    for (const [query, words] of [
      ['state=COMPLETED', '没有“state”这一筛选条件'],
      ['states=COMPLETED,DONE', '订单状态应为'],
      ['depositKind=BID&depositKind=WAGE', '产品类型应为'],
      ['createdTo=2026-02-30', '创建日期的截止日应为日期'],
      [`search=${'长'.repeat(limits.nameCharactersMax + 1)}`, '搜索文字过长'],
    ] as const) {
      const refused = await refusedExport(bidder, `orders.xlsx?${query}`);
      expect(refused).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
      expect(refused.message).toContain(words);
    }
  });

  test('is an act on record, which the log shows of staff and hides of bidders and insurers', async () => {
    const issued = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const operator = await h.given.operator();
    for (const who of [issued.bidder, issued.underwriter, operator])
      await exported(who, 'orders.xlsx?search=x');
    expect((await h.events()).filter((event) => event.includes(' export '))).toEqual([
      'BIDDER export EXPORT: · -> ·',
      'UNDERWRITER export EXPORT: · -> ·',
      'OPERATOR export EXPORT: · -> ·',
    ]);
    const { data } = await h.as(operator)(
      '{ events(filter: { noun: "export" }) { totalCount nodes { label note objectId } } }',
    );
    expect(data.events).toEqual({
      totalCount: 1,
      nodes: [{ label: '导出列表', note: '保证金订单，0 条', objectId: operator.id }],
    });
  });

  test('cannot be taken again and again without an end', async () => {
    const insurer = await h.given.insurer();
    const system = await h.given.apiClient(['invoices:write'], insurer.id);
    for (let i = 0; i < limits.exportsPerPerson.max; i += 1) await exported(system, 'invoices.xlsx');
    expect(await refusedExport(system, 'invoices.xlsx')).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    h.pass(3_600_001);
    expect((await exported(system, 'invoices.xlsx')).rows).toEqual([]);
  });
});

test('no cell is a formula: what begins like one is text, in the file and after it was saved as CSV', async () => {
  const attacks = ['=1+1', '+1', '-2', '@SUM(A1)', '\t=1', '\r=1', ' =cmd', '＝1+1'];
  const bytes = await sheetFile({
    name: '试验',
    columns: [{ header: '名称', kind: 'TEXT' }],
    rows: [...attacks, '本溪演示建设有限公司', '2026-1', '<b>&"'].map((value) => [value]),
  });
  const { rows, xml } = read(bytes);
  expect(xml).not.toContain('<f');
  expect(rows.map((row) => row.名称)).toEqual(
    [...attacks.map((text) => `'${text}`), '本溪演示建设有限公司', '2026-1', '<b>&"'].map((value) => ({
      type: 'text',
      value,
      format: '@',
    })),
  );
});

describe('deposits that guarantees stand for', () => {
  const SUMMARY = `{ coverSummary { endsSoonUntil
    total { depositKindLabel inForce coveredAmount premium endingSoon nextEndOn underWay underWayAmount }
    kinds { depositKind inForce underWay } } }`;

  test('are summed up by kinds, with what is under way, within what the caller may know of', async () => {
    const issued = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const scene = await sceneOf(h, { bidder: issued.bidder });
    await submittedOrder(scene);
    const { data } = await h.as(issued.bidder)(SUMMARY);
    expect(data.coverSummary).toMatchObject({
      endsSoonUntil: '2026-12-24',
      total: {
        depositKindLabel: '合计',
        inForce: 1,
        coveredAmount: '1000000.00',
        premium: '4000.00',
        underWay: 1,
        underWayAmount: '100000.00',
      },
      kinds: [
        { depositKind: 'BID', inForce: 0, underWay: 1 },
        { depositKind: 'PERFORMANCE', inForce: 1, underWay: 0 },
      ],
    });
    const nothing = (await h.as(await h.given.bidder())(SUMMARY)).data.coverSummary;
    expect(nothing).toMatchObject({
      total: { inForce: 0, coveredAmount: '0.00', nextEndOn: null },
      kinds: [],
    });
    // The bid order is under seal.
    const regulated = (await h.as(await h.given.regulator())(SUMMARY)).data.coverSummary;
    expect(regulated.kinds).toEqual([{ depositKind: 'PERFORMANCE', inForce: 1, underWay: 0 }]);
  });

  test('are listed by state, kind, day of end and words', async () => {
    const issued = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const list = async (filter: string) =>
      (
        await h.as(issued.bidder)(
          `{ policies(filter: ${filter}) { totalCount nodes { policyNumber endOn } } }`,
        )
      ).data.policies;
    const [{ endOn }] = (await list('{}')).nodes;
    for (const [filter, count] of [
      ['{ states: [ISSUED, ACTIVE], depositKind: PERFORMANCE, form: INSURANCE }', 1],
      ['{ states: [EXPIRED] }', 0],
      ['{ depositKind: BID }', 0],
      [`{ endsFrom: "${endOn}", endsTo: "${endOn}" }`, 1],
      ['{ endsTo: "2026-11-24" }', 0],
      [`{ search: "${issued.policyNumber.slice(0, 7)}" }`, 1],
      [`{ search: "${issued.section.code}" }`, 1],
      ['{ search: "%" }', 0],
    ] as const)
      expect([filter, (await list(filter)).totalCount]).toEqual([filter, count]);
  });
});

test('while an insurer asks for material the order waits for the bidder, and no other insurer learns of it', async () => {
  const scene = await sceneOf(h, { insurers: 2 });
  const { orderId } = await submittedOrder(scene);
  const [asking = h.as(null), other = h.as(null)] = await Promise.all(
    scene.insurers.map(async ({ id }) => h.as(await h.given.underwriter(id))),
  );
  const waitsFor = async (ask: Ask) =>
    (await ask('query ($id: ID!) { order(id: $id) { nextActor } }', { id: orderId })).data.order.nextActor;
  expect(await waitsFor(scene.ask)).toBe('UNDERWRITER');
  const own = await asking('{ quotes { nodes { id } } }');
  const quoteId = own.data.quotes.nodes[0].id;
  resultOf(await asking(REQUEST_MATERIAL, { input: { quoteId, request: '请补充近三年财务报表' } }));
  expect(await waitsFor(scene.ask)).toBe('BIDDER');
  expect([await waitsFor(asking), await waitsFor(other)]).toEqual(['BIDDER', 'UNDERWRITER']);
  const uploadIds = [await h.given.upload(scene.bidder, 'EVIDENCE')];
  resultOf(await scene.ask(SUPPLY, { input: { quoteId, note: '见附件', uploadIds } }));
  expect(await waitsFor(scene.ask)).toBe('UNDERWRITER');
});
