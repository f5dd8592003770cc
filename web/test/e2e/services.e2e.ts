import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, openBrowser, openPage, phone } from './browser.ts';
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

/** A small picture, so that something can be sent. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg==',
  'base64',
);

async function upload(auth: Record<string, string>, purpose: string): Promise<string> {
  const answer = await fetch(`${service.origin}/uploads?purpose=${purpose}`, {
    method: 'POST',
    headers: { ...auth, 'content-type': 'image/png' },
    body: picture,
  });
  return ((await answer.json()) as { id: string }).id;
}

/** Asks until an answer is there. */
async function until<T>(ask: () => Promise<T | null | undefined>): Promise<T> {
  for (let turn = 0; turn < 300; turn += 1) {
    const found = await ask();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It did not come.');
}

// biome-ignore lint/suspicious/noExplicitAny: each question has an answer of its own
type Any = any;

/** An order of the demonstration's bidder with its policy, bought through the API. */
async function bought(auth: Record<string, string>): Promise<string> {
  const ask = (query: string, variables?: unknown) => service.ask<Any>(auth, query, variables);
  const act = async (name: string, type: string, input: unknown, fields = '__typename') => {
    const done = (
      await ask(
        `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} ... on Error { code message } } }`,
        {
          input,
        },
      )
    )[name];
    if (done.code) throw new Error(`${name}: ${JSON.stringify(done)}`);
    return done;
  };
  const { bidSections, platform, viewer } = await ask(
    `{ bidSections(filter: { state: ANNOUNCED, depositKind: BID }, first: 50) { nodes { id deadlineAt mayApply(kind: BID) { allowed } } }
       platform { salesPageVersion } viewer { enterprise { name } } }`,
  );
  const section = bidSections.nodes
    .filter((row: Any) => row.mayApply.allowed)
    .toSorted((a: Any, b: Any) => Date.parse(b.deadlineAt) - Date.parse(a.deadlineAt))[0];
  const { id: orderId } = await act(
    'startOrder',
    'StartOrderInput',
    { sectionId: section.id, depositKind: 'BID', form: 'INSURANCE' },
    '... on Order { id }',
  );
  const { products } = await ask(
    'query ($id: ID!) { products(sectionId: $id, depositKind: BID, form: INSURANCE) { id } }',
    { id: section.id },
  );
  await act('chooseProducts', 'ChooseProductsInput', { orderId, productIds: [products[0].id] });
  await act('saveApplication', 'SaveApplicationInput', {
    orderId,
    application: {
      section: { constructionDays: 180 },
      applicant: { qualification: 'FIRST', contactName: '王演示', contactPhone: '024-42800000' },
      handler: { name: '李演示', mobile: '13900000001', email: 'handler@example.com' },
    },
  });
  const { order } = await ask(
    'query ($id: ID!) { order(id: $id) { requiredDocuments { statement document { id pages } } } }',
    { id: orderId },
  );
  const documents = new Map<string, string[]>(
    order.requiredDocuments.map((row: Any) => [row.document.id, row.document.pages]),
  );
  const at = new Date().toISOString();
  for (const [documentId, pages] of documents) {
    await act('recordSalesEvents', 'RecordSalesEventsInput', {
      orderId,
      pageVersion: platform.salesPageVersion,
      events: [
        { kind: 'DOCUMENT_OPENED', at, documentId },
        ...pages.slice(1).map((_, i) => ({ kind: 'DOCUMENT_PAGE_TURNED', at, documentId, page: i + 2 })),
        { kind: 'DOCUMENT_READ_TO_END', at, documentId },
      ],
    });
  }
  for (const [statement, rows] of Map.groupBy(order.requiredDocuments as Any[], (row) => row.statement)) {
    await until(async () => {
      const { acceptDocuments } = await ask(
        'mutation ($input: AcceptDocumentsInput!) { acceptDocuments(input: $input) { __typename ... on Error { retryable message } } }',
        { input: { orderId, statement, documentIds: rows.map((row) => row.document.id) } },
      );
      return acceptDocuments.__typename === 'Order' || null;
    });
  }
  await act('submitOrder', 'SubmitOrderInput', { orderId });
  const payment = await until(
    async () =>
      (await ask('query ($id: ID!) { order(id: $id) { payment { id } } }', { id: orderId })).order.payment,
  );
  await act('submitVoucher', 'SubmitVoucherInput', {
    orderId,
    uploadId: await upload(auth, 'VOUCHER'),
    payerName: viewer.enterprise.name,
    payerAccount: '6222000012345365',
    transactionNumber: `TX${Date.now()}`,
    paidOn: new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date()),
  });
  await service.ask(
    await service.signIn(service.accounts.operator),
    'mutation ($input: ConfirmPaymentInput!) { confirmPayment(input: $input) { __typename } }',
    { input: { paymentId: payment.id } },
  );
  await until(
    async () =>
      (await ask('query ($id: ID!) { order(id: $id) { policy { id } } }', { id: orderId })).order.policy,
  );
  return orderId;
}

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
  const auth = await service.signIn(service.accounts.bidder);
  const orderId = await bought(auth);
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
  const operator = await service.signIn(service.accounts.operator);
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
