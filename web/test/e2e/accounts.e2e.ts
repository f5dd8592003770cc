import { createHmac } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage } from './browser.ts';
import { type Account, type Service, startService } from './server.ts';

let service: Service;
let browser: Browser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

/** What an authenticator shows (RFC 6238), `steps` of thirty seconds from now. */
function shown(secret: string, steps = 0): string {
  const bits = [...secret].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac('sha1', key).update(counter).digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

async function typePassword(page: Page, { mobile, password }: Account): Promise<void> {
  await page.getByLabel('手机号').fill(mobile);
  await page.locator('input[autocomplete="current-password"]').fill(password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
}

test('a colleague sets up a second factor, signs in with it, with a recovery code, and takes it away', async () => {
  const { page, faults } = await openPage(browser, service.origin);
  const { operator2 } = service.accounts;
  await page.goto(`${service.origin}/sign-in?next=/account/security`);
  await typePassword(page, operator2);
  await page.getByRole('button', { name: '启用两步验证' }).click();
  await page.getByLabel('当前密码').fill(operator2.password);
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByRole('img', { name: /两步验证二维码/ }).waitFor();
  const secret = ((await page.locator('.secret .tabular').textContent()) ?? '').replace(/\s/g, '');
  await page.getByLabel('动态码').fill('000000');
  await page.getByRole('button', { name: '确认启用' }).click();
  await page.getByText('动态码不正确或已使用').waitFor();
  // The step before, so that the present one is still good for signing in.
  await page.getByLabel('动态码').fill(shown(secret, -1));
  await page.getByRole('button', { name: '确认启用' }).click();
  const recovery = page.getByRole('list', { name: '恢复码' }).getByRole('listitem');
  await recovery.first().waitFor();
  expect(await recovery.count()).toBe(10);
  const code = (await recovery.first().textContent()) ?? '';
  await page.getByRole('button', { name: '我已保存' }).click();
  await page.getByText('还有 10 个恢复码可用').waitFor();

  const elsewhere = await openPage(browser, service.origin);
  await elsewhere.page.goto(`${service.origin}/sign-in?next=/account/security`);
  await typePassword(elsewhere.page, operator2);
  const field = elsewhere.page.getByLabel('动态码');
  await field.waitFor();
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  await field.fill('111111');
  await field.press('Enter');
  await elsewhere.page.getByText('动态码不正确或已使用').waitFor();
  await field.fill(shown(secret, 1));
  await field.press('Enter');
  await elsewhere.page.getByText('还有 10 个恢复码可用').waitFor();

  await elsewhere.page.getByRole('button', { name: '停用两步验证' }).click();
  await elsewhere.page.getByLabel('动态码').fill(code);
  await elsewhere.page.getByRole('button', { name: '确认停用' }).click();
  await elsewhere.page.getByText('两步验证已停用，其他设备上的登录已退出。').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '登录' }).waitFor();
  expect([...faults, ...elsewhere.faults]).toEqual([]);
});

test('after three wrong passwords a human check goes first, and nothing typed is lost', async () => {
  const { page, faults } = await openPage(browser, service.origin);
  const { regulator } = service.accounts;
  await page.goto(`${service.origin}/sign-in?next=/account/security`);
  for (let i = 0; i < 3; i += 1) {
    await typePassword(page, { ...regulator, password: `wrong password ${i}` });
    await page.getByText('手机号或密码不正确').waitFor();
  }
  await typePassword(page, regulator);
  await page.getByRole('button', { name: '点此验证' }).click();
  await page.getByText('验证通过').first().waitFor();
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('heading', { name: '账号安全' }).waitFor();
  expect(faults).toEqual([]);
});

test('an owner invites a colleague, who comes, is made the owner, and sees the one before go', async () => {
  const owner = await openPage(browser, service.origin);
  await owner.page.goto(`${service.origin}/sign-in?next=/center/members`);
  await typePassword(owner.page, service.accounts.bidder);
  await owner.page.getByRole('heading', { name: '企业成员' }).waitFor();
  const mobile = '13700009001';
  await owner.page.getByLabel('手机号').fill(mobile);
  await owner.page.getByRole('button', { name: '发送邀请' }).click();
  await owner.page.getByText('已向 137****9001 发送邀请').waitFor();

  const clerk = await openPage(browser, service.origin);
  await clerk.page.goto(`${service.origin}/register`);
  await clerk.page.getByLabel('手机号').fill(mobile);
  await clerk.page.getByRole('button', { name: '点此验证' }).click();
  await clerk.page.getByText('验证通过').first().waitFor();
  await clerk.page.getByRole('button', { name: '获取验证码' }).click();
  await clerk.page.getByLabel('短信验证码').fill(await service.smsCode(mobile));
  for (const field of await clerk.page.locator('input[autocomplete="new-password"]').all()) {
    await field.fill('秋天的红叶 2026');
  }
  await clerk.page.locator('.el-checkbox').click();
  await clerk.page.getByRole('button', { name: /注册/ }).click();
  // A newcomer is led to the certification, where the invitation waits.
  await clerk.page.getByRole('button', { name: '接受', exact: true }).click();
  await clerk.page.getByRole('button', { name: '确认加入' }).click();
  await clerk.page.getByRole('cell', { name: /137\*{4}9001/ }).waitFor();

  await owner.page.reload();
  await owner.page.getByRole('button', { name: '移交管理员' }).click();
  await owner.page.getByRole('button', { name: '确认移交' }).click();
  await owner.page.getByText('已将企业管理员移交给').waitFor();
  await clerk.page.reload();
  await clerk.page.getByRole('button', { name: '移除', exact: true }).click();
  await clerk.page.getByRole('button', { name: '确认移除' }).click();
  await clerk.page.getByText('其登录已全部退出').waitFor();
  await owner.page.reload();
  await owner.page.getByRole('heading', { name: '登录' }).waitFor();
  expect([...owner.faults, ...clerk.faults]).toEqual([]);
});
