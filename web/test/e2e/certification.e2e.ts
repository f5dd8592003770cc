import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage } from './browser.ts';
import { createLook } from './look.ts';
import { type Service, startService } from './server.ts';

let service: Service;
let browser: Browser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const { look, violations } = createLook();
const field = (page: Page, label: string) => page.getByLabel(label).first();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** The operator's decision on the one submission that waits. */
async function decide(mutation: string, input: Record<string, unknown> = {}): Promise<void> {
  const operator = await service.signIn(service.accounts.operator);
  const { certifications } = await service.ask<{ certifications: { nodes: { id: string }[] } }>(
    operator,
    '{ certifications(filter: { states: [PENDING_REVIEW] }) { nodes { id } } }',
  );
  expect(certifications.nodes).toHaveLength(1);
  const type = mutation === 'rejectCertification' ? 'RejectCertificationInput' : 'IdInput';
  const { result } = await service.ask<{ result: { __typename: string } }>(
    operator,
    `mutation($input: ${type}!) { result: ${mutation}(input: $input) { __typename } }`,
    { input: { id: certifications.nodes[0]?.id, ...input } },
  );
  expect(result.__typename).toBe('Certification');
}

async function sendLicense(page: Page): Promise<void> {
  const uploaded = page.waitForResponse((response) => response.url().includes('/uploads?purpose=LICENSE'));
  await page.setInputFiles('input[type=file]', {
    name: 'license.png',
    mimeType: 'image/png',
    buffer: await page.screenshot(),
  });
  await uploaded;
  await page.getByText('上传成功').waitFor();
}

async function register(page: Page, mobile: string): Promise<void> {
  await page.goto(`${service.origin}/register`);
  await field(page, '手机号').fill(mobile);
  await press(page, '点此验证');
  await page.getByRole('button', { name: /验证(成功|通过)/ }).waitFor();
  await press(page, '获取验证码');
  await page.getByRole('button', { name: /秒后重新获取/ }).waitFor();
  await field(page, '短信验证码').fill(await service.smsCode(mobile));
  await field(page, '设置密码').fill('tender guarantee 2026');
  await page.getByText('我已阅读并同意').click();
  await press(page, '立即注册');
  await page.waitForURL(/\/certification/);
}

test('papers with a wrong character are mended, rejected, handed in again, approved, and changed later', async () => {
  const { page, faults } = await openPage(browser, service.origin);
  page.setDefaultTimeout(15_000);
  await register(page, '13912340002');

  // The message names the character.
  await field(page, '企业名称').fill('本溪演示路桥公司');
  await field(page, '统一社会信用代码').fill('9144O400MA55XYY50B');
  await field(page, '法人姓名').fill('张演示');
  await field(page, '证件号码').fill('110105194912310021');
  await sendLicense(page);
  await press(page, '提交');
  await page.getByText('第 5 位“O”不能出现在统一社会信用代码中，是否应为数字“0”').waitFor();
  await page.getByText('身份证号码的第 18 位校验码“1”与前 17 位不符').waitFor();
  await look(page, 'certification-wrong');
  await field(page, '统一社会信用代码').fill('91440400MA55XYY50B');
  await field(page, '证件号码').fill('11010519491231002X');
  // What was typed and sent outlives the page.
  await page.reload();
  expect(await field(page, '企业名称').inputValue()).toBe('本溪演示路桥公司');
  await press(page, '提交');
  await page.getByText('您的申请已受理').waitFor();
  await press(page, '加急认证');
  await press(page, '申请加急');
  await page.getByText('加急成功').waitFor();
  await look(page, 'certification-waiting');

  // The page changes by itself, and another device would show the same.
  await decide('rejectCertification', { reason: '企业名称与营业执照不一致', fields: ['name'] });
  await page.getByText('认证未通过：企业名称与营业执照不一致').waitFor();
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.reload();
  await page.getByText('审核未通过，请核对后修改。').waitFor();
  await page.getByText('沿用已提交的证件号码').waitFor();
  await look(page, 'certification-rejected');
  await field(page, '企业名称').fill('本溪演示路桥工程有限公司');
  await press(page, '重新提交');
  await page.getByText('您的申请已受理').waitFor();
  await page.getByText('历次提交（1）').waitFor();
  await decide('approveCertification');
  await look(page, 'certification-approved');
  await page.getByRole('link', { name: '继续业务办理' }).click();

  // Profile, with what one cannot change here.
  await page.waitForURL(/\/profile/);
  await page.getByText('未完善', { exact: true }).waitFor();
  await field(page, '企业性质').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: '民营企业' }).click();
  await field(page, '企业所在地').fill('平山');
  await page.locator('.el-cascader__suggestion-item', { hasText: '平山区' }).first().click();
  await field(page, '企业地址').fill('平山区人民路 1 号');
  await look(page, 'profile-incomplete');
  await press(page, '提交');
  await page.waitForURL(/\/sections/);

  // A change of name: the licence that was issued anew, and the rest as it is.
  await page.goto(`${service.origin}/profile`);
  await expect.poll(() => field(page, '企业所在地').inputValue()).toBe('辽宁省 / 本溪市 / 平山区');
  await page.getByRole('link', { name: '申请企业信息变更' }).click();
  await field(page, '企业名称').fill('本溪演示交通建设集团有限公司');
  await press(page, '提交变更');
  await page.getByText('请上传换发的营业执照').waitFor();
  await look(page, 'change-form');
  await sendLicense(page);
  await press(page, '提交变更');
  await page
    .getByRole('dialog')
    .getByRole('row', { name: '企业名称 本溪演示路桥工程有限公司 本溪演示交通建设集团有限公司' })
    .waitFor();
  await look(page, 'change-confirm');
  await press(page, '确认提交');
  await page.getByText('通过前现行认证继续有效').first().waitFor();
  await look(page, 'change-waiting');
  await page.goto(`${service.origin}/profile`);
  await page.getByText('企业信息变更审核中').waitFor();
  await look(page, 'profile-change-waiting');

  // Rejected, it leads back to its own form, not to the beginning.
  await decide('rejectCertification', { reason: '执照照片不清晰', fields: ['licenseUploadId'] });
  await page.getByText('企业信息变更未通过：执照照片不清晰').waitFor();
  await look(page, 'profile-change-rejected');
  await page.getByRole('link', { name: '重新提交' }).click();
  // The profile has the same words in a longer sentence, and a field of the same name.
  await page.getByText('变更未通过：执照照片不清晰', { exact: true }).waitFor();
  expect(await field(page, '企业名称').inputValue()).toBe('本溪演示交通建设集团有限公司');
  // The sentence at the field comes a moment after the form, and fades in.
  await page.getByText('审核未通过，请核对后修改。').waitFor();
  await look(page, 'change-rejected');
  await sendLicense(page);
  await press(page, '重新提交');
  await press(page, '确认提交');
  await page.getByText('您的申请已受理').waitFor();
  await decide('approveCertification');
  await page.getByText('企业信息已更新').waitFor();
  await look(page, 'change-approved');
  await page.getByRole('link', { name: '查看企业信息' }).click();
  expect(await field(page, '企业名称').inputValue()).toBe('本溪演示交通建设集团有限公司');
  expect([faults, violations]).toEqual([[], []]);
});
