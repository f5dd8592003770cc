import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, enter, openBrowser, openPage, phone } from './browser.ts';
import { type Service, startService } from './server.ts';

/** Issue: a document of twenty pages opens in under 300 ms locally. */
const OPENS_WITHIN_MS = 300;

let service: Service;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let page: Page;
let orderId: string;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
  const bidder = await service.signIn(service.accounts.bidder);
  const { bidSections } = await service.ask<{ bidSections: { nodes: { id: string }[] } }>(
    bidder,
    '{ bidSections(filter: { depositKind: PERFORMANCE }, first: 100) { nodes { id } } }',
  );
  for (const { id: sectionId } of bidSections.nodes) {
    const { startOrder } = await service.ask<{ startOrder: { id?: string } }>(
      bidder,
      'mutation ($input: StartOrderInput!) { startOrder(input: $input) { ... on Order { id } ... on Error { code } } }',
      { input: { sectionId, depositKind: 'PERFORMANCE', form: 'INSURANCE' } },
    );
    if (!startOrder.id) continue;
    orderId = startOrder.id;
    break;
  }
  const { platform } = await service.ask<{ platform: { documents: { id: string; kind: string }[] } }>(
    bidder,
    '{ platform { documents { id kind } } }',
  );
  const documentIds = platform.documents.filter(({ kind }) => kind !== 'USER_AGREEMENT').map(({ id }) => id);
  await service.ask(
    bidder,
    'mutation ($input: AcceptDocumentsInput!) { acceptDocuments(input: $input) { __typename ... on Error { code } } }',
    { input: { orderId, documentIds, statement: 'DISCLOSURE' } },
  );
  const window = await openPage(browser, service.origin);
  page = window.page;
  await enter(page, service.origin, service.accounts.bidder);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const toChoice = async () => {
  await page.goto(`${service.origin}/orders/${orderId}/apply`);
  await page.locator('tbody .el-checkbox').first().waitFor();
};

test('the chosen insurers stand side by side with their premiums broken down, on a desk and on a telephone', async () => {
  await toChoice();
  const rows = page.locator('table tbody');
  const names = await rows.locator('strong').allTextContents();
  expect(names).toEqual([...names].sort());
  expect(await page.getByText('按保险机构全称的字符顺序排列，不作推荐。').count()).toBeGreaterThan(0);
  expect(await page.locator('tbody input:checked').count()).toBe(0);
  await rows.nth(0).locator('.el-checkbox').click();
  await rows.nth(1).locator('.el-checkbox').click();
  await page.getByText('您已选择 2 家保险公司').waitFor();
  for (const name of names.slice(0, 2)) expect(await page.locator('.sellers').textContent()).toContain(name);
  expect(await page.locator('.sellers').textContent()).toContain('演示保险经纪有限公司');

  await page.getByRole('button', { name: '对比已选' }).click();
  const comparison = page.getByRole('region', { name: '产品对比' });
  await comparison.waitFor();
  for (const label of ['适用费率', '最低保费', '参考保费', '其中增值税（6%）', '保险金额限额', '相关文件'])
    expect(await comparison.getByRole('rowheader', { name: label, exact: true }).count()).toBe(1);
  await page.setViewportSize(phone);
  const width = await comparison.evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(width).toBeLessThanOrEqual(0);
  await page.setViewportSize(desktop);
});

test('terms of twenty pages open in under 300 ms', async () => {
  const took: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await toChoice();
    const button = page
      .locator('tbody', { hasText: '平澜' })
      .getByRole('button', { name: '保险条款', exact: true });
    await button.scrollIntoViewIfNeeded();
    took.push(
      await button.evaluate(
        (element) =>
          new Promise<number>((resolve) => {
            const begun = performance.now();
            const isOpen = () =>
              document.body.textContent?.includes('共 20 页') && document.querySelector('.sheet p');
            new MutationObserver((_changes, observer) => {
              if (!isOpen()) return;
              observer.disconnect();
              // Once it is drawn.
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
            }).observe(document.body, { childList: true, subtree: true, characterData: true });
            (element as HTMLElement).click();
          }),
      ),
    );
  }
  console.info(`terms of 20 pages opened in ${took.map((ms) => Math.round(ms)).join(', ')} ms`);
  // The best of three: other work on the machine is not what is measured.
  expect(Math.min(...took)).toBeLessThan(OPENS_WITHIN_MS);
});
