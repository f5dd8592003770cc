import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { durabilityOf, openDatabase } from '../../src/db/open.ts';
import { createHarness } from '../support/harness.ts';

const own = "name not like 'sqlite_%' and name not like '\\_\\_%' escape '\\'";

describe('the database', () => {
  test('a reopened file still writes with synchronous=FULL, WAL and foreign keys', async () => {
    const h = await createHarness();
    const { file } = h.app.core.database;
    await h.given.section();
    for (let turn = 0; turn < 2; turn += 1) {
      const reopened = openDatabase(file);
      expect(await durabilityOf(reopened)).toEqual({ synchronous: 2, journal: 'wal', foreignKeys: 1 });
      reopened.close();
    }
  });

  test('every table is STRICT', async () => {
    const h = await createHarness();
    const tables = await h.app.core.database.reader.all<{ name: string; strict: number }>(
      sql.raw(
        `select name, strict from pragma_table_list where type = 'table' and schema = 'main' and ${own}`,
      ),
    );
    expect(tables.length).toBeGreaterThan(20);
    expect(tables.filter((table) => !table.strict).map((table) => table.name)).toEqual([]);
  });

  test('every closed list is checked by the database too', async () => {
    const h = await createHarness();
    const tables = await h.app.core.database.reader.all<{ name: string; text: string }>(
      sql.raw(`select name, sql as text from sqlite_schema where type = 'table' and ${own}`),
    );
    const unchecked = tables.flatMap(({ name, text }) =>
      /`state`/.test(text) && !/CHECK\("?\w+"?\."state" in/.test(text) && name !== 'outbox' ? [name] : [],
    );
    expect(unchecked).toEqual([]);
  });

  test('nothing is deleted by a cascade, since a table rebuild would delete children silently', async () => {
    const h = await createHarness();
    const [row] = await h.app.core.database.reader.all<{ n: number }>(
      sql.raw(`select count(*) as n from sqlite_schema where sql like '%on delete cascade%'`),
    );
    expect(row?.n).toBe(0);
  });

  test('the event log takes no update and no delete', async () => {
    const h = await createHarness();
    await h.given.section();
    for (const statement of ['update events set note = null', 'delete from events']) {
      await expect(
        h.app.core.database.transact(async (db) => {
          await db.run(sql.raw(statement));
        }),
      ).rejects.toThrow();
    }
    expect((await h.events()).length).toBeGreaterThan(0);
  });
});
