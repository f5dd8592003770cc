import { unzipSync } from 'fflate';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { packageFaults } from '../../evidence/package.ts';
import { saleFaults } from '../../evidence/sale.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { limits } from '../../limits.ts';
import type { SectionRow } from '../section/section.queries.ts';
import { suspendBidSection } from '../section/section.service.ts';
import { evidenceOf } from './order.evidence.ts';
import {
  ACCEPT_FOR_ALL,
  acceptEverythingForAll,
  CANCEL,
  CHOOSE_FOR_ALL,
  filledIn,
  RECORD_FOR_ALL,
  readingOf,
  SAVE,
  SAVE_FOR_ALL,
  type Scene,
  START,
  START_SEVERAL,
  SUBMIT,
  SUBMIT_SEVERAL,
  sceneOf,
  toRead,
} from './order.fixture.ts';
import { saleOf, verifySales } from './order.proof.ts';

let h: Harness;
let scene: Scene;
let sections: SectionRow[];
beforeEach(async () => {
  h = await createHarness();
  scene = await sceneOf(h);
  sections = [scene.section, await h.given.section(), await h.given.section()];
});

const startInput = (changes: Record<string, unknown> = {}) => ({
  sectionIds: sections.map(({ id }) => id),
  depositKind: 'BID',
  form: 'INSURANCE',
  onlyTogether: true,
  ...changes,
});
const suspended = (section: SectionRow) =>
  h.actAs({ kind: 'API_CLIENT', id: 'api_centre', scopes: ['sections:write'], insurerId: null }, (command) =>
    suspendBidSection(command, { id: section.id }),
  );
const shared = { applicant: filledIn.applicant, handler: filledIn.handler };

/** Asks for something that has to be refused, and shows that nothing was written. */
async function refused(document: string, input: Record<string, unknown>, ask = scene.ask) {
  const before = await h.content();
  const { data } = await ask(document, { input });
  expect(await h.content()).toBe(before);
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any mutation
  return Object.values(data)[0] as any;
}

async function started(changes: Record<string, unknown> = {}) {
  const { data } = await scene.ask(START_SEVERAL, { input: startInput(changes) });
  expect(data.startOrders.code).toBeUndefined();
  // Orders come by the codes of their sections.
  const orderOf = (section: SectionRow | undefined): string =>
    data.startOrders.orders.find((order: { section: { id: string } }) => order.section.id === section?.id)
      ?.id;
  return { batch: data.startOrders, batchId: data.startOrders.id as string, orderOf };
}

/** A batch of which every order can be submitted. */
async function ready() {
  const begun = await started();
  const { batchId, orderOf } = begun;
  await scene.ask(CHOOSE_FOR_ALL, { input: { batchId, productIds: [scene.products[0]?.id] } });
  await scene.ask(SAVE_FOR_ALL, { input: { batchId, application: shared } });
  await acceptEverythingForAll(h, batchId, orderOf(sections[0]), scene.ask);
  return begun;
}
const shown = async (batchId: string, fields: string, ask = scene.ask) =>
  (await ask(`query ($id: ID!) { orderBatch(id: $id) { ${fields} } }`, { id: batchId })).data?.orderBatch;

describe('starting several', () => {
  test('makes a draft of each section, linked with one another', async () => {
    const { batch, batchId, orderOf } = await started({
      sectionIds: [...sections, ...sections].map(({ id }) => id),
    });
    expect(batch.orders.map(({ state }: { state: string }) => state)).toEqual(['DRAFT', 'DRAFT', 'DRAFT']);
    expect(batch.notStarted).toEqual([]);
    const codes = batch.orders.map(({ section }: { section: { code: string } }) => section.code);
    expect(codes).toEqual(sections.map(({ code }) => code).toSorted());
    const { data } = await scene.ask(
      'query ($id: ID!) { order(id: $id) { batch { id orders { id } } application { cover { startOn days } } } }',
      { id: orderOf(sections[1]) },
    );
    expect(data.order).toMatchObject({
      batch: { id: batchId },
      application: { cover: { startOn: '2026-12-04', days: 90 } },
    });
    expect(data.order.batch.orders).toHaveLength(3);
  });

  test('names each section that cannot be applied for, and then starts nothing or the others, as asked', async () => {
    const [, second, third] = sections as [SectionRow, SectionRow, SectionRow];
    const { data } = await scene.ask(START, {
      input: { sectionId: second.id, depositKind: 'BID', form: 'INSURANCE' },
    });
    await suspended(third);
    const absent = 'sec_aaaaaaaaaaaaaaaaaaaaaaaaaa';
    const sectionIds = [...sections.map(({ id }) => id), absent];
    const reasons = [
      { section: { id: second.id }, order: data.startOrder, code: 'DUPLICATE_ORDER', issues: [] },
      { section: { id: third.id }, order: null, code: 'SECTION_CLOSED', issues: [] },
      { section: null, order: null, code: 'NOT_FOUND', issues: [] },
    ].map((reason) => ({
      ...reason,
      order: reason.order && { id: reason.order.id },
      message: expect.any(String),
    }));

    const answer = await refused(START_SEVERAL, startInput({ sectionIds }));
    expect(answer).toMatchObject({ code: 'BATCH_REFUSED', refusals: reasons });
    expect(answer.message).toContain('3 个标段未通过，没有创建任何订单');
    expect(
      await refused(START_SEVERAL, startInput({ sectionIds: [third.id, absent], onlyTogether: false })),
    ).toMatchObject({ code: 'BATCH_REFUSED', refusals: reasons.slice(1) });

    const { batch } = await started({ sectionIds, onlyTogether: false });
    expect(batch.orders).toMatchObject([{ section: { id: sections[0]?.id } }]);
    expect(batch.notStarted).toEqual(reasons);
    expect(await shown(batch.id, 'notStarted { code }')).toEqual({
      notStarted: reasons.map(({ code }) => ({ code })),
    });
  });

  test('is refused as a whole for too many sections, a kind that none asks for, and an enterprise that is not ready', async () => {
    const many = Array.from({ length: limits.sectionsPerBatchMax + 1 }, (_, i) => `sec_${i}`);
    expect(await refused(START_SEVERAL, startInput({ sectionIds: many }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'sectionIds' }],
    });
    expect(await refused(START_SEVERAL, startInput({ sectionIds: [] }))).toMatchObject({
      issues: [{ path: 'sectionIds', message: '请选择标段' }],
    });
    expect(await refused(START_SEVERAL, startInput({ depositKind: 'WAGE' }))).toMatchObject({
      code: 'BATCH_REFUSED',
      refusals: sections.map(({ id }) => ({ section: { id }, issues: [{ path: 'depositKind' }] })),
    });
    const newcomer = h.as(await h.given.newcomer());
    expect(await refused(START_SEVERAL, startInput(), newcomer)).toMatchObject({ code: 'NOT_CERTIFIED' });
  });

  test('the same request under the same key makes one batch', async () => {
    const keyed = () =>
      scene.ask(START_SEVERAL, { input: startInput() }, { 'Idempotency-Key': 'several-sections-1' });
    const first = await keyed();
    expect((await keyed()).data).toEqual(first.data);
    expect((await h.rows()).orders).toBe(3);
    expect((await h.rows()).order_batches).toBe(1);
  });
});

test('a batch is there for its own enterprise alone, whoever else may see its orders', async () => {
  const { batchId, orderOf } = await ready();
  await scene.ask(SUBMIT_SEVERAL, { input: { batchId, onlyTogether: true } });
  await h.given.opened(scene.section.id);
  const read = '{ node(id: "BATCH") { id } order(id: "ORDER") { id batch { id } } }'
    .replace('BATCH', batchId)
    .replace('ORDER', orderOf(sections[0]));
  const operator = h.as(await h.given.operator());
  const underwriter = h.as(await h.given.underwriter(scene.insurers[0]?.id ?? ''));
  for (const ask of [operator, underwriter])
    expect((await ask(read)).data).toEqual({ node: null, order: { id: orderOf(sections[0]), batch: null } });
  const rival = h.as(await h.given.bidder());
  expect((await rival(read)).data).toEqual({ node: null, order: null });
  expect(await shown(batchId, 'id', rival)).toBeNull();
  for (const [document, input] of [
    [SUBMIT_SEVERAL, { batchId, onlyTogether: false }],
    [SAVE_FOR_ALL, { batchId, application: shared }],
    [CHOOSE_FOR_ALL, { batchId, productIds: [] }],
  ] as const)
    expect(await refused(document, input, rival)).toMatchObject({ code: 'NOT_FOUND' });
});

describe('filling in', () => {
  test('what all have in common is saved for all at once, or for none', async () => {
    const { batchId, orderOf } = await started();
    const { data } = await scene.ask(SAVE_FOR_ALL, { input: { batchId, application: shared } });
    for (const { application } of data.saveBatchApplication.orders)
      expect(application).toEqual({
        complete: true,
        applicant: { contactName: '王演示', contactPhone: '024-42800000' },
        handler: { mobile: '13900000001' },
      });

    expect(
      await refused(SAVE_FOR_ALL, { batchId, application: { applicant: { contactPhone: '12' } } }),
    ).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'application.applicant.contactPhone' }] });
    // A colleague has changed one of the orders meanwhile, whichever of them comes last.
    for (const section of sections) {
      const colleague = { orderId: orderOf(section), application: { applicant: { contactName: '张演示' } } };
      await scene.ask(SAVE, { input: colleague });
      const application = { applicant: { contactName: '赵演示' } };
      const seen = { applicant: { contactName: '王演示' } };
      expect(await refused(SAVE_FOR_ALL, { batchId, application, seen })).toMatchObject({
        code: 'DRAFT_CHANGED',
        paths: ['applicant.contactName'],
      });
      await scene.ask(SAVE_FOR_ALL, { input: { batchId, application: shared } });
    }
  });

  test('products are chosen for all, and refused with the section they do not suit', async () => {
    const { batchId } = await started();
    const [product] = scene.products;
    const { data } = await scene.ask(CHOOSE_FOR_ALL, { input: { batchId, productIds: [product?.id] } });
    for (const order of data.chooseBatchProducts.orders)
      expect(order.products).toEqual([{ id: product?.id }]);
    const elsewhere = await h.given.product(scene.insurers[0]?.id ?? '', { depositKind: 'PERFORMANCE' });
    const answer = await refused(CHOOSE_FOR_ALL, { batchId, productIds: [elsewhere.id] });
    expect(answer).toMatchObject({ code: 'INVALID_INPUT' });
    expect(answer.issues).toHaveLength(3);
    expect(answer.issues[0]).toEqual({
      path: 'productIds.0',
      message: expect.stringContaining('标段“'),
    });
  });
});

test('what is read once is proved in every order, by itself and without a word of the others', async () => {
  const { batchId, orderOf } = await started();
  await scene.ask(CHOOSE_FOR_ALL, { input: { batchId, productIds: [scene.products[0]?.id] } });
  const { required, pageVersion } = await toRead(orderOf(sections[0]), scene.ask);
  const pages = required.filter(({ statement }) => statement === 'PAGE_BY_PAGE');
  const accept = {
    batchId,
    statement: 'PAGE_BY_PAGE',
    documentIds: pages.map(({ document }) => document.id),
  };
  expect(await refused(ACCEPT_FOR_ALL, accept)).toMatchObject({
    code: 'TRANSITION_REFUSED',
    documents: pages.map(() => ({ opened: false })),
  });
  const events = pages.flatMap(({ document }) => readingOf(document, formatInstant(h.now())));
  await scene.ask(RECORD_FOR_ALL, { input: { batchId, pageVersion, events } });
  expect(await refused(ACCEPT_FOR_ALL, accept)).toMatchObject({ retryable: true });
  expect(
    await refused(ACCEPT_FOR_ALL, { ...accept, documentIds: ['doc_aaaaaaaaaaaaaaaaaaaaaaaaaa'] }),
  ).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'documentIds.0' }] });

  h.pass(limits.readingMsPerDocumentMax);
  const { data } = await scene.ask(ACCEPT_FOR_ALL, { input: accept });
  for (const { requiredDocuments } of data.acceptBatchDocuments.orders)
    expect(requiredDocuments.filter(({ accepted }: { accepted: boolean }) => accepted)).toHaveLength(4);

  const ids = sections.map(orderOf);
  const { reader } = h.app.core.database;
  expect(await verifySales(reader)).toEqual([]);
  for (const orderId of ids) {
    const sale = await saleOf(reader, orderId);
    expect(sale.acts).toHaveLength(events.length + 1);
    expect(sale.consents).toHaveLength(4);
    for (const consent of sale.consents) expect(consent.readToEndAt).not.toBeNull();
    expect(saleFaults(sale)).toEqual([]);
    const others = ids.filter((id) => id !== orderId);
    expect(others.filter((id) => JSON.stringify(sale).includes(id))).toEqual([]);
    expect(saleFaults({ ...sale, acts: sale.acts.slice(1) })).not.toEqual([]);
  }
});

test('the evidence of one of them is verified by itself, and tells nothing of those under seal', async () => {
  const { batchId, orderOf } = await ready();
  await scene.ask(SUBMIT_SEVERAL, { input: { batchId, onlyTogether: true } });
  await h.given.opened(scene.section.id);
  const operator = {
    kind: 'USER',
    role: 'OPERATOR',
    id: 'usr_operator',
    enterpriseId: null,
    insurerId: null,
    tokenHash: '',
    mustEnrol: false,
  } as const;
  const [own = '', ...others] = sections.map(orderOf);
  const file = (await evidenceOf(h.app.core, operator, own)) as Uint8Array;
  expect(packageFaults(file)).toEqual([]);
  const text = Object.values(unzipSync(file))
    .map((bytes) => Buffer.from(bytes).toString())
    .join();
  expect(text).toContain('DOCUMENT_READ_TO_END');
  expect([batchId, ...others].filter((id) => text.includes(id))).toEqual([]);
  for (const id of others) expect(await evidenceOf(h.app.core, operator, id)).toBeNull();
});

describe('submitting together', () => {
  test('hands all in, each to its insurers', async () => {
    const { batchId } = await ready();
    const keyed = () =>
      scene.ask(
        SUBMIT_SEVERAL,
        { input: { batchId, onlyTogether: true } },
        { 'Idempotency-Key': 'submit-several-1' },
      );
    const { data } = await keyed();
    expect(data.submitOrders).toMatchObject({
      submittedAt: expect.any(String),
      notSubmitted: [],
      orders: sections.map(() => ({ state: 'UNDERWRITING' })),
    });
    expect((await keyed()).data).toEqual(data);
    expect((await h.rows()).quotes).toBe(3);
    expect(await refused(SUBMIT_SEVERAL, { batchId, onlyTogether: false })).toMatchObject({
      code: 'TRANSITION_REFUSED',
      refusedIn: 'UNDERWRITING',
    });
    expect(await refused(SAVE_FOR_ALL, { batchId, application: shared })).toMatchObject({
      code: 'TRANSITION_REFUSED',
    });
  });

  test('some are refused with the reason and the field, and then none goes or the others go, as asked', async () => {
    const { batchId, orderOf } = await ready();
    const [first, second, third] = sections as [SectionRow, SectionRow, SectionRow];
    await scene.ask(SAVE, {
      input: { orderId: orderOf(second), application: { insured: { name: null }, cover: { days: 3 } } },
    });
    await suspended(third);
    const reasons = [
      {
        section: { id: second.id },
        order: { id: orderOf(second) },
        code: 'INVALID_INPUT',
        issues: expect.arrayContaining([
          { path: 'application.insured.name', message: '请填写被保险人名称' },
          { path: 'application.cover.days', message: expect.any(String) },
        ]),
      },
      { section: { id: third.id }, order: { id: orderOf(third) }, code: 'SECTION_CLOSED', issues: [] },
    ];
    const byId = (a: { section: { id: string } }, b: { section: { id: string } }) =>
      a.section.id < b.section.id ? -1 : 1;
    const answer = await refused(SUBMIT_SEVERAL, { batchId, onlyTogether: true });
    expect(answer.code).toBe('BATCH_REFUSED');
    expect(answer.refusals.toSorted(byId)).toMatchObject(reasons.toSorted(byId));

    const { data } = await scene.ask(SUBMIT_SEVERAL, { input: { batchId, onlyTogether: false } });
    expect(data.submitOrders.notSubmitted.toSorted(byId)).toMatchObject(reasons.toSorted(byId));
    const states = Object.fromEntries(
      data.submitOrders.orders.map((order: { id: string; state: string }) => [order.id, order.state]),
    );
    expect(states).toEqual({
      [orderOf(first)]: 'UNDERWRITING',
      [orderOf(second)]: 'DRAFT',
      [orderOf(third)]: 'DRAFT',
    });
    // Of those that stayed, nothing was left behind.
    expect((await h.rows()).quotes).toBe(1);
    expect((await h.rows()).order_papers).toBe(2);

    // What is left goes on by itself or with the rest, once it is mended.
    await scene.ask(SAVE, {
      input: {
        orderId: orderOf(second),
        application: { insured: { name: '演示招标人' }, cover: { days: 90 } },
      },
    });
    await scene.ask(CANCEL, { input: { orderId: orderOf(third), reason: '不再参加' } });
    const again = await scene.ask(SUBMIT_SEVERAL, { input: { batchId, onlyTogether: true } });
    expect(again.data.submitOrders).toMatchObject({ notSubmitted: [] });
  });

  test('one of them goes the way of a single order too', async () => {
    const { orderOf, batchId } = await ready();
    const { data } = await scene.ask(SUBMIT, { input: { orderId: orderOf(sections[0]) } });
    expect(data.submitOrder.state).toBe('UNDERWRITING');
    const answer = await scene.ask(SUBMIT_SEVERAL, { input: { batchId, onlyTogether: false } });
    expect(answer.data.submitOrders).toMatchObject({
      notSubmitted: [],
      orders: sections.map(() => ({ state: 'UNDERWRITING' })),
    });
  });
});
