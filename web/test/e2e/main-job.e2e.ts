import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { createLook, pictures } from './look.ts';
import { readAll } from './reader.ts';
import { type Service, startService } from './server.ts';

const failurePicture = fileURLToPath(new URL('../../../.cache/browser-failure.png', import.meta.url));

let service: Service;
let browser: Browser;
let clerk: Watched;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
  clerk = await openPage(browser, service.origin);
});
afterEach(async ({ task }) => {
  // What the page looked like when it went wrong, for whoever has to find out.
  if (task.result?.state === 'fail') await clerk.page.screenshot({ path: failurePicture, fullPage: true });
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const { look, violations } = createLook();
const field = (page: Page, label: string) => page.getByLabel(label, { exact: false }).first();

/** Opens a list by the keyboard and takes one of its options. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await field(page, label).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: option }).click();
}

/** Ticks the first box of that name by the keyboard. */
async function tick(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('checkbox', { name }).first().press('Space');
}

interface Shown {
  id: string;
  code: string;
  name: string;
}

test('a bidder goes from the landing page to a downloaded policy and a requested invoice', async () => {
  const { page } = clerk;
  page.setDefaultTimeout(15_000);
  const mobile = '13912345678';
  const password = 'tender guarantee 2026';
  // Any picture serves as a licence and as a voucher: the demonstration's reviewers look at nothing else.
  await page.goto(service.origin);
  const picture = await page.screenshot();
  const company = '本溪演示路桥工程有限公司';

  // Landing page and registration.
  await look(page, '01-landing');
  await page.getByRole('link', { name: /登录/ }).first().click();
  await look(page, '02-sign-in');
  await page.getByRole('link', { name: /立即注册/ }).click();
  await page.getByRole('heading', { name: '新用户注册' }).waitFor();
  await field(page, '手机号').fill(mobile);
  await page.getByRole('button', { name: '点此验证' }).click();
  await page.getByRole('button', { name: /验证(成功|通过)/ }).waitFor();
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByRole('button', { name: /秒后重新获取/ }).waitFor();
  await field(page, '短信验证码').fill(await service.smsCode(mobile));
  await field(page, '设置密码').fill(password);
  await page.getByText('我已阅读并同意').click();
  await look(page, '03-register');
  await page.getByRole('button', { name: '立即注册' }).click();

  // Certification, approved by an operator through the API.
  await page.waitForURL(/\/certification/);
  await field(page, '企业名称').fill(company);
  await field(page, '统一社会信用代码').fill('91440400MA55XYY50B');
  await field(page, '法人姓名').fill('张演示');
  await field(page, '证件号码').fill('11010519491231002X');
  await page.setInputFiles('input[type=file]', {
    name: 'license.png',
    mimeType: 'image/png',
    buffer: picture,
  });
  await page.getByText('上传成功').waitFor();
  await look(page, '04-certification');
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText('您的申请已受理').waitFor();
  await look(page, '05-certification-waiting');
  const operator = await service.signIn(service.accounts.operator);
  const { certifications } = await service.ask<{ certifications: { nodes: { id: string }[] } }>(
    operator,
    '{ certifications(filter: { states: [PENDING_REVIEW] }) { nodes { id } } }',
  );
  await service.ask(
    operator,
    'mutation($input: IdInput!) { approveCertification(input: $input) { __typename ... on Certification { state } } }',
    {
      input: { id: certifications.nodes[0]?.id },
    },
  );
  await page.reload();
  await page
    .getByRole('link', { name: '继续业务办理' })
    .or(page.getByRole('button', { name: '继续业务办理' }))
    .click();

  // Profile.
  await page.waitForURL(/\/profile/);
  await choose(page, '企业性质', '民营企业');
  await page.getByLabel('企业所在地').fill('平山');
  await page.locator('.el-cascader__suggestion-item', { hasText: '平山区' }).first().click();
  await field(page, '企业地址').fill('平山区人民路 1 号');
  await look(page, '06-profile');
  await page.getByRole('button', { name: '提交', exact: true }).click();

  // A section by search.
  const section = await announcedSection();
  await page.waitForURL(/\/sections/);
  await page.getByPlaceholder('请输入项目标段名称').fill(section.code);
  await page.getByRole('button', { name: '搜索' }).click();
  await page.getByText('共 1 个标段').waitFor();
  await page.goto(`${service.origin}/sections`);
  await page
    .getByRole('link', { name: /缴纳保证金/ })
    .first()
    .waitFor();
  await look(page, '07-sections');
  await page.goto(`${service.origin}/sections?search=${encodeURIComponent(section.code)}`);
  await page
    .getByRole('link', { name: /缴纳保证金/ })
    .first()
    .click();
  await page.getByRole('heading', { name: '保证金服务' }).waitFor();
  await look(page, '08-deposit-services');
  await page.getByRole('link', { name: /选择\s*投标保证金/ }).click();
  await page.getByRole('button', { name: '立即申请' }).waitFor();
  await look(page, '09-form-choice');
  await page.getByRole('button', { name: '立即申请' }).click();
  await page.getByText('尊敬的客户').waitFor();
  await look(page, '10-disclosure');
  await page.getByRole('button', { name: '已阅读并同意' }).click();

  // Insurers, documents, statements.
  await page.waitForURL(/\/orders\/[^/]+\/apply$/);
  const orderId = /\/orders\/([^/]+)\//.exec(page.url())?.[1] ?? '';
  await tick(page, /财产保险股份有限公司/);
  await page.getByText(/您已选择 1 家/).waitFor();
  await page.getByRole('button', { name: /逐页阅读/ }).click();
  await page.getByRole('dialog').waitFor();
  await look(page, '11-reader');
  await readAll(page);
  await tick(page, /本人已逐页阅读并同意/);
  await tick(page, /本人已充分阅读、理解并同意/);
  await look(page, '12-insurers');
  await page.getByRole('button', { name: '下一步，填写投保信息' }).click();

  // The application.
  await page.waitForURL(/\/apply\/form$/);
  await choose(page, '施工资质等级', '一级');
  await field(page, '联系人').fill('王演示');
  await field(page, '联系电话').fill('024-42800000');
  await field(page, '姓名').fill('李演示');
  await page.getByText(/已保存/).waitFor();
  await look(page, '13-application');
  await page.getByRole('button', { name: '提交订单' }).first().click();
  await page.getByRole('button', { name: '确认提交' }).click();
  await page.getByText('恭喜您成功提交申请信息').waitFor();
  await look(page, '14-submitted');
  await page.getByRole('link', { name: '查看详情' }).click();

  // The order page follows by itself: the sandbox insurer offers within seconds.
  await page.waitForURL(`**/orders/${orderId}`);
  await look(page, '15-order-underwriting');
  await page.getByRole('link', { name: '立即支付' }).waitFor({ timeout: 30_000 });
  await look(page, '16-order-awaiting-payment');
  await page.getByRole('link', { name: '立即支付' }).click();
  await page.getByText('应付金额').first().waitFor();
  await look(page, '17-pay');
  const amount =
    /[\d,]+\.\d\d/.exec((await page.getByLabel('应付金额').textContent()) ?? '')?.[0].replaceAll(',', '') ??
    '';
  await page.getByRole('button', { name: '上传支付凭证' }).click();
  await page.setInputFiles('input[type=file]', {
    name: 'voucher.png',
    mimeType: 'image/png',
    buffer: picture,
  });
  await page.getByText('上传成功').waitFor();
  await field(page, '付款账号').fill('6222000000001234567');
  await field(page, '交易流水号').fill('2026112400000001');
  await field(page, '付款日期').fill(today());
  await page.keyboard.press('Enter');
  await field(page, '付款金额').fill(amount);
  await look(page, '18-voucher');
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText('恭喜您已完成订单支付').waitFor();
  await look(page, '19-paid');
  await page.getByRole('link', { name: '查看订单详情' }).click();
  await page.getByText('缴纳审批').first().waitFor();

  // An operator confirms on the masked view; the insurer issues; the page shows it without reload.
  const { payments } = await service.ask<{ payments: { nodes: { id: string; order: null | object }[] } }>(
    operator,
    '{ payments(filter: { states: [VOUCHER_SUBMITTED] }) { nodes { id order { id } } } }',
  );
  expect(payments.nodes[0]?.order).toBeNull();
  await service.ask(
    operator,
    'mutation($input: ConfirmPaymentInput!) { confirmPayment(input: $input) { __typename ... on Payment { state } } }',
    {
      input: { paymentId: payments.nodes[0]?.id },
    },
  );
  const policyLink = page.getByRole('link', { name: '下载保单' }).first();
  await policyLink.waitFor({ timeout: 60_000 });
  await look(page, '20-order-completed');
  const download = await Promise.all([page.waitForEvent('download'), policyLink.click()]);
  const pdf = await download[0].createReadStream().then(bytesOf);
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  if (pictures) await writeFile(join(pictures, 'policy.pdf'), pdf);

  // The invoice waits for the opening, which is an event of the centre.
  await page.getByRole('link', { name: /发票信息/ }).click();
  await page.getByText('开标后').first().waitFor();
  expect(await page.getByRole('button', { name: '申请发票' }).isDisabled()).toBe(true);
  const centre = { authorization: `Bearer ${service.accounts.apiClients.centre.secret}` };
  await service.ask(
    centre,
    'mutation($input: OpenBidSectionInput!) { openBidSection(input: $input) { __typename ... on BidSection { state } } }',
    {
      input: { id: section.id },
    },
  );
  await page.reload();
  await look(page, '21-invoice');
  await page.getByRole('button', { name: '申请发票' }).click();
  await page.getByRole('button', { name: '已阅读并同意' }).click();
  await page.waitForURL('**/apply');
  await page.getByRole('button', { name: '新增发票抬头' }).click();
  await field(page, '收件人电子邮箱').fill('invoice@example.com');
  await page.getByRole('button', { name: '确定新增' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await look(page, '22-invoice-application');
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByRole('link', { name: '查看详情' }).click();
  await page.getByText('已申请').or(page.getByText('开票中')).or(page.getByText('已开票')).first().waitFor();
  // The page follows the insurer by itself.
  await page.getByRole('link', { name: '下载发票' }).waitFor();
  await look(page, '23-invoice-issued');
  const invoice = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '下载发票' }).click(),
  ]);
  expect((await invoice[0].createReadStream().then(bytesOf)).subarray(0, 5).toString()).toBe('%PDF-');

  // The user centre and the public verification.
  for (const [path, name] of [
    ['/center', '24-center'],
    ['/center/orders', '25-center-orders'],
    ['/center/invoices', '26-center-invoices'],
    ['/verify', '27-verify'],
    ['/sandbox/sms', '28-sandbox-sms'],
  ] as const) {
    await page.goto(`${service.origin}${path}`);
    await look(page, name);
  }

  expect(violations).toEqual([]);
  expect(clerk.faults).toEqual([]);
});

async function announcedSection(): Promise<Shown> {
  const { bidSections } = await service.ask<{ bidSections: { nodes: (Shown & { deadlineAt: string })[] } }>(
    {},
    '{ bidSections(filter: { state: ANNOUNCED, depositKind: BID }, first: 100) { nodes { id code name deadlineAt } } }',
  );
  const later = bidSections.nodes.filter(
    (node) => Date.parse(node.deadlineAt) > Date.now() + 10 * 86_400_000,
  );
  const [section] = later;
  if (!section) throw new Error('The demonstration has no section whose deadline is far enough.');
  return section;
}

const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
