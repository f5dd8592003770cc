import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import BetterSqlite3 from 'better-sqlite3';
import { readConfig } from '../src/config.ts';
import { listen } from '../src/http/listen.ts';
import { benchApp } from './data.ts';
import { type Round, report } from './report.ts';

const query = `{ bidSections(first: 20) { nodes { id code name projectTypeLabel stateLabel regionName deadlineAt openAt
  deposits { kind kindLabel amount deadline } } pageInfo { hasNextPage endCursor } } }`;
const rounds = 5;
const seconds = 3;
const self = fileURLToPath(import.meta.url);

/** Requests a second of the list of 20 sections with their deposits, beside node:http + prepared statements + JSON.stringify. */
export async function benchSectionList(): Promise<void> {
  const { dataDir, end } = await benchApp();
  const children = [await serve('floor', dataDir), await serve('ours', dataDir)] as const;
  const [floor, ours] = children;
  try {
    await measure(floor.port, 1);
    await measure(ours.port, 2);
    const measured: Round[] = [];
    for (let i = 0; i < rounds; i += 1) {
      measured.push({ floor: await measure(floor.port, seconds), ours: await measure(ours.port, seconds) });
    }
    report('list of 20 sections with deposits', 'req/s', measured);
  } finally {
    for (const { child } of children) child.kill('SIGTERM');
    await end();
  }
}

function serve(kind: 'floor' | 'ours', dataDir: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(self, [kind, dataDir]);
  return new Promise((resolve, reject) => {
    child.once('message', (port) => resolve({ child, port: Number(port) }));
    child.once('exit', (code) => reject(new Error(`The ${kind} server ended with ${code}.`)));
  });
}

async function measure(port: number, duration: number): Promise<number> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    connections: 16,
    duration,
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were no success.`);
  return result.requests.average;
}

if (process.argv[1] === self) {
  const [kind, dataDir] = process.argv.slice(2) as ['floor' | 'ours', string];
  const port = kind === 'ours' ? await serveOurs(dataDir) : await serveFloor(dataDir);
  process.send?.(port);
}

async function serveOurs(dataDir: string): Promise<number> {
  const { app } = await benchApp(dataDir);
  const { port } = await listen(app, readConfig({ DATA_DIR: dataDir, PORT: '0' }));
  return port;
}

/** The least that a server could do for the same answer: read the body, two statements, one JSON. */
function serveFloor(dataDir: string): Promise<number> {
  const database = new BetterSqlite3(readConfig({ DATA_DIR: dataDir }).databaseFile, { readonly: true });
  const sections = database.prepare(
    `select id, code, name, project_type as projectType, state, region_code as regionCode, deadline_at as deadlineAt, open_at as openAt,
     data_timestamp as stamp from bid_sections order by data_timestamp desc, id desc limit 21`,
  );
  const deposits = database.prepare(
    `select section_id as sectionId, kind, amount_fen as amount, deadline_at as deadline from deposit_requirements
     where section_id in (select value from json_each(?)) order by kind`,
  );
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const rows = sections.all() as { id: string; stamp: number }[];
      const page = rows.slice(0, 20);
      const bySection = Map.groupBy(
        deposits.all(JSON.stringify(page.map((row) => row.id))) as { sectionId: string }[],
        (row) => row.sectionId,
      );
      const nodes = page.map((row) => ({ ...row, deposits: bySection.get(row.id) ?? [] }));
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ data: { bidSections: { nodes, pageInfo: { hasNextPage: rows.length > 20 } } } }),
      );
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
