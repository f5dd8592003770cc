import { limits } from '../limits.ts';
/** The body was larger than allowed. */
export class BodyTooLarge extends Error {
  readonly maxBytes: number;
  constructor(maxBytes: number) {
    super(`The body is larger than ${maxBytes} bytes.`);
    this.maxBytes = maxBytes;
  }
}

/** Nothing came for too long, or the whole took too long. */
export class BodyTooSlow extends Error {}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BodyTooSlow()), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Reads a body to its end, counting while it streams: what the sender says of its length is not believed.
 *
 * @param times longest pause between two pieces, and longest time for all of them
 * @throws BodyTooLarge, BodyTooSlow
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  times: { readonly idleMs: number; readonly totalMs: number },
): Promise<Uint8Array> {
  const announced = request.headers.get('content-length');
  if (Number(announced ?? 0) > maxBytes) throw new BodyTooLarge(maxBytes);
  // The HTTP parser lets nothing past the announced length, so a small body can be taken whole, which is a good deal faster.
  if (announced !== null && Number(announced) <= limits.bodyTakenWholeBytesMax)
    return within(times.totalMs, request.bytes());
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  const pieces: Uint8Array[] = [];
  let total = 0;
  const deadlineMs = performance.now() + times.totalMs;
  let idle: NodeJS.Timeout | undefined;
  try {
    for (;;) {
      const silence = new Promise<never>((_, reject) => {
        idle = setTimeout(
          () => reject(new BodyTooSlow()),
          Math.min(times.idleMs, deadlineMs - performance.now()),
        );
      });
      const piece = await Promise.race([reader.read(), silence]);
      clearTimeout(idle);
      if (piece.done) return Buffer.concat(pieces);
      total += piece.value.length;
      if (total > maxBytes) throw new BodyTooLarge(maxBytes);
      pieces.push(piece.value);
    }
  } catch (reason) {
    clearTimeout(idle);
    // The rest is not wanted; waiting for it would only keep the sender busy.
    void reader.cancel().catch(() => {});
    throw reason;
  }
}
