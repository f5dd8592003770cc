import { formatInstant } from '../kernel/clock.ts';
import type { CaughtSms } from '../ports/sms/sandbox.ts';
import { escapeHtml, plainPage } from './pages.ts';

/** What the sandbox's SMS counterpart caught, as a mail catcher would show it. */
export function sandboxSmsPage(messages: readonly CaughtSms[]): string {
  const shown = messages.slice(0, 100).map(
    (message) => `<article>
<header><span>发往 ${escapeHtml(message.mobile)}</span><time>${formatInstant(message.sentAt).slice(0, 19).replace('T', ' ')}</time></header>
<p>${escapeHtml(message.text)}</p>
${message.code ? `<p>验证码 <strong>${escapeHtml(message.code)}</strong></p>` : ''}
</article>`,
  );
  const body = shown.length
    ? shown.join('\n')
    : '<p class="empty">还没有短信。请先在平台上获取验证码，然后刷新本页。</p>';
  return plainPage('沙箱短信（演示，不会真正发送）', body);
}
