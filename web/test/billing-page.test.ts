import { flushPromises } from '@vue/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import BillingPage from '../src/features/invoice/BillingPage.vue';
import InvoiceApplyPage from '../src/features/invoice/InvoiceApplyPage.vue';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

const enterprise = {
  __typename: 'Enterprise',
  id: 'ent_1',
  name: '辽宁示例建设工程有限公司',
  creditCode: '91330212MA2AECMD5B',
  profileComplete: true,
};
const viewer = {
  __typename: 'Viewer',
  kind: 'USER',
  readiness: 'READY',
  secondFactor: null,
  user: { __typename: 'User', id: 'usr_1', mobile: '13900000001', role: 'BIDDER', name: null },
  enterprise,
  insurer: null,
  certification: null,
};
const title = {
  __typename: 'InvoiceTitle',
  id: 'ttl_1',
  special: true,
  name: enterprise.name,
  taxNumber: enterprise.creditCode,
  email: null,
  registeredAddress: '平山路 100 号',
  registeredPhone: '024-43100000',
  bankName: '示例银行',
  bankAccount: '****5678',
  isDefault: true,
};
const address = {
  __typename: 'ShippingAddress',
  id: 'adr_1',
  recipient: '李示例',
  phone: '13900139000',
  regionCode: '210502',
  regionName: '辽宁省 本溪市 平山区',
  address: '平山路 100 号',
  isDefault: true,
};

let unmount = () => {};
afterEach(() => unmount());

async function billing(titles: object[], addresses: object[], answers: Parameters<typeof fakeApi>[0] = {}) {
  const api = fakeApi({
    Viewer: { viewer },
    InvoiceTitles: { invoiceTitles: titles },
    ShippingAddresses: { shippingAddresses: addresses },
    Regions: { platform: { __typename: 'Platform', regions: [], districts: [] } },
    ...answers,
  });
  const { wrapper } = await mountPage(BillingPage, { client: api.client });
  unmount = () => wrapper.unmount();
  await vi.waitFor(() => expect(wrapper.text()).toContain('新增收件地址'));
  const press = async (name: string, at = 0) => {
    [...document.querySelectorAll('button')].filter((one) => one.textContent?.trim() === name)[at]?.click();
    await flushPromises();
  };
  return { api, wrapper, press };
}

test('without titles and addresses it says what they are needed for', async () => {
  const { wrapper } = await billing([], []);
  expect(wrapper.text()).toContain('还没有发票抬头');
  expect(wrapper.text()).toContain('还没有收件地址');
});

test('nothing is deleted before it is confirmed, and then it is said', async () => {
  const { api, wrapper, press } = await billing([title], [address], {
    DeleteInvoiceTitle: { deleteInvoiceTitle: { __typename: 'Done' } },
  });
  await press('删除');
  expect(document.body.textContent).toContain('删除该发票抬头？');
  expect(api.of('DeleteInvoiceTitle')).toHaveLength(0);
  api.answer('InvoiceTitles', { invoiceTitles: [] });
  const dialog = [...document.querySelectorAll('[role=dialog]')].find((one) =>
    one.textContent?.includes('删除该发票抬头？'),
  );
  [...(dialog?.querySelectorAll('button') ?? [])].find((one) => one.textContent?.trim() === '删除')?.click();
  await vi.waitFor(() => expect(wrapper.text()).toContain('发票抬头已删除。'));
  expect(api.of('DeleteInvoiceTitle')[0]?.variables).toEqual({ input: { id: 'ttl_1' } });
  await vi.waitFor(() => expect(wrapper.text()).toContain('还没有发票抬头'));
});

test('a title of another name asks to be brought up to date, and takes the new one without its account being typed anew', async () => {
  const { api, wrapper, press } = await billing([{ ...title, name: '原来的名称有限公司' }], [], {
    UpdateInvoiceTitle: { updateInvoiceTitle: { __typename: 'InvoiceTitle', id: 'ttl_1' } },
  });
  expect(wrapper.text()).toContain('与现在的认证企业不一致');
  await press('修改');
  await press('保存');
  await vi.waitFor(() => expect(api.of('UpdateInvoiceTitle')).toHaveLength(1));
  const input = api.of('UpdateInvoiceTitle')[0]?.variables.input;
  expect(input).toMatchObject({ id: 'ttl_1', name: enterprise.name, taxNumber: enterprise.creditCode });
  expect(input).not.toHaveProperty('bankAccount');
});

test('what was typed for a new address survives a refusal and another opening', async () => {
  const { wrapper, press } = await billing([], [address], {
    UpdateShippingAddress: {
      updateShippingAddress: {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: '有内容填写不正确。',
        retryable: false,
        issues: [{ path: 'phone', message: '联系电话应为手机号，或带区号的固定电话' }],
      },
    },
  });
  await press('修改');
  const recipient = () => document.querySelector<HTMLInputElement>('[role=dialog] input[autocomplete=name]');
  const field = recipient();
  if (!field) throw new Error('There is no dialog.');
  field.value = '赵示例';
  field.dispatchEvent(new Event('input'));
  await press('保存');
  await vi.waitFor(() =>
    expect(document.body.textContent).toContain('联系电话应为手机号，或带区号的固定电话'),
  );
  await press('取消');
  await press('修改');
  expect([...document.querySelectorAll<HTMLInputElement>('input[autocomplete=name]')].at(-1)?.value).toBe(
    '赵示例',
  );
  expect(wrapper.text()).toContain('李示例');
});

test('who comes to the form by its address reads first what stands in front of it', async () => {
  const invoice = {
    __typename: 'Invoice',
    id: 'inv_1',
    state: 'NOT_REQUESTED',
    policyNumber: 'P-1',
    quoteNumber: '1',
    amount: '400.00',
    type: null,
    titleId: null,
    address: null,
    disclosureAccepted: false,
    rejectReason: null,
    availableEvents: ['REQUEST'],
    requestBlocked: { allowed: true, code: null, message: null },
    order: { id: 'ord_1', number: '1', application: null },
  };
  const api = fakeApi({
    Viewer: { viewer },
    InvoiceForm: { invoice },
    InvoiceTitles: { invoiceTitles: [title] },
    ShippingAddresses: { shippingAddresses: [] },
    InvoiceDisclosure: {
      invoiceDisclosure: { version: 'v', title: '特别提示', paragraphs: ['本业务的提示。'], documents: [] },
    },
    AcceptInvoiceDisclosure: () => {
      api.answer('InvoiceForm', { invoice: { ...invoice, disclosureAccepted: true } });
      return new Response(
        JSON.stringify({
          data: {
            acceptInvoiceDisclosure: { __typename: 'Invoice', id: 'inv_1', disclosureAccepted: true },
          },
        }),
        { headers: { 'content-type': 'application/json' } },
      );
    },
  });
  const { wrapper } = await mountPage(InvoiceApplyPage, { client: api.client, props: { id: 'inv_1' } });
  unmount = () => wrapper.unmount();
  await vi.waitFor(() => expect(document.body.textContent).toContain('本业务的提示。'));
  expect(wrapper.find('form').exists()).toBe(false);
  [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === '已阅读并同意')?.click();
  await vi.waitFor(() => expect(wrapper.find('form').exists()).toBe(true));
});
