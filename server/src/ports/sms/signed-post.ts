import { createHmac } from 'node:crypto';
import { PermanentFault } from '../../kernel/permanent-fault.ts';
import { limits } from '../../limits.ts';
import type { SmsPort } from './port.ts';

/** Answers that say that the message itself is at fault. Of all others the next attempt may be taken. */
const permanent = new Set([400, 413, 415, 422]);

/**
 * Hands messages to a provider as signed JSON: `POST url` with `X-Timestamp` (seconds) and `X-Signature`, the HMAC-SHA-256 in hex
 * of `timestamp.body`. Redirects are refused: a message carries a code.
 */
export function createSignedPostSms(
  url: string,
  secret: string,
  now: () => number,
  timeoutMs: number = limits.smsTimeoutMs,
): SmsPort {
  return {
    async send(message) {
      const body = JSON.stringify({ id: message.id, mobile: message.mobile, text: message.text });
      const timestamp = String(Math.floor(now() / 1000));
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/json',
          'x-timestamp': timestamp,
          'x-signature': createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex'),
        },
        body,
      });
      await answer.body?.cancel();
      if (answer.ok) return;
      const fault = `The SMS provider answered ${answer.status}.`;
      throw permanent.has(answer.status) ? new PermanentFault(fault) : new Error(fault);
    },
  };
}
