import type { Page } from 'playwright-core';

interface Stop {
  readonly name: string;
  readonly role: string;
  /** Whether a person can see where the focus is. */
  readonly isMarked: boolean;
}

/** What has the focus now, as somebody who cannot see would be told of it. */
export function focused(page: Page): Promise<Stop> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const labelled = element.getAttribute('aria-labelledby');
    const label = 'labels' in element ? (element as HTMLInputElement).labels?.[0]?.textContent : null;
    const name =
      element.getAttribute('aria-label') ??
      (labelled ? document.getElementById(labelled)?.textContent : null) ??
      label ??
      (element.textContent || element.getAttribute('placeholder') || element.getAttribute('title'));
    // The ring may be drawn on the frame around a control.
    const marked = (candidate: Element | null): boolean => {
      if (!candidate) return false;
      const style = getComputedStyle(candidate);
      return (style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none';
    };
    const frame = element.closest(
      '.el-input__wrapper, .el-select__wrapper, .el-textarea, .el-checkbox, label, .box',
    );
    const sibling = element.parentElement?.querySelector('.el-checkbox__inner') ?? null;
    return {
      name: (name ?? '').replace(/\s+/g, ' ').trim(),
      role: element.getAttribute('role') ?? element.tagName.toLowerCase(),
      isMarked: marked(element) || marked(frame) || marked(sibling) || marked(element.parentElement),
    };
  });
}

/** What had the focus and did not show it. */
export const unmarked = new Set<string>();

/** Goes on with the tab key until the focus is on what is looked for. */
export async function tabTo(
  page: Page,
  name: RegExp | string,
  key: 'Tab' | 'Shift+Tab' = 'Tab',
): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < 150; step += 1) {
    await page.keyboard.press(key);
    const stop = await focused(page);
    if (!stop.isMarked && stop.role !== 'body') unmarked.add(`${stop.role} ${stop.name}`);
    passed.push(`${stop.role} ${stop.name.slice(0, 30)}`);
    if (typeof name === 'string' ? stop.name === name : name.test(stop.name)) return;
  }
  throw new Error(`The tab key never came to ${name}. It passed:\n${passed.join('\n')}`);
}

/** Presses what the tab key comes to. */
export async function press(page: Page, name: RegExp | string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

/** Types over what the field that the tab key comes to holds. */
export async function type(page: Page, name: RegExp | string, text: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}
