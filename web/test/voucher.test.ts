import { flushPromises } from '@vue/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import VoucherDialog from '../src/features/payment/VoucherDialog.vue';
import { normaliseAccount, normaliseAmount } from '../src/features/payment/voucher.ts';
import { sendUpload } from '../src/shared/upload.ts';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

vi.mock('../src/shared/upload.ts', async (load) => ({
  ...(await load<typeof import('../src/shared/upload.ts')>()),
  sendUpload: vi.fn(),
}));

const uploaded = { id: 'upl_1', sha256: 'ab', bytes: 4, contentType: 'image/png' };
const payment = {
  id: 'pay_1',
  state: 'AWAITING_TRANSFER',
  stateLabel: '待支付',
  amount: '400.00',
  remarkCode: 'BX7K2M',
  dueAt: null,
  rejectReason: null as string | null,
  availableEvents: ['SUBMIT_VOUCHER'],
  account: { accountName: '示例', bankName: '示例银行', accountNumber: '21050000' },
  voucher: null as object | null,
};
const company = '辽宁示例建设工程有限公司';
const submitted = { __typename: 'Payment', id: 'pay_1', state: 'VOUCHER_SUBMITTED', order: null };

const png = (bytes = 16) => {
  const content = new Uint8Array(bytes);
  content.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new File([content], '回单.png', { type: 'image/png' });
};

beforeEach(() => {
  vi.mocked(sendUpload).mockReturnValue({ answer: Promise.resolve(uploaded), abort: () => {} });
});

async function dialog(answer: object = submitted, changes: Partial<typeof payment> = {}) {
  const api = fakeApi({ SubmitVoucher: { submitVoucher: answer } });
  const { wrapper } = await mountPage(VoucherDialog, {
    client: api.client,
    props: {
      modelValue: true,
      orderId: 'ord_1',
      payment: { ...payment, ...changes },
      due: '400.00',
      isTopUp: false,
      enterpriseName: company,
      orderedAt: '2026-01-01T00:00:00Z',
    },
  });
  await flushPromises();
  return { api, page: wrapper };
}

const shown = () => document.body.textContent ?? '';

function input(label: string): HTMLInputElement {
  const items = [...document.querySelectorAll<HTMLElement>('.el-form-item')];
  const item = items.find((one) => one.querySelector('.el-form-item__label')?.textContent?.includes(label));
  return item!.querySelector<HTMLInputElement>('input:not([type=file])')!;
}

function type(label: string, text: string): void {
  const element = input(label);
  element.value = text;
  element.dispatchEvent(new Event('input'));
  element.dispatchEvent(new FocusEvent('blur'));
}

async function choose(file: File): Promise<void> {
  const element = document.querySelector<HTMLInputElement>('input[type=file]')!;
  Object.defineProperty(element, 'files', { value: [file], configurable: true });
  element.dispatchEvent(new Event('change'));
  await flushPromises();
}

async function fill(changes: Record<string, string> = {}): Promise<void> {
  await choose(png());
  await vi.waitFor(() => expect(shown()).toContain('上传成功'));
  const texts = { 付款账号: '6222 0000 1234 5678', 交易流水号: 'TX20261124001', 付款金额: '400', ...changes };
  for (const [label, text] of Object.entries(texts)) type(label, text);
}

async function send(): Promise<void> {
  document.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }));
  await flushPromises();
}

test('the payer stands there already: it has to be the company itself', async () => {
  await dialog();
  expect(input('付款户名').value).toBe(company);
});

test('only jpg and png are taken, whatever the name says', async () => {
  await dialog();
  await choose(new File(['%PDF-1.7 …'], '回单.png', { type: 'application/pdf' }));
  await vi.waitFor(() => expect(shown()).toContain('文件格式不支持，请选择 jpg/png 格式的文件。'));

  await choose(new File(['not a picture'], '回单.png', { type: 'image/png' }));
  await vi.waitFor(() => expect(shown()).toContain('文件内容与扩展名不符'));
  expect(sendUpload).not.toHaveBeenCalled();
});

test('a picture over 2 MB is not sent', async () => {
  await dialog();
  await choose(png(2 * 1024 * 1024 + 1));
  await vi.waitFor(() => expect(shown()).toContain('文件超过 2 MB'));
  expect(sendUpload).not.toHaveBeenCalled();
});

test('nothing goes out while a field is empty or wrong', async () => {
  const { api } = await dialog();
  type('付款账号', '12');
  type('付款金额', '399.99');
  await send();

  await vi.waitFor(() => {
    expect(shown()).toContain('请上传支付凭证');
    expect(shown()).toContain('银行账号应为 8 至 32 位数字。');
    expect(shown()).toContain('请填写交易流水号');
    expect(shown()).toContain('与应付金额 400.00 元不一致，请核对。');
  });
  expect(api.sent).toHaveLength(0);
});

test('while a picture is on its way nothing is submitted without it', async () => {
  let arrive = (_: typeof uploaded) => {};
  const answer = new Promise<typeof uploaded>((resolve) => {
    arrive = resolve;
  });
  const voucher = {
    id: 'vch_1',
    payerName: company,
    transactionNumber: 'TX20261124001',
    paidOn: '2026-11-24',
    uploads: [{ ...uploaded, id: 'upl_0', url: '/files/upl_0' }],
  };
  vi.mocked(sendUpload).mockReturnValue({ answer, abort: () => {} });
  const { api } = await dialog(submitted, { voucher });
  type('付款账号', '6222000012345678');
  type('付款金额', '400');
  await choose(png());
  await vi.waitFor(() => expect(shown()).toContain('图片上传中'));
  await send();
  expect(api.sent).toHaveLength(0);

  arrive(uploaded);
  await vi.waitFor(() => expect(shown()).not.toContain('图片上传中'));
  await send();
  await vi.waitFor(() =>
    expect(api.of('SubmitVoucher')[0]?.variables).toMatchObject({ input: { uploadId: 'upl_1' } }),
  );
});

test('a voucher goes out as it is compared: digits only, the amount with two places', async () => {
  const { api, page } = await dialog();
  await fill();
  await send();

  await vi.waitFor(() => expect(page.emitted('submitted')).toHaveLength(1));
  expect(api.of('SubmitVoucher')[0]?.variables).toEqual({
    input: {
      orderId: 'ord_1',
      uploadId: 'upl_1',
      furtherUploadIds: [],
      payerName: company,
      payerAccount: '6222000012345678',
      transactionNumber: 'TX20261124001',
      paidOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      amount: '400.00',
    },
  });
});

test.each([
  ['PAYER_MISMATCH', 'PayerMismatch', '付款户名', '付款账户户名与投保企业不一致'],
  ['AMOUNT_MISMATCH', 'AmountMismatch', '付款金额', '付款金额与应付金额不一致'],
  ['TRANSACTION_USED', 'TransactionUsed', '交易流水号', '该银行流水号已用于其他支付凭证'],
])('%s is said at its field, and what was typed stays', async (code, typename, label, text) => {
  const { page } = await dialog({ __typename: typename, code, message: '…', retryable: false });
  await fill();
  await send();

  await vi.waitFor(() => {
    const item = input(label).closest('.el-form-item');
    expect(item?.querySelector('[role=alert]')?.textContent).toContain(text);
  });
  expect(shown().split(text)).toHaveLength(2);
  expect(input('付款账号').value).toBe('6222 0000 1234 5678');
  expect(page.emitted('submitted')).toBeUndefined();
});

test('a refusal that is about no field is said once, below the form', async () => {
  await dialog({ __typename: 'DeadlinePassed', code: 'DEADLINE_PASSED', message: '…', retryable: false });
  await fill();
  await send();
  await vi.waitFor(() => expect(shown()).toContain('已过保证金缴纳截止时间'));
});

test('after a rejection the reason is shown, and what was typed before is there', async () => {
  const first = await dialog();
  await fill();
  first.page.unmount();

  await dialog(submitted, { rejectReason: '回单模糊' });
  expect(shown()).toContain('上次未通过的原因：回单模糊');
  expect(input('交易流水号').value).toBe('TX20261124001');
  expect(input('付款账号').value).toBe('6222 0000 1234 5678');
});

test('amounts and accounts are read the way people write them', () => {
  expect(normaliseAmount('￥1,234.5')).toBe('1234.50');
  expect(normaliseAmount('４００元')).toBe('400.00');
  expect(normaliseAmount('400.001')).toBeNull();
  expect(normaliseAmount('-400')).toBeNull();
  expect(normaliseAccount('6222-0000 １２３４')).toBe('622200001234');
});
