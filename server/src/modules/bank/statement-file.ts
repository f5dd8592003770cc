import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { limits } from '../../limits.ts';
import type { StatementLine, StatementReading } from './statement.ts';
import type { StatementPart } from './statement-worker.ts';

// One after the other: several at once would only add up their memory.
let queue: Promise<unknown> = Promise.resolve();

/** Reads a statement's file in a thread of its own, so that everybody else is answered meanwhile. */
export function readStatementFile(bytes: Uint8Array): Promise<StatementReading> {
  const reading = queue.then(() => readInThread(bytes));
  queue = reading.catch(() => undefined);
  return reading;
}

async function readInThread(bytes: Uint8Array): Promise<StatementReading> {
  const worker = new Worker(new URL('./statement-worker.ts', import.meta.url), {
    name: 'statement',
    workerData: bytes,
    resourceLimits: { maxOldGenerationSizeMb: limits.statementHeapMiB },
  });
  const parts: StatementPart[] = [];
  worker.on('message', (part: StatementPart) => void parts.push(part));
  const late = setTimeout(() => void worker.terminate(), limits.statementReadTimeoutMs);
  const failure = await new Promise<unknown>((resolve) => {
    worker.once('error', resolve);
    worker.once('exit', () => resolve(null));
  });
  clearTimeout(late);
  const last = parts.pop();
  if (last && 'fault' in last) return last;
  if (!last || !('head' in last)) {
    const isOutOfMemory = (failure as { code?: string } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
    if (failure && !isOutOfMemory) throw failure;
    return { fault: '文件过大或结构过于复杂，无法读取，请分成几个文件导入' };
  }
  const lines: StatementLine[] = [];
  for (const part of parts) {
    if ('lines' in part) lines.push(...(JSON.parse(new TextDecoder().decode(part.lines)) as StatementLine[]));
    await nextTurn();
  }
  return { ...last.head, lines };
}
