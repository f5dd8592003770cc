import { stillStands } from '../access/standing.ts';
import { type Context, forgetRead } from './context.ts';

/**
 * What `read` answers, at once and again after each change of `topic`, for as long as the caller may see it. Each turn asks anew who
 * the caller is, and reads everything afresh. What one may not know of ends at once, as what is absent does.
 *
 * @param read null for what is absent, or not for the caller to see
 */
export function turnsOf<T>(
  context: Context,
  topic: string,
  read: () => Promise<T | null>,
): AsyncIterableIterator<T> {
  const left = new AbortController();
  const signal = AbortSignal.any([context.signal, left.signal]);
  const turns = readTurns(context, topic, read, signal, left);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => turns.next(),
    // A generator that waits does not hear of `return` before the next change: the signal wakes it.
    return: () => {
      left.abort();
      return turns.return(undefined);
    },
  };
}

async function* readTurns<T>(
  context: Context,
  topic: string,
  read: () => Promise<T | null>,
  signal: AbortSignal,
  left: AbortController,
): AsyncGenerator<T, undefined> {
  const { core } = context;
  const changes = core.news.changes(topic, signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Listens before it reads, so that no change falls between the two.
      const change = changes.next();
      if (!(await stillStands(context.db, context.actor, core.clock.now()))) return;
      forgetRead(context);
      const seen = await read();
      if (!seen) return;
      yield seen;
      if ((await change).done) return;
    }
  } finally {
    left.abort();
  }
}
