import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { ApiClientActor } from '../src/access/actor.ts';
import { noRequest } from '../src/command/core.ts';
import { run } from '../src/command/run.ts';
import { migrateDatabase } from '../src/db/migrate.ts';
import { newId } from '../src/kernel/id.ts';
import { importBidSections } from '../src/modules/section/section.service.ts';
import { benchApp } from './data.ts';
import { type Round, report } from './report.ts';

const rounds = 5;
const commands = 1500;
const centre: ApiClientActor = {
  kind: 'API_CLIENT',
  id: newId('api'),
  scopes: ['sections:write'],
  insurerId: null,
};

/**
 * Commands a second, each safe on disk before it is acknowledged: a section announced, with its deposit and its event in the hash
 * chain. Beside it bare better-sqlite3 that writes three rows of the same size, a commit each, with the same durability.
 */
export async function benchDurableCommands(): Promise<void> {
  for (const concurrent of [1, 64]) {
    const { app, dataDir, end } = await benchApp();
    const bare = bareWriter(join(dataDir, 'bare.sqlite'));
    try {
      const measured: Round[] = [];
      for (let i = 0; i < rounds; i += 1) {
        measured.push({
          floor: perSecond(
            await timed(async () => void Array.from({ length: commands }, () => bare.write())),
          ),
          ours: perSecond(
            await timed(() => crowd(concurrent, () => run(app.core, centre, noRequest, announce))),
          ),
        });
      }
      report(`durable commands, ${concurrent} at a time`, 'cmd/s', measured);
    } finally {
      bare.close();
      await end();
    }
  }
}

const perSecond = (ms: number) => (commands / ms) * 1000;

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function crowd(concurrent: number, command: () => Promise<unknown>): Promise<void> {
  let left = commands;
  await Promise.all(
    Array.from({ length: concurrent }, async () => {
      while (left > 0) {
        left -= 1;
        await command();
      }
    }),
  );
}

const announce: Parameters<typeof run>[3] = (command) =>
  importBidSections(command, 'bench', [
    {
      BID_SECTION_CODE: newId('b'),
      BID_SECTION_NAME: '测试标段，用于测量',
      REGION_CODE: '210502',
      BID_DOC_REFER_END_TIME: '2027-03-01 08:30:00',
      MARGIN_AMOUNT: '20000',
      DATA_TIMESTAMP: '20260316194000',
    },
  ]);

function bareWriter(file: string) {
  migrateDatabase(file);
  const database = new BetterSqlite3(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const section = database.prepare(
    `insert into bid_sections (id, source, code, name, project_type, region_code, data_timestamp, state, created_at)
     values (?, 'bench', ?, '测试标段，用于测量', 'OTHER', '210502', 1, 'ANNOUNCED', 1)`,
  );
  const deposit = database.prepare(
    `insert into deposit_requirements (section_id, kind, amount_fen) values (?, 'BID', 2000000)`,
  );
  const event = database.prepare(
    `insert into events (id, at, noun, object_id, event, party, data, previous_hash, hash) values (?, 1, 'bidSection', ?, 'ANNOUNCE', 'CENTRE', '{}', ?, ?)`,
  );
  const write = database.transaction(() => {
    const id = newId('sec');
    const hash = id.padEnd(64, '0');
    section.run(id, id);
    deposit.run(id);
    event.run(newId('evt'), id, hash, hash);
  });
  return { write: () => write.immediate(), close: () => database.close() };
}
