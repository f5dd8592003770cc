import type { Browser } from 'playwright-core';
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

test('no page scrolls sideways on a phone', async () => {
  const { page, faults } = await openPage(browser, service.origin, phone);
  await enter(page, service.origin, service.accounts.bidder);
  const { bidSections } = await service.ask<{ bidSections: { nodes: { id: string }[] } }>(
    {},
    '{ bidSections(first: 1) { nodes { id } } }',
  );
  const paths = [
    '/',
    '/sections',
    `/sections/${bidSections.nodes[0]?.id}`,
    '/verify',
    '/help',
    '/center',
    '/center/orders',
    '/center/invoices',
    '/center/messages',
    '/profile',
    '/account/security',
  ];
  for (const path of paths) {
    await page.goto(`${service.origin}${path}`);
    await page.waitForLoadState('networkidle');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect([path, new URL(page.url()).pathname, width]).toEqual([path, path, phone.width]);
  }
  expect(faults).toEqual([]);
});

test('an address that is nobody’s says so, with a way back, and with the status that programs read', async () => {
  const { page } = await openPage(browser, service.origin);
  const answer = await page.goto(`${service.origin}/sections/sec_absent/nothing/here`);
  expect(answer?.status()).toBe(200);
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByRole('main').textContent()).toMatch(/不存在|没有找到/);
  expect((await page.goto(`${service.origin}/made-up`))?.status()).toBe(404);
});

test('filters stand in the address, and going back brings the list as it was', async () => {
  const { page } = await openPage(browser, service.origin);
  page.setDefaultTimeout(20_000);
  await page.goto(`${service.origin}/sections`);
  await page.getByRole('link', { name: '溪湖区' }).click();
  await page.waitForURL(/region=210503/);
  await page.getByText('符合条件').waitFor();
  const shown = await page.getByRole('link', { name: /缴纳保证金/ }).count();
  await page
    .getByRole('link', { name: /缴纳保证金/ })
    .first()
    .click();
  await page.getByRole('heading', { name: '保证金服务' }).waitFor();
  await page.goBack();
  await page.getByText('符合条件').waitFor();
  expect(page.url()).toMatch(/region=210503/);
  expect(await page.getByRole('link', { name: /缴纳保证金/ }).count()).toBe(shown);
});
