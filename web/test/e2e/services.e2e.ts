import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, openBrowser, openPage, phone } from './browser.ts';
import { type Any, actorOf, givenPolicy } from './orders.ts';
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
  const operator = await service.signIn(service.accounts.operator);
  const orderId = await givenPolicy(bidder, actorOf(service, operator));
  const { page, faults } = await openPage(browser, service.origin);
  await page.goto(service.origin);
  await page.evaluate(async (input) => {
    const query = 'mutation($input: SignInInput!) { signIn(input: $input) { __typename } }';
    await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
  }, service.accounts.bidder);

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
  const ticketId = new URL(page.url()).pathname.split('/').at(-1);
  for (const [name, type, text] of [
    ['takeTicket', 'TakeTicketInput', undefined],
    ['askCustomer', 'AskCustomerInput', '请提供中标通知书。'],
  ] as const) {
    const done = await service.ask<Any>(
      operator,
      `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ... on Error { message } } }`,
      { input: { ticketId, text } },
    );
    expect(done[name]).toEqual({ __typename: 'ServiceTicket' });
  }
  await page.reload();
  await page.getByText('请提供中标通知书。').waitFor();
  await page.getByLabel('内容').fill('已寄出。');
  await look(page, 'ticket');
  await page.getByRole('button', { name: '发送' }).click();
  await page.getByText('工单正在处理。').waitFor();
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
  expect(violations).toEqual([]);
  expect(faults).toEqual([]);
}, 120_000);
