import { enqueue } from '../../command/outbox.ts';
import type { Command } from '../../command/run.ts';

/** Name under which the platform signs its messages, registered with the provider. */
const SIGNATURE = '本溪公共资源';

export const SMS_TOPIC = 'sms';

/** What the worker hands to the SMS port. It holds a number and often a code: it is removed once sent. */
export interface SmsPayload extends Record<string, unknown> {
  readonly mobile: string;
  readonly text: string;
}

/** A text as it goes out. */
export const smsText = (text: string): string => `【${SIGNATURE}】${text}`;

/** Sends a message after the commit. */
export function enqueueSms(command: Command, mobile: string, text: string): Promise<void> {
  const payload: SmsPayload = { mobile, text: smsText(text) };
  return enqueue(command, { topic: SMS_TOPIC, payload });
}
