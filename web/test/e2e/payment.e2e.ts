import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enter, openBrowser, openPage, type Watched } from './browser.ts';
import { focused, press, tabTo, type, unmarked } from './keyboard.ts';
import { createLook } from './look.ts';
import {
  type Any,
  type ApiActor,
  actorOf,
  givenDraft,
  givenPayment,
  picture,
  sectionsToApply,
  sendVoucher,
  today,
} from './orders.ts';
import { type Service, startService } from './server.ts';

let service: Service;
let browser: Browser;
let bidder: ApiActor;
let operator: ApiActor;
/** Orders of the demonstration's bidder that wait for their payment. */
let orders: { id: string; payment: { id: string; amount: string; remarkCode: string } }[];
beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
  bidder = actorOf(service, await service.signIn(service.accounts.bidder));
  operator = actorOf(service, await service.signIn(service.accounts.operator));
  const sections = (await sectionsToApply(bidder)).slice(0, 3);
  orders = await Promise.all(
    sections.map(async (section) => {
      const id = await givenDraft(bidder, section.id);
      return { id, payment: await givenPayment(bidder, id) };
    }),
  );
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const { look, violations } = createLook();

/** A page of the browser on which the bidder is signed in. */
async function signedIn(): Promise<Watched> {
  const watched = await openPage(browser, service.origin);
  watched.page.setDefaultTimeout(20_000);
  await enter(watched.page, service.origin, service.accounts.bidder);
  return watched;
}

const png = (name: string, buffer = picture) => ({ name, mimeType: 'image/png', buffer });
const yuan = (amount: string) => amount.replace(/\B(?=(\d{3})+\.)/g, ',');
const sum = (amount: string, more: number) => (Number(amount) + more).toFixed(2);
const amountOf = (page: Page) => page.getByLabel('应付金额').locator('.money');
const dialogOf = (page: Page) => page.getByRole('dialog', { name: '请上传您的支付凭证' });

const field = (page: Page, label: string) => dialogOf(page).getByLabel(new RegExp(`^\\*?\\s*${label}$`));

async function fill(page: Page, values: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(values)) await field(page, label).fill(value);
}

/** Sends a picture by the `at`-th box of the dialog. */
async function send(page: Page, at: number, name: string): Promise<void> {
  const answered = page.waitForResponse((response) => response.url().includes('/uploads'));
  await dialogOf(page).locator('input[type=file]').nth(at).setInputFiles(png(name));
  await answered;
}

const voucherOf = async (orderId: string): Promise<Any> =>
  (
    await bidder.ask(
      'query ($id: ID!) { order(id: $id) { payment { voucher { transactionNumber uploads { id } } } } }',
      { id: orderId },
    )
  ).order.payment.voucher;

test('a bidder pays with two pictures, takes them back, is found short, pays the rest, and gets the policy', async () => {
  const [order] = orders;
  if (!order) throw new Error('No order.');
  const { page, faults } = await signedIn();
  const payPath = `${service.origin}/orders/${order.id}/pay`;

  // From the list of orders, as a clerk goes.
  await page.goto(`${service.origin}/center/orders?state=AWAITING_PAYMENT`);
  await page.locator(`a[href="/orders/${order.id}/pay"]`).click();
  await page.getByRole('button', { name: '上传支付凭证' }).waitFor();
  expect(await amountOf(page).textContent()).toBe(`¥${yuan(order.payment.amount)}`);
  expect(await page.getByText(order.payment.remarkCode, { exact: true }).isVisible()).toBe(true);
  await look(page, 'pay-waiting');
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('term').getByText('银行账号').isVisible()).toBe(true);
  expect(await page.getByLabel('应付金额').isVisible()).toBe(false);
  expect(await page.getByRole('banner').isVisible()).toBe(false);
  await page.emulateMedia({ media: null });

  // Files that are none, or too much.
  await page.getByRole('button', { name: '上传支付凭证' }).click();
  const dialog = dialogOf(page);
  const first = dialog.locator('input[type=file]').first();
  await first.setInputFiles(png('large.png', Buffer.concat([picture, Buffer.alloc(3 << 20)])));
  await dialog.getByText('文件超过 2 MB，请压缩后重新选择。').waitFor();
  await first.setInputFiles({
    name: 'a.jpg',
    mimeType: 'image/jpeg',
    buffer: Buffer.from('GIF89a----------'),
  });
  await dialog.getByText('文件内容与扩展名不符，请选择 jpg/png 格式的文件。').waitFor();

  await send(page, 0, 'front.png');
  await dialog.getByRole('button', { name: '再添加一张' }).click();
  await send(page, 1, 'back.png');
  await expect.poll(() => dialog.locator('.preview img').count()).toBe(2);
  await fill(page, { 付款账号: '6222 0000 1234 5365', 交易流水号: 'E2E-20261128-01', 付款金额: '1' });
  await page.keyboard.press('Tab');
  await dialog.getByText(/与应付金额 .* 元不一致/).waitFor();
  await fill(page, { 付款金额: order.payment.amount });
  await look(page, 'pay-dialog');
  await dialog.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText('恭喜您已完成订单支付，请等待保险公司出单！').waitFor();
  await look(page, 'paid');

  // Back by the order: one picture is replaced, the other stays.
  await page.getByRole('link', { name: '查看订单详情' }).click();
  await page.getByRole('link', { name: '查看支付信息' }).click();
  await page.getByRole('button', { name: '重新上传支付凭证' }).waitFor();
  const sent = await voucherOf(order.id);
  expect(sent.uploads).toHaveLength(2);
  await look(page, 'pay-review');
  await page.getByRole('button', { name: '重新上传支付凭证' }).click();
  await expect.poll(() => dialog.locator('.preview img').count()).toBe(2);
  await send(page, 1, 'better.png');
  await dialog.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText('恭喜您已完成订单支付').waitFor();
  const replaced = await voucherOf(order.id);
  expect(replaced.uploads[0]).toEqual(sent.uploads[0]);
  expect(replaced.uploads[1]).not.toEqual(sent.uploads[1]);

  // Taken back, and sent again with what was typed.
  await page.goto(payPath);
  await page.getByRole('button', { name: '撤回支付凭证' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '撤回', exact: true }).click();
  await page.getByRole('dialog', { name: '撤回支付凭证？' }).waitFor({ state: 'hidden' });
  await expect.poll(async () => (await focused(page)).name).toBe('上传支付凭证');
  await page.getByRole('button', { name: '上传支付凭证', exact: true }).click();
  expect(await voucherOf(order.id)).toBeNull();
  expect(await field(page, '交易流水号').inputValue()).toBe('E2E-20261128-01');
  await send(page, 0, 'front.png');
  await dialog.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText('恭喜您已完成订单支付').waitFor();

  // Less came in: whoever looks at the payment sees it at once, and what to do.
  await page.goto(payPath);
  await page.getByRole('button', { name: '重新上传支付凭证' }).waitFor();
  const received = sum(order.payment.amount, -120.5);
  await operator.act('reportPaymentException', {
    paymentId: order.payment.id,
    kind: 'SHORT',
    reason: '银行流水显示到账金额不足。',
    receivedAmount: received,
  });
  await page
    .getByText(`到账 ¥${yuan(received)}，应付 ¥${yuan(order.payment.amount)}，还差 ¥120.50。`)
    .waitFor();
  expect(await amountOf(page).textContent()).toBe('¥120.50');
  await page.getByText('核对说明：银行流水显示到账金额不足。').waitFor();
  await look(page, 'pay-short');
  await page.goto(`${service.origin}/center`);
  await page.locator('.todos .money').getByText('120.50').waitFor();
  await page.getByRole('link', { name: '补足差额' }).first().click();
  await page.getByRole('button', { name: '上传补款凭证' }).click();
  await send(page, 0, 'rest.png');
  await fill(page, { 付款账号: '6222000012345365', 交易流水号: 'E2E-20261128-01', 付款金额: '120.5' });
  await dialog.getByRole('button', { name: '提交', exact: true }).click();
  await dialog.getByText('该银行流水号已用于其他支付凭证，请核对。').waitFor();
  await expect.poll(async () => (await focused(page)).name).toContain('交易流水号');
  await fill(page, { 交易流水号: 'E2E-20261128-02' });
  await dialog.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText('恭喜您已完成订单支付').waitFor();

  // Who waits on this page is brought to the policy.
  await operator.act('confirmPayment', { paymentId: order.payment.id });
  const policy = page.getByRole('link', { name: '下载保单' });
  await policy.waitFor({ timeout: 60_000 });
  const [download] = await Promise.all([page.waitForEvent('download'), policy.click()]);
  expect(download.suggestedFilename()).toMatch(/\.pdf$/);

  await page.getByRole('link', { name: '查看订单详情' }).click();
  const timeline = page.locator('.timeline');
  for (const text of ['更换支付凭证', '撤回支付凭证', '付款异常', '提交补款凭证', '款项确认到账'])
    await timeline.getByText(text).first().waitFor();
  await look(page, 'order-paid');
  expect(violations).toEqual([]);
  expect(faults).toEqual([]);
});

test('a refused voucher is sent again by the keyboard alone; what was paid too much is followed until it is back', async () => {
  const [, order] = orders;
  if (!order) throw new Error('No order.');
  await sendVoucher(bidder, order.id);
  const { page, faults } = await signedIn();
  await page.goto(`${service.origin}/orders/${order.id}/pay`);
  await page.getByRole('button', { name: '重新上传支付凭证' }).waitFor();

  await operator.act('rejectPayment', { paymentId: order.payment.id, reason: '回单图片不清晰' });
  await page.getByText('支付凭证未通过审核：回单图片不清晰。').waitFor();

  const dialog = dialogOf(page);
  await press(page, '上传支付凭证');
  await dialog.getByText('上次未通过的原因：回单图片不清晰').waitFor();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), press(page, /^点击或拖拽上传/)]);
  await chooser.setFiles(png('clear.png'));
  await dialog.getByText('上传成功').waitFor();
  await type(page, /付款账号/, '6222000012345365');
  await type(page, /交易流水号/, 'E2E-20261128-03');
  await type(page, /付款金额/, order.payment.amount);
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await focused(page)).name).toBe('上传支付凭证');
  await dialog.waitFor({ state: 'hidden' });
  // Closed by mistake: nothing is lost.
  await page.keyboard.press('Enter');
  await tabTo(page, /交易流水号/);
  expect(await field(page, '交易流水号').inputValue()).toBe('E2E-20261128-03');
  await press(page, '提交');
  await page.getByText('恭喜您已完成订单支付').waitFor();
  expect([...unmarked]).toEqual([]);

  await page.goto(`${service.origin}/orders/${order.id}/pay`);
  await page.getByRole('button', { name: '重新上传支付凭证' }).waitFor();
  await operator.act('reportPaymentException', {
    paymentId: order.payment.id,
    kind: 'OVER',
    reason: '到账金额多于应付金额',
    receivedAmount: sum(order.payment.amount, 200),
  });
  await page.getByText('多出的 ¥200.00 将退回原付款账户。您无需操作').waitFor();
  await look(page, 'pay-over');
  await operator.act('confirmPayment', { paymentId: order.payment.id });
  await page.getByText('多付的 ¥200.00 正在退回原付款账户。').waitFor();
  await page.getByRole('link', { name: '下载保单' }).waitFor({ timeout: 60_000 });
  const { payments } = await operator.ask(
    '{ payments(filter: { refunding: true }) { nodes { refunds { id } } } }',
  );
  await operator.act('confirmRefund', {
    refundId: payments.nodes[0].refunds[0].id,
    transactionNumber: 'E2E-20261128-04',
    paidOn: today(),
    payeeAccount: '6222000012345365',
    uploadId: await operator.upload('EVIDENCE'),
  });
  await page.getByText('多付的 ¥200.00 已退回原付款账户。').waitFor();
  await page.getByRole('link', { name: '下载退款回单' }).waitFor();
  await look(page, 'pay-over-refunded');
  await page.goto(`${service.origin}/orders/${order.id}`);
  await page.getByText('退款 ¥200.00：确认退款').waitFor();
  await page.getByRole('link', { name: '支付信息' }).waitFor();
  expect(violations).toEqual([]);
  expect(faults).toEqual([]);
});

test('money that came after the end of its order is said to be looked into, and then to go back', async () => {
  const [, , order] = orders;
  if (!order) throw new Error('No order.');
  await bidder.act('cancelOrder', { orderId: order.id, reason: '不再投标' });
  const { page, faults } = await signedIn();
  await page.goto(`${service.origin}/orders/${order.id}/pay`);
  await page.getByText('订单已取消，原因：不再投标。').waitFor();
  await operator.act('reportPaymentException', {
    paymentId: order.payment.id,
    kind: 'LATE',
    reason: '款项在订单取消之后到账',
    receivedAmount: order.payment.amount,
    transactionNumber: 'E2E-20261128-05',
    payerAccount: '6222000012345365',
  });
  await page.getByText(`订单结束后收到款项 ¥${yuan(order.payment.amount)}，正在核实`).waitFor();
  await look(page, 'pay-late');
  await operator.act('startRefund', { paymentId: order.payment.id, reason: '订单已取消，全额退回。' });
  await page.getByText(`¥${yuan(order.payment.amount)} 正在退回原付款账户。`).waitFor();

  // The message about it leads to where it can be followed.
  await page.goto(`${service.origin}/center/messages`);
  await page.getByRole('link', { name: '查看支付信息' }).first().click();
  await page.waitForURL(/\/orders\/ord_\w+\/pay$/);
  expect(violations).toEqual([]);
  expect(faults).toEqual([]);
});
