import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope } from 'vue';
import { type SaveOutcome, useAutosave } from '../src/features/application/use-autosave.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** An autosave whose saves are answered by hand. */
function given() {
  const answers: ((outcome: SaveOutcome) => void)[] = [];
  const save = vi.fn(() => new Promise<SaveOutcome>((resolve) => answers.push(resolve)));
  const scope = effectScope();
  const autosave = scope.run(() => useAutosave(save))!;
  const answer = async (outcome: SaveOutcome) => {
    answers.shift()?.(outcome);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { ...autosave, save, scope, answer };
}

test('what is typed is saved at the first pause, and without one after 1.2 seconds', async () => {
  const { touch, save, state, answer } = given();
  touch();
  await vi.advanceTimersByTimeAsync(500);
  touch();
  await vi.advanceTimersByTimeAsync(599);
  expect(save).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(save).toHaveBeenCalledOnce();
  expect(state.value).toBe('saving');
  await answer('saved');
  expect(state.value).toBe('saved');

  for (let key = 0; key < 11; key += 1) {
    touch();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(save).toHaveBeenCalledOnce();
  touch();
  await vi.advanceTimersByTimeAsync(100);
  expect(save).toHaveBeenCalledTimes(2);
});

test('what changes during a save is saved after it, never beside it', async () => {
  const { touch, save, state, answer } = given();
  touch();
  await vi.advanceTimersByTimeAsync(1000);
  touch();
  await vi.advanceTimersByTimeAsync(3000);
  expect(save).toHaveBeenCalledOnce();

  await answer('saved');
  expect(state.value).toBe('waiting');
  await vi.advanceTimersByTimeAsync(1000);
  expect(save).toHaveBeenCalledTimes(2);
});

test('a failed save is tried again by itself, a refused one waits for a change', async () => {
  const { touch, save, state, answer } = given();
  touch();
  await vi.advanceTimersByTimeAsync(1000);
  await answer('failed');
  expect(state.value).toBe('failed');
  await vi.advanceTimersByTimeAsync(5000);
  expect(save).toHaveBeenCalledTimes(2);

  await answer('refused');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(save).toHaveBeenCalledTimes(2);
  expect(state.value).toBe('refused');
});

test('flushing saves at once and says whether everything is at the server', async () => {
  const { touch, flush, save, answer } = given();
  expect(await flush()).toBe(true);
  expect(save).not.toHaveBeenCalled();

  touch();
  const flushed = flush();
  await answer('saved');
  expect(await flushed).toBe(true);

  touch();
  const refused = flush();
  await answer('refused');
  expect(await refused).toBe(false);
});

test('flushing during a save also saves what changed since it began', async () => {
  const { touch, flush, save, answer } = given();
  touch();
  await vi.advanceTimersByTimeAsync(1000);
  touch();
  const flushed = flush();
  await answer('saved');
  await answer('saved');

  expect(await flushed).toBe(true);
  expect(save).toHaveBeenCalledTimes(2);
});

test('nothing is saved after the page is gone', async () => {
  const { touch, save, scope } = given();
  touch();
  scope.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(save).not.toHaveBeenCalled();
});
