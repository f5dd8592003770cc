import { pino } from 'pino';

export interface Log {
  readonly debug: (facts: Record<string, unknown>, message: string) => void;
  readonly info: (facts: Record<string, unknown>, message: string) => void;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
  readonly error: (facts: Record<string, unknown>, message: string) => void;
}

/** One JSON line a record, on stderr. Facts carry ids, never names, numbers of persons or accounts, secrets or codes. */
export function createLog(level: string): Log {
  const base = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    debug: (facts, message) => base.debug(facts, message),
    info: (facts, message) => base.info(facts, message),
    warn: (facts, message) => base.warn(facts, message),
    error: (facts, message) => base.error(facts, message),
  };
}
