import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { phone } from './browser.ts';

/** Set to a folder to keep a picture of every page at both widths. */
export const pictures = process.env.PICTURES;

export interface Look {
  /** Looks at the page as it now is: for those who cannot see it, and for those who look at pictures. */
  readonly look: (page: Page, name: string) => Promise<void>;
  /** What those who cannot see would stumble over, so far. */
  readonly violations: readonly string[];
}

export function createLook(): Look {
  const violations: string[] = [];
  const look = async (page: Page, name: string) => {
    await loaded(page);
    // A button under the mouse has another colour.
    await page.mouse.move(0, 0);
    await settled(page);
    const size = page.viewportSize();
    for (const width of [size, phone]) {
      if (!width) continue;
      await page.setViewportSize(width);
      await settled(page);
      violations.push(...(await violationsOf(page, `${name} at ${width.width} px`)));
      if (!pictures) continue;
      await mkdir(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${name}-${width.width}.png`), fullPage: true });
    }
    if (size) await page.setViewportSize(size);
  };
  return { look, violations };
}

async function violationsOf(page: Page, where: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
    // Element Plus gives the input of an open cascader an attribute that inputs do not have.
    .exclude('.el-cascader')
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${where}: ${id} ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

/** Until all that was asked for is there. A page that listens for changes is never without a request. */
async function loaded(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  await page.waitForFunction(
    () =>
      !document.querySelector('.skeleton') &&
      [...document.images].every((image) => image.complete || image.loading === 'lazy'),
  );
}

/** Until nothing fades or slides any more: half-shown text has half its contrast. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    // Vue names what is on its way in or out before the first frame of its motion.
    const moves = document.querySelector('[class*="-enter-active"], [class*="-leave-active"]');
    const running = document
      .getAnimations()
      .some((motion) => motion.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    return !moves && !running;
  });
}
