export interface SmsMessage {
  /** The same id again is the same message: a provider may be told twice after a crash. */
  readonly id: string;
  /** Eleven digits. */
  readonly mobile: string;
  /** Chinese, with the signature in front. */
  readonly text: string;
  /** The same again for providers that send nothing but templates they have approved. */
  readonly template: SmsTemplate;
}

/** `params` are the variables of the template by their names. */
export type SmsTemplate =
  | { readonly kind: 'CODE'; readonly params: { readonly code: string } }
  | { readonly kind: 'NOTICE'; readonly params: { readonly content: string } };

/** Sends short messages. */
export interface SmsPort {
  /**
   * @throws PermanentFault if the message itself is at fault: the provider will never take it
   * @throws Error if the provider did not take it now; the worker tries again later
   */
  readonly send: (message: SmsMessage) => Promise<void>;
}
