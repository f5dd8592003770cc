import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enter, openBrowser, openPage, phone } from './browser.ts';
import { type Service, startService } from './server.ts';

let service: Service;
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
  service = await startService();
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

async function barriersOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

test('orders are filtered by the address, exported as they are filtered, and a failed export says so', async () => {
  const auth = await service.signIn(service.accounts.bidder);
  const { bidSections } = await service.ask<{ bidSections: { nodes: { id: string }[] } }>(
    auth,
    '{ bidSections(filter: { state: ANNOUNCED, depositKind: BID }, first: 2) { nodes { id } } }',
  );
  for (const { id: sectionId } of bidSections.nodes)
    await service.ask(
      auth,
      'mutation ($input: StartOrderInput!) { startOrder(input: $input) { ... on Error { code } } }',
      { input: { sectionId, depositKind: 'BID', form: 'INSURANCE' } },
    );
  const { page, faults } = await openPage(browser, service.origin);
  await enter(page, service.origin, service.accounts.bidder);

  await page.goto(`${service.origin}/center/orders?state=COMPLETED`);
  await page.getByText('没有符合条件的订单。').waitFor();
  expect(await page.getByRole('button', { name: '导出' }).isDisabled()).toBe(true);
  await page.getByRole('link', { name: '查看全部订单' }).click();
  await page.getByText('共 2 条').waitFor();

  await page.goto(`${service.origin}/center/orders?kind=BID&from=2020-01-01&to=2020-01-02`);
  await page.getByText('没有符合条件的订单。').waitFor();
  await page.goto(`${service.origin}/center/orders?kind=BID&from=2020-01-01`);
  await page.getByText('共 2 条').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '导出' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^保证金订单-\d{8}-\d{4}\.xlsx$/);
  expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe('PK');
  await page.getByText('已导出：保证金订单').waitFor();
  expect(await barriersOf(page)).toEqual([]);

  await page.route('**/exports/**', (route) => route.abort());
  await page.getByRole('button', { name: '导出' }).click();
  await page.getByRole('alert').filter({ hasText: '未能导出' }).waitFor();
  await page.unrouteAll();
  expect(faults.filter((fault) => !fault.includes('ERR_FAILED'))).toEqual([]);

  await page.goto(`${service.origin}/center/deposits`);
  await page.getByText('还没有保函').waitFor();
  expect(await page.getByText('免缴现金保证金').isVisible()).toBe(true);
  await page.setViewportSize(phone);
  await page.goto(`${service.origin}/account/security`);
  // The strip of the centre is longer than the screen, and shows where one is.
  const place = await page.getByRole('link', { name: '账号安全' }).boundingBox();
  expect(place && place.x >= 0 && place.x + place.width <= phone.width).toBe(true);
  await page.goto(`${service.origin}/center/deposits`);
  await page.getByText('还没有保函').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(phone.width);
  expect(await barriersOf(page)).toEqual([]);
});
