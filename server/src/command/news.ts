import { EventEmitter, on } from 'node:events';

/** Tells, after the commit, which orders changed; and the worker that something is due. Nothing is lost when nobody listens. */
export interface News {
  readonly orderChanged: (orderId: string) => void;
  readonly orderChanges: (orderId: string, signal: AbortSignal) => AsyncIterable<void>;
  readonly workDue: () => void;
  readonly onWorkDue: (listener: () => void) => () => void;
}

export function createNews(): News {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    orderChanged: (orderId) => void emitter.emit(orderId),
    async *orderChanges(orderId, signal) {
      try {
        for await (const _ of on(emitter, orderId, { signal })) yield;
      } catch (reason) {
        // The reader went away; anything else is a fault.
        if (!signal.aborted) throw reason;
      }
    },
    workDue: () => void emitter.emit('work'),
    onWorkDue: (listener) => {
      emitter.on('work', listener);
      return () => void emitter.off('work', listener);
    },
  };
}
