/** Keeps the bytes of files under their ids. What was put is never changed. */
export interface StoragePort {
  /** Safe on disk when it resolves. */
  readonly put: (id: string, bytes: Uint8Array) => Promise<void>;
  /** @throws Error if there is none */
  readonly get: (id: string) => Promise<Uint8Array>;
  readonly remove: (id: string) => Promise<void>;
  /** Ids of files put before an instant, to find those that no row speaks of. */
  readonly putBefore: (instantMs: number) => Promise<string[]>;
}
