import { solveChallengeWorkers } from 'altcha-lib/v1';
import type { Challenge } from 'altcha-lib/v1/types';
import { type Ref, readonly, ref } from 'vue';

export type HumanCheckState = 'idle' | 'working' | 'passed' | 'failed';

export interface UseHumanCheckReturn {
  state: Readonly<Ref<HumanCheckState>>;
  /** Gets a challenge and solves it. Resolves to whether it worked. */
  verify: () => Promise<boolean>;
  /**
   * A `captcha` for one request. A used one is replaced by a new one without asking the person again.
   * Resolves to null if the check has not been passed.
   */
  take: () => Promise<string | null>;
  /** Back to the start, after the server refused a captcha. */
  reset: () => void;
}

export interface UseHumanCheckOptions {
  /** Asks for a challenge. @default GET /captcha */
  fetchChallenge?: () => Promise<Challenge>;
  /** Finds the number. @default in web workers */
  solve?: (challenge: Challenge) => Promise<number | null>;
}

/** “点此验证”: a proof of work that costs a person nothing and a flood of messages a lot (ALTCHA). */
export function useHumanCheck({
  fetchChallenge = fetchFromServer,
  solve = solveInWorkers,
}: UseHumanCheckOptions = {}): UseHumanCheckReturn {
  const state = ref<HumanCheckState>('idle');
  let unused: string | null = null;

  async function verify(): Promise<boolean> {
    if (state.value === 'working') return false;
    state.value = 'working';
    unused = await solved().catch(() => null);
    state.value = unused ? 'passed' : 'failed';
    return unused !== null;
  }

  async function solved(): Promise<string | null> {
    const { algorithm, challenge, salt, signature, maxnumber } = await fetchChallenge();
    const number = await solve({ algorithm, challenge, salt, signature, maxnumber });
    return number === null ? null : btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  }

  async function take(): Promise<string | null> {
    if (state.value !== 'passed') return null;
    if (!unused && !(await verify())) return null;
    const captcha = unused;
    unused = null;
    return captcha;
  }

  function reset(): void {
    unused = null;
    state.value = 'idle';
  }

  return { state: readonly(state), verify, take, reset };
}

async function fetchFromServer(): Promise<Challenge> {
  const response = await fetch('/captcha', { credentials: 'same-origin', cache: 'no-store' });
  if (!response.ok) throw new Error(`captcha answered ${response.status}`);
  return response.json();
}

async function solveInWorkers({ challenge, salt, algorithm, maxnumber }: Challenge): Promise<number | null> {
  const startWorker = () =>
    new Worker(new URL('./human-check.worker.ts', import.meta.url), { type: 'module' });
  const concurrency = Math.min(4, navigator.hardwareConcurrency || 1);
  const solution = await solveChallengeWorkers(
    startWorker,
    concurrency,
    challenge,
    salt,
    algorithm,
    maxnumber,
  );
  return solution?.number ?? null;
}
