import { and, asc, eq, lte } from 'drizzle-orm';
import type { Core } from '../command/core.ts';
import { outbox } from '../db/tables/ledger.ts';
import { PermanentFault } from '../kernel/permanent-fault.ts';
import { limits } from '../limits.ts';

export type OutboxRow = typeof outbox.$inferSelect;

/** Carries out effects of one topic. Called at least once for each: it must not mind a repetition. */
export type EffectHandler = (core: Core, effect: OutboxRow) => Promise<void>;

/** Work that falls due by the clock. */
export interface Timer {
  readonly name: string;
  readonly everyMs: number;
  readonly work: (core: Core) => Promise<void>;
}

export interface Worker {
  /** Does all that is due now, once; tests call it instead of waiting. */
  readonly workOff: () => Promise<void>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** Sends what commands left in the outbox and moves what time moves. A fault is logged and tried again later, with patience. */
export function createWorker(
  core: Core,
  handlers: Readonly<Record<string, EffectHandler>>,
  timers: readonly Timer[],
): Worker {
  const lastRun = new Map<string, number>();
  let running: Promise<void> | null = null;
  let again = false;
  let tick: NodeJS.Timeout | undefined;
  let forget = () => {};

  async function deliverDue(): Promise<void> {
    for (;;) {
      const due = await core.database.reader
        .select()
        .from(outbox)
        .where(and(eq(outbox.state, 'DUE'), lte(outbox.dueAt, core.clock.now())))
        .orderBy(asc(outbox.dueAt))
        .limit(limits.outboxBatchMax);
      for (const effect of due) await deliver(effect);
      if (due.length < limits.outboxBatchMax) return;
    }
  }

  async function deliver(effect: OutboxRow): Promise<void> {
    const handler = handlers[effect.topic];
    let fault: string | null = handler ? null : `Nobody handles ${effect.topic}.`;
    let hopeless = false;
    try {
      await handler?.(core, effect);
    } catch (reason) {
      fault = reason instanceof Error ? reason.message : String(reason);
      hopeless = reason instanceof PermanentFault;
    }
    const attempts = effect.attempts + 1;
    const now = core.clock.now();
    const dead = hopeless || attempts >= limits.outboxAttemptsMax;
    const pause = Math.min(limits.outboxBackoffMs * 2 ** effect.attempts, limits.outboxBackoffMsMax);
    await core.database.transact(async (db) => {
      await db
        .update(outbox)
        .set(
          fault === null
            ? // What was said is said: codes and numbers of persons need not lie here any longer.
              { state: 'DONE', attempts, doneAt: now, lastFault: null, payload: {} }
            : { state: dead ? 'DEAD' : 'DUE', attempts, lastFault: fault, dueAt: now + pause },
        )
        .where(eq(outbox.id, effect.id));
    });
    if (fault)
      core.log.warn(
        { effect: effect.id, topic: effect.topic, attempts, dead, fault },
        'an effect was not carried out',
      );
  }

  async function runTimers(): Promise<void> {
    const now = core.clock.now();
    for (const timer of timers) {
      if (now - (lastRun.get(timer.name) ?? Number.NEGATIVE_INFINITY) < timer.everyMs) continue;
      lastRun.set(timer.name, now);
      try {
        await timer.work(core);
      } catch (reason) {
        core.log.error(
          { timer: timer.name, fault: reason instanceof Error ? reason.stack : String(reason) },
          'a timer failed',
        );
      }
    }
  }

  async function once(): Promise<void> {
    await runTimers();
    await deliverDue();
  }

  function wake(): void {
    if (running) {
      again = true;
      return;
    }
    running = once()
      .catch((reason: unknown) => core.log.error({ fault: String(reason) }, 'the worker failed'))
      .finally(() => {
        running = null;
        if (again) {
          again = false;
          wake();
        }
      });
  }

  return {
    async workOff() {
      lastRun.clear();
      await once();
    },
    start() {
      forget = core.news.onWorkDue(wake);
      tick = setInterval(wake, limits.jobPollMs);
      wake();
    },
    async stop() {
      clearInterval(tick);
      forget();
      again = false;
      await running;
    },
  };
}
