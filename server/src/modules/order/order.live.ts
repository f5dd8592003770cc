import { stillStands } from '../../access/standing.ts';
import { type Context, forgetRead } from '../../graph/context.ts';
import { type OrderView, orderById } from './order.queries.ts';

/**
 * The order at once and again after each change, for as long as the caller may see it. Each turn asks anew who the caller is and
 * what may be seen, and reads everything afresh. An order that one may not know of ends at once, as an absent one does.
 */
export function orderTurns(context: Context, orderId: string): AsyncIterableIterator<OrderView> {
  const left = new AbortController();
  const signal = AbortSignal.any([context.signal, left.signal]);
  const turns = readTurns(context, orderId, signal, left);
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

async function* readTurns(
  context: Context,
  orderId: string,
  signal: AbortSignal,
  left: AbortController,
): AsyncGenerator<OrderView, undefined> {
  const { core } = context;
  const changes = core.news.orderChanges(orderId, signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Listens before it reads, so that no change falls between the two.
      const change = changes.next();
      if (!(await stillStands(context.db, context.actor, core.clock.now()))) return;
      forgetRead(context);
      const view = await orderById(context.db, context.actor, orderId);
      if (!view) return;
      yield view;
      if ((await change).done) return;
    }
  } finally {
    left.abort();
  }
}
