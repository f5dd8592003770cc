import { EventEmitter, on } from 'node:events';

/** Tells, after the commit, what changed; and the worker that something is due. Nothing is lost when nobody listens. */
export interface News {
  /** @param topic the id of an order, or the name of a machine, one of whose objects changed */
  readonly changed: (topic: string) => void;
  readonly changes: (topic: string, signal: AbortSignal) => AsyncIterable<void>;
  readonly workDue: () => void;
  readonly onWorkDue: (listener: () => void) => () => void;
}

export function createNews(): News {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    changed: (topic) => void emitter.emit(topic),
    async *changes(topic, signal) {
      try {
        for await (const _ of on(emitter, topic, { signal })) yield;
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
