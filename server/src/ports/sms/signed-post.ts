import { createHmac } from 'node:crypto';
import type { SmsPort } from './port.ts';

const timeoutMs = 10_000;

/**
 * Hands messages to a provider as signed JSON: `POST url` with `X-Timestamp` (seconds) and `X-Signature`, the HMAC-SHA-256 in hex
 * of `timestamp.body`. Redirects are refused: a message carries a code.
 */
export function createSignedPostSms(url: string, secret: string, now: () => number): SmsPort {
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
      if (!answer.ok) throw new Error(`The SMS provider answered ${answer.status}.`);
    },
  };
}
