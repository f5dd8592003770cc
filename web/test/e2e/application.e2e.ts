import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage } from './browser.ts';
import { type Service, startService } from './server.ts';

let service: Service;
let browser: Browser;
let authority: Record<string, string>;
beforeAll(async () => {
  browser = await openBrowser();
  service = await startService();
  authority = await service.signIn(service.accounts.bidder);
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

/** What a killed tab may cost at most. */
const lostMsMax = 2000;

/** A draft with one insurer chosen, for a section nobody has applied for yet. */
async function givenDraft(): Promise<string> {
  const { bidSections } = await service.ask<{
    bidSections: { nodes: { id: string; deadlineAt: string; mayApply: { allowed: boolean } }[] };
  }>(
    authority,
    '{ bidSections(filter: { state: ANNOUNCED, depositKind: BID }, first: 100) { nodes { id deadlineAt mayApply(kind: BID) { allowed } } } }',
  );
  const section = bidSections.nodes.find(
    ({ deadlineAt, mayApply }) => mayApply.allowed && Date.parse(deadlineAt) > Date.now() + 10 * 86_400_000,
  );
  const choice = { sectionId: section?.id, depositKind: 'BID', form: 'INSURANCE' };
  const { products } = await service.ask<{ products: { id: string }[] }>(
    authority,
    'query ($sectionId: ID!, $depositKind: DepositKind!, $form: GuaranteeForm!) { products(sectionId: $sectionId, depositKind: $depositKind, form: $form) { id } }',
    choice,
  );
  const { startOrder } = await service.ask<{ startOrder: { id: string } }>(
    authority,
    'mutation ($input: StartOrderInput!) { startOrder(input: $input) { ... on Order { id } ... on Error { code } } }',
    { input: choice },
  );
  await service.ask(
    authority,
    'mutation ($input: ChooseProductsInput!) { chooseProducts(input: $input) { ... on Order { id } ... on Error { code } } }',
    { input: { orderId: startOrder.id, productIds: [products[0]?.id] } },
  );
  return startOrder.id;
}

/** A browser of its own, signed in. */
async function givenDevice(): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const device = await openPage(browser, service.origin);
  const cookies = (authority.cookie ?? '').split('; ').map((pair) => {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    // A __Host- cookie belongs to no domain and is secure; of localhost a browser takes it without TLS too.
    return { name, value, url: service.origin.replace(/^http:/, 'https:'), secure: true };
  });
  await device.context.addCookies(cookies);
  device.page.setDefaultTimeout(20_000);
  return device;
}

async function openForm(page: Page, orderId: string): Promise<void> {
  await page.goto(`${service.origin}/orders/${orderId}/apply/form`);
  await page.getByText('投保人信息').waitFor();
}

const address = (page: Page) => page.getByLabel('联系地址');
const words = Array.from({ length: 60 }, (_, i) => String.fromCodePoint(0x4e00 + i * 7));

/** Types for some seconds without a pause, and remembers when each character went in. */
async function typeOn(page: Page): Promise<{ text: string; at: number }[]> {
  await address(page).fill('');
  await address(page).focus();
  const typed: { text: string; at: number }[] = [];
  let text = '';
  for (const word of words) {
    await page.keyboard.type(word, { delay: 60 });
    text += word;
    typed.push({ text, at: Date.now() });
  }
  return typed;
}

test('a killed browser costs two seconds of typing at most', async () => {
  const orderId = await givenDraft();
  const first = await givenDevice();
  await openForm(first.page, orderId);
  const typed = await typeOn(first.page);
  const killedAt = Date.now();
  // The whole browser profile goes with it: nothing is left on this device.
  await first.context.close();

  const second = await givenDevice();
  await openForm(second.page, orderId);
  await expect.poll(() => address(second.page).inputValue()).not.toBe('');
  const restored = await address(second.page).inputValue();
  const before = typed.findLast(({ at }) => at <= killedAt - lostMsMax);
  expect(restored.startsWith(before?.text ?? '—')).toBe(true);
  expect(typed.at(-1)?.text.startsWith(restored)).toBe(true);
  await second.context.close();
});

test('typing needs no network: what is typed without one is kept on this device, and goes up when it is back', async () => {
  const orderId = await givenDraft();
  const device = await givenDevice();
  await openForm(device.page, orderId);
  await device.context.setOffline(true);
  const typed = await typeOn(device.page);
  await device.page.getByText('网络不通，内容已保存在本机').waitFor();
  await device.page.close({ runBeforeUnload: false });

  await device.context.setOffline(false);
  const page = await device.context.newPage();
  await openForm(page, orderId);
  await page.getByText('已恢复您上次填写、尚未保存的内容').waitFor();
  expect(await address(page).inputValue()).toBe(typed.at(-1)?.text);
  await page.getByText(/已保存 \d/).waitFor();
  const { order } = await service.ask<{ order: { application: { applicant: { contactAddress: string } } } }>(
    authority,
    'query ($id: ID!) { order(id: $id) { application { applicant { contactAddress } } } }',
    { id: orderId },
  );
  expect(order.application.applicant.contactAddress).toBe(typed.at(-1)?.text);
  await device.context.close();
});

test('of two devices the later one is told, and neither loses what it typed; the paper shows what is chosen', async () => {
  const orderId = await givenDraft();
  const [office, home] = [await givenDevice(), await givenDevice()];
  await openForm(office.page, orderId);
  await openForm(home.page, orderId);
  await office.page.getByLabel('联系人').fill('王演示');
  await office.page.getByText(/已保存 \d/).waitFor();
  await home.page.getByLabel('项目地址').fill('平山区演示路 8 号');
  await home.page.getByLabel('联系人').fill('李演示');
  await home.page.getByText('已保存的是“王演示”，您填写的是“李演示”').waitFor();
  await home.page.getByRole('button', { name: /采用我填写的/ }).click();
  await home.page.getByText('请逐项选择').waitFor({ state: 'hidden' });
  await home.page.getByText(/已保存 \d/).waitFor();

  const download = home.page.waitForEvent('download');
  await home.page.getByRole('link', { name: '投保单预览' }).click();
  const bytes = await readFile((await (await download).path()) ?? '');
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');

  const { order } = await service.ask<{
    order: { application: { section: { projectAddress: string }; applicant: { contactName: string } } };
  }>(
    authority,
    'query ($id: ID!) { order(id: $id) { application { section { projectAddress } applicant { contactName } } } }',
    { id: orderId },
  );
  expect(order.application).toEqual({
    section: { projectAddress: '平山区演示路 8 号' },
    applicant: { contactName: '李演示' },
  });
  expect([...office.faults, ...home.faults]).toEqual([]);
  await office.context.close();
  await home.context.close();
});
