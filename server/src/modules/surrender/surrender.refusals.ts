import { Refusal } from '../../kernel/refusal.ts';

/** A guarantee is given back for one of three causes only, and what happened to its tender says which. */
export class SurrenderNotAllowed extends Refusal {
  readonly code = 'SURRENDER_NOT_ALLOWED';
}
