import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage } from './browser.ts';
import { focused, press, tabTo, type, unmarked } from './keyboard.ts';
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

test('the keyboard alone carries the job from signing in to the uploaded voucher', async () => {
  const { page, faults } = await openPage(browser, service.origin);
  page.setDefaultTimeout(20_000);
  const picture = await page.goto(service.origin).then(() => page.screenshot());
  const { bidSections } = await service.ask<{ bidSections: { nodes: { id: string; deadlineAt: string }[] } }>(
    {},
    '{ bidSections(filter: { state: ANNOUNCED, depositKind: BID }, first: 100) { nodes { id deadlineAt } } }',
  );
  const section = bidSections.nodes.find(
    (node) => Date.parse(node.deadlineAt) > Date.now() + 10 * 86_400_000,
  );

  await page.goto(`${service.origin}/sign-in?next=/sections/${section?.id}`);
  await page.getByRole('heading', { name: '登录' }).waitFor();
  await type(page, /^\*?\s*手机号/, service.accounts.bidder.mobile);
  await type(page, /^\*?\s*密码$/, service.accounts.bidder.password);
  await page.keyboard.press('Enter');

  await page.getByRole('heading', { name: '保证金服务' }).waitFor();
  await page.getByRole('link', { name: /选择\s*投标保证金/ }).waitFor();
  await press(page, /^选择\s*投标保证金/);
  await page.getByRole('button', { name: '立即申请' }).waitFor();
  await press(page, '立即申请');
  await page.getByText('尊敬的客户').waitFor();
  // Escape closes the dialog and gives the focus back to what opened it.
  await page.keyboard.press('Escape');
  await page.getByText('尊敬的客户').waitFor({ state: 'hidden' });
  expect((await focused(page)).name).toBe('立即申请');
  await page.keyboard.press('Enter');
  await page.getByText('尊敬的客户').waitFor();
  await press(page, '已阅读并同意');

  await page.waitForURL(/\/orders\/[^/]+\/apply$/);
  await page.getByText('财产保险股份有限公司').first().waitFor();
  await tabTo(page, /财产保险股份有限公司/);
  await page.keyboard.press('Space');
  await page.getByText(/您已选择 1 家/).waitFor();
  await page.getByRole('button', { name: /逐页阅读/ }).waitFor();
  await press(page, /^逐页阅读/);
  const reader = page.getByRole('dialog');
  await reader.waitFor();
  for (let turn = 0; turn < 60 && (await reader.isVisible()); turn += 1) {
    await tabTo(page, /第 \d+ 页$/);
    await page.keyboard.press('End');
    const onward = reader.getByRole('button', { name: /下一页|已读完/ });
    await expect.poll(() => onward.isEnabled()).toBe(true);
    const last = (await onward.textContent())?.trim() === '已读完';
    await press(page, /^(下一页|已读完)/);
    if (last) await reader.waitFor({ state: 'hidden' });
  }
  for (const statement of [/^本人已逐页阅读并同意/, /^本人已充分阅读、理解并同意/]) {
    await tabTo(page, statement);
    await page.keyboard.press('Space');
  }
  await press(page, '下一步，填写投保信息');

  await page.waitForURL(/\/apply\/form$/);
  await page.getByText('投保人信息').waitFor();
  await tabTo(page, /施工资质等级/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await type(page, /联系人/, '王演示');
  await type(page, /联系电话/, '024-42800000');
  await page.getByText(/已保存/).waitFor();
  await press(page, '提交订单');
  await page.getByRole('button', { name: '确认提交' }).waitFor();
  await press(page, '确认提交');
  await page.getByText('恭喜您成功提交申请信息').waitFor();
  await press(page, '查看详情');

  await page.getByRole('link', { name: '立即支付' }).waitFor({ timeout: 30_000 });
  await press(page, '立即支付');
  await page.getByRole('button', { name: '上传支付凭证' }).waitFor();
  const amount =
    /[\d,]+\.\d\d/.exec((await page.getByLabel('应付金额').textContent()) ?? '')?.[0].replaceAll(',', '') ??
    '';
  await press(page, '上传支付凭证');
  await page.getByRole('dialog').waitFor();
  const chooser = page.waitForEvent('filechooser');
  await press(page, /点击或拖拽上传/);
  await (await chooser).setFiles({ name: 'voucher.png', mimeType: 'image/png', buffer: picture });
  await page.getByText('上传成功').waitFor();
  await type(page, /付款账号/, '6222000000001234567');
  await type(page, /交易流水号/, '2026112400000002');
  await type(page, /付款日期/, new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10));
  await page.keyboard.press('Enter');
  await type(page, /付款金额/, amount);
  await press(page, '提交');
  await page.getByText('恭喜您已完成订单支付').waitFor();

  expect([...unmarked]).toEqual([]);
  expect(faults).toEqual([]);
});
