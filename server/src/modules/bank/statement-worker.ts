/** Thread that reads one statement: a file of 10 MiB takes longer than the thread that answers requests can spare. */
import { parentPort, workerData } from 'node:worker_threads';
import { limits } from '../../limits.ts';
import { readStatement, type Statement } from './statement.ts';

/** Lines come as JSON, some to a message, so that whoever takes them over can pause between two. */
export type StatementPart =
  | { readonly fault: string }
  | { readonly head: Omit<Statement, 'lines'> }
  | { readonly lines: Uint8Array<ArrayBuffer> };

const LINES_PER_PART = 250;

const read = readStatement(workerData as Uint8Array);
const post = (part: StatementPart, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(part, transfer);
if ('fault' in read) post(read);
else {
  const { lines, ...head } = read;
  for (let at = 0; at < lines.length; at += LINES_PER_PART) {
    const part = new TextEncoder().encode(JSON.stringify(lines.slice(at, at + LINES_PER_PART)));
    post({ lines: part }, [part.buffer]);
  }
  post({ head: { ...head, rejected: head.rejected.slice(0, limits.rejectedLinesKeptMax) } });
}
