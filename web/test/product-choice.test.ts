import type { VueWrapper } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import ProductChoicePage from '../src/features/application/ProductChoicePage.vue';
import { labelTextOf, statements } from '../src/features/application/statements.ts';
import { answerOf, fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

vi.setConfig({ testTimeout: 30_000 });
/** Waits as long as a busy machine needs. */
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000 });

const insurer = {
  __typename: 'Insurer',
  id: 'ins_1',
  name: '示例财产保险股份有限公司',
  shortName: '示例保险',
  licenseNumber: '演示-000001',
  licenseValidUntil: null,
  hotline: '400-000-0001',
  logoUrl: '/insurers/ins_1/logo.svg',
};
const document = (id: string, kind: string, title: string) => ({
  __typename: 'ProductDocument',
  id,
  kind,
  kindLabel: title,
  title,
  version: 1,
  file: null,
  insurer,
});
const notice = document('doc_notice', 'POLICY_NOTICE', '投保须知');
const terms = document('doc_terms', 'POLICY_TERMS', '保险条款');
const product = {
  __typename: 'Product',
  id: 'prd_1',
  name: '投标保证保险',
  formula: 'PER_CASE',
  formulaLabel: '按次费率',
  rate: '0.004',
  tiers: null,
  minimumPremium: '300.00',
  minimumSum: null,
  maximumSum: null,
  maximumDays: null,
  regionNames: null,
  validUntil: null,
  insurer,
  referencePremium: null,
  documents: [notice, terms],
};
const choice = (productIds: string[], accepted: string[] = []) => ({
  __typename: 'Order',
  id: 'ord_1',
  state: 'DRAFT',
  products: productIds.map((id) => ({ __typename: 'Product', id })),
  requiredDocuments: [
    ...(productIds.length
      ? [
          { statement: 'PAGE_BY_PAGE', document: notice },
          { statement: 'FULLY_UNDERSTOOD', document: terms },
        ]
      : []),
  ].map((item) => ({
    __typename: 'RequiredDocument',
    accepted: accepted.includes(item.statement),
    read: false,
    ...item,
  })),
});
const order = (...args: Parameters<typeof choice>) => ({
  ...choice(...args),
  number: '1',
  depositKind: 'BID',
  depositKindLabel: '投标保证金',
  form: 'INSURANCE',
  formLabel: '保险保证',
  depositAmount: '62500.00',
  section: { __typename: 'BidSection', id: 'sec_1', code: 'ZT1', name: '标段' },
});

/** The server in small: it remembers the choice and what was accepted. */
async function givenPage(initial: { productIds?: string[]; accepted?: string[] } = {}) {
  const state = { productIds: initial.productIds ?? [], accepted: initial.accepted ?? [] };
  const api = fakeApi({});
  const latest = (operation: string) =>
    api.of(operation).at(-1)?.variables.input as { productIds: string[]; statement: string };
  api.answer('OrderChoice', () => answerOf({ data: { order: order(state.productIds, state.accepted) } }));
  api.answer('ProductsOnOffer', {
    platform: { __typename: 'Platform', productOrderRule: '按全称排列，不作推荐。' },
    products: [product],
    productsNotOnOffer: [
      {
        __typename: 'ProductNotOnOffer',
        reasons: ['保障天数超过最长 30 天'],
        product: { __typename: 'Product', id: 'prd_2', name: '短期保证保险', insurer },
      },
    ],
  });
  api.answer('Broker', {
    platform: {
      __typename: 'Platform',
      broker: { name: '示例保险经纪有限公司', licenseNumber: '演示-经纪-1' },
    },
  });
  api.answer('DocumentPages', () => {
    const asked = api.of('DocumentPages').at(-1)?.variables.id;
    const { id, title } = asked === terms.id ? terms : notice;
    const node = { __typename: 'ProductDocument', id, title, version: 1, pages: ['第一页', '第二页'] };
    return answerOf({ data: { node } });
  });
  api.answer('RecordSalesEvents', { recordSalesEvents: { __typename: 'Order', id: 'ord_1' } });
  api.answer('ChooseProducts', () => {
    state.productIds = latest('ChooseProducts').productIds;
    return answerOf({ data: { chooseProducts: choice(state.productIds, state.accepted) } });
  });
  api.answer('AcceptDocuments', () => {
    state.accepted.push(latest('AcceptDocuments').statement);
    return answerOf({ data: { acceptDocuments: choice(state.productIds, state.accepted) } });
  });
  const page = await mountPage(ProductChoicePage, { client: api.client, props: { id: 'ord_1' } });
  await eventually(() => expect(page.wrapper.text()).toContain(insurer.name));
  return { api, ...page };
}

const boxes = (wrapper: VueWrapper) =>
  wrapper.findAll<HTMLInputElement>('li input[type=checkbox]').map((box) => box.element);
const press = async (label: string) => {
  const buttons = [...window.document.querySelectorAll<HTMLButtonElement>('button')];
  const button = buttons.find((item) => item.textContent?.includes(label))!;
  button.click();
};
const eventKinds = (api: ReturnType<typeof fakeApi>) =>
  api
    .of('RecordSalesEvents')
    .flatMap(({ variables }) => (variables.input as { events: { kind: string }[] }).events)
    .map(({ kind }) => kind);

async function chooseInsurer(wrapper: VueWrapper) {
  await wrapper.get('tbody input[type=checkbox]').setValue(true);
  await eventually(() => expect(wrapper.text()).toContain('已读 0 / 2'));
}

async function readToEnd() {
  await press('逐页阅读');
  for (const last of ['已读完，下一份', '已读完']) {
    await eventually(() => expect(window.document.body.textContent).toContain('第 1 页，共 2 页'));
    await eventually(async () => {
      await press('下一页');
      expect(window.document.body.textContent).toContain('第 2 页，共 2 页');
    });
    await eventually(async () => {
      await press(last);
      expect(window.document.body.textContent).toContain(`已读 ${last === '已读完' ? 2 : 1} / 2`);
    });
  }
}

test('the statements are the manual’s words', () => {
  expect(statements.map(labelTextOf)).toEqual([
    '本人已逐页阅读并同意《投保须知》《免责责任》《投保人声明》《特别约定》',
    '本人已充分阅读、理解并同意《保险经纪委托协议》《客户告知书》《平台服务协议》《隐私权政策》以及上述所有已选保险公司的《保险条款》',
  ]);
});

test('no insurer is chosen and no box is ticked beforehand', async () => {
  const { wrapper } = await givenPage();
  expect(wrapper.get<HTMLInputElement>('tbody input[type=checkbox]').element.checked).toBe(false);
  expect(boxes(wrapper).map((box) => box.labels?.[0]?.textContent)).toEqual(statements.map(labelTextOf));
  for (const box of boxes(wrapper)) {
    expect(box.checked).toBe(false);
    expect(box.disabled).toBe(true);
  }
  expect(wrapper.text()).toContain('您已选择 0 家保险公司');
});

test('the page states the order of the list, names the sellers in full, and says what does not fit and why', async () => {
  const { wrapper } = await givenPage({ productIds: ['prd_1'] });
  await eventually(() => expect(wrapper.get('.sellers').text()).toContain('示例保险经纪有限公司'));
  expect(wrapper.get('.sellers').text()).toContain(insurer.name);
  expect(wrapper.text()).toContain('按全称排列，不作推荐。');
  expect(wrapper.get('.not-offered').text()).toContain('保障天数超过最长 30 天');
});

test('the boxes open only when every page was read, and the reading is recorded', async () => {
  const { api, wrapper } = await givenPage();
  await chooseInsurer(wrapper);
  expect(wrapper.text()).toContain('您已选择 1 家保险公司');
  expect(boxes(wrapper).map((box) => box.disabled)).toEqual([true, true]);

  await readToEnd();
  await eventually(() => expect(boxes(wrapper).map((box) => box.disabled)).toEqual([false, false]));
  expect(boxes(wrapper).map((box) => box.checked)).toEqual([false, false]);

  wrapper.unmount();
  await eventually(() =>
    expect(eventKinds(api)).toEqual([
      'PAGE_OPENED',
      ...['DOCUMENT_OPENED', 'DOCUMENT_PAGE_TURNED', 'DOCUMENT_READ_TO_END'],
      ...['DOCUMENT_OPENED', 'DOCUMENT_PAGE_TURNED', 'DOCUMENT_READ_TO_END'],
    ]),
  );
});

test('one goes on only with both boxes ticked, and both are kept with their words', async () => {
  const { api, wrapper, router } = await givenPage();
  await chooseInsurer(wrapper);
  await readToEnd();
  await eventually(() => expect(boxes(wrapper)[0]!.disabled).toBe(false));
  await press('下一步');
  await eventually(() => expect(wrapper.get('[role=alert]').text()).toBe('请阅读并勾选上述声明后再继续。'));
  expect(api.of('AcceptDocuments')).toEqual([]);

  for (const box of boxes(wrapper)) box.click();
  await eventually(() => expect(boxes(wrapper).every((box) => box.checked)).toBe(true));
  await press('下一步');
  await eventually(() => expect(router.currentRoute.value.path).toBe('/orders/ord_1/apply/form'));
  expect(api.of('AcceptDocuments').map(({ variables }) => variables.input)).toEqual(
    [notice, terms].map(({ id }, index) => ({
      orderId: 'ord_1',
      documentIds: [id],
      statement: statements[index]!.statement,
      labelText: labelTextOf(statements[index]!),
    })),
  );
  // What was read and ticked is at the server before the consent.
  const order = api.sent.map(({ operation }) => operation);
  expect(order.lastIndexOf('RecordSalesEvents')).toBeLessThan(order.indexOf('AcceptDocuments'));
});

const unread = (facts: { retryable: boolean; secondsLeft: number; documents: string[] }) => ({
  __typename: 'ReadingIncomplete',
  code: 'TRANSITION_REFUSED',
  message: '《保险条款》尚未读至末页。请逐页读完后再同意。',
  ...facts,
  documents: facts.documents.map((id) => ({
    __typename: 'ReadingGap',
    document: { __typename: 'ProductDocument', id },
  })),
});
async function readAndTicked() {
  const page = await givenPage();
  await chooseInsurer(page.wrapper);
  await readToEnd();
  await eventually(() => expect(boxes(page.wrapper)[0]!.disabled).toBe(false));
  for (const box of boxes(page.wrapper)) box.click();
  await eventually(() => expect(boxes(page.wrapper).every((box) => box.checked)).toBe(true));
  return page;
}

test('where only time is missing by the server’s clock, one waits and nothing has to be done again', async () => {
  const { api, wrapper, router } = await readAndTicked();
  const early = unread({ retryable: true, secondsLeft: 1, documents: [notice.id] });
  let asked = 0;
  api.answer('AcceptDocuments', () => {
    asked += 1;
    const statements =
      asked === 1 ? [] : asked === 2 ? ['PAGE_BY_PAGE'] : ['PAGE_BY_PAGE', 'FULLY_UNDERSTOOD'];
    return answerOf({ data: { acceptDocuments: asked === 1 ? early : choice(['prd_1'], statements) } });
  });
  await press('下一步');
  await eventually(() => expect(wrapper.text()).toContain('正在核对阅读时间，还需 1 秒，将自动继续…'));
  await eventually(() => expect(router.currentRoute.value.path).toBe('/orders/ord_1/apply/form'));
  const keys = api.of('AcceptDocuments').map(({ headers }) => headers.get('idempotency-key'));
  expect(new Set(keys).size).toBe(3);
});

test('what the server never heard of has to be read again, and it is said which', async () => {
  const { api, wrapper } = await readAndTicked();
  api.answer('AcceptDocuments', {
    acceptDocuments: unread({ retryable: false, secondsLeft: 1, documents: [terms.id] }),
  });
  await press('下一步');
  await eventually(() => expect(wrapper.text()).toContain('《保险条款》尚未读至末页'));
  expect(wrapper.text()).toContain('已读 1 / 2');
  expect(boxes(wrapper).map((box) => box.disabled)).toEqual([true, true]);
});

test('another choice takes back what was ticked', async () => {
  const { wrapper } = await givenPage();
  await chooseInsurer(wrapper);
  await readToEnd();
  await eventually(() => expect(boxes(wrapper)[0]!.disabled).toBe(false));
  boxes(wrapper)[0]!.click();
  await eventually(() => expect(boxes(wrapper)[0]!.checked).toBe(true));

  await wrapper.get('tbody input[type=checkbox]').setValue(false);
  await eventually(() => expect(boxes(wrapper)[0]!.checked).toBe(false));
  expect(boxes(wrapper)[0]!.disabled).toBe(true);
});

test('what was agreed to before is said, not ticked', async () => {
  const { wrapper } = await givenPage({
    productIds: ['prd_1'],
    accepted: ['PAGE_BY_PAGE', 'FULLY_UNDERSTOOD'],
  });
  await eventually(() =>
    expect(wrapper.findAll('.accepted').map((item) => item.text())).toEqual(['已同意', '已同意']),
  );
  expect(boxes(wrapper)).toEqual([]);
});
