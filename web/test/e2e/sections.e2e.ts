import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, openBrowser, openPage, phone } from './browser.ts';
import { type Service, startService } from './server.ts';

let service: Service;
let browser: Browser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const namesOn = (page: Page) => page.locator('article.card h2').allTextContents();

/** Pictures of the page as it stands, where they are asked for. */
async function look(page: Page, name: string): Promise<void> {
  if (!process.env.LOOKS) return;
  for (const viewport of [phone, desktop]) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: `${process.env.LOOKS}/${name}-${viewport.width}.png`, fullPage: true });
  }
}

test('a section is found by two characters, by filter and order, and the address says which list it is', async () => {
  const { page, context, faults } = await openPage(browser, service.origin);
  await page.goto(`${service.origin}/sections`);
  await page.getByLabel('搜索', { exact: true }).fill('道路');
  await page.getByRole('button', { name: '搜索' }).click();
  await page.getByText('符合条件').waitFor();
  await page.getByRole('group', { name: '标段状态' }).getByRole('link', { name: '未开标' }).click();
  await page.getByRole('group', { name: '排序' }).getByRole('link', { name: '投标截止最近' }).click();
  await page.getByText('尚未截止的标段').waitFor();
  const { bidSections } = await service.ask<{
    bidSections: { totalCount: number; nodes: { name: string; projectName: string; tendererName: string }[] };
  }>(
    {},
    `{ bidSections(filter: { search: "道路", states: [ANNOUNCED] }, sort: DEADLINE, first: 20) {
      totalCount nodes { name projectName tendererName } } }`,
  );
  expect(bidSections.totalCount).toBeGreaterThan(0);
  for (const { name, projectName, tendererName } of bidSections.nodes)
    expect(name + projectName + tendererName).toContain('道路');
  const expected = bidSections.nodes.map(({ name }) => name);
  await expect.poll(() => namesOn(page)).toEqual(expected);
  await look(page, 'sections');

  const other = await context.newPage();
  await other.goto(page.url());
  await expect.poll(() => namesOn(other)).toEqual(expected);
  expect(faults).toEqual([]);
});

test('who comes back from a section finds the list as it was, with its pages and its place', async () => {
  const { page, faults } = await openPage(browser, service.origin);
  await page.goto(`${service.origin}/sections?sort=DEADLINE`);
  await page.getByRole('button', { name: '加载更多' }).click();
  await expect.poll(async () => (await namesOn(page)).length).toBe(40);
  const before = await namesOn(page);
  const card = page.locator('article.card').nth(33);
  await card.scrollIntoViewIfNeeded();
  const place = await page.evaluate(() => window.scrollY);
  expect(place).toBeGreaterThan(1000);
  await card.getByRole('link').first().click();
  await page.getByRole('heading', { name: '保证金服务' }).waitFor();
  await page.getByRole('button', { name: '返回' }).click();
  await expect.poll(() => namesOn(page)).toEqual(before);
  await expect
    .poll(async () => Math.abs((await page.evaluate(() => window.scrollY)) - place))
    .toBeLessThan(50);
  expect(faults).toEqual([]);
});

test('a section is saved, stands in 我的项目 with its reminder, and is taken off again', async () => {
  const { page, context, faults } = await openPage(browser, service.origin);
  const [name, value] = ((await service.signIn(service.accounts.bidder)).cookie ?? '').split('=', 2) as [
    string,
    string,
  ];
  await context.addCookies([
    { name, value, domain: 'localhost', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' },
  ]);
  await page.goto(`${service.origin}/sections?state=ANNOUNCED`);
  const card = page.locator('article.card', { has: page.locator('button[aria-pressed="false"]') }).first();
  const section = (await card.locator('h2').textContent()) ?? '';
  await card.getByRole('button', { name: `收藏：${section}` }).click();
  await page.getByText('已收藏，投标截止前 1 天提醒').waitFor();

  await page.goto(`${service.origin}/center/projects`);
  const project = page.locator('li', { has: page.getByRole('heading', { name: section, exact: true }) });
  await project.locator('.el-select').click();
  await page.getByRole('option', { name: '截止前 3 天提醒' }).click();
  await page.reload();
  await project.getByText('截止前 3 天提醒').waitFor();
  await look(page, 'projects');
  await project.getByRole('link', { name: section }).click();
  await page.getByRole('heading', { name: '保证金服务' }).waitFor();
  await page.locator('#main').getByText('截止前 3 天提醒').waitFor();
  await look(page, 'section');
  await page.getByRole('button', { name: '返回' }).click();
  await project.getByRole('button', { name: `收藏：${section}` }).click();
  await project.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
});
