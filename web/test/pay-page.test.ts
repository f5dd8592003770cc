import { flushPromises } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import PayPage from '../src/features/payment/PayPage.vue';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

const payment = {
  __typename: 'Payment',
  id: 'pay_1',
  state: 'AWAITING_TRANSFER',
  stateLabel: '待转账',
  amount: '400.00',
  receivedAmount: '0.00',
  outstandingAmount: '400.00',
  exceptionKind: null as string | null,
  nextActor: 'BIDDER' as string | null,
  exceptionReason: null,
  remarkCode: 'BX7K2MA',
  dueAt: null,
  rejectReason: null,
  availableEvents: ['SUBMIT_VOUCHER'],
  account: {
    __typename: 'ReceivingAccount',
    accountName: '示例保险',
    bankName: '示例银行',
    accountNumber: '21050000',
  },
  voucher: null as object | null,
  receipts: [] as object[],
  refunds: [] as object[],
};

async function page(changes: Partial<typeof payment>) {
  const order = {
    __typename: 'Order',
    id: 'ord_1',
    number: '20261128',
    state: 'PAYMENT_REVIEW',
    stateLabel: '缴纳审批',
    cancelReason: null,
    nextActor: 'OPERATOR',
    dueAt: null,
    quotes: [],
    policy: null,
    depositKindLabel: '投标保证金',
    createdAt: '2026-11-24T10:00:00.000+08:00',
    availableEvents: [],
    enterprise: { __typename: 'Enterprise', id: 'ent_1', name: '本溪示例建设有限公司' },
    section: { __typename: 'BidSection', id: 'sec_1', name: '示例标段' },
    acceptedQuote: null,
    payment: { ...payment, ...changes },
  };
  const withdrawn = { __typename: 'Payment', id: 'pay_1', state: 'AWAITING_TRANSFER', order: null };
  const api = fakeApi({ PayPage: { order }, WithdrawVoucher: { withdrawVoucher: withdrawn } });
  const { wrapper } = await mountPage(PayPage, { client: api.client, props: { id: 'ord_1' } });
  await flushPromises();
  return { api, wrapper };
}

test('a payment that came in short says what is missing, and asks for just that', async () => {
  const { wrapper } = await page({
    state: 'EXCEPTION',
    exceptionKind: 'SHORT',
    receivedAmount: '250.00',
    outstandingAmount: '150.00',
    availableEvents: ['TOP_UP'],
    receipts: [
      {
        __typename: 'PaymentReceipt',
        id: 'rcp_1',
        amount: '250.00',
        payerName: '本溪示例建设有限公司',
        payerAccountMasked: null,
        transactionNumber: null,
        receivedOn: '2026-11-25',
      },
    ],
  });
  expect(wrapper.text()).toContain('还差 ¥150.00。请从本企业账户补足差额');
  expect(wrapper.get('aside').text()).toContain('还需补款');
  expect(wrapper.get('aside').text()).toContain('150.00');
  expect(wrapper.get('.key').text()).toContain('150.00');
  expect(wrapper.text()).toContain('2026-11-25');
  expect(wrapper.text()).toContain('上传补款凭证');
});

test('money from somebody else’s account is said to go back, and nothing is to be paid meanwhile', async () => {
  const { wrapper } = await page({
    state: 'EXCEPTION',
    exceptionKind: 'FOREIGN_PAYER',
    nextActor: 'UNDERWRITER',
    availableEvents: [],
  });
  expect(wrapper.text()).toContain('付款账户不是本企业账户');
  expect(wrapper.find('aside').exists()).toBe(false);
});

test('a refund shows what goes back and why', async () => {
  const { wrapper } = await page({
    state: 'CONFIRMED',
    availableEvents: [],
    refunds: [
      {
        __typename: 'Refund',
        id: 'rfd_1',
        amount: '12.00',
        kind: 'SURPLUS',
        kindLabel: '退还多付款项',
        state: 'REFUNDED',
        nextActor: null,
        payeeName: null,
        payeeAccountMasked: '****5365',
        transactionNumber: 'R1',
        createdAt: '2026-11-25T10:00:00.000+08:00',
        dueAt: null,
        stateLabel: '已退款',
        reason: '多付',
        paidOn: '2026-11-26',
        proof: { __typename: 'Upload', id: 'upl_9', url: '/files/upl_9' },
      },
    ],
  });
  expect(wrapper.text()).toContain('退还多付款项：多付');
  expect(wrapper.text()).toContain('下载退款回单');
});

test('a voucher that is not reviewed yet can be withdrawn, once that is confirmed', async () => {
  const { api, wrapper } = await page({
    state: 'VOUCHER_SUBMITTED',
    availableEvents: ['SUBMIT_VOUCHER', 'WITHDRAW_VOUCHER'],
    voucher: {
      __typename: 'PaymentVoucher',
      id: 'vch_1',
      payerName: '本溪示例建设有限公司',
      payerAccountMasked: '****5365',
      transactionNumber: 'T1',
      paidOn: '2026-11-25',
      submittedAt: '2026-11-25T10:00:00.000+08:00',
      uploads: [],
    },
  });
  const button = (text: string) =>
    [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === text);
  button('撤回支付凭证')?.click();
  await flushPromises();
  expect(api.of('WithdrawVoucher')).toHaveLength(0);
  button('撤回')?.click();
  await vi.waitFor(() =>
    expect(api.of('WithdrawVoucher')[0]?.variables).toEqual({ input: { orderId: 'ord_1' } }),
  );
  expect(wrapper.text()).toContain('重新上传支付凭证');
});
