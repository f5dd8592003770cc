/**
 * The domain says no, for a reason the caller can act on. Thrown, since throwing is what rolls a transaction back.
 * A bug is a plain Error instead.
 */
export abstract class Refusal extends Error {
  /** What programs branch on. */
  abstract readonly code: string;
  /** Whether the same request, unchanged, may succeed later. */
  readonly retryable: boolean = false;
}
