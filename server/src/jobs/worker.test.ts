import { expect, test } from 'vitest';
import { createHarness } from '../../test/support/harness.ts';
import { enqueue } from '../command/outbox.ts';
import { outbox } from '../db/tables/ledger.ts';
import { PermanentFault } from '../kernel/permanent-fault.ts';
import { createWorker } from './worker.ts';

test('what no repetition would bring about is tried once, and all else again', async () => {
  const h = await createHarness();
  const tries: string[] = [];
  const worker = createWorker(
    h.app.core,
    {
      hopeless: async () => {
        tries.push('hopeless');
        throw new PermanentFault('never');
      },
      unlucky: async () => {
        tries.push('unlucky');
        throw new Error('not now');
      },
    },
    [],
  );
  await h.system(async (command) => {
    await enqueue(command, { topic: 'hopeless', payload: {} });
    await enqueue(command, { topic: 'unlucky', payload: {} });
  });
  await worker.workOff();
  h.pass(60_000);
  await worker.workOff();
  expect(tries.toSorted()).toEqual(['hopeless', 'unlucky', 'unlucky']);
  const rows = await h.app.core.database.reader
    .select({ topic: outbox.topic, state: outbox.state, lastFault: outbox.lastFault })
    .from(outbox);
  expect(rows.toSorted((a, b) => (a.topic < b.topic ? -1 : 1))).toEqual([
    { topic: 'hopeless', state: 'DEAD', lastFault: 'never' },
    { topic: 'unlucky', state: 'DUE', lastFault: 'not now' },
  ]);
});
