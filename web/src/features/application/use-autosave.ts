import { onScopeDispose, type Ref, ref } from 'vue';

/** How saving once ended: `refused` is the server's no to this content, `failed` is nobody's fault and tried again. */
export type SaveOutcome = 'saved' | 'refused' | 'failed';
export type SaveState = 'idle' | 'waiting' | 'saving' | SaveOutcome;

export interface UseAutosaveOptions {
  /** Quiet time after the last change. @default 600 */
  delayMs?: number;
  /** Longest a change waits while changes go on, so that a killed tab loses no more than that. @default 1200 */
  waitMsMax?: number;
  /** Time before another try after a failure. @default 5000 */
  retryMs?: number;
}

export interface UseAutosaveReturn {
  state: Readonly<Ref<SaveState>>;
  /** Says that there is something new to save. */
  touch: () => void;
  /** Saves what is new now. Resolves to whether everything is at the server. */
  flush: () => Promise<boolean>;
}

/**
 * Saves a changing thing after each pause in changing it. One save runs at a time; what changed meanwhile is saved after
 * it. `save` reads the thing itself, so that it always sends the newest.
 */
export function useAutosave(
  save: () => Promise<SaveOutcome>,
  { delayMs = 600, waitMsMax = 1200, retryMs = 5000 }: UseAutosaveOptions = {},
): UseAutosaveReturn {
  const state = ref<SaveState>('idle');
  let version = 0;
  let savedVersion = 0;
  /** When the oldest change that no save has taken up was made. */
  let waitingSince: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | null = null;

  function touch(): void {
    version += 1;
    if (!running) state.value = 'waiting';
    waitingSince ??= Date.now();
    schedule(Math.min(delayMs, Math.max(0, waitingSince + waitMsMax - Date.now())));
  }

  function schedule(afterMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void saveOnce(), afterMs);
  }

  function saveOnce(): Promise<void> {
    clearTimeout(timer);
    running ??= attempt().finally(() => {
      running = null;
    });
    return running;
  }

  async function attempt(): Promise<void> {
    const sent = version;
    waitingSince = null;
    state.value = 'saving';
    const outcome = await save();
    if (outcome === 'saved') savedVersion = sent;
    state.value = version === sent ? outcome : 'waiting';
    if (version !== sent) schedule(delayMs);
    else if (outcome === 'failed') schedule(retryMs);
  }

  async function flush(): Promise<boolean> {
    // A save that was under way may have started before the last change.
    if (running) await running;
    if (savedVersion !== version) await saveOnce();
    return savedVersion === version;
  }

  onScopeDispose(() => clearTimeout(timer));

  return { state, touch, flush };
}
