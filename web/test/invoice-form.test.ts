import { flushPromises } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import InvoiceForm from '../src/features/invoice/InvoiceForm.vue';
import {
  blockedText,
  type InvoiceTitle,
  invoiceSentences,
  preferredTitleId,
  titleFault,
} from '../src/features/invoice/invoice-rules.ts';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

const title: InvoiceTitle = {
  id: 'tit_1',
  special: false,
  name: '辽宁示例建设工程有限公司',
  taxNumber: '91330212MA2AECMD5B',
  email: 'finance@example.cn',
  registeredAddress: null,
  registeredPhone: null,
  bankName: null,
  bankAccount: null,
  isDefault: false,
};
const specialTitle: InvoiceTitle = {
  ...title,
  id: 'tit_2',
  special: true,
  email: null,
  registeredAddress: '平山路 100 号',
  registeredPhone: '024-43100000',
  bankName: '示例银行',
  bankAccount: '21050000',
};
const address = {
  id: 'adr_1',
  recipient: '李示例',
  phone: '13900139000',
  regionCode: '210502',
  regionName: '平山区',
  address: '平山路 100 号',
  isDefault: true,
};
const enterprise = { name: title.name, creditCode: title.taxNumber };

function invoice(type: string) {
  return {
    id: 'inv_1',
    state: 'NOT_REQUESTED',
    policyNumber: 'P-1',
    quoteNumber: '1484342247635894274',
    amount: '400.00',
    type: null,
    availableEvents: ['REQUEST'],
    requestBlocked: { allowed: true, code: null, message: null },
    order: { id: 'ord_1', number: '1', application: { invoicePreference: { type } } },
  };
}

async function form(type: string, titles: InvoiceTitle[], addresses: object[] = []) {
  const requested = { __typename: 'Invoice', id: 'inv_1', state: 'REQUESTED', order: null };
  const api = fakeApi({ RequestInvoice: { requestInvoice: requested } });
  const props = { invoice: invoice(type), enterprise, titles, addresses };
  const { wrapper } = await mountPage(InvoiceForm, { client: api.client, props });
  const send = async () => {
    await wrapper.get('form').trigger('submit');
    await flushPromises();
  };
  return { api, wrapper, send };
}

test('an electronic invoice needs a title with an e-mail address, and no postal address', async () => {
  const { api, wrapper, send } = await form('E_ORDINARY', [title]);
  expect(wrapper.text()).not.toContain('新增收件地址');
  await send();

  await vi.waitFor(() => expect(wrapper.text()).toContain('发票申请已提交'));
  expect(api.of('RequestInvoice')[0]?.variables).toEqual({
    input: { orderId: 'ord_1', type: 'E_ORDINARY', titleId: 'tit_1', addressId: null },
  });
});

test('a paper invoice is not asked for without an address', async () => {
  const { api, wrapper, send } = await form('PAPER_ORDINARY', [title]);
  await send();
  await vi.waitFor(() => expect(wrapper.text()).toContain('请选择收件地址'));
  expect(api.sent).toHaveLength(0);
});

test('a special invoice on paper goes out with its title and address', async () => {
  const { api, send } = await form('PAPER_SPECIAL', [title, specialTitle], [address]);
  await send();
  await vi.waitFor(() => expect(api.of('RequestInvoice')).toHaveLength(1));
  expect(api.of('RequestInvoice')[0]?.variables).toEqual({
    input: { orderId: 'ord_1', type: 'PAPER_SPECIAL', titleId: 'tit_2', addressId: 'adr_1' },
  });
});

test('a special invoice cannot be asked for on a title without bank and registered address', async () => {
  const { api, wrapper, send } = await form('PAPER_SPECIAL', [title], [address]);
  expect(wrapper.text()).toContain('专用发票需要注册地址、注册电话、开户银行和银行账号。');
  await send();
  await vi.waitFor(() => expect(wrapper.text()).toContain('请选择发票抬头'));
  expect(api.sent).toHaveLength(0);
});

test('another type takes the title that fits it', async () => {
  const { wrapper } = await form('E_ORDINARY', [title, specialTitle], [address]);
  await wrapper.get('input[value=PAPER_SPECIAL]').setValue(true);
  expect((wrapper.get('input[value=tit_2]').element as HTMLInputElement).checked).toBe(true);
});

test('each type says what a title lacks', () => {
  expect(titleFault(title, 'E_ORDINARY', enterprise)).toBeNull();
  expect(titleFault({ ...title, email: null }, 'DIGITAL_ORDINARY', enterprise)).toBe(
    '电子发票需要收件人电子邮箱。',
  );
  expect(titleFault(title, 'DIGITAL_SPECIAL', enterprise)).toContain('专用发票需要');
  expect(titleFault(specialTitle, 'PAPER_SPECIAL', enterprise)).toBeNull();
  expect(titleFault({ ...title, email: null }, 'PAPER_ORDINARY', enterprise)).toBeNull();
});

test('the default title is proposed, and the only fitting one; among several nobody chooses for the bidder', () => {
  const other = { ...title, id: 'tit_3' };
  expect(preferredTitleId([title, { ...other, isDefault: true }], 'E_ORDINARY', enterprise)).toBe('tit_3');
  expect(preferredTitleId([title, specialTitle], 'E_ORDINARY', enterprise)).toBe('tit_1');
  expect(preferredTitleId([title, other], 'E_ORDINARY', enterprise)).toBe('');
});

test('a title of before the enterprise was renamed is not taken, and says what to do', async () => {
  const { wrapper, api, send } = await form('E_ORDINARY', [
    { ...title, name: '原来的名称有限公司', isDefault: true },
  ]);
  expect(wrapper.text()).toContain('与现在的认证企业不一致');
  await send();
  await vi.waitFor(() => expect(wrapper.text()).toContain('请选择发票抬头'));
  expect(api.sent).toHaveLength(0);
});

test('what was rejected is asked for again with the title and the address it had', async () => {
  const other = { ...address, id: 'adr_2', recipient: '赵示例', isDefault: false };
  const { address: line, phone, recipient, regionCode } = other;
  const rejected = {
    ...invoice('E_ORDINARY'),
    state: 'REJECTED',
    type: 'PAPER_ORDINARY',
    titleId: 'tit_3',
    address: { recipient, phone, regionCode, address: line },
    rejectReason: '抬头有误',
  };
  const api = fakeApi({});
  const titles = [
    { ...title, isDefault: true },
    { ...title, id: 'tit_3' },
  ];
  const props = { invoice: rejected, enterprise, titles, addresses: [address, other] };
  const { wrapper } = await mountPage(InvoiceForm, { client: api.client, props });
  expect(wrapper.text()).toContain('上次申请未通过：抬头有误');
  for (const value of ['PAPER_ORDINARY', 'tit_3', 'adr_2'])
    expect((wrapper.get(`input[value=${value}]`).element as HTMLInputElement).checked).toBe(true);
});

test('why an invoice has to wait is said in words', () => {
  const blocked = { allowed: false, code: 'NOT_OPENED', message: null };
  expect(blockedText(blocked)).toBe('项目开标后方可办理。');
  expect(blockedText({ ...blocked, allowed: true })).toBeNull();
});

test.each(Object.entries(invoiceSentences))('an invoice that is %s has a sentence', (_state, sentence) => {
  expect(sentence).toMatch(/。$/);
});
