import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { RateLimited } from '../command/refusals.ts';
import { limits } from '../limits.ts';

const hash = promisify(argon2);

let running = 0;
const waiting: (() => void)[] = [];

/** Each hash takes 19 MiB and a core for a while: only a few run at once, and a crowd is asked to come back. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= limits.argonConcurrentMax) {
    if (waiting.length >= limits.argonWaitingMax) throw new RateLimited(1000);
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

interface Cost {
  readonly memory: number;
  readonly passes: number;
}
const cost: Cost = { memory: limits.argonMemoryKiB, passes: limits.argonPasses };

const derive = (password: string, nonce: Buffer, { memory, passes }: Cost) =>
  inTurn(() =>
    hash('argon2id', {
      message: Buffer.from(password.normalize('NFC')),
      nonce,
      parallelism: 1,
      tagLength: 32,
      memory,
      passes,
    }),
  );

/** Argon2id in the PHC string form. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive(password, nonce, cost);
  const plain = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=1$${plain(nonce)}$${plain(tag)}`;
}

const stored = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Compares with a hash of `hashPassword`. Without one it does the same work in vain, so that unknown numbers cannot be told by time. */
export async function passwordMatches(password: string, hashed: string | null): Promise<boolean> {
  const parts = hashed ? stored.exec(hashed) : null;
  if (!parts) {
    await derive(password, randomBytes(16), cost);
    return false;
  }
  const [, memory, passes, nonce, tag] = parts as unknown as [string, string, string, string, string];
  const expected = Buffer.from(tag, 'base64');
  const actual = await derive(password, Buffer.from(nonce, 'base64'), {
    memory: Number(memory),
    passes: Number(passes),
  });
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** Whether a hash was made at another cost than today's, so that it is made anew when its owner signs in. */
export function isOutdated(hashed: string): boolean {
  const [, memory, passes] = stored.exec(hashed) ?? [];
  return Number(memory) !== cost.memory || Number(passes) !== cost.passes;
}
