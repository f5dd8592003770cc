import { Refusal } from '../../kernel/refusal.ts';

/** The deadline was reached. It excludes the second it names. */
export class DeadlinePassed extends Refusal {
  readonly code = 'DEADLINE_PASSED';
  constructor() {
    super('该保证金的缴纳截止时间已过，不能再申请。');
  }
}

/** Something waits for the opening of the section, which is an event and not a planned time. */
export class NotOpened extends Refusal {
  readonly code = 'NOT_OPENED';
  constructor(message = '该标段尚未开标，开标后方可办理。') {
    super(message);
  }
}
