import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The service as whoever runs it meets it: a process of its own, configured for production. */

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A data folder with the secrets that production asks for, gone after the test. */
export async function productionFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tender-guarantee-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'secret-key'), randomBytes(32).toString('base64'));
  await writeFile(join(folder, 'sms-secret'), 'of no use here');
  return folder;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function launch(folder: string, port: number, args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      MODE: 'production',
      DATA_DIR: folder,
      PORT: String(port),
      PUBLIC_ORIGIN: `http://localhost:${port}`,
      SECRET_KEY_FILE: join(folder, 'secret-key'),
      SMS_URL: 'http://127.0.0.1:9/',
      SMS_SECRET_FILE: join(folder, 'sms-secret'),
      SEAL_KEYS_DIR: folder,
      SEAL_TRUST_DIR: folder,
      BROKER_NAME: '演示保险经纪有限公司（演示）',
      BROKER_LICENSE: '演示-经纪-000001',
      LOG_LEVEL: 'silent',
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs a command to its end. */
export async function runCommand(
  folder: string,
  ...args: readonly string[]
): Promise<{ readonly said: string; readonly exitCode: number | null }> {
  const child = launch(folder, 0, args);
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { said, exitCode: child.exitCode };
}

/** Starts the server and waits until it serves. */
export async function startServer(folder: string, port: number): Promise<ChildProcess> {
  const child = launch(folder, port, ['start']);
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (line.includes('Serving at')) return child;
  }
  throw new Error(`The server did not start:\n${said.join('\n')}`);
}

export async function killServer(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
