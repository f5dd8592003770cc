import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SmsMessage, SmsPort } from './port.ts';

/** A message as the sandbox's page shows it. */
export interface CaughtSms extends SmsMessage {
  /** The six digits of a message with a code, for programs. */
  readonly code: string | null;
  readonly sentAt: number;
}

export interface SandboxSms extends SmsPort {
  /** Newest first. */
  readonly caught: (mobile: string | null) => Promise<CaughtSms[]>;
}

/** Sandbox counterpart of a provider: it sends nothing, keeps every message in a file and shows it, as a mail catcher would. */
export function createSandboxSms(file: string, now: () => number): SandboxSms {
  const all = async (): Promise<CaughtSms[]> => {
    const text = await readFile(file, 'utf8').catch((reason: NodeJS.ErrnoException) => {
      if (reason.code === 'ENOENT') return '';
      throw reason;
    });
    return text
      .split('\n')
      .filter(Boolean)
      .map((row) => JSON.parse(row) as CaughtSms);
  };
  return {
    async send(message) {
      await mkdir(dirname(file), { recursive: true });
      const code = /验证码\D*(\d{6})\b/.exec(message.text)?.[1] ?? null;
      const caught: CaughtSms = { ...message, code, sentAt: now() };
      await appendFile(file, `${JSON.stringify(caught)}\n`, { mode: 0o600 });
    },
    async caught(mobile) {
      const messages = await all();
      const seen = new Set<string>();
      return messages
        .filter(
          (message) =>
            (!mobile || message.mobile === mobile) && !seen.has(message.id) && seen.add(message.id),
        )
        .reverse();
    },
  };
}
