import { salesPageVersion } from './sales-page-version.ts';

/** What is gathered is sent this often, and when there is this much of it. */
const sendEveryMs = 10_000;
const pieceCharactersMax = 1_000_000;
/** More than this is not kept in memory while there is no order or no connection. */
const waitingCharactersMax = 8_000_000;
const attemptsMax = 6;
const retryDelayMs = 4000;

export interface RecorderHooks {
  /** Null as long as there is no order to keep the recording with. */
  readonly orderId: () => string | null;
  readonly started: (recording: string) => void;
  /** The sale goes on without; that it does is told once. */
  readonly failed: (reason: string) => void;
}

export interface SalesRecorder {
  /** Sends what was gathered so far. */
  readonly flush: () => Promise<void>;
  readonly stop: () => void;
}

/**
 * Records the pages of a sale as they change, for replay: what was shown, where one scrolled and pressed. What is typed is masked
 * before it is kept, and so is who is signed in. Everything slow happens beside the typing: rrweb is loaded when the page has
 * come to rest, and the browser compresses in a thread of its own.
 */
export function startRecorder({ orderId, started, failed }: RecorderHooks): SalesRecorder {
  const recording = crypto.randomUUID();
  let part = 0;
  let events: string[] = [];
  let characters = 0;
  let ended = false;
  let stopRrweb: (() => void) | undefined;
  let sending: Promise<void> = Promise.resolve();
  const timer = setInterval(() => void flush(), sendEveryMs);
  void begin();

  async function begin(): Promise<void> {
    try {
      const { record } = await import('rrweb');
      await atRest();
      if (ended) return;
      stopRrweb = record({
        emit: (event) => keep(JSON.stringify(event)),
        maskAllInputs: true,
        // Who is signed in, and what pages show of persons elsewhere than in a field.
        blockSelector: '.caller, [data-personal]',
        slimDOMOptions: 'all',
        sampling: { mousemove: 200, scroll: 200, input: 'last' },
        errorHandler: (fault) => fail(String(fault)),
      });
      started(recording);
    } catch (fault) {
      fail(String(fault));
    }
  }

  function keep(event: string): void {
    if (ended) return;
    events.push(event);
    characters += event.length;
    if (characters > waitingCharactersMax) fail('Too much waits to be sent.');
    else if (characters > pieceCharactersMax) void flush();
  }

  function flush(): Promise<void> {
    sending = sending.then(sendWaiting);
    return sending;
  }

  async function sendWaiting(): Promise<void> {
    const id = orderId();
    if (!id || events.length === 0) return;
    const piece = events;
    events = [];
    characters = 0;
    const body = await gzipped(`[${piece.join()}]`);
    part += 1;
    const query = new URLSearchParams({ recording, part: String(part), pageVersion: salesPageVersion() });
    for (let attempt = 1; ; attempt += 1) {
      // The same piece under the same number is taken once, however often it arrives.
      const answer = await fetch(`/recordings/${id}?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/gzip' },
        body,
      }).catch(() => null);
      if (answer?.ok) return;
      if ((answer && answer.status < 500 && answer.status !== 429) || attempt === attemptsMax)
        return fail(answer ? `HTTP ${answer.status}` : 'No connection');
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs));
    }
  }

  function fail(reason: string): void {
    if (ended) return;
    end();
    events = [];
    failed(reason.slice(0, 200));
  }

  function end(): void {
    ended = true;
    clearInterval(timer);
    stopRrweb?.();
  }

  return {
    flush,
    stop: () => {
      void flush();
      end();
    },
  };
}

const atRest = () =>
  new Promise<void>((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 1000 });
    else setTimeout(resolve, 200);
  });

async function gzipped(text: string): Promise<ArrayBuffer> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(packed).arrayBuffer();
}
