import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage } from './browser.ts';
import { type Account, type Service, startService } from './server.ts';

let service: Service;
let browser: Browser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

async function signedIn(account: Account) {
  const watched = await openPage(browser, service.origin);
  watched.page.setDefaultTimeout(20_000);
  const [name, value] = ((await service.signIn(account)).cookie ?? '').split('=', 2) as [string, string];
  await watched.context.addCookies([
    { name, value, domain: 'localhost', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' },
  ]);
  return watched;
}

test('a sale is recorded with what is typed masked, and an operator watches it once the bids are opened', async () => {
  const { bidSections } = await service.ask<{ bidSections: { nodes: { id: string; deadlineAt: string }[] } }>(
    {},
    '{ bidSections(filter: { state: ANNOUNCED, depositKind: BID }, first: 100) { nodes { id deadlineAt } } }',
  );
  const section = bidSections.nodes.find(
    ({ deadlineAt }) => Date.parse(deadlineAt) > Date.now() + 10 * 86_400_000,
  );
  const clerk = await signedIn(service.accounts.bidder);
  const { page } = clerk;
  await page.goto(`${service.origin}/sections/${section?.id}/apply/BID`);
  await page.getByRole('button', { name: '立即申请' }).click();
  await page.getByRole('button', { name: '已阅读并同意' }).click();
  await page.waitForURL(/\/orders\/[^/]+\/apply$/);
  const orderId = /\/orders\/([^/]+)\//.exec(page.url())?.[1] ?? '';
  await press(page, /财产保险股份有限公司/);
  await page.getByRole('button', { name: /逐页阅读/ }).click();
  await readAll(page);
  await press(page, /本人已逐页阅读并同意/);
  await press(page, /本人已充分阅读、理解并同意/);
  await page.getByRole('button', { name: '下一步，填写投保信息' }).click();
  await page.waitForURL(/\/apply\/form$/);
  await page.locator('.el-form-item', { hasText: '施工资质等级' }).locator('.el-select').click();
  await page.getByRole('option', { name: '一级' }).click();
  const typed = '沈秘密';
  await page.getByLabel('联系人').first().fill(typed);
  await page.getByLabel('联系电话').first().fill('024-42800000');
  await page
    .getByText(/已保存/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: '提交订单' }).first().click();
  await page.getByRole('button', { name: '确认提交' }).click();
  await page.getByText('恭喜您成功提交申请信息').waitFor();
  const sent = page.waitForResponse((answer) => answer.url().includes('/recordings/'));
  await page.getByRole('link', { name: '查看详情' }).click();
  expect((await sent).status()).toBe(201);
  expect(clerk.faults).toEqual([]);

  // Before the opening the order is as absent to the operator as one that never was.
  const operator = await signedIn(service.accounts.operator);
  await operator.page.goto(`${service.origin}/staff/replays/${orderId}`);
  await operator.page.getByText('没有这笔订单的录制，或该订单在开标前不可查看。').waitFor();
  operator.faults.splice(0);
  await service.ask(
    { authorization: `Bearer ${service.accounts.apiClients.centre.secret}` },
    'mutation($input: OpenBidSectionInput!) { openBidSection(input: $input) { ... on BidSection { state } } }',
    { input: { id: section?.id } },
  );

  const { cookie } = await service.signIn(service.accounts.operator);
  const ask = async <T>(path: string) =>
    (
      await fetch(`${service.origin}/recordings/${orderId}${path}`, { headers: { cookie: cookie ?? '' } })
    ).json() as T;
  const { pieces } = await ask<Promise<{ pieces: { seq: number; recording: string }[] }>>('');
  // One recording from the disclosure to the submission, though several pages.
  expect(new Set(pieces.map(({ recording }) => recording)).size).toBe(1);
  const recorded = await Promise.all(pieces.map(({ seq }) => ask<Promise<unknown[]>>(`/${seq}`)));
  const text = JSON.stringify(recorded);
  for (const shown of ['特别提示', '本人已逐页阅读并同意', '投保人信息', '恭喜您成功提交申请信息'])
    expect(text).toContain(shown);
  expect(text).not.toContain(typed);
  expect(text).not.toContain(service.accounts.bidder.mobile);

  await operator.page.reload();
  const frame = operator.page.frameLocator('.screen iframe');
  await frame.getByRole('heading', { name: '选择电子保函' }).waitFor();
  // Its styles are applied, so the policy lets them in.
  const colour = await frame
    .getByRole('banner')
    .first()
    .evaluate((banner) => getComputedStyle(banner).display);
  expect(colour).not.toBe('');
  await operator.page.getByLabel('播放位置').evaluate((range) => {
    const input = range as HTMLInputElement;
    input.value = input.max;
    input.dispatchEvent(new Event('input'));
  });
  await frame.getByText('恭喜您成功提交申请信息').waitFor();
  if (process.env.LOOKS) await operator.page.screenshot({ path: `${process.env.LOOKS}/replay.png` });
  expect(operator.faults).toEqual([]);
});

async function press(page: Page, label: RegExp): Promise<void> {
  await page
    .getByLabel(label)
    .first()
    .evaluate((box) => (box as HTMLInputElement).click());
}

async function readAll(page: Page): Promise<void> {
  const reader = page.getByRole('dialog');
  for (;;) {
    const next = reader.getByRole('button', { name: /下一页|已读完/ });
    await expect
      .poll(async () => {
        await reader.locator('.sheet').evaluate((sheet) => sheet.scrollTo(0, sheet.scrollHeight));
        return next.isEnabled();
      })
      .toBe(true);
    const label = (await next.textContent()) ?? '';
    await next.click();
    if (label.trim() !== '已读完') continue;
    await reader.waitFor({ state: 'hidden' });
    return;
  }
}
