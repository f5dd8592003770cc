import type { Core } from '../../command/core.ts';
import { enqueue } from '../../command/outbox.ts';
import type { Command } from '../../command/run.ts';

/** Name under which the platform signs its messages, registered with the provider. */
const SIGNATURE = '本溪公共资源';

export const SMS_TOPIC = 'sms';

/** What the worker hands to the SMS port. It holds a number and often a code: it is removed once sent. */
export interface SmsPayload extends Record<string, unknown> {
  readonly mobile: string;
  readonly text: string;
  /** The six digits of a message with a code, which providers send by a template of its own. */
  readonly code?: string;
}

const signed = `【${SIGNATURE}】`;

/** A text as it goes out. */
export const smsText = (text: string): string => signed + text;

/** Sends a message after the commit. */
export function enqueueSms(
  command: Command,
  mobile: string,
  text: string,
  { code }: { readonly code?: string } = {},
): Promise<void> {
  const payload: SmsPayload = { mobile, text: smsText(text), ...(code === undefined ? {} : { code }) };
  return enqueue(command, { topic: SMS_TOPIC, payload });
}

/** Hands a message that was enqueued to the provider. */
export function deliverSms(core: Core, effect: { readonly id: string; readonly payload: unknown }) {
  const { mobile, text, code } = effect.payload as SmsPayload;
  return core.sms.send({
    id: effect.id,
    mobile,
    text,
    template:
      code === undefined
        ? { kind: 'NOTICE', params: { content: text.slice(signed.length) } }
        : { kind: 'CODE', params: { code } },
  });
}
