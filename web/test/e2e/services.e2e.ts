import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, enter, openBrowser, openPage, phone } from './browser.ts';
import { actorOf, givenPolicy, picture } from './orders.ts';
import { type Service, startService } from './server.ts';

/** Set to a folder to keep a picture of every page at both widths. */
const pictures = process.env.PICTURES;

let service: Service;
let browser: Browser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const violations: string[] = [];
async function look(page: Page, name: string): Promise<void> {
  // Until nothing fades any more: half-shown text has half its contrast.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations !== Infinity)
        .map(({ finished }) => finished),
    ),
  );
  for (const size of [desktop, phone]) {
    await page.setViewportSize(size);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > size.width) violations.push(`${name}: ${width} px wide on ${size.width}`);
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${size.width}.png`, fullPage: true });
  }
  await page.setViewportSize(desktop);
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
    .analyze();
  for (const { id, impact, nodes } of found)
    if (impact === 'serious' || impact === 'critical')
      violations.push(`${name}: ${id} ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

test('a bidder asks for help with an order, and gives its guarantee back', async () => {
  const bidder = actorOf(service, await service.signIn(service.accounts.bidder));
  const desk = actorOf(service, await service.signIn(service.accounts.operator));
  const orderId = await givenPolicy(bidder, desk);
  const { page, faults } = await openPage(browser, service.origin);
  await enter(page, service.origin, service.accounts.bidder);

  await page.goto(`${service.origin}/orders/${orderId}`);
  await page.getByRole('link', { name: '申请售后' }).click();
  await page.getByText('请勿在文字中写明企业名称和标段名称').waitFor();
  await page.getByRole('button', { name: '提交工单' }).click();
  await page.getByText('请选择类型').waitFor();
  await page.getByText('保单更正', { exact: true }).click();
  await page.getByLabel('标题').fill('项目名称有误');
  await page.getByLabel('内容').fill('请更正保单上的项目名称。');
  await look(page, 'ticket-open');
  await page.getByRole('button', { name: '提交工单' }).click();
  await page.waitForURL(/\/tickets\/tkt_/);
  await page.getByText('工单已提交，等待受理。').waitFor();
  // What is being written stays while others answer.
  await page.getByLabel('内容').fill('先写一半');
  const ticketId = new URL(page.url()).pathname.split('/').at(-1);
  await desk.act('takeTicket', { ticketId });
  await desk.act('askCustomer', { ticketId, text: '请提供中标通知书。' });
  await page.getByRole('status').filter({ hasText: '平台运营有新消息：请提供中标通知书。' }).waitFor();
  await page.getByText('请您补充或确认').waitFor();
  expect(await page.getByLabel('内容').inputValue()).toBe('先写一半');
  await page.getByLabel('内容').fill('已寄出。');
  await page.setInputFiles('input[type=file]', {
    name: '中标通知书.png',
    mimeType: 'image/png',
    buffer: picture,
  });
  await page.getByText('上传成功').waitFor();
  await look(page, 'ticket');
  await page.getByRole('button', { name: '发送' }).click();
  await page.getByText('工单正在处理。').waitFor();
  await page.getByRole('list', { name: '附件' }).getByRole('link').waitFor();
  await desk.act('handOverTicket', { ticketId });
  await page.getByRole('status').filter({ hasText: '（演示机构自动答复）' }).waitFor();
  expect(await page.getByLabel('内容').inputValue()).toBe('');
  expect(await page.getByText('请填写内容').count()).toBe(0);
  await look(page, 'ticket-answered');
  await page.getByRole('link', { name: '订单售后' }).first().click();
  await page.waitForURL(/\/center\/tickets$/);
  await page.getByText('项目名称有误').waitFor();
  await look(page, 'tickets');

  await page.goto(`${service.origin}/orders/${orderId}`);
  await page.getByRole('button', { name: '申请退保' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('保险公司同意后，保单立即失效').waitFor();
  await look(page, 'surrender-dialog');
  await dialog.getByRole('button', { name: '确认申请退保' }).click();
  await page.waitForURL(/\/surrenders\/srd_/);
  await page.getByText('退保申请已提交').waitFor();
  await look(page, 'surrender');
  await page.goto(`${service.origin}/center/surrenders`);
  await page.getByText('企业放弃投标').waitFor();
  await look(page, 'surrenders');
  await page.goto(`${service.origin}/orders/${orderId}`);
  await page.getByRole('link', { name: '查看退保记录' }).waitFor();
  await look(page, 'order-surrender');
  await page.getByRole('link', { name: '查看退保记录' }).click();
  await page.getByRole('button', { name: '撤回申请' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '撤回申请' }).click();
  await page.getByText('退保申请已撤回').waitFor();

  await page.getByRole('link', { name: '查看订单' }).click();
  await page.getByRole('button', { name: '申请退保' }).click();
  await dialog.getByRole('button', { name: '确认申请退保' }).click();
  await page.getByText('退保申请已提交').waitFor();
  await desk.act('approveSurrender', { surrenderId: new URL(page.url()).pathname.split('/').at(-1) });
  await page.getByText('保险公司已同意退保').waitFor();
  await page.getByText('退保成功，保费已全额退回原付款账户。').waitFor();
  const proof = await page.getByRole('link', { name: '查看凭证' }).getAttribute('href');
  const receipt = await page.context().request.get(`${service.origin}${proof}`);
  expect(receipt.headers()['content-type']).toBe('application/pdf');
  await look(page, 'surrender-done');
  await page.getByRole('link', { name: '查看订单' }).click();
  await page.getByRole('link', { name: '退保记录（退保成功）' }).waitFor();
  expect(await page.getByRole('link', { name: '下载保单（已退保）' }).getAttribute('class')).not.toContain(
    'primary',
  );
  const told = page.getByRole('region', { name: '办理经过' });
  for (const text of ['退保成功', '退保：保险公司同意', '撤回退保申请', '售后（保单更正）：提交工单'])
    await told.getByText(text, { exact: true }).first().waitFor();
  await look(page, 'order-surrendered');
  expect(violations).toEqual([]);
  expect(faults).toEqual([]);
}, 120_000);
