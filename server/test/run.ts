import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs everything: types, lint, documents, tests of both halves, and the whole job in a browser. Ends with one line of counts. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, '.cache');
const bin = (owner: string, name: string) => join(root, owner, 'node_modules', '.bin', name);

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

function run(command: string, args: readonly string[], cwd = root): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: { ...process.env, FORCE_COLOR: '0' } });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** A check counts as one test. */
async function check(name: string, command: string, args: readonly string[], cwd = root): Promise<void> {
  process.stdout.write(`\n== ${name}\n`);
  const passed = (await run(command, args, cwd)) === 0;
  total[passed ? 'passed' : 'failed'] += 1;
  if (!passed) failures.push(name);
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
}

async function vitest(name: string, folder: string, args: readonly string[] = []): Promise<void> {
  process.stdout.write(`\n== ${name}\n`);
  const file = join(cache, `${name.replaceAll(' ', '-')}.json`);
  await rm(file, { force: true });
  const code = await run(
    bin(folder, 'vitest'),
    ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`, ...args],
    join(root, folder),
  );
  const report = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as VitestReport,
    () => null,
  );
  if (!report) {
    total.failed += 1;
    failures.push(`${name} did not run`);
    return;
  }
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  // A file that could not be loaded holds no failed test, and yet it failed.
  if (code !== 0 && report.numFailedTests === 0) total.failed += 1;
  if (code !== 0) failures.push(name);
}

await mkdir(cache, { recursive: true });
await check('types of the server', bin('.', 'tsc'), ['-p', 'server']);
await check('types of the client', bin('web', 'vue-tsc'), ['-p', 'web', '--noEmit']);
await check(
  'documents of the client',
  bin('web', 'gql.tada'),
  ['check', '--fail-on-warn'],
  join(root, 'web'),
);
await check('lint', bin('.', 'biome'), ['check', '--error-on-warnings']);
await vitest('server', 'server');
await vitest('client', 'web');
await check('build of the client', process.execPath, ['server/src/main.ts', 'build-client']);
await vitest('browser', 'web', ['--config', 'vitest.e2e.config.ts']);

if (failures.length > 0) process.stdout.write(`\nFailed: ${failures.join(', ')}\n`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exit(total.failed === 0 && failures.length === 0 ? 0 : 1);
