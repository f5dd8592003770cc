import { Worker } from 'node:worker_threads';
import { limits } from '../limits.ts';
import type { ApplicationPaper, PaperIssue } from './application-paper.ts';
import type { InvoicePaper } from './invoice-paper.ts';
import type { PaperAnswer, PaperContent, PaperRequest } from './paper-worker.ts';
import type { EndorsementPaper, PolicyPaper } from './policy-paper.ts';
import type { RefundPaper } from './refund-paper.ts';
import type { Sheet } from './sheet.ts';

export type PaperFaultReason = 'RENDER_FAILED' | 'TIMED_OUT' | 'WORKER_LOST' | 'CLOSED';

/** A document could not be made. Nothing was written, so the caller may ask again. */
export class PaperFault extends Error {
  override readonly name = 'PaperFault';
  readonly reason: PaperFaultReason;

  constructor(reason: PaperFaultReason, detail: string, options?: ErrorOptions) {
    super(`${reason}: ${detail}`, options);
    this.reason = reason;
  }
}

export interface Paper {
  /**
   * The policy as the bytes of a PDF with an empty slot for its seal: see `fillSealSlot`.
   *
   * @throws {PaperFault} when the document cannot be made, takes too long, or the worker is lost or closed.
   */
  renderPolicy(data: PolicyPaper): Promise<Uint8Array>;
  /**
   * An endorsement, with an empty slot for its seal as a policy.
   *
   * @throws {PaperFault} as `renderPolicy` does.
   */
  renderEndorsement(data: EndorsementPaper): Promise<Uint8Array>;
  /**
   * A sample of an invoice, marked as such on every page: real ones are made by the tax office's system only.
   *
   * @throws {PaperFault} as `renderPolicy` does.
   */
  renderInvoice(data: InvoicePaper): Promise<Uint8Array>;
  /**
   * A sample of a bank's receipt for a refund, marked as such.
   *
   * @throws {PaperFault} as `renderPolicy` does.
   */
  renderRefund(data: RefundPaper): Promise<Uint8Array>;
  /**
   * An application or a counter-guarantee, as a preview or as it was submitted.
   *
   * @throws {PaperFault} as `renderPolicy` does.
   */
  renderApplication(data: ApplicationPaper, issue: PaperIssue): Promise<Uint8Array>;
  /**
   * A list as a spreadsheet file (XLSX).
   *
   * @throws {PaperFault} as `renderPolicy` does.
   */
  renderSheet(data: Sheet): Promise<Uint8Array>;
  /** Ends the workers; what is pending and what is asked later fails with CLOSED. */
  close(): Promise<void>;
}

export interface PaperOptions {
  startWorker?: () => Worker;
  timeoutMs?: number;
}

interface Waiting {
  resolve(pdf: Uint8Array): void;
  reject(fault: PaperFault): void;
}

function startPaperWorker(): Worker {
  return new Worker(new URL('./paper-worker.ts', import.meta.url), {
    name: 'paper',
    resourceLimits: { maxOldGenerationSizeMb: limits.paperHeapMiB },
  });
}

/** Makes documents; a long list, which takes seconds, does so beside the papers that somebody waits for. */
export function createPaper(options: PaperOptions = {}): Paper {
  const papers = createWorkshop(options);
  const sheets = createWorkshop(options);
  return {
    renderPolicy: (policy) => papers.render({ policy }),
    renderEndorsement: (endorsement) => papers.render({ endorsement }),
    renderInvoice: (invoice) => papers.render({ invoice }),
    renderRefund: (refund) => papers.render({ refund }),
    renderApplication: (application, issue) => papers.render({ application, issue }),
    renderSheet: (sheet) => sheets.render({ sheet }),
    async close() {
      await Promise.all([papers.close(), sheets.close()]);
    },
  };
}

interface Workshop {
  render(content: PaperContent): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** One document at a time in a thread of its own, which starts at first use and is replaced when it is lost. */
function createWorkshop(options: PaperOptions): Workshop {
  const { startWorker = startPaperWorker, timeoutMs = limits.paperTimeoutMs } = options;
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let silence: NodeJS.Timeout | undefined;
  let lastId = 0;
  let closed = false;

  async function abandonWorker(fault: PaperFault): Promise<void> {
    clearTimeout(silence);
    const abandoned = worker;
    worker = null;
    const failed = [...waiting.values()];
    waiting.clear();
    for (const request of failed) request.reject(fault);
    await abandoned?.terminate();
  }

  /** Times the worker's silence, not each request: those in a long queue are not late while answers come. */
  function watch(): void {
    clearTimeout(silence);
    if (waiting.size === 0) {
      worker?.unref();
      return;
    }
    worker?.ref();
    silence = setTimeout(() => {
      void abandonWorker(new PaperFault('TIMED_OUT', `no document within ${timeoutMs} ms`));
    }, timeoutMs);
  }

  function receive(answer: PaperAnswer): void {
    const request = waiting.get(answer.id);
    if (!request) return;
    waiting.delete(answer.id);
    watch();
    if ('pdf' in answer) request.resolve(answer.pdf);
    else request.reject(new PaperFault('RENDER_FAILED', answer.failure));
  }

  function start(): Worker {
    const started = startWorker();
    const lose = (detail: string, cause?: unknown) => {
      if (worker === started) void abandonWorker(new PaperFault('WORKER_LOST', detail, { cause }));
    };
    started.on('message', receive);
    started.on('messageerror', (error) => lose('an answer could not be read', error));
    started.on('error', (error) => lose(String(error), error));
    started.on('exit', (code) => lose(`the worker ended with code ${code}`));
    return started;
  }

  async function render(content: PaperContent): Promise<Uint8Array> {
    if (closed) throw new PaperFault('CLOSED', 'no more documents are made');
    worker ??= start();
    const id = ++lastId;
    worker.postMessage({ id, ...content } satisfies PaperRequest);
    return await new Promise<Uint8Array>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      // A request that joins a queue does not give a silent worker more time.
      if (waiting.size === 1) watch();
    });
  }

  return {
    render,
    async close() {
      closed = true;
      await abandonWorker(new PaperFault('CLOSED', 'closed while the document was due'));
    },
  };
}
