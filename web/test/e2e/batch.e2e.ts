import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage, phone, type Watched } from './browser.ts';
import { readAll } from './reader.ts';
import { type Service, startService } from './server.ts';

const failurePicture = fileURLToPath(new URL('../../../.cache/browser-failure.png', import.meta.url));
let service: Service;
let browser: Browser;
let clerk: Watched;
let authority: Record<string, string>;
beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
  authority = await service.signIn(service.accounts.bidder);
  clerk = await openPage(browser, service.origin);
  const [name = '', value = ''] = (authority.cookie ?? '').split(/=(.*)/s);
  const url = service.origin.replace(/^http:/, 'https:');
  await clerk.context.addCookies([{ name, value, url, secure: true }]);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await clerk.page.screenshot({ path: failurePicture, fullPage: true });
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

interface Section {
  id: string;
  name: string;
  deadlineAt: string;
  mayApply: { allowed: boolean };
}

test('a bidder applies for three sections at once: chosen, read and filled in once, submitted with a result each', async () => {
  const { page } = clerk;
  page.setDefaultTimeout(15_000);
  const { bidSections } = await service.ask<{ bidSections: { nodes: Section[] } }>(
    authority,
    '{ bidSections(filter: { state: ANNOUNCED, depositKind: BID }, first: 20) { nodes { id name deadlineAt mayApply(kind: BID) { allowed } } } }',
  );
  const sections = bidSections.nodes
    .filter(
      ({ mayApply, deadlineAt }) => mayApply.allowed && Date.parse(deadlineAt) > Date.now() + 3 * 86_400_000,
    )
    .slice(0, 3);

  // Chosen in the list, by the keyboard.
  await page.goto(`${service.origin}/sections?state=ANNOUNCED&depositKind=BID`);
  await page.getByRole('button', { name: '多标段办理' }).press('Enter');
  for (const { name } of sections)
    await page
      .getByRole('checkbox', { name: `选择 ${name}`, exact: true })
      .first()
      .press('Space');
  await page.getByText('已选 3 个标段').waitFor();
  await page.getByRole('link', { name: '一并办理' }).click();
  await page.getByText('可办理', { exact: true }).nth(2).waitFor();
  await page.getByRole('button', { name: '立即申请' }).click();
  await page.getByRole('button', { name: '已阅读并同意' }).click();

  // Chosen and read once.
  await page.waitForURL(/\/batches\/bat_[^/]+\/apply$/);
  const batchId = /bat_[a-z2-7]+/.exec(page.url())?.[0];
  const { orderBatch } = await service.ask<{ orderBatch: { orders: { section: Section }[] } }>(
    authority,
    'query ($id: ID!) { orderBatch(id: $id) { orders { section { id name } } } }',
    { id: batchId },
  );
  expect(orderBatch.orders).toHaveLength(3);
  const last = orderBatch.orders[2]?.section as Section;
  await page
    .getByRole('checkbox', { name: /财产保险股份有限公司/ })
    .first()
    .press('Space');
  await page.getByRole('button', { name: /逐页阅读/ }).click();
  await readAll(page);
  for (const name of [/本人已逐页阅读并同意/, /本人已充分阅读、理解并同意/])
    await page.getByRole('checkbox', { name }).press('Space');
  await page.getByRole('button', { name: '下一步，填写投保信息' }).click();

  // What is common once; one section by itself.
  await page.waitForURL(/\/apply\/form$/);
  await page.getByLabel('施工资质等级').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: '一级' }).click();
  await page.getByLabel('联系人').fill('王演示');
  await page.getByLabel('联系电话').fill('024-42800000');
  await page
    .getByText(/已保存 \d/)
    .first()
    .waitFor();
  const part = (name: string) => page.getByRole('article').filter({ hasText: name });
  const toggle = (name: string) => part(name).getByRole('button', { name: new RegExp(name) });
  await toggle(last.name).press('Enter');
  const address = part(last.name).getByLabel('项目地址');
  await address.fill('平山区演示路 8 号');
  const insured = part(last.name)
    .getByRole('group', { name: /被保人信息/ })
    .getByLabel('名称');
  const before = await insured.inputValue();
  await insured.fill('');
  await toggle(last.name).getByText('待补充').waitFor();
  // Nothing is asked before every field is right, and a reload loses nothing.
  await toggle(last.name).press('Enter');
  await page.getByRole('button', { name: /一并提交/ }).click();
  await part(last.name).getByText('请填写被保人名称').waitFor();
  await insured.fill(before);
  await toggle(last.name).getByText('已填好').waitFor();
  await page.reload();
  await toggle(last.name).press('Enter');
  await expect.poll(() => address.inputValue()).toBe('平山区演示路 8 号');
  await expect.poll(() => page.getByLabel('联系人').inputValue()).toBe('王演示');
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa']).analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
  await page.setViewportSize(phone);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(phone.width);

  // The centre suspends one of them meanwhile.
  const centre = { authorization: `Bearer ${service.accounts.apiClients.centre.secret}` };
  await service.ask(
    centre,
    'mutation ($input: BidSectionReasonInput!) { suspendBidSection(input: $input) { ... on BidSection { state } ... on Error { code } } }',
    { input: { id: last.id, reason: '招标文件澄清（演示）' } },
  );
  await page.getByRole('button', { name: /一并提交/ }).click();
  await page.getByRole('button', { name: '确认提交' }).click();
  await page.getByText('该标段已暂停，恢复后方可申请').first().waitFor();
  const states = async () => {
    const { orderBatch } = await service.ask<{ orderBatch: { orders: { state: string }[] } }>(
      authority,
      'query ($id: ID!) { orderBatch(id: $id) { orders { state } } }',
      { id: batchId },
    );
    return orderBatch.orders.map(({ state }) => state === 'DRAFT');
  };
  expect(await states()).toEqual([true, true, true]);
  await page.getByRole('button', { name: /一并提交/ }).click();
  await page.getByText('逐个提交，未通过的留待补充').click();
  await page.getByRole('button', { name: '确认提交' }).click();
  await page.waitForURL(/\/batches\/bat_[^/]+$/);
  await page.getByText('已提交 2 个订单，还有 1 个待补充').waitFor();
  expect((await states()).filter(Boolean)).toEqual([true]);
  expect(await page.getByRole('link', { name: /查看订单/ }).count()).toBe(2);
  expect(clerk.faults).toEqual([]);
});
