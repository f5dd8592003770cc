import { Refusal } from '../../kernel/refusal.ts';

/** A policy's own file bears no seal that can be trusted. */
export class SealUntrusted extends Refusal {
  readonly code = 'SEAL_UNTRUSTED';
}
