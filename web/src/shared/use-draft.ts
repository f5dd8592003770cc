import { nextTick, type Reactive, watch } from 'vue';

const prefix = 'draft:';

export interface UseDraftOptions<T> {
  /** Keys that are never stored: passwords, codes. @default [] */
  except?: readonly (keyof T)[];
  /** @default sessionStorage, which ends with the tab; localStorage outlives a killed one */
  storage?: Storage;
}

export interface UseDraftReturn {
  /** Whether the form was filled from an earlier draft. */
  restored: boolean;
  /** Forgets the draft; call it when the server has the content. */
  clear: () => void;
  /** Forgets what was sent from a form that stays and has been emptied; what is typed next is kept again. */
  restart: () => Promise<void>;
}

/** Keeps what is typed into `form` across reloads and wrong turns, until `clear`. `key` names the form and its object. */
export function useDraft<T extends object>(
  key: string,
  form: Reactive<T>,
  { except = [], storage = window.sessionStorage }: UseDraftOptions<T> = {},
): UseDraftReturn {
  const name = prefix + key;
  const restored = restore();

  function restore(): boolean {
    const text = storage.getItem(name);
    if (!text) return false;
    const stored = parse(text);
    // Only what the form knows today: a draft may be older than the page.
    for (const field of Object.keys(form)) {
      if (field in stored && !except.includes(field as keyof T))
        Object.assign(form, { [field]: stored[field] });
    }
    return true;
  }

  function save(): void {
    const kept = Object.fromEntries(
      Object.entries(form).filter(([field]) => !except.includes(field as keyof T)),
    );
    storage.setItem(name, JSON.stringify(kept));
  }

  function clear(): void {
    unwatch();
    storage.removeItem(name);
  }

  async function restart(): Promise<void> {
    // The emptied form is written first.
    await nextTick();
    storage.removeItem(name);
  }

  // Written at once: a form is small, and a delay would lose the last word on a closed tab.
  const unwatch = watch(form, save, { deep: true });

  return { restored, clear, restart };
}

/** Forgets every draft of this tab and of this browser; on signing out. */
export function clearDrafts(
  storages: readonly Storage[] = [window.sessionStorage, window.localStorage],
): void {
  for (const storage of storages) {
    for (const name of Object.keys(storage)) if (name.startsWith(prefix)) storage.removeItem(name);
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    // A draft that cannot be read is no draft; the form starts empty.
    return {};
  }
}
