export interface SmsMessage {
  /** The same id again is the same message: a provider may be told twice after a crash. */
  readonly id: string;
  /** Eleven digits. */
  readonly mobile: string;
  /** Chinese, with the signature in front. */
  readonly text: string;
}

/** Sends short messages. */
export interface SmsPort {
  /** @throws Error if the provider did not take it; the worker tries again later */
  readonly send: (message: SmsMessage) => Promise<void>;
}
