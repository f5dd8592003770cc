import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enter, openBrowser, openPage } from './browser.ts';
import { createLook, pictures } from './look.ts';
import { actorOf, givenPolicy, today } from './orders.ts';
import { type Service, startService } from './server.ts';

let service: Service;
let browser: Browser;
let page: Page;
let faults: readonly string[];
let orderId: string;
const { look, violations } = createLook();
/** A state that differs from one that is looked at in words only. */
const glance = async (name: string) => {
  if (pictures) await look(page, name);
};

beforeAll(async () => {
  // The sandbox sells and issues policies; the invoices wait a day there, and are made here, by hand.
  [service, browser] = await Promise.all([startService({ SANDBOX_INVOICE_SECONDS: '86400' }), openBrowser()]);
  const window = await openPage(browser, service.origin);
  ({ page, faults } = window);
  page.setDefaultTimeout(15_000);
  await enter(page, service.origin, service.accounts.bidder);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

/** The insurer's and the centre's systems. */
const systemOf = (client: 'centre' | 'insurer') =>
  actorOf(service, { authorization: `Bearer ${service.accounts.apiClients[client].secret}` });

const invoiceId = () => new URL(page.url()).pathname.split('/')[2] ?? '';
/** One act of the insurer on the invoice that is looked at. */
const insurer = (name: string, input: object = {}) =>
  systemOf('insurer').act(name, { invoiceId: invoiceId(), ...input });

const xml =
  '<?xml version="1.0" encoding="UTF-8"?><EInvoice><Number>26212000000012345678</Number></EInvoice>';
/** The least of a PDF. */
const pdf = `%PDF-1.4
1 0 obj
<< /Type /Catalog /Pages 2 0 R >>
endobj
2 0 obj
<< /Type /Pages /Kids [] /Count 0 >>
endobj
trailer
<< /Size 3 /Root 1 0 R >>
%%EOF
`;
/** The dialog in front of an application, and what it leads to. */
async function acceptDisclosure(button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: '特别提示' });
  await dialog.getByText('您填写的发票抬头、邮箱和收件信息').waitFor();
  await glance('invoice-disclosure');
  await dialog.getByRole('button', { name: '已阅读并同意' }).click();
  await page.getByRole('heading', { name: '申请发票' }).waitFor();
}

test('titles and addresses are kept in the user centre, also before anything is invoiced', async () => {
  const { viewer } = await systemOf('insurer').ask('{ viewer { insurer { id } } }');
  // Bought meanwhile, with an invoice wished for that cannot do without a title and an address.
  const buying = givenPolicy(
    actorOf(service, await service.signIn(service.accounts.bidder)),
    actorOf(service, await service.signIn(service.accounts.operator)),
    { insurerId: viewer.insurer.id, invoiceType: 'PAPER_SPECIAL' },
  );

  await page.goto(`${service.origin}/center/invoices`);
  await page.getByRole('link', { name: '开票信息' }).first().click();
  await page.getByText('还没有收件地址').waitFor();
  await glance('billing-empty');

  await page.getByRole('button', { name: '新增发票抬头' }).click();
  const titles = page.getByRole('dialog', { name: '新增发票抬头' });
  await titles.getByLabel('收件人电子邮箱').fill('finance@example.com');
  await titles.getByRole('button', { name: '确定新增' }).click();
  await page.getByText('发票抬头已新增。').waitFor();

  for (const recipient of ['王演示', '李演示']) {
    await page.getByRole('button', { name: '新增收件地址' }).click();
    const addresses = page.getByRole('dialog', { name: '新增收件地址' });
    await addresses.getByLabel('收件人').fill(recipient);
    await addresses.getByLabel('联系电话').fill('139 0000 0002');
    await addresses.getByPlaceholder('省 / 市 / 区县').click();
    for (const region of ['辽宁省', '本溪市', '平山区'])
      await page.getByRole('menuitem', { name: region, exact: true }).click();
    await addresses.getByLabel('详细地址').fill('人民路 1 号');
    if (recipient === '李演示') await look(page, 'billing-address-dialog');
    await addresses.getByRole('button', { name: '确定新增' }).click();
    await addresses.waitFor({ state: 'hidden' });
    await page.getByRole('heading', { name: recipient }).waitFor();
  }
  const second = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '李演示' }) });
  await second.getByRole('button', { name: '设为默认' }).click();
  await page.getByText('已设为默认地址。').waitFor();
  await second.getByText('默认', { exact: true }).waitFor();
  await second.getByRole('button', { name: '修改' }).click();
  const change = page.getByRole('dialog', { name: '修改收件地址' });
  await change.getByLabel('详细地址').fill('人民路 2 号');
  await change.getByRole('button', { name: '保存' }).click();
  await second.getByText('人民路 2 号').waitFor();
  await look(page, 'billing');
  const first = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '王演示' }) });
  await first.getByRole('button', { name: '删除' }).click();
  await page.getByRole('dialog', { name: '删除该收件地址？' }).getByText('不能恢复').waitFor();
  await glance('billing-delete');
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await first.waitFor({ state: 'detached' });

  orderId = await buying;
  await page.goto(`${service.origin}/orders/${orderId}`);
  await page.getByRole('link', { name: '发票信息' }).click();
  await page.getByText('还不能自动申请').waitFor();
  expect(await page.getByRole('button', { name: '申请发票' }).isDisabled()).toBe(true);
  await look(page, 'invoice-waiting');
}, 60_000);

test('after the opening a special invoice is asked for, rejected, mended, issued and downloaded', async () => {
  const { order } = await service.ask<{ order: { section: { id: string } } }>(
    await service.signIn(service.accounts.bidder),
    'query ($id: ID!) { order(id: $id) { section { id } } }',
    { id: orderId },
  );
  await systemOf('centre').act('openBidSection', { id: order.section.id });
  // The page follows by itself.
  const request = page.getByRole('button', { name: '申请发票' });
  await request.and(page.locator(':enabled')).waitFor();
  await glance('invoice-open');
  await acceptDisclosure('申请发票');

  await page.getByText('数电票（增值税专用发票）').click();
  await page.getByText('专用发票需要注册地址').waitFor();
  await page.getByRole('button', { name: '新增发票抬头' }).click();
  const dialog = page.getByRole('dialog', { name: '新增发票抬头' });
  await dialog.getByLabel('收件人电子邮箱').fill('tax@example.com');
  await dialog.getByLabel('注册地址').fill('平山区人民路 1 号');
  await dialog.getByLabel('注册电话').fill('024-42800000');
  await dialog.getByLabel('开户银行').fill('演示银行本溪分行');
  await dialog.getByRole('button', { name: '确定新增' }).click();
  await dialog.getByText('请填写银行账号').waitFor();
  await dialog.getByLabel('银行账号').fill('2102 0000 1234 5678');
  await look(page, 'invoice-title-dialog');
  await dialog.getByRole('button', { name: '确定新增' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await look(page, 'invoice-form');
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText('发票申请已提交').waitFor();
  await glance('invoice-submitted');
  await page.getByRole('link', { name: '查看详情' }).click();
  await page.getByText('等待保险公司受理').waitFor();
  await look(page, 'invoice-requested');

  await insurer('rejectInvoice', { reason: '注册地址与税务登记不一致' });
  await page.getByText('未通过原因：注册地址与税务登记不一致').waitFor();
  await look(page, 'invoice-rejected');
  await acceptDisclosure('重新申请发票');
  await page.getByText('上次申请未通过').waitFor();
  expect(await page.getByRole('radio', { name: '数电票（增值税专用发票）' }).isChecked()).toBe(true);
  const chosen = page.locator('.choice.chosen');
  await chosen.getByRole('button', { name: '修改' }).click();
  const mending = page.getByRole('dialog', { name: '修改发票抬头' });
  await mending.getByText('尾号为 5678').waitFor();
  await mending.getByLabel('注册地址').fill('平山区人民路 3 号');
  await glance('invoice-title-change');
  await mending.getByRole('button', { name: '保存' }).click();
  await mending.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByRole('link', { name: '查看详情' }).click();
  await page.getByText('平山区人民路 3 号').waitFor();

  await insurer('acceptInvoice');
  await page.getByText('保险公司已受理，正在开票').waitFor();
  await glance('invoice-accepted');
  await insurer('issueInvoice', {
    number: '26212000000012345678',
    issuedOn: today(),
    uploadIds: [
      await systemOf('insurer').upload('INVOICE', pdf, 'application/pdf'),
      await systemOf('insurer').upload('INVOICE', xml, 'application/xml'),
    ],
  });
  await page.getByText('发票已开具。').waitFor();
  await look(page, 'invoice-issued');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /XML/ }).click(),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toBe(xml);
}, 60_000);

test('what was reversed is corrected by one on paper, which is posted and arrives', async () => {
  const reversed = page.url();
  await insurer('reverseInvoice', {
    redNumber: '26212000000087654321',
    reason: '客户改开纸质发票',
  });
  await page.getByText('红冲原因：客户改开纸质发票').waitFor();
  await look(page, 'invoice-reversed');
  await page.getByRole('link', { name: '查看并申请新的发票' }).click();
  await page.waitForURL((url) => url.href !== reversed);
  await acceptDisclosure('申请发票');
  // The wish was for one like this, and the title with all six facts is the only one that fits.
  expect(await page.getByRole('radio', { name: '纸质增值税专用发票' }).isChecked()).toBe(true);
  await glance('invoice-form-paper');
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByRole('link', { name: '查看详情' }).click();
  await page.getByText('等待保险公司受理').waitFor();

  await insurer('acceptInvoice');
  await insurer('issueInvoice', {
    code: '2100190011',
    number: '12345678',
    issuedOn: today(),
  });
  await page.getByText('发票已开具，等待寄出。').waitFor();
  await glance('invoice-paper-issued');
  await insurer('shipInvoice', { courier: '顺丰速运', trackingNumber: 'SF1234567890' });
  await page.getByRole('button', { name: '查看快递信息' }).click();
  const parcel = page.getByRole('dialog', { name: '快递信息' });
  const courier = parcel.getByRole('link', { name: '到快递公司网站查询' });
  expect(await courier.getAttribute('href')).toBe('https://www.sf-express.com/');
  await parcel.getByText('李演示，13900000002，辽宁省 本溪市 平山区人民路 2 号').waitFor();
  await look(page, 'invoice-courier');
  await parcel.getByRole('button', { name: '关闭' }).last().click();
  await glance('invoice-shipped');
  await insurer('deliverInvoice');
  await page.getByText('纸质发票已送达。').waitFor();
  await look(page, 'invoice-delivered');

  await page.goto(`${service.origin}/center/invoices`);
  await page.getByText('已红冲').waitFor();
  await look(page, 'invoices');
  expect(violations).toEqual([]);
  expect(faults).toEqual([]);
}, 60_000);
