import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage } from './browser.ts';
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

test('an operator signs in, opens the explorer and runs a query there; nothing comes from elsewhere', async () => {
  const { page, faults } = await openPage(browser, service.origin);
  page.setDefaultTimeout(30_000);
  await page.goto(`${service.origin}/sign-in`);
  await page.getByLabel('手机号').fill(service.accounts.operator.mobile);
  await page.locator('input[type=password]').fill(service.accounts.operator.password);
  await page.getByRole('button', { name: '登录', exact: true }).last().click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await page.waitForLoadState('networkidle');

  await page.goto(`${service.origin}/graphql`);
  await page.locator('.graphiql-execute-button, button[aria-label*="Execute"]').first().click();
  await page.locator('.result-window').getByText('certifications').first().waitFor();
  expect(faults).toEqual([]);
});

test('for a bidder and for a stranger the same address is not there', async () => {
  for (const account of [null, service.accounts.bidder]) {
    const headers = { accept: 'text/html', ...(account ? await service.signIn(account) : {}) };
    const response = await fetch(`${service.origin}/graphql`, { headers });
    expect([account === null, response.status]).toEqual([account === null, 404]);
  }
});
