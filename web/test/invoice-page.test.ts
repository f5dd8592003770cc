import { flushPromises } from '@vue/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import InvoicePage from '../src/features/invoice/InvoicePage.vue';
import { answerOf, fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

const title = {
  name: '辽宁示例建设工程有限公司',
  taxNumber: '91330212MA2AECMD5B',
  email: 'finance@example.cn',
  registeredAddress: null,
  registeredPhone: null,
  bankName: null,
  bankAccount: null,
};
const address = {
  recipient: '李示例',
  phone: '13900139000',
  regionName: '辽宁省 本溪市 平山区',
  address: '平山路 100 号',
};
const order = {
  id: 'ord_1',
  number: '20260118201729344D1000000000146',
  state: 'COMPLETED',
  stateLabel: '已完成',
  depositKindLabel: '投标保证金',
  createdAt: '2026-11-20T09:00:00+08:00',
  completedAt: '2026-11-20T10:00:00+08:00',
  invoice: { id: 'inv_1' },
  section: { id: 'sec_1', code: 'BX-1', name: '示例标段' },
  acceptedQuote: { id: 'qte_1', insurer: { id: 'ins_1', name: '示例保险', hotline: '400' } },
};
const unasked = {
  __typename: 'Invoice',
  id: 'inv_1',
  state: 'NOT_REQUESTED',
  stateLabel: '未开具',
  type: null,
  typeLabel: null,
  content: '*保险服务*投标保证保险费',
  policyNumber: 'P-1',
  quoteNumber: '1484342247635894274',
  amount: '400.00',
  net: '377.36',
  vat: '22.64',
  code: null,
  number: null,
  issuedOn: null,
  redCode: null,
  redNumber: null,
  toReverse: false,
  overdue: false,
  wish: null,
  courier: null,
  trackingNumber: null,
  trackingUrl: null,
  rejectReason: null,
  requestedAt: null,
  nextActor: null,
  dueAt: null,
  availableEvents: ['REQUEST'],
  requestBlocked: { allowed: true, code: null, message: null },
  title: null,
  address: null,
  files: [],
  events: [],
  order,
};
const asked = {
  ...unasked,
  title,
  requestedAt: '2026-11-23T09:00:00+08:00',
  availableEvents: [],
  requestBlocked: { allowed: false, code: 'TRANSITION_REFUSED', message: '当前状态不能申请。' },
};
const electronic = { ...asked, type: 'DIGITAL_ORDINARY', typeLabel: '数电票（普通发票）' };
const paper = { ...asked, type: 'PAPER_ORDINARY', typeLabel: '纸质增值税普通发票', address };
const event = (name: string, note: string | null = null) => ({
  id: `evt_${name}`,
  at: '2026-11-25T09:30:00+08:00',
  event: name,
  note,
});

let unmount = () => {};
afterEach(() => unmount());

async function page(invoice: object, answers: Parameters<typeof fakeApi>[0] = {}) {
  const api = fakeApi({ InvoicePage: { invoice }, ...answers });
  const { wrapper } = await mountPage(InvoicePage, { client: api.client, props: { id: 'inv_1' } });
  unmount = () => wrapper.unmount();
  await vi.waitFor(() => expect(wrapper.text()).toContain('发票内容'));
  const button = (name: string) =>
    [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === name);
  const links = () => wrapper.findAll('a').map((link) => [link.text(), link.attributes('href')]);
  return { api, wrapper, button, links };
}

test('price, net and tax are shown to the fen', async () => {
  const { wrapper } = await page(unasked);
  expect(wrapper.text()).toContain('¥400.00');
  expect(wrapper.text()).toContain('不含税 ¥377.36，税额 ¥22.64');
});

test('before the opening the request waits, and what was wished for says what is missing and where to add it', async () => {
  const { wrapper, button, links } = await page({
    ...unasked,
    availableEvents: [],
    requestBlocked: { allowed: false, code: 'NOT_OPENED', message: '该标段尚未开标，开标后方可申请发票。' },
    wish: { typeLabel: '纸质增值税普通发票', missing: ['纸质发票须填写收件地址'] },
  });
  expect(button('申请发票')?.disabled).toBe(true);
  expect(wrapper.text()).toContain('该标段尚未开标');
  expect(wrapper.text()).toContain(
    '投保时选择的“纸质增值税普通发票”还不能自动申请：纸质发票须填写收件地址。在开标前补充的，开标后仍会自动申请。',
  );
  expect(links()).toContainEqual(['补充开票信息', '/center/billing']);
});

test('the text in front of a request is accepted under its version before the form opens', async () => {
  const version = 'a'.repeat(64);
  const text = {
    version,
    title: '特别提示',
    paragraphs: ['您填写的信息将提供给该保险公司。'],
    documents: [],
  };
  const { api, button } = await page(unasked, {
    InvoiceDisclosure: { invoiceDisclosure: text },
    AcceptInvoiceDisclosure: {
      acceptInvoiceDisclosure: { __typename: 'Invoice', id: 'inv_1', disclosureAccepted: true },
    },
  });
  button('申请发票')?.click();
  await vi.waitFor(() => expect(document.body.textContent).toContain('您填写的信息将提供给该保险公司。'));
  button('已阅读并同意')?.click();
  await vi.waitFor(() =>
    expect(api.of('AcceptInvoiceDisclosure')[0]?.variables).toEqual({
      input: { invoiceId: 'inv_1', version },
    }),
  );
});

test('a text that was replaced while it was read is not accepted, and read anew', async () => {
  const text = { version: 'a', title: '特别提示', paragraphs: ['旧的内容。'], documents: [] };
  const { api, button } = await page(unasked, {
    InvoiceDisclosure: { invoiceDisclosure: text },
    AcceptInvoiceDisclosure: () =>
      answerOf({
        data: {
          acceptInvoiceDisclosure: {
            __typename: 'InvalidInput',
            code: 'INVALID_INPUT',
            message: '有内容填写不正确。',
            retryable: false,
            issues: [{ path: 'version', message: '特别提示已更新，请阅读新的内容后再同意' }],
          },
        },
      }),
  });
  button('申请发票')?.click();
  await vi.waitFor(() => expect(document.body.textContent).toContain('旧的内容。'));
  api.answer('InvoiceDisclosure', {
    invoiceDisclosure: { ...text, version: 'b', paragraphs: ['新的内容。'] },
  });
  button('已阅读并同意')?.click();
  await vi.waitFor(() => expect(document.body.textContent).toContain('新的内容。'));
  expect(document.body.textContent).toContain('特别提示已更新，请阅读新的内容后再同意');
});

test('a request says who acts next and by when, and what is late may be urged', async () => {
  const requested = {
    ...electronic,
    state: 'REQUESTED',
    nextActor: 'UNDERWRITER',
    dueAt: '2026-11-25T23:59:59+08:00',
    availableEvents: ['WITHDRAW'],
  };
  const first = await page(requested);
  expect(first.wrapper.text()).toContain('下一步：由保险公司处理，2026-11-25 23:59 前。');
  expect(first.button('撤回申请')).toBeDefined();
  expect(first.wrapper.text()).not.toContain('已超过期限');
  first.wrapper.unmount();
  const late = await page({ ...requested, state: 'ISSUING', availableEvents: [], overdue: true });
  expect(late.wrapper.text()).toContain('已超过期限');
  expect(late.button('撤回申请')).toBeUndefined();
});

test('a rejection says why, and what was asked for may be asked for again', async () => {
  const { wrapper, button } = await page({
    ...electronic,
    state: 'REJECTED',
    rejectReason: '抬头地址有误',
    availableEvents: ['REQUEST'],
    requestBlocked: { allowed: true, code: null, message: null },
  });
  expect(wrapper.text()).toContain('未通过原因：抬头地址有误');
  expect(button('重新申请发票')?.disabled).toBe(false);
});

test('an issued one is downloaded by format, and the legal file is named', async () => {
  const { links } = await page({
    ...electronic,
    state: 'ISSUED',
    number: '26212000000012345678',
    issuedOn: '2026-11-25',
    events: [event('ISSUE')],
    files: [
      { format: 'PDF', legal: false, file: { id: 'upl_1', url: '/files/upl_1' } },
      { format: 'XML', legal: true, file: { id: 'upl_2', url: '/files/upl_2' } },
    ],
  });
  expect(links()).toContainEqual(['下载发票 PDF', '/files/upl_1']);
  expect(links()).toContainEqual(['下载发票 XML（法定文件）', '/files/upl_2']);
});

test('a fully digital one without its legal file says so', async () => {
  const { wrapper, links } = await page({
    ...electronic,
    state: 'ISSUED',
    number: '26212000000012345678',
    issuedOn: '2026-11-25',
    events: [event('ISSUE')],
    files: [{ format: 'PDF', legal: false, file: { id: 'upl_1', url: '/files/upl_1' } }],
  });
  expect(links()).toContainEqual(['下载发票', '/files/upl_1']);
  expect(wrapper.text()).toContain('数电票以 XML 为法定文件，保险公司尚未提供');
});

test('one on paper waits to be posted, then shows its courier and where to ask', async () => {
  const issued = {
    ...paper,
    state: 'ISSUED',
    code: '2100190011',
    number: '12345678',
    issuedOn: '2026-11-25',
  };
  const waiting = await page(issued);
  expect(waiting.wrapper.text()).toContain('发票已开具，等待寄出。');
  expect(waiting.button('查看快递信息')).toBeUndefined();
  waiting.wrapper.unmount();
  const { button, wrapper } = await page({
    ...issued,
    state: 'SHIPPED',
    courier: '顺丰速运',
    trackingNumber: 'SF1',
    trackingUrl: 'https://www.sf-express.com/',
    events: [event('ISSUE'), event('SHIP')],
  });
  expect(wrapper.text()).toContain('寄出时间2026-11-25 09:30:00');
  button('查看快递信息')?.click();
  await flushPromises();
  const link = [...document.querySelectorAll('a')].find((one) => one.textContent === '到快递公司网站查询');
  expect(link?.href).toBe('https://www.sf-express.com/');
  expect(document.body.textContent).toContain('李示例，13900139000，辽宁省 本溪市 平山区平山路 100 号');
});

test('a reversed one says why and leads to its correction; one that was given back has none', async () => {
  const reversed = {
    ...electronic,
    state: 'REVERSED',
    number: '26212000000012345678',
    redNumber: '26212000000087654321',
    events: [event('ISSUE'), event('REVERSE', '抬头有误')],
  };
  const corrected = await page({ ...reversed, order: { ...order, invoice: { id: 'inv_2' } } });
  expect(corrected.wrapper.text()).toContain('红冲原因：抬头有误');
  expect(corrected.wrapper.text()).toContain('26212000000087654321');
  expect(corrected.links()).toContainEqual(['查看并申请新的发票', '/invoices/inv_2']);
  corrected.wrapper.unmount();
  const given = await page(reversed);
  expect(given.links().map(([text]) => text)).not.toContain('查看并申请新的发票');
});

test('one whose policy was given back says that it is reversed first', async () => {
  const { wrapper } = await page({
    ...electronic,
    state: 'ISSUED',
    toReverse: true,
    nextActor: 'UNDERWRITER',
  });
  expect(wrapper.text()).toContain('保单已退保，该发票须先由保险公司红冲，红冲后退还保费。');
});
