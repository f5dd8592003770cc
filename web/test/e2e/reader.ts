import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Reads every document to its end, page by page, as the reader asks. */
export async function readAll(page: Page): Promise<void> {
  const reader = page.getByRole('dialog');
  for (let turn = 0; turn < 200; turn += 1) {
    const next = reader.getByRole('button', { name: /下一页|已读完/ });
    if ((await next.count()) === 0) return;
    await expect
      .poll(async () => {
        await reader.locator('.sheet').evaluate((sheet) => sheet.scrollTo(0, sheet.scrollHeight));
        return next.isEnabled();
      })
      .toBe(true);
    const label = (await next.textContent()) ?? '';
    await next.click();
    if (label.trim() === '已读完') {
      await reader.waitFor({ state: 'hidden' });
      return;
    }
  }
  throw new Error('The reader did not come to an end.');
}
