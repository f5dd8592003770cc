import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const source = fileURLToPath(new URL('../../src', import.meta.url));

/** Folders and files of `src`, from the ground up. A part may import its own rank's listed friends and everything below. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  limits: [],
  log: [],
  config: [],
  evidence: [],
  'verify-evidence': ['evidence'],
  db: ['kernel', 'limits'],
  paper: ['kernel', 'limits'],
  ports: ['kernel', 'limits', 'log', 'paper'],
  access: ['kernel', 'limits', 'db', 'command'],
  command: ['evidence', 'kernel', 'limits', 'log', 'config', 'db', 'access', 'ports', 'paper'],
  graph: ['evidence', 'kernel', 'limits', 'config', 'db', 'access', 'command', 'modules'],
  modules: ['evidence', 'kernel', 'limits', 'config', 'db', 'access', 'command', 'graph', 'paper'],
  jobs: ['kernel', 'limits', 'db', 'command'],
  http: ['kernel', 'limits', 'config', 'db', 'access', 'command', 'graph', 'modules', 'ports', 'app'],
  demo: ['kernel', 'limits', 'db', 'access', 'command', 'modules'],
  app: [
    'evidence',
    'kernel',
    'limits',
    'log',
    'config',
    'db',
    'access',
    'command',
    'graph',
    'modules',
    'jobs',
    'http',
    'ports',
    'paper',
  ],
  main: ['evidence', 'config', 'log', 'db', 'command', 'graph', 'modules', 'http', 'ports', 'demo', 'app'],
};

/** Modules from upstream to downstream: one may import those before it. */
const stream = [
  'account',
  'upload',
  'enterprise',
  'section',
  'insurer',
  'platform',
  'ledger',
  'order',
  'project',
  'quote',
  'payment',
  'bank',
  'policy',
  'invoice',
  'surrender',
  'ticket',
  'message',
  'export',
];

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const files = (await readdir(source, { recursive: true }))
  .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
  .map((file) => file.split(sep).join('/'));
const texts = new Map(
  await Promise.all(files.map(async (file) => [file, await readFile(join(source, file), 'utf8')] as const)),
);

const imports: Import[] = files.flatMap((file) =>
  [
    ...(texts.get(file) ?? '').matchAll(
      /^(?:import|export)\s+(type\s)?[^;]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)|^import '(\.[^']+)'/gm,
    ),
  ].map((match) => ({
    file,
    target: relative(source, resolve(source, dirname(file), match[2] ?? match[3] ?? match[4] ?? ''))
      .split(sep)
      .join('/'),
    typeOnly: match[1] !== undefined,
  })),
);
const withoutComments = (file: string) => (texts.get(file) ?? '').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
const partOf = (path: string) => (path.split('/')[0] ?? '').replace(/\.ts$/, '');
const moduleOf = (path: string) => (path.startsWith('modules/') ? path.split('/')[1] : undefined);

describe('the structure of the server', () => {
  test('parts import only what lies below them', () => {
    const wrong = imports
      .filter(
        ({ file, target }) =>
          partOf(file) !== partOf(target) && !mayImport[partOf(file)]?.includes(partOf(target)),
      )
      .map(
        ({ file, target }) =>
          `${file} imports ${target}: ${partOf(file)} may know ${mayImport[partOf(file)]?.join(', ')} only`,
      );
    expect(wrong).toEqual([]);
  });

  test('modules import only modules upstream of them, so that each noun can be read without those that follow', () => {
    const wrong = imports
      .filter(({ file, target }) => {
        const from = moduleOf(file);
        const to = moduleOf(target);
        return from && to && stream.indexOf(to) > stream.indexOf(from);
      })
      .map(({ file, target }) => `${file} imports ${target}, which lies downstream`);
    expect(wrong).toEqual([]);
  });

  test('every module is placed in the stream', async () => {
    const present = (await readdir(join(source, 'modules'))).sort();
    expect([...stream].sort()).toEqual(present);
  });

  test('only graph/schema.ts gathers the modules, and no other file of graph knows one', () => {
    const wrong = imports.filter(
      ({ file, target }) => partOf(file) === 'graph' && file !== 'graph/schema.ts' && moduleOf(target),
    );
    expect(wrong).toEqual([]);
  });

  test('services and queries know nothing of GraphQL', () => {
    const wrong = imports
      .filter(
        ({ file, target }) =>
          /\.(service|queries|machine|refusals)\.ts$/.test(file) && partOf(target) === 'graph',
      )
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(wrong).toEqual([]);
  });

  test('lucia is imported by access/session.ts only, since it is deprecated and will be replaced there', () => {
    expect(files.filter((file) => /from 'lucia'/.test(texts.get(file) ?? ''))).toEqual(['access/session.ts']);
  });

  test('the environment is read by main.ts, which hands it to config.ts', () => {
    expect(files.filter((file) => /process\.env\b/.test(withoutComments(file))).sort()).toEqual(['main.ts']);
  });

  test('states change only through fire', () => {
    const wrong = files.filter(
      (file) => file.startsWith('modules/') && /\.set\(\{[^}]*\bstate:/.test(texts.get(file) ?? ''),
    );
    expect(wrong).toEqual([]);
  });

  test('outside db nobody uses what exists on SQLite only', () => {
    const wrong = files.filter(
      (file) => !file.startsWith('db/') && /\)\s*\.(sync|get|all|run)\(\)/.test(texts.get(file) ?? ''),
    );
    expect(wrong).toEqual([]);
  });

  test('no file is a drawer for the rest', () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|misc|common|index)\.ts$/.test(file))).toEqual([]);
  });
});
