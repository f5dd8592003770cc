import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { type Ask, createHarness, type Harness } from '../../../test/support/harness.ts';
import { readyOrder, type Scene, SUBMIT, sceneOf } from '../order/order.fixture.ts';
import { pdfUpload } from '../payment/payment.fixture.ts';

const REFUSAL = '... on Error { code message } ... on InvalidInput { issues { path message } }';
const SAVE_INSURER = `mutation ($input: SaveInsurerInput!) { saveInsurer(input: $input) {
  ... on Insurer { id name licenseValidUntil state stateLabel availableEvents } ${REFUSAL} } }`;
const SUSPEND = `mutation ($input: InsurerReasonInput!) { suspendInsurer(input: $input) { ... on Insurer { id state } ${REFUSAL} } }`;
const RESUME = `mutation ($input: InsurerReasonInput!) { resumeInsurer(input: $input) { ... on Insurer { id state } ${REFUSAL} } }`;
const SAVE_PRODUCT = `mutation ($input: SaveProductInput!) { saveProduct(input: $input) { ... on Product { id } ${REFUSAL} } }`;
const DEACTIVATE = `mutation ($input: ProductReasonInput!) { deactivateProduct(input: $input) { ... on Product { id active } ${REFUSAL} } }`;
const ACTIVATE = `mutation ($input: ProductReasonInput!) { activateProduct(input: $input) { ... on Product { id active } ${REFUSAL} } }`;
const PUBLISH = `mutation ($input: PublishDocumentInput!) { publishDocument(input: $input) {
  ... on ProductDocument { id version sha256 file { id sha256 url } } ${REFUSAL} } }`;
const CHOOSE = `mutation ($input: ChooseProductsInput!) { chooseProducts(input: $input) { ... on Order { id } ${REFUSAL} } }`;
const OFFER = `query ($sectionId: ID!, $kind: DepositKind!) {
  products(sectionId: $sectionId, depositKind: $kind, form: INSURANCE) { id insurer { name } }
  productsNotOnOffer(sectionId: $sectionId, depositKind: $kind, form: INSURANCE) { product { id } reasons }
  platform { productOrderRule } }`;

let h: Harness;
let scene: Scene;
let operator: Person;
let asOperator: Ask;
beforeEach(async () => {
  h = await createHarness();
  scene = await sceneOf(h);
  operator = await h.given.operator();
  asOperator = h.as(operator);
});

const productInput = (more: Record<string, unknown> = {}) => ({
  id: scene.products[0]?.id,
  insurerId: scene.insurers[0]?.id,
  name: 'BID 测试产品',
  depositKind: 'BID',
  form: 'INSURANCE',
  formula: 'PER_CASE',
  rate: '0.004',
  minimumPremium: '200.00',
  active: true,
  ...more,
});
const insurerInput = (more: Record<string, unknown> = {}) => ({
  id: scene.insurers[0]?.id,
  name: scene.insurers[0]?.name,
  shortName: scene.insurers[0]?.shortName,
  licenseNumber: '演示-000001',
  hotline: '400-000-0001',
  account: {
    accountName: scene.insurers[0]?.accountName,
    bankName: '演示银行本溪分行',
    accountNumber: scene.insurers[0]?.accountNumber,
  },
  ...more,
});

async function offered(who: Person | null = scene.bidder) {
  const { data } = await h.as(who)(OFFER, { sectionId: scene.section.id, kind: 'BID' });
  return {
    ids: data.products.map(({ id }: { id: string }) => id),
    refused: data.productsNotOnOffer.flatMap(({ reasons }: { reasons: string[] }) => reasons),
  };
}

/** The refusal of an input, with proof that nothing was written. */
async function refused(ask: Ask, document: string, input: Record<string, unknown>) {
  const before = await h.content();
  const answer = await ask(document, { input });
  expect(await h.content()).toBe(before);
  const [result] = Object.values(answer.data ?? {}) as {
    code: string;
    issues?: { path: string; message: string }[];
  }[];
  return { code: result?.code, paths: result?.issues?.map(({ path }) => path), issues: result?.issues };
}

async function changesOf(query: string, type = '... on Insurer'): Promise<unknown[]> {
  const events = 'events { event note changes { field before after } }';
  return (await asOperator(`{ found: ${query} { ${type} { ${events} } } }`)).data.found.events;
}

describe('an insurer', () => {
  test('is registered, changed, suspended and resumed, each act with what it changed', async () => {
    const created = await asOperator(SAVE_INSURER, {
      input: insurerInput({
        id: undefined,
        name: '新登记财产保险股份有限公司（演示）',
        licenseValidUntil: '2027-06-30',
      }),
    });
    expect(created.data.saveInsurer).toEqual({
      id: expect.stringMatching(/^ins_/),
      name: '新登记财产保险股份有限公司（演示）',
      licenseValidUntil: '2027-06-30',
      state: 'ACTIVE',
      stateLabel: '正常',
      availableEvents: ['SUSPEND'],
    });
    const { id } = created.data.saveInsurer;
    const renamed = insurerInput({ id, name: '新登记财产保险股份有限公司（演示）', hotline: '400-000-0009' });
    await asOperator(SAVE_INSURER, { input: renamed });
    await asOperator(SAVE_INSURER, { input: renamed });
    await asOperator(SUSPEND, { input: { id, reason: '监管要求' } });
    await asOperator(RESUME, { input: { id, reason: '整改完成' } });
    expect(await changesOf(`insurer(id: "${id}")`)).toEqual([
      {
        event: 'REGISTER',
        note: expect.any(String),
        changes: expect.arrayContaining([{ field: 'licenseValidUntil', before: null, after: '2027-06-30' }]),
      },
      {
        event: 'SAVE',
        note: expect.any(String),
        changes: [{ field: 'hotline', before: '400-000-0001', after: '400-000-0009' }],
      },
      { event: 'SUSPEND', note: '监管要求', changes: [] },
      { event: 'RESUME', note: '整改完成', changes: [] },
    ]);
  });

  test('is refused with a name that is taken, a licence that ends before it begins, or a logo that is more than a drawing', async () => {
    const other = await h.given.insurer();
    expect(await refused(asOperator, SAVE_INSURER, insurerInput({ name: ` ${other.name} ` }))).toMatchObject({
      paths: ['name'],
    });
    const licence = { licenseValidFrom: '2027-01-01', licenseValidUntil: '2026-12-31' };
    expect(await refused(asOperator, SAVE_INSURER, insurerInput(licence))).toMatchObject({
      paths: ['licenseValidUntil'],
    });
    const logoSvg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    expect(await refused(asOperator, SAVE_INSURER, insurerInput({ logoSvg }))).toMatchObject({
      paths: ['logoSvg'],
    });
    expect(await refused(asOperator, SUSPEND, { id: 'ins_absent', reason: '无' })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refused(asOperator, RESUME, { id: scene.insurers[0]?.id, reason: '无' })).toMatchObject({
      code: 'TRANSITION_REFUSED',
    });
  });

  test('has a logo that is served as a drawing and nothing else', async () => {
    const id = scene.insurers[0]?.id;
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>';
    await asOperator(SAVE_INSURER, { input: insurerInput({ logoSvg: `<!-- a -->${drawing}` }) });
    await asOperator(SAVE_INSURER, { input: insurerInput({ hotline: '400-000-0002' }) });
    const logo = await h.fetch(null, `/insurers/${id}/logo.svg`);
    expect(await logo.text()).toBe(drawing);
    expect(logo.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(logo.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
    expect(logo.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('shows its account and its history to staff and itself alone', async () => {
    const id = scene.insurers[0]?.id ?? '';
    const own = await h.given.underwriter(id);
    const other = await h.given.underwriter((await h.given.insurer()).id);
    const seen = async (who: Person | null) =>
      (
        await h.as(who)(
          `{ node(id: "${id}") { ... on Insurer { name account { accountName } events { event } } } }`,
        )
      ).data.node;
    for (const inside of [operator, own]) {
      expect(await seen(inside)).toEqual({
        name: scene.insurers[0]?.name,
        account: { accountName: scene.insurers[0]?.accountName },
        events: [{ event: 'REGISTER' }],
      });
    }
    for (const outside of [other, scene.bidder, null]) {
      expect(await seen(outside)).toEqual({ name: scene.insurers[0]?.name, account: null, events: [] });
    }
  });

  test('is listed for staff, and to an underwriter only its own', async () => {
    const other = await h.given.insurer();
    const list = `{ insurers { totalCount nodes { id } } allProducts(filter: { active: true }) { totalCount nodes { id } }
      a: insurer(id: "${scene.insurers[0]?.id}") { id } b: insurer(id: "${other.id}") { id } }`;
    expect((await asOperator(list)).data).toMatchObject({
      insurers: { totalCount: 2 },
      allProducts: { totalCount: 1 },
    });
    const { data } = await h.as(await h.given.underwriter(other.id))(list);
    expect(data).toEqual({
      insurers: { totalCount: 1, nodes: [{ id: other.id }] },
      allProducts: { totalCount: 0, nodes: [] },
      a: null,
      b: { id: other.id },
    });
    const { errors } = await scene.ask(list);
    expect(errors?.map((error) => error.extensions.code)).toContain('FORBIDDEN');
  });
});

describe('a product', () => {
  test('is on offer in the neutral order that is stated, and none is preferred', async () => {
    const names = ['乙演示财产保险', '甲演示财产保险', '丙演示财产保险'];
    for (const name of names) await h.given.product((await h.given.insurer(name)).id);
    const { data } = await scene.ask(OFFER, { sectionId: scene.section.id, kind: 'BID' });
    const listed = data.products.map(({ insurer }: { insurer: { name: string } }) => insurer.name);
    expect(listed).toHaveLength(4);
    expect(listed).toEqual([...listed].sort());
    expect(data.platform.productOrderRule).toBe('按保险机构全称的字符顺序排列，不作推荐。');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['region', { regionCodes: ['210503', '210504'] }, '承保区域为溪湖区、明山区，不含本标段所在区域'],
    ['largest sum', { maximumSum: '99999.99' }, '保险金额超过最高限额 99,999.99 元'],
    ['smallest sum', { minimumSum: '100000.01' }, '保险金额低于最低限额 100,000.01 元'],
    ['largest days', { maximumDays: 89 }, '保障天数超过最长 89 天'],
  ])(
    'that does not fit by its %s is not on offer, and everybody is told why',
    async (_what, limit, reason) => {
      await asOperator(SAVE_PRODUCT, { input: productInput(limit) });
      expect(await offered()).toEqual({ ids: [], refused: [reason] });
      await asOperator(SAVE_PRODUCT, {
        input: productInput(Object.fromEntries(Object.keys(limit).map((key) => [key, null]))),
      });
      expect(await offered()).toEqual({ ids: [scene.products[0]?.id], refused: [] });
    },
  );

  test('at its very limits is on offer', async () => {
    const limits = {
      regionCodes: ['210500'],
      minimumSum: '100000',
      maximumSum: '100000',
      maximumDays: 90,
      validFrom: '2026-11-24',
      validUntil: '2026-11-24',
    };
    await asOperator(SAVE_PRODUCT, { input: productInput(limits) });
    expect((await offered()).ids).toEqual([scene.products[0]?.id]);
    h.pass(86_400_000);
    expect((await offered()).ids).toEqual([]);
  });

  test('that is not sold at all is absent to bidders, and staff are told why', async () => {
    const insurerId = scene.insurers[0]?.id ?? '';
    await asOperator(SAVE_PRODUCT, { input: productInput({ validFrom: '2026-12-01' }) });
    await asOperator(DEACTIVATE, { input: { id: scene.products[0]?.id, reason: '停售' } });
    await asOperator(SUSPEND, { input: { id: insurerId, reason: '暂停' } });
    await asOperator(SAVE_INSURER, { input: insurerInput({ licenseValidUntil: '2026-11-23' }) });
    expect(await offered()).toEqual({ ids: [], refused: [] });
    expect((await offered(await h.given.underwriter(insurerId))).refused).toEqual([
      '产品已停售',
      '机构已暂停业务',
      '机构的许可证不在有效期内',
      '产品不在销售期内',
    ]);
    await asOperator(ACTIVATE, { input: { id: scene.products[0]?.id, reason: '恢复' } });
    const acts = (await changesOf(`node(id: "${scene.products[0]?.id}")`, '... on Product')) as {
      event: string;
    }[];
    expect(acts.map(({ event }) => event)).toEqual(['SAVE', 'SAVE', 'DEACTIVATE', 'ACTIVATE']);
    expect(acts.at(-1)).toEqual({
      event: 'ACTIVATE',
      note: '恢复',
      changes: [{ field: 'active', before: 'false', after: 'true' }],
    });
  });

  test('without the texts that have to be read is not on offer', async () => {
    const { data } = await asOperator(SAVE_PRODUCT, {
      input: productInput({ id: undefined, name: '没有文件的产品' }),
    });
    expect((await offered()).ids).not.toContain(data.saveProduct.id);
    expect((await offered(operator)).refused).toEqual(['产品缺少投保前须阅读的文件']);
  });

  test('is refused with limits that are none, and stays what it is for', async () => {
    const faults: [Record<string, unknown>, string[]][] = [
      [{ minimumSum: '2', maximumSum: '1' }, ['maximumSum']],
      [{ validFrom: '2027-01-02', validUntil: '2027-01-01' }, ['validUntil']],
      [{ regionCodes: ['210502', '999999'] }, ['regionCodes.1']],
      [{ regionCodes: [] }, ['regionCodes']],
      [{ maximumDays: 0 }, ['maximumDays']],
      [{ depositKind: 'WAGE', form: 'SURETY' }, ['depositKind', 'form']],
      [{ formula: 'MANUAL' }, ['rate']],
      [{ formula: 'TIERED', rate: null }, ['tiers']],
    ];
    for (const [change, paths] of faults) {
      expect(await refused(asOperator, SAVE_PRODUCT, productInput(change))).toMatchObject({
        code: 'INVALID_INPUT',
        paths,
      });
    }
    expect(await refused(asOperator, DEACTIVATE, { id: 'prd_absent', reason: '无' })).toMatchObject({
      code: 'NOT_FOUND',
    });
    const own = await h.given.underwriter(scene.insurers[0]?.id ?? '');
    const { errors } = await h.as(own)(SAVE_PRODUCT, { input: productInput() });
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('with a premium set by hand has no reference premium', async () => {
    await asOperator(SAVE_PRODUCT, { input: productInput({ formula: 'MANUAL', rate: null }) });
    const { data } = await scene.ask(
      `query ($id: ID!) { products(sectionId: $id, depositKind: BID, form: INSURANCE) { formulaLabel referencePremium { premium } } }`,
      { id: scene.section.id },
    );
    expect(data.products).toEqual([{ formulaLabel: '人工核定', referencePremium: null }]);
  });

  test('that no longer fits is refused when it is chosen and when the order is submitted, by its place', async () => {
    const orderId = await readyOrder(scene);
    await asOperator(SAVE_PRODUCT, { input: productInput({ regionCodes: ['210503'], maximumDays: 30 }) });
    expect(
      await refused(scene.ask, SUBMIT.replace('... on ConsentMissing { documents { kind } }', ''), {
        orderId,
      }),
    ).toMatchObject({
      code: 'INVALID_INPUT',
      paths: ['productIds.0', 'application.cover.days', 'productIds.0'],
    });
    const productIds = scene.products.map(({ id }) => id);
    expect(await refused(scene.ask, CHOOSE, { orderId, productIds })).toMatchObject({
      paths: ['productIds.0'],
    });
    expect(await refused(scene.ask, CHOOSE, { orderId, productIds: ['prd_absent'] })).toMatchObject({
      paths: ['productIds.0'],
    });
  });
});

describe('a document', () => {
  const text = (more: Record<string, unknown> = {}) => ({
    productId: scene.products[0]?.id,
    kind: 'POLICY_TERMS',
    title: '保险条款（第二版）',
    pages: ['第一页', '第二页', '第三页'],
    ...more,
  });

  test('is published with a PDF that everybody may download, both under one hash, and older versions stay', async () => {
    const before = await scene.ask(
      `{ node(id: "${scene.products[0]?.id}") { ... on Product { documents { id kind } } } }`,
    );
    const old = before.data.node.documents.find(({ kind }: { kind: string }) => kind === 'POLICY_TERMS').id;
    const own = await h.given.underwriter(scene.insurers[0]?.id ?? '');
    const uploadId = await pdfUpload(h, own, 'DOCUMENT');
    expect((await h.fetch(null, `/files/${uploadId}`)).status).toBe(404);
    const { data } = await h.as(own)(PUBLISH, { input: text({ uploadId }) });
    const published = data.publishDocument;
    expect(published).toMatchObject({ version: 2, file: { id: uploadId, url: `/files/${uploadId}` } });

    const file = await h.fetch(null, published.file.url);
    expect(file.headers.get('content-type')).toBe('application/pdf');
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(published.file.sha256);
    const { title, pages } = text() as { title: string; pages: string[] };
    expect(published.sha256).toBe(
      createHash('sha256')
        .update(JSON.stringify([title, pages, published.file.sha256]))
        .digest('hex'),
    );

    const versions = await asOperator(
      `{ documentVersions(filter: { productId: "${scene.products[0]?.id}", kind: POLICY_TERMS }) { totalCount nodes { id version replacedAt } } }`,
    );
    expect(versions.data.documentVersions).toEqual({
      totalCount: 2,
      nodes: expect.arrayContaining([
        { id: published.id, version: 2, replacedAt: null },
        { id: old, version: 1, replacedAt: expect.any(String) },
      ]),
    });
    const read = await scene.ask(`{ node(id: "${old}") { ... on ProductDocument { version pages } } }`);
    expect(read.data.node).toEqual({ version: 1, pages: ['第一页', '第二页'] });
  });

  test('of a new version makes consents to the old one not count for an order that is not submitted', async () => {
    const orderId = await readyOrder(scene);
    await asOperator(PUBLISH, { input: text() });
    const { data } = await scene.ask(SUBMIT, { input: { orderId } });
    expect(data.submitOrder).toMatchObject({
      code: 'CONSENT_MISSING',
      documents: [{ kind: 'POLICY_TERMS' }],
    });
  });

  test('is not published by another insurer, nor the platform’s by any, nor with a file of other making', async () => {
    const other = await h.given.underwriter((await h.given.insurer()).id);
    const ask = h.as(other);
    expect(await refused(ask, PUBLISH, text())).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused(ask, PUBLISH, text({ productId: null, kind: 'PRIVACY_POLICY' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    const policy = await pdfUpload(h, operator, 'POLICY');
    expect(await refused(asOperator, PUBLISH, text({ uploadId: policy }))).toMatchObject({
      code: 'UPLOAD_REFUSED',
    });
    const { data } = await ask(
      `{ documentVersions(filter: { productId: "${scene.products[0]?.id}" }) { totalCount } }`,
    );
    expect(data.documentVersions.totalCount).toBe(0);
    await expect(pdfUpload(h, scene.bidder, 'DOCUMENT')).rejects.toThrow('UPLOAD_REFUSED');
  });
});
