import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createPaper } from '../src/paper/paper.ts';
import { samplePolicy } from '../src/paper/policy-paper.fixture.ts';
import { fillSealSlot, sealedBytes, slotRange } from '../src/paper/seal-slot.ts';
import { createSandboxSeal } from '../src/ports/seal/sandbox.ts';
import { median } from './report.ts';

const ROUNDS = 30;

/**
 * A policy of one page, rendered in the worker and sealed: time from asking to sealed bytes, and how late the thread that
 * answers requests was meanwhile. There is no floor to stand beside: the figures name themselves.
 */
export async function benchPolicyPaper(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tender-guarantee-bench-'));
  const paper = createPaper();
  const seal = createSandboxSeal(folder, async () => samplePolicy.insurerName, Date.now);
  const policy = { ...samplePolicy, clauses: [] };
  const make = async () => {
    const pdf = await paper.renderPolicy(policy);
    const slot = slotRange(pdf);
    return fillSealSlot(pdf, slot, await seal.sign('ins_bench', sealedBytes(pdf, slot), new Date()));
  };
  try {
    for (let warm = 0; warm < 5; warm += 1) await make();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const begun = performance.now();
      await make();
      times.push(performance.now() - begun);
    }
    delay.disable();
    const ms = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1);
    process.stdout.write(
      `policy page rendered and sealed: median ${median(times).toFixed(0)} ms, slowest ${Math.max(...times).toFixed(0)} ms; ` +
        `event loop late by ${ms(delay.percentile(99))} ms (99th percentile), ${ms(delay.max)} ms at most (${ROUNDS} rounds)\n`,
    );
  } finally {
    await paper.close();
    await rm(folder, { recursive: true, force: true });
  }
}
