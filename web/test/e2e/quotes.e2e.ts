import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enter, openBrowser, openPage } from './browser.ts';
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

test('an order that was cancelled is applied for anew, and only once', async () => {
  const auth = await service.signIn(service.accounts.bidder);
  const { bidSections } = await service.ask<{ bidSections: { nodes: { id: string }[] } }>(
    auth,
    '{ bidSections(filter: { state: ANNOUNCED, depositKind: BID }, first: 1) { nodes { id } } }',
  );
  const sectionId = bidSections.nodes[0]?.id;
  const { startOrder } = await service.ask<{ startOrder: { id: string } }>(
    auth,
    'mutation ($input: StartOrderInput!) { startOrder(input: $input) { ... on Order { id } ... on Error { code } } }',
    { input: { sectionId, depositKind: 'BID', form: 'INSURANCE' } },
  );
  const { page, faults } = await openPage(browser, service.origin);
  await enter(page, service.origin, service.accounts.bidder);

  await page.goto(`${service.origin}/orders/${startOrder.id}`);
  await page.getByRole('button', { name: '取消订单' }).click();
  await page.getByLabel('取消原因').fill('资料有误');
  await page.getByRole('dialog').getByRole('button', { name: '取消订单' }).click();
  await page.getByText('订单已取消，原因：资料有误。').waitFor();
  await page.getByRole('button', { name: '重新申请' }).click();
  await page.waitForURL(/\/orders\/[^/]+\/apply$/);
  expect(page.url()).not.toContain(startOrder.id);

  const draft = new URL(page.url()).pathname.replace('/apply', '');
  await page.goto(`${service.origin}/orders/${startOrder.id}`);
  await page.getByRole('button', { name: '重新申请' }).click();
  await page.getByRole('link', { name: '查看该订单' }).click();
  await page.waitForURL(`${service.origin}${draft}`);
  expect(faults).toEqual([]);
});
