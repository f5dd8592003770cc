import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../../../web', import.meta.url));
const stamp = join(web, 'dist', '.built-from');

/** Builds the client where its sources changed since it was last built. */
export async function buildClient(tell: (step: string) => void): Promise<void> {
  if (!existsSync(web)) return;
  const sources = await hashOfSources();
  const built = await readFile(stamp, 'utf8').catch(() => null);
  if (built === sources) return;

  tell('Building the web client');
  await new Promise<void>((resolve, reject) => {
    const vite = join(web, 'node_modules', '.bin', 'vite');
    const child = spawn(vite, ['build', '--logLevel', 'warn'], { cwd: web, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`The build of the client ended with ${code}.`)),
    );
  });
  await writeFile(stamp, sources);
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = [
    'package.json',
    'index.html',
    'replay.html',
    'vite.config.ts',
    'sales-pages.ts',
    '../pnpm-lock.yaml',
    '../schema.graphql',
  ];
  for (const folder of ['src', 'public']) {
    if (!existsSync(join(web, folder))) continue;
    for (const entry of await readdir(join(web, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(web.length + 1));
    }
  }
  for (const file of files.sort()) hash.update(file).update(await readFile(join(web, file)));
  return hash.digest('hex');
}
