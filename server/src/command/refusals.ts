import { Refusal } from '../kernel/refusal.ts';

export interface FieldMessage {
  /** Path within the input: "legalRepresentative.idNumber". */
  readonly path: string;
  readonly message: string;
}

/** What was sent does not have the shape or the values that the field asks for. Names every field at fault. */
export class InvalidInput extends Refusal {
  readonly code = 'INVALID_INPUT';
  readonly issues: readonly FieldMessage[];
  constructor(issues: readonly FieldMessage[]) {
    super(`填写有误：${issues.map((issue) => issue.message).join('；')}`);
    this.issues = issues;
  }
}

/** There is none, or none that the caller may know of. Never tells which. */
export class NotFound extends Refusal {
  readonly code = 'NOT_FOUND';
  constructor() {
    super('记录不存在或无权查看。');
  }
}

/** The table of the machine has no such move in this state, or not for this party. */
export class TransitionRefused extends Refusal {
  readonly code = 'TRANSITION_REFUSED';
  readonly state: string;
  readonly event: string;
  constructor(state: { value: string; label: string }, event: { value: string; label: string }) {
    super(`当前状态为“${state.label}”，不能进行“${event.label}”操作，请刷新后查看最新进度。`);
    this.state = state.value;
    this.event = event.value;
  }
}

/** Somebody else moved it since the caller looked. */
export class StaleState extends Refusal {
  readonly code = 'STALE_STATE';
  override readonly retryable = true;
  constructor() {
    super('该记录刚刚发生变化，请刷新后再试。');
  }
}

/** The Idempotency-Key was used before, for another request. */
export class IdempotencyKeyReused extends Refusal {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
  constructor() {
    super('同一个 Idempotency-Key 已用于另一个请求，请更换后再试。');
  }
}

/** Too often. Says when it may be tried again. */
export class RateLimited extends Refusal {
  readonly code = 'RATE_LIMITED';
  override readonly retryable = true;
  readonly retryAfterSeconds: number;
  constructor(retryAfterMs: number) {
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    super(`操作过于频繁，请在 ${seconds} 秒后再试。`);
    this.retryAfterSeconds = seconds;
  }
}
