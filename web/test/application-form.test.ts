import { expect, test, vi } from 'vitest';
import ApplicationFormPage from '../src/features/application/ApplicationFormPage.vue';
import {
  changeOf,
  endOf,
  formOf,
  inputOf,
  parseDays,
  takeOver,
} from '../src/features/application/application-form.ts';
import { answerOf, fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

vi.setConfig({ testTimeout: 30_000 });
/** Waits as long as a busy machine needs. */
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000 });

const savedAt = '2026-11-24T10:31:00.000+08:00';
const application = {
  __typename: 'Application',
  section: {
    __typename: 'ApplicationSection',
    constructionDays: 180,
    projectCode: 'A1',
    projectAddress: '平山区',
    projectName: '水库加固',
    depositAmount: '62500.00',
  },
  cover: { __typename: 'ApplicationCover', sumInsured: '62500.00', startOn: '2026-12-01', days: 90 },
  applicant: {
    __typename: 'ApplicationApplicant',
    name: '辽宁示例建设工程有限公司',
    creditCode: '91330212MA2AECMD5B',
    registeredAddress: '平山路 100 号',
    contactAddress: '平山路 100 号',
    qualification: 'FIRST' as const,
    contactName: '李示例',
    contactPhone: '13800138000',
  },
  insured: { __typename: 'ApplicationInsured', name: '招标人', creditCode: 'QHTYX0000002345' },
  handler: { __typename: 'ApplicationHandler', name: null, mobile: null, email: null },
  invoicePreference: null,
  savedAt,
  prefilled: [{ __typename: 'PrefilledLeaf', path: 'applicant.contactName', source: 'LAST_ORDER' }],
  warnings: [
    {
      __typename: 'FieldMessage',
      path: 'application.insured.creditCode',
      message: '代码与规则不符，请核对。',
    },
  ],
};
const product = {
  __typename: 'Product',
  id: 'prd_1',
  name: '投标保证保险',
  formula: 'PER_CASE',
  formulaLabel: '按次费率',
  rate: '0.04',
  tiers: null,
  minimumPremium: '300.00',
  minimumSum: null,
  maximumSum: null,
  insurer: {
    __typename: 'Insurer',
    id: 'ins_1',
    name: '示例财产保险股份有限公司',
    shortName: '示例保险',
    hotline: '',
    logoUrl: '',
  },
};
const order = {
  __typename: 'Order',
  id: 'ord_1',
  number: '1',
  state: 'DRAFT',
  depositKind: 'BID',
  depositKindLabel: '投标保证金',
  form: 'INSURANCE',
  depositAmount: '62500.00',
  section: { __typename: 'BidSection', id: 'sec_1', code: 'ZT1', name: '标段' },
  products: [product],
  papers: [],
  requiredDocuments: [{ __typename: 'RequiredDocument', statement: 'PAGE_BY_PAGE', accepted: true }],
  application,
};
/** The server's answer to a save: what it had, with what was sent laid over it. */
const saved = ({ variables }: { variables?: unknown }) => {
  const { input } = variables as { input: { application: Record<string, object | null> } };
  const groups = Object.entries(input.application).map(([name, leaves]) => [
    name,
    leaves && { ...((application as Record<string, unknown>)[name] as object), ...leaves },
  ]);
  const merged = { ...application, warnings: [], ...Object.fromEntries(groups) };
  return answerOf({ data: { saveApplication: { __typename: 'Order', id: 'ord_1', application: merged } } });
};

async function givenPage(submitOrder: object = { __typename: 'Order', id: 'ord_1', state: 'UNDERWRITING' }) {
  const api = fakeApi({
    ApplicationForm: { order },
    SaveApplication: saved,
    RecordSalesEvents: { recordSalesEvents: { __typename: 'Order', id: 'ord_1' } },
    ReferencePremiums: { products: [] },
    SubmitOrder: () => answerOf({ data: { submitOrder } }),
  });
  const routes = [{ path: '/page', component: ApplicationFormPage, props: { id: 'ord_1' } }];
  const page = await mountPage({ template: '<RouterView />' }, { client: api.client, at: '/page', routes });
  await eventually(() => expect(page.wrapper.text()).toContain('费用明细'));
  const field = (label: string) => {
    const item = page.wrapper.findAll('.el-form-item').find((candidate) => {
      const text = candidate.find('.el-form-item__label');
      return text.exists() && text.text().replace('*', '').trim() === label;
    });
    return item!.get<HTMLInputElement>('input');
  };
  return { api, field, ...page };
}

async function press(label: string): Promise<void> {
  const find = () =>
    [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === label);
  (await vi.waitUntil(find, { timeout: 10_000 })).click();
}

test('cover days are counted with the first and the last', () => {
  expect(endOf('2022-01-24', 112)).toBe('2022-05-15');
  expect(endOf('2022-09-29', 90)).toBe('2022-12-27');
  expect(endOf('2026-12-01', 1)).toBe('2026-12-01');
  expect(endOf('', 90)).toBeNull();
});

test.each(['', '0', '3651', '1.5', '九十'])('“%s” is no number of cover days', (text) => {
  expect(parseDays(text)).toBeNull();
});

test('what came from the server goes back unchanged', () => {
  const form = formOf(application as never);
  const input = inputOf(form);
  expect(input).toMatchObject({
    section: { constructionDays: 180, projectName: '水库加固' },
    cover: { sumInsured: '62500.00', startOn: '2026-12-01', days: 90 },
    applicant: { qualification: 'FIRST', contactPhone: '13800138000' },
    handler: { name: null, mobile: null, email: null },
    invoicePreference: null,
  });
  expect(changeOf(form, formOf(application as never))).toBeNull();
});

test('an emptied field is sent as empty, a half-typed one not at all', () => {
  const form = formOf(application as never);
  form.section.projectCode = '  ';
  form.applicant.contactPhone = '138001';
  form.cover.days = '9x';
  const input = inputOf(form);
  expect(input.section?.projectCode).toBeNull();
  expect(JSON.parse(JSON.stringify(input)).applicant).not.toHaveProperty('contactPhone');
  expect(JSON.parse(JSON.stringify(input)).cover).not.toHaveProperty('days');
});

test('only what was changed is sent, with what it was before', () => {
  const base = formOf(application as never);
  const form = formOf(application as never);
  form.applicant.contactName = '王示例';
  form.cover.days = '9x';
  form.invoicePreference.type = 'E_ORDINARY';
  expect(changeOf(form, base)).toEqual({
    application: { applicant: { contactName: '王示例' }, invoicePreference: { type: 'E_ORDINARY' } },
    seen: { applicant: { contactName: '李示例' }, invoicePreference: null },
    paths: ['applicant.contactName', 'invoicePreference.type'],
  });
});

test('what others have saved comes in where nothing was typed, and is remembered as unseen where something was', () => {
  const base = formOf(application as never);
  const form = formOf(application as never);
  form.applicant.contactName = '王示例';
  form.handler.name = '同样的人';
  const server = formOf(application as never);
  server.applicant.contactName = '赵示例';
  server.handler.name = '同样的人';
  server.section.projectAddress = '明山区';
  takeOver(form, base, server);
  expect([form.section.projectAddress, base.section.projectAddress]).toEqual(['明山区', '明山区']);
  expect([form.applicant.contactName, base.applicant.contactName]).toEqual(['王示例', '李示例']);
  expect([form.handler.name, base.handler.name]).toEqual(['同样的人', '同样的人']);
});

test('the fee follows the sum as it is typed', async () => {
  const { field, wrapper } = await givenPage();
  expect(wrapper.get('aside').text()).toContain('¥2,500.00');
  await field('保险金额').setValue('100000');
  expect(wrapper.get('aside').text()).toContain('¥4,000.00');
  await field('保障天数').setValue('120');
  expect(wrapper.text()).toContain('2027-03-30 24 时');
});

test('what is typed is saved by itself, quietly, and only then', async () => {
  const { api, field, wrapper } = await givenPage();
  expect(api.of('SaveApplication')).toEqual([]);
  await field('联系地址').setValue('滨河路 8 号');
  await eventually(() => expect(wrapper.text()).toContain('已保存 10:31'));

  expect(api.of('SaveApplication')).toHaveLength(1);
  expect(api.of('SaveApplication')[0]?.variables).toMatchObject({
    input: { orderId: 'ord_1', application: { applicant: { contactAddress: '滨河路 8 号' } } },
  });
  // The answer names the order as changed; the form is not asked for again over what is being typed.
  expect(api.of('ApplicationForm')).toHaveLength(1);
});

test('what the server has not got survives a reload, and is sent then', async () => {
  const first = await givenPage();
  first.api.answer('SaveApplication', undefined);
  await first.field('联系人').setValue('王示例');
  first.wrapper.unmount();

  const second = await givenPage();
  expect(second.field('联系人').element.value).toBe('王示例');
  expect(second.wrapper.text()).toContain('已恢复您上次填写、尚未保存的内容');
  await eventually(() => expect(second.api.of('SaveApplication')).toHaveLength(1));
});

test('what was changed elsewhere too is shown beside what was typed, and neither is lost', async () => {
  const { api, field, wrapper } = await givenPage();
  const theirs = { ...application, applicant: { ...application.applicant, contactName: '赵示例' } };
  api.answer('SaveApplication', {
    saveApplication: {
      __typename: 'DraftChanged',
      code: 'DRAFT_CHANGED',
      message: '',
      retryable: false,
      paths: ['applicant.contactName'],
      application: theirs,
    },
  });
  await field('联系人').setValue('王示例');
  await eventually(() => expect(wrapper.text()).toContain('已保存的是“赵示例”，您填写的是“王示例”'));
  expect(field('联系人').element.value).toBe('王示例');

  api.answer('SaveApplication', saved);
  await press('采用我填写的联系人');
  await eventually(() => expect(wrapper.text()).toContain('已保存 10:31'));
  expect(api.of('SaveApplication').at(-1)?.variables).toMatchObject({
    input: {
      application: { applicant: { contactName: '王示例' } },
      seen: { applicant: { contactName: '赵示例' } },
    },
  });
  expect(wrapper.text()).not.toContain('请逐项选择');
});

test('what was filled in for somebody says where it came from, until it is typed over', async () => {
  const { field, wrapper } = await givenPage();
  expect(wrapper.get('.prefilled .hint').text()).toBe('取自上次订单，可修改。');
  await field('联系人').setValue('王示例');
  expect(wrapper.find('.prefilled').exists()).toBe(false);
});

test('a warning of the server stands beside its field', async () => {
  const { wrapper } = await givenPage();
  expect(wrapper.get('.warned .hint').text()).toBe('代码与规则不符，请核对。');
});

test('an order is submitted after it was confirmed', async () => {
  const { api, wrapper, router } = await givenPage();
  await wrapper.get('form').trigger('submit');
  await press('确认提交');
  await eventually(() => expect(router.currentRoute.value.path).toBe('/orders/ord_1/apply/submitted'));
  expect(api.of('SubmitOrder')).toHaveLength(1);
});

test('what the server refuses is said at its field, which gets the focus', async () => {
  const { wrapper, field } = await givenPage({
    __typename: 'InvalidInput',
    code: 'INVALID_INPUT',
    message: '',
    retryable: false,
    issues: [
      { __typename: 'FieldMessage', path: 'application.cover.days', message: '保障期应覆盖投标有效期。' },
    ],
  });
  await wrapper.get('form').trigger('submit');
  await press('确认提交');
  await eventually(() => expect(document.activeElement).toBe(field('保障天数').element));
  await eventually(() => expect(wrapper.get('.is-error').text()).toContain('保障期应覆盖投标有效期。'));
});

test('a missing consent leads back to the documents', async () => {
  const { wrapper, router } = await givenPage({
    __typename: 'ConsentMissing',
    code: 'CONSENT_MISSING',
    message: '',
    retryable: false,
    documents: [],
  });
  await wrapper.get('form').trigger('submit');
  await press('确认提交');
  await eventually(() =>
    expect(router.currentRoute.value.fullPath).toBe('/orders/ord_1/apply?reason=consent'),
  );
});
