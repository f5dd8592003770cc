import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Account {
  readonly mobile: string;
  readonly password: string;
}
export interface Service {
  readonly origin: string;
  readonly accounts: Record<'operator' | 'operator2' | 'underwriter' | 'regulator' | 'bidder', Account> & {
    apiClients: Record<'centre' | 'insurer' | 'bank', { id: string; secret: string }>;
  };
  /** Asks the API with a key or a session cookie. */
  readonly ask: <T>(authority: Record<string, string>, query: string, variables?: unknown) => Promise<T>;
  /** Signs in and returns the header that carries the session. */
  readonly signIn: (account: Account) => Promise<Record<string, string>>;
  /** The newest code sent to a number. */
  readonly smsCode: (mobile: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** The real service, started as a user starts it, on a data folder of its own. */
export async function startService(settings: Record<string, string> = {}): Promise<Service> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tender-guarantee-e2e-'));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const child = spawn(process.execPath, ['server/src/main.ts', 'start'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Not the environment of the test runner: its MODE, NODE_ENV and VITEST mean something to the service and to its build.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      ...settings,
    },
  });
  const said: string[] = [];
  child.stdout.on('data', (text) => said.push(String(text)));
  child.stderr.on('data', (text) => said.push(String(text)));
  await ready(origin, child, said);

  const accounts = JSON.parse(
    await readFile(join(dataDir, 'demo-accounts.json'), 'utf8'),
  ) as Service['accounts'];
  const post = (headers: Record<string, string>, query: string, variables?: unknown) =>
    fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), ...headers },
      body: JSON.stringify({ query, variables }),
    });
  return {
    origin,
    accounts,
    async ask(authority, query, variables) {
      const body = (await (await post(authority, query, variables)).json()) as {
        data?: unknown;
        errors?: unknown;
      };
      if (body.errors) throw new Error(JSON.stringify(body.errors));
      return body.data as never;
    },
    async signIn({ mobile, password }) {
      const response = await post(
        {},
        'mutation($input: SignInInput!) { signIn(input: $input) { __typename ... on Error { code message } } }',
        { input: { mobile, password } },
      );
      const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
      if (!cookie) throw new Error(`Nobody was signed in: ${await response.text()}`);
      return { cookie };
    },
    async smsCode(mobile) {
      for (let turn = 0; turn < 100; turn += 1) {
        const response = await fetch(`${origin}/sandbox/sms.json?mobile=${mobile}`);
        const newestFirst = (await response.json()) as { code: string | null }[];
        const code = newestFirst.find((message) => message.code)?.code;
        if (code) return code;
        await pause(100);
      }
      throw new Error(`No code was sent to ${mobile}.`);
    },
    async stop() {
      if (child.exitCode !== null) throw new Error(`The service had ended by itself:\n${said.join('')}`);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function ready(origin: string, child: ChildProcess, said: readonly string[]): Promise<void> {
  for (let turn = 0; turn < 1200; turn += 1) {
    if (child.exitCode !== null) throw new Error(`The service ended:\n${said.join('')}`);
    const response = await fetch(`${origin}/readyz`).catch(() => null);
    if (response?.ok) return;
    await pause(100);
  }
  throw new Error(`The service did not get ready:\n${said.join('')}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('No port.')),
      );
    });
  });
}
