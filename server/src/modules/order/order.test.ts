import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { products } from '../../db/tables/insurer.ts';
import { machineGrid } from '../../kernel/machine.ts';
import { postponeBidSection, suspendBidSection } from '../section/section.service.ts';
import {
  ACCEPT_DOCUMENTS,
  CANCEL,
  CHOOSE,
  DECLINE,
  filledIn,
  inDays,
  RECORD,
  readingOf,
  readyOrder,
  SAVE,
  type Scene,
  START,
  START_AGAIN,
  SUBMIT,
  sceneOf,
  startedOrder,
  submittedOrder,
  toRead,
} from './order.fixture.ts';
import { orderMachine } from './order.machine.ts';
import { lapseOrders } from './order.service.ts';

const DAY_MS = 86_400_000;
let h: Harness;
let scene: Scene;
beforeEach(async () => {
  h = await createHarness();
});

/** Asks for something that has to be refused, and shows that nothing was written. */
async function refused(ask: () => Promise<{ data: Record<string, unknown> }>) {
  const before = await h.content();
  const { data } = await ask();
  const [answer] = Object.values(data) as { code: string; issues?: { path: string; message: string }[] }[];
  expect(await h.content()).toBe(before);
  return answer;
}
const orderOf = async (orderId: string, fields: string, ask = scene.ask) =>
  (await ask(`query ($id: ID!) { order(id: $id) { ${fields} } }`, { id: orderId })).data.order;

test('the machine of an order, a row a state', () => {
  expect(machineGrid(orderMachine)).toMatchInlineSnapshot(`
    "state            SUBMIT       OFFER            DECLINE  AWAIT_OFFER  SUBMIT_VOUCHER WITHDRAW_VOUCHER REJECT_PAYMENT   CONFIRM_PAYMENT ISSUE     SURRENDER   CANCEL    LAPSE
    DRAFT            UNDERWRITING .                .        .            .              .                .                .               .         .           CANCELLED LAPSED
    UNDERWRITING     .            AWAITING_PAYMENT DECLINED .            .              .                .                .               .         .           CANCELLED LAPSED
    AWAITING_PAYMENT .            .                .        UNDERWRITING PAYMENT_REVIEW .                .                ISSUING         .         .           CANCELLED LAPSED
    PAYMENT_REVIEW   .            .                .        .            .              AWAITING_PAYMENT AWAITING_PAYMENT ISSUING         .         .           .         LAPSED
    ISSUING          .            .                .        .            .              .                .                .               COMPLETED .           .         .
    COMPLETED        .            .                .        .            .              .                .                .               .         SURRENDERED .         .
    SURRENDERED      .            .                .        .            .              .                .                .               .         .           .         .
    DECLINED         .            .                .        .            .              .                .                .               .         .           .         .
    CANCELLED        .            .                .        .            .              .                .                .               .         .           .         .
    LAPSED           .            .                .        .            .              .                .                ISSUING         .         .           .         ."
  `);
});

describe('starting', () => {
  test('fills in what section, profile and the last order know', async () => {
    scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const enterprise = await h.given.enterpriseOf(scene.bidder);
    const order = await orderOf(
      orderId,
      `number state stateLabel nextActor availableEvents depositAmount orderAmount dueAt enterprise { name }
       application { complete warnings { path } section { projectCode projectName depositAmount } cover { sumInsured startOn days endOn }
         applicant { name registeredAddress contactName } insured { name } handler { name } }`,
    );
    expect(order).toEqual({
      number: expect.stringMatching(/^20261124100000000D\d{13}$/),
      state: 'DRAFT',
      stateLabel: '草稿',
      nextActor: 'BIDDER',
      availableEvents: ['SUBMIT', 'CANCEL'],
      depositAmount: '100000.00',
      orderAmount: null,
      dueAt: '2026-12-04T10:00:00.000+08:00',
      enterprise: { name: enterprise.name },
      application: {
        complete: false,
        warnings: [],
        section: {
          projectCode: scene.section.projectCode,
          projectName: '平山区测试道路改造工程',
          depositAmount: '100000.00',
        },
        cover: { sumInsured: '100000.00', startOn: '2026-12-04', days: 90, endOn: '2027-03-03' },
        applicant: { name: enterprise.name, registeredAddress: '平山区人民路 1 号', contactName: null },
        insured: { name: '本溪市平山区测试建设服务中心' },
        handler: { name: null },
      },
    });
    expect(await h.events()).toContain('BIDDER order START: · -> DRAFT');

    await scene.ask(SAVE, { input: { orderId, application: filledIn } });
    const next = await h.given.section();
    const second = await startedOrder({ ...scene, section: next });
    const { application } = await orderOf(
      second,
      'application { complete applicant { contactName contactPhone qualification } handler { mobile } section { constructionDays } }',
    );
    expect(application).toEqual({
      complete: true,
      applicant: { contactName: '王演示', contactPhone: '024-42800000', qualification: 'FIRST' },
      handler: { mobile: '13900000001' },
      section: { constructionDays: null },
    });
  });

  test('cover of other kinds begins tomorrow and lasts a year', async () => {
    scene = await sceneOf(h, { kind: 'PERFORMANCE' });
    const { application } = await orderOf(
      await startedOrder(scene),
      'application { cover { startOn days } }',
    );
    expect(application.cover).toEqual({ startOn: '2026-11-25', days: 365 });
  });

  const start = (changes: Record<string, unknown> = {}, ask = scene.ask) =>
    refused(() =>
      ask(START, {
        input: { sectionId: scene.section.id, depositKind: scene.kind, form: 'INSURANCE', ...changes },
      }),
    );
  const mayApply = async (kind = 'BID', ask = scene.ask) =>
    (
      await ask(
        `query ($id: ID!, $kind: DepositKind!) { bidSection(id: $id) { mayApply(kind: $kind) { allowed code message orderId } } }`,
        { id: scene.section.id, kind },
      )
    ).data.bidSection.mayApply;

  test('is refused with the same reason that mayApply gives', async () => {
    scene = await sceneOf(h);
    const sameReason = async (code: string, kind = 'BID', ask = scene.ask) => {
      const answer = (await start({ depositKind: kind }, ask)) as {
        code: string;
        message: string;
        orderId?: string;
      };
      expect(answer.code).toBe(code);
      const may = { allowed: false, code, message: answer.message, orderId: answer.orderId ?? null };
      expect(await mayApply(kind, ask)).toEqual(may);
    };
    expect(await mayApply()).toEqual({ allowed: true, code: null, message: null, orderId: null });
    expect(await mayApply('BID', h.as(null))).toMatchObject({ allowed: false, code: 'UNAUTHENTICATED' });
    expect(await mayApply('BID', h.as(await h.given.operator()))).toMatchObject({
      allowed: false,
      code: 'FORBIDDEN',
    });

    expect(await start({ sectionId: 'sec_absent' })).toMatchObject({ code: 'NOT_FOUND' });
    await sameReason('INVALID_INPUT', 'WAGE');
    await sameReason('NOT_CERTIFIED', 'BID', h.as(await h.given.newcomer()));
    await sameReason('PROFILE_INCOMPLETE', 'BID', h.as(await h.given.bidder({ complete: false })));

    const orderId = await startedOrder(scene);
    await sameReason('DUPLICATE_ORDER');
    expect((await mayApply()).orderId).toBe(orderId);
    expect(await mayApply('PERFORMANCE')).toMatchObject({ allowed: true });

    h.pass(10 * DAY_MS - 1);
    expect(await mayApply('BID', h.as(await h.given.bidder()))).toMatchObject({ allowed: true });
    h.pass(1);
    await sameReason('DEADLINE_PASSED', 'BID', h.as(await h.given.bidder()));
  });

  test('is refused where the section is suspended, or opened and the deposit is for the bid', async () => {
    scene = await sceneOf(h);
    await h.given.opened(scene.section.id);
    expect(await start()).toMatchObject({ code: 'SECTION_CLOSED' });
    expect(await mayApply('PERFORMANCE')).toMatchObject({ allowed: true });

    scene = { ...scene, section: await h.given.section() };
    await h.actAs(
      { kind: 'API_CLIENT', id: 'api_centre', scopes: ['sections:write'], insurerId: null },
      (command) => suspendBidSection(command, { id: scene.section.id }),
    );
    expect(await start()).toMatchObject({ code: 'SECTION_CLOSED' });
    expect(await mayApply('PERFORMANCE')).toMatchObject({ allowed: false, code: 'SECTION_CLOSED' });
  });

  test('is for bidders only', async () => {
    scene = await sceneOf(h);
    const input = { sectionId: scene.section.id, depositKind: 'BID', form: 'INSURANCE' };
    for (const [who, code] of [
      [null, 'UNAUTHENTICATED'],
      [await h.given.operator(), 'FORBIDDEN'],
      [await h.given.underwriter(scene.insurers[0]?.id ?? ''), 'FORBIDDEN'],
      [await h.given.apiClient(['sections:write']), 'FORBIDDEN'],
    ] as const) {
      const { errors } = await h.as(who)(START, { input });
      expect(errors?.[0].extensions.code).toBe(code);
    }
  });
});

describe('filling in', () => {
  test('an absent leaf is kept, null clears, texts and numbers take their one form', async () => {
    scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const save = async (application: unknown) =>
      (await scene.ask(SAVE, { input: { orderId, application } })).data.saveApplication.application;
    await save({
      ...filledIn,
      insured: { creditCode: ' qhtyx0000002345 ' },
      invoicePreference: { type: 'E_ORDINARY' },
    });
    const saved = await save({
      cover: { sumInsured: '90000' },
      applicant: { contactName: '  张演示 ', contactPhone: '+86 139 0000 0002' },
      handler: { email: null, name: '' },
    });
    expect(saved).toMatchObject({
      complete: true,
      warnings: [{ path: 'application.insured.creditCode' }, { path: 'application.cover.sumInsured' }],
      section: { constructionDays: 180 },
      cover: { sumInsured: '90000.00', startOn: '2026-12-04', days: 90 },
      applicant: { contactName: '张演示', contactPhone: '13900000002', qualification: 'FIRST' },
      insured: { creditCode: 'QHTYX0000002345' },
      handler: { name: null, mobile: '13900000001', email: null },
      invoicePreference: { type: 'E_ORDINARY' },
    });
    expect(await save({ applicant: { contactName: null } })).toMatchObject({ complete: false });
  });

  test('says where each thing came from, until somebody types over it', async () => {
    scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const save = async (application: Record<string, unknown>) =>
      (await scene.ask(SAVE, { input: { orderId, application } })).data.saveApplication.application.prefilled;
    const first = await save(filledIn);
    expect(first).toEqual([
      { path: 'section.projectCode', source: 'SECTION' },
      { path: 'section.projectName', source: 'SECTION' },
      { path: 'cover.sumInsured', source: 'SECTION' },
      { path: 'cover.startOn', source: 'SECTION' },
      { path: 'cover.days', source: 'SECTION' },
      { path: 'applicant.name', source: 'PROFILE' },
      { path: 'applicant.creditCode', source: 'PROFILE' },
      { path: 'applicant.registeredAddress', source: 'PROFILE' },
      { path: 'applicant.contactAddress', source: 'PROFILE' },
      { path: 'insured.name', source: 'SECTION' },
    ]);
    // The same again is no change; something else is.
    expect(await save({ cover: { days: 90 }, insured: { name: '别的招标人' } })).toEqual(first.slice(0, -1));

    // A draft that nobody filled in does not hide the contacts of the order before.
    const ofNext = async () => {
      const next = { ...scene, section: await h.given.section() };
      const { application } = await orderOf(
        await startedOrder(next),
        'application { applicant { contactName } handler { name } prefilled { path source } }',
      );
      return application;
    };
    await scene.ask(SAVE, {
      input: {
        orderId: await startedOrder({ ...scene, section: await h.given.section() }),
        application: { applicant: { contactName: null } },
      },
    });
    const { applicant, handler, prefilled } = await ofNext();
    expect([applicant.contactName, handler.name]).toEqual(['王演示', '李演示']);
    expect(prefilled).toContainEqual({ path: 'handler.name', source: 'LAST_ORDER' });
    expect(prefilled).toContainEqual({ path: 'applicant.contactPhone', source: 'LAST_ORDER' });
  });

  test('of two who fill in at once neither overwrites the other unseen', async () => {
    scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const save = (contact: Record<string, unknown>, seen: Record<string, unknown>) =>
      scene.ask(SAVE, { input: { orderId, application: { applicant: contact }, seen: { applicant: seen } } });
    await save({ contactName: '王演示' }, { contactName: null });
    // Another leaf is nobody's loss, the same words neither.
    const other = await save({ contactPhone: '024-42800000' }, { contactPhone: null });
    expect(other.data.saveApplication.application.applicant).toMatchObject({ contactName: '王演示' });
    const same = await save({ contactName: ' 王演示 ' }, { contactName: null });
    expect(same.data.saveApplication.id).toBe(orderId);

    const answer = await refused(() =>
      save(
        { contactName: '李演示', contactPhone: '13900000001' },
        { contactName: null, contactPhone: '024-42800000' },
      ),
    );
    expect(answer).toMatchObject({
      code: 'DRAFT_CHANGED',
      paths: ['applicant.contactName'],
      kept: { applicant: { contactName: '王演示', contactPhone: '024-42800000' } },
    });
    // Who has seen it may.
    const meant = await save({ contactName: '李演示' }, { contactName: '王演示' });
    expect(meant.data.saveApplication.application.applicant.contactName).toBe('李演示');
  });

  test('names every leaf whose shape is wrong and saves nothing', async () => {
    scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const answer = await refused(() =>
      scene.ask(SAVE, {
        input: {
          orderId,
          application: {
            section: { constructionDays: 0, projectName: '长'.repeat(201) },
            cover: { sumInsured: '0', startOn: '2026-02-30', days: 4000 },
            applicant: { contactPhone: '12345' },
            handler: { mobile: '123', email: 'nobody' },
          },
        },
      }),
    );
    // A day that does not exist is no value at all, so it is told before the rest is read.
    expect(answer).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'application.cover.startOn' }] });
    const rest = await refused(() =>
      scene.ask(SAVE, {
        input: {
          orderId,
          application: {
            section: { constructionDays: 0, projectName: '长'.repeat(201) },
            cover: { sumInsured: '0', days: 4000 },
            applicant: { contactPhone: '12345' },
            handler: { mobile: '123', email: 'nobody' },
          },
        },
      }),
    );
    expect(rest?.issues?.map(({ path }) => path)).toEqual([
      'application.section.constructionDays',
      'application.section.projectName',
      'application.cover.sumInsured',
      'application.cover.days',
      'application.applicant.contactPhone',
      'application.handler.mobile',
      'application.handler.email',
    ]);
  });

  test('only products of the order that are on sale can be chosen, and a choice replaces the one before', async () => {
    scene = await sceneOf(h, { insurers: 2 });
    const [first, second] = scene.products;
    const orderId = await startedOrder(scene);
    const choose = (productIds: (string | undefined)[]) =>
      scene.ask(CHOOSE, { input: { orderId, productIds } });
    const other = await h.given.product(scene.insurers[0]?.id ?? '', { depositKind: 'WAGE' });
    const answer = await refused(() => choose([first?.id, other.id, 'prd_absent']));
    expect(answer).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'productIds.1' }, { path: 'productIds.2' }],
    });
    await choose([first?.id, second?.id, first?.id]);
    expect((await choose([second?.id])).data.chooseProducts.products).toEqual([{ id: second?.id }]);
    const sister = await h.given.product(scene.insurers[1]?.id ?? '');
    expect(await refused(() => choose([first?.id, second?.id, sister.id]))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'productIds.2', message: '一家保险公司只能选择一个产品' }],
    });
    const tooMany = await refused(() => choose(Array.from({ length: 21 }, () => first?.id)));
    expect(tooMany).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'productIds' }] });
  });
});

describe('the sale', () => {
  test('is recorded without gaps by both clocks', async () => {
    scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const { pageVersion } = await toRead(orderId, scene.ask);
    const record = (events: unknown[]) => scene.ask(RECORD, { input: { orderId, pageVersion, events } });
    await record([{ kind: 'PAGE_OPENED', at: inDays(h, 0) }]);
    h.pass(1000);
    await record([
      { kind: 'STATEMENT_TICKED', at: inDays(h, 0), statement: 'PAGE_BY_PAGE', labelText: '同意' },
      { kind: 'STATEMENT_CLEARED', at: inDays(h, 0), statement: 'PAGE_BY_PAGE' },
    ]);
    const content = JSON.parse(await h.content()).sales_events;
    expect(
      content.map((row: Record<string, unknown>) => [row.seq, row.kind, row.received_at, row.user_id]),
    ).toEqual([
      [1, 'PAGE_OPENED', h.now() - 1000, scene.bidder.id],
      [2, 'STATEMENT_TICKED', h.now(), scene.bidder.id],
      [3, 'STATEMENT_CLEARED', h.now(), scene.bidder.id],
    ]);
    const answer = await refused(() =>
      record([{ kind: 'DOCUMENT_OPENED', at: inDays(h, 0), documentId: 'doc_absent' }]),
    );
    expect(answer).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'events.0.documentId' }] });
  });

  test('a consent keeps version, words and what was read; again it changes nothing', async () => {
    scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    await scene.ask(CHOOSE, { input: { orderId, productIds: [scene.products[0]?.id] } });
    const { requiredDocuments } = await orderOf(
      orderId,
      'requiredDocuments { statement accepted document { id kind sha256 pages } }',
    );
    const kinds = (statement: string) =>
      requiredDocuments
        .filter((row: { statement: string }) => row.statement === statement)
        .map((row: { document: { kind: string } }) => row.document.kind)
        .sort();
    const platform = ['BROKERAGE_AGREEMENT', 'CUSTOMER_NOTICE', 'PRIVACY_POLICY', 'SERVICE_AGREEMENT'];
    expect(kinds('DISCLOSURE')).toEqual(platform);
    expect(kinds('PAGE_BY_PAGE')).toEqual([
      'APPLICANT_DECLARATION',
      'EXCLUSIONS',
      'POLICY_NOTICE',
      'SPECIAL_TERMS',
    ]);
    expect(kinds('FULLY_UNDERSTOOD')).toEqual([
      'BROKERAGE_AGREEMENT',
      'CUSTOMER_NOTICE',
      'POLICY_TERMS',
      'PRIVACY_POLICY',
      'SERVICE_AGREEMENT',
    ]);

    const exclusions = requiredDocuments.find(
      (row: { document: { kind: string } }) => row.document.kind === 'EXCLUSIONS',
    );
    const openedAt = inDays(h, 0);
    const { pageVersion } = await toRead(orderId, scene.ask);
    const events = readingOf(exclusions.document, openedAt);
    await scene.ask(RECORD, { input: { orderId, pageVersion, events } });
    h.pass(60_000);
    const input = {
      orderId,
      statement: 'PAGE_BY_PAGE',
      documentIds: [exclusions.document.id],
      labelText: '本人已逐页阅读并同意《投保须知》《免责责任》《投保人声明》《特别约定》',
    };
    const reworded = await refused(() =>
      scene.ask(ACCEPT_DOCUMENTS, { input: { ...input, labelText: '本人同意' } }),
    );
    expect(reworded).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'labelText' }] });
    await scene.ask(ACCEPT_DOCUMENTS, { input });
    const acceptedAt = inDays(h, 0);
    h.pass(60_000);
    const before = await h.content();
    await scene.ask(ACCEPT_DOCUMENTS, { input });
    expect(await h.content()).toBe(before);
    const { consents } = await orderOf(
      orderId,
      'consents { statement labelText openedAt readToEndAt acceptedAt document { id } }',
    );
    expect(consents).toEqual([
      {
        statement: 'PAGE_BY_PAGE',
        labelText: input.labelText,
        openedAt,
        readToEndAt: openedAt,
        acceptedAt,
        document: { id: exclusions.document.id },
      },
    ]);

    // With the wrong box, and a document that asks for no consent.
    const wrong = await refused(() =>
      scene.ask(ACCEPT_DOCUMENTS, { input: { ...input, statement: 'DISCLOSURE', labelText: null } }),
    );
    expect(wrong).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'documentIds.0' }] });
    expect(wrong?.issues?.[0]?.message).toContain('EXCLUSIONS');
  });

  test('accepting the disclosure is itself an event of the sale', async () => {
    scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const { requiredDocuments } = await orderOf(orderId, 'requiredDocuments { statement document { id } }');
    const documentIds = requiredDocuments.flatMap((row: { statement: string; document: { id: string } }) =>
      row.statement === 'DISCLOSURE' ? [row.document.id] : [],
    );
    await scene.ask(ACCEPT_DOCUMENTS, { input: { orderId, statement: 'DISCLOSURE', documentIds } });
    const events = JSON.parse(await h.content()).sales_events;
    expect(events).toMatchObject([{ seq: 1, kind: 'DISCLOSURE_ACCEPTED', label_text: '已阅读并同意' }]);
    expect(await h.events()).toContain('BIDDER consent ACCEPT: · -> ·');
  });
});

describe('submitting', () => {
  const submit = (orderId: string, more = {}) => scene.ask(SUBMIT, { input: { orderId, ...more } });

  test('gives each chosen product a quote with its reference premium', async () => {
    scene = await sceneOf(h, { insurers: 2 });
    const orderId = await readyOrder(scene);
    const { data } = await submit(orderId, { expectedState: 'DRAFT' });
    expect(data.submitOrder).toEqual({
      id: orderId,
      state: 'UNDERWRITING',
      quotes: [1, 2].map(() => ({
        id: expect.any(String),
        number: expect.stringMatching(/^[1-9]\d{18}$/),
        state: 'SUBMITTED',
        referencePremium: '400.00',
      })),
    });
    expect((await h.events()).slice(-3)).toEqual([
      'BIDDER order SUBMIT: DRAFT -> UNDERWRITING',
      'SYSTEM quote SUBMIT: · -> SUBMITTED',
      'SYSTEM quote SUBMIT: · -> SUBMITTED',
    ]);
    // One working day: Wednesday to its end.
    expect(await orderOf(orderId, 'dueAt nextActor availableEvents')).toEqual({
      dueAt: '2026-11-25T23:59:59.999+08:00',
      nextActor: 'UNDERWRITER',
      availableEvents: ['CANCEL'],
    });
    expect(await refused(() => submit(orderId, { expectedState: 'DRAFT' }))).toMatchObject({
      code: 'STALE_STATE',
    });
    expect(await refused(() => submit(orderId))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      refusedIn: 'UNDERWRITING',
      event: 'SUBMIT',
    });
    for (const ask of [
      () => scene.ask(SAVE, { input: { orderId, application: {} } }),
      () => scene.ask(CHOOSE, { input: { orderId, productIds: [] } }),
    ]) {
      expect(await refused(ask)).toMatchObject({ code: 'TRANSITION_REFUSED', refusedIn: 'UNDERWRITING' });
    }
  });

  test('is refused while something is missing, and says what', async () => {
    scene = await sceneOf(h, { maximumSumFen: 5_000_000 });
    const orderId = await startedOrder(scene);
    const empty = await refused(() => submit(orderId));
    expect(empty?.issues?.map(({ path }) => path)).toEqual([
      'application.applicant.qualification',
      'application.applicant.contactName',
      'application.applicant.contactPhone',
      'productIds',
    ]);

    await scene.ask(CHOOSE, { input: { orderId, productIds: [scene.products[0]?.id] } });
    await scene.ask(SAVE, { input: { orderId, application: filledIn } });
    const tooMuch = await refused(() => submit(orderId));
    expect(tooMuch?.issues).toEqual([
      { path: 'application.cover.sumInsured', message: expect.stringContaining('50,000.00') },
      { path: 'productIds.0', message: expect.stringContaining('50,000.00') },
    ]);

    await scene.ask(SAVE, { input: { orderId, application: { cover: { sumInsured: '50000' } } } });
    const unread = (await refused(() => submit(orderId))) as unknown as {
      code: string;
      documents: { kind: string }[];
    };
    expect(unread.code).toBe('CONSENT_MISSING');
    expect(unread.documents.map(({ kind }) => kind).sort()).toEqual([
      'APPLICANT_DECLARATION',
      'BROKERAGE_AGREEMENT',
      'CUSTOMER_NOTICE',
      'EXCLUSIONS',
      'POLICY_NOTICE',
      'POLICY_TERMS',
      'PRIVACY_POLICY',
      'SERVICE_AGREEMENT',
      'SPECIAL_TERMS',
    ]);
  });

  test('is refused when a document has a new version since it was accepted', async () => {
    scene = await sceneOf(h);
    const orderId = await readyOrder(scene);
    await h.given.platformDocuments();
    expect(await refused(() => submit(orderId))).toMatchObject({ code: 'CONSENT_MISSING' });
  });

  test.each([
    ['2026-12-05', 90, ['application.cover.startOn']],
    ['2026-11-23', 150, ['application.cover.startOn']],
    ['2026-12-04', 89, ['application.cover.days']],
    ['2026-12-03', 90, ['application.cover.days']],
    ['2026-12-03', 91, undefined],
    ['2026-11-24', 150, undefined],
  ])(
    'bid cover has to hold from the deadline for the bid validity: from %s for %d days',
    async (startOn, days, faults) => {
      scene = await sceneOf(h);
      const orderId = await readyOrder(scene);
      await scene.ask(SAVE, { input: { orderId, application: { cover: { startOn, days } } } });
      const { data } = await submit(orderId);
      expect(data.submitOrder.issues?.map(({ path }: { path: string }) => path)).toEqual(faults);
    },
  );

  test('other cover begins tomorrow at the earliest', async () => {
    scene = await sceneOf(h, { kind: 'PERFORMANCE' });
    const orderId = await readyOrder(scene);
    await scene.ask(SAVE, { input: { orderId, application: { cover: { startOn: '2026-11-24' } } } });
    const answer = await refused(() => submit(orderId));
    expect(answer).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'application.cover.startOn' }] });
  });

  test('asks the guards again', async () => {
    scene = await sceneOf(h);
    const orderId = await readyOrder(scene);
    h.pass(10 * DAY_MS);
    const bidder = await h.given.user('BIDDER', { enterpriseId: scene.bidder.enterpriseId });
    const answer = await refused(() => h.as(bidder)(SUBMIT, { input: { orderId } }));
    expect(answer).toMatchObject({ code: 'DEADLINE_PASSED' });
  });
});

describe('the end', () => {
  test('cancelling withdraws the quotes and frees the section for another order', async () => {
    scene = await sceneOf(h, { insurers: 2 });
    const { orderId } = await submittedOrder(scene);
    const { data } = await scene.ask(CANCEL, {
      input: { orderId, reason: ' 不再投标 ', expectedState: 'UNDERWRITING' },
    });
    expect(data.cancelOrder).toEqual({
      id: orderId,
      state: 'CANCELLED',
      cancelReason: '不再投标',
      quotes: [{ state: 'WITHDRAWN' }, { state: 'WITHDRAWN' }],
    });
    expect((await h.events()).slice(-3)).toEqual([
      'BIDDER order CANCEL: UNDERWRITING -> CANCELLED',
      'SYSTEM quote WITHDRAW: SUBMITTED -> WITHDRAWN',
      'SYSTEM quote WITHDRAW: SUBMITTED -> WITHDRAWN',
    ]);
    const again = await refused(() => scene.ask(CANCEL, { input: { orderId, reason: '再次' } }));
    expect(again).toMatchObject({ code: 'TRANSITION_REFUSED', refusedIn: 'CANCELLED', event: 'CANCEL' });
    await startedOrder(scene);
  });

  test('a reason is needed', async () => {
    scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const answer = await refused(() => scene.ask(CANCEL, { input: { orderId, reason: '　' } }));
    expect(answer).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'reason' }] });
  });

  test('bid orders lapse at the deadline as it then stands, others do not', async () => {
    scene = await sceneOf(h, { insurers: 1, section: { inDays: 2 } });
    const { orderId } = await submittedOrder(scene);
    const performance = await startedOrder({ ...scene, kind: 'PERFORMANCE' });
    const openAt = h.now() + 5 * DAY_MS;
    await h.actAs(
      { kind: 'API_CLIENT', id: 'api_centre', scopes: ['sections:write'], insurerId: null },
      (command) => postponeBidSection(command, { id: scene.section.id, openAt, deadlineAt: openAt }),
    );
    h.pass(5 * DAY_MS - 1);
    const before = await h.content();
    await lapseOrders(h.app.core);
    expect(await h.content()).toBe(before);
    h.pass(1);
    await lapseOrders(h.app.core);
    const ask = h.as(await h.given.user('BIDDER', { enterpriseId: scene.bidder.enterpriseId }));
    expect(await orderOf(orderId, 'state dueAt quotes { state }', ask)).toEqual({
      state: 'LAPSED',
      dueAt: null,
      quotes: [{ state: 'WITHDRAWN' }],
    });
    expect(await orderOf(performance, 'state', ask)).toEqual({ state: 'DRAFT' });
  });
});

test('where the calendar of working days ends, a bid order is due at its deadline and another has no date', async () => {
  scene = await sceneOf(h, { section: { inDays: 60 } });
  h.pass(40 * DAY_MS);
  const bidder = await h.given.bidder();
  const { orderId } = await submittedOrder(scene, h.as(bidder));
  expect(await orderOf(orderId, 'dueAt', h.as(bidder))).toEqual({ dueAt: '2027-01-23T10:00:00.000+08:00' });
  const product = await h.given.product(scene.insurers[0]?.id ?? '', { depositKind: 'PERFORMANCE' });
  const other = await submittedOrder({ ...scene, kind: 'PERFORMANCE', products: [product] }, h.as(bidder));
  expect(await orderOf(other.orderId, 'dueAt', h.as(bidder))).toEqual({ dueAt: null });
});

describe('applying again', () => {
  const again = (orderId: string, ask = scene.ask) => ask(START_AGAIN, { input: { orderId } });

  test('begins with all that was filled in, and with the insurers that did not decline', async () => {
    scene = await sceneOf(h, { insurers: 3, kind: 'PERFORMANCE' });
    const [, second, third] = scene.products;
    const { orderId, quotes } = await submittedOrder(scene);
    const cover = { sumInsured: '800000.00', startOn: '2026-11-25', days: 200 };
    const desk = h.as(await h.given.underwriter(scene.insurers[0]?.id ?? ''));
    const own = await desk('{ quotes { nodes { id } } }');
    await desk(DECLINE, { input: { quoteId: own.data.quotes.nodes[0].id, reason: '不在承保范围' } });
    expect(quotes).toHaveLength(3);
    await h.system(({ db }) =>
      db
        .update(products)
        .set({ active: false })
        .where(eq(products.id, second?.id ?? '')),
    );
    expect(await refused(() => again(orderId))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      event: 'START_AGAIN',
    });
    await scene.ask(CANCEL, { input: { orderId, reason: '资料有误' } });
    h.pass(2 * DAY_MS);
    const ask = h.as(await h.given.user('BIDDER', { enterpriseId: scene.bidder.enterpriseId }));
    const answer = (await again(orderId, ask)).data.startOrderAgain;
    expect(answer).toMatchObject({
      state: 'DRAFT',
      products: [{ id: third?.id }],
      application: {
        complete: true,
        section: { constructionDays: 180 },
        // The day it was to begin has come.
        cover: { sumInsured: '1000000.00', startOn: '2026-11-27', days: 365 },
        applicant: { contactName: '王演示' },
        handler: { mobile: filledIn.handler.mobile },
      },
    });
    expect(answer.id).not.toBe(orderId);
    expect(answer.requiredDocuments.every(({ accepted }: { accepted: boolean }) => !accepted)).toBe(true);
    expect(await refused(() => again(orderId, ask))).toMatchObject({
      code: 'DUPLICATE_ORDER',
      orderId: answer.id,
    });

    await ask(SAVE, {
      input: { orderId: answer.id, application: { cover: { ...cover, startOn: '2026-12-24' } } },
    });
    await ask(CANCEL, { input: { orderId: answer.id, reason: '再改' } });
    expect((await again(answer.id, ask)).data.startOrderAgain.application.cover).toEqual({
      ...cover,
      startOn: '2026-12-24',
    });
  });

  test('asks the guards as any application does, and is for the own enterprise', async () => {
    scene = await sceneOf(h);
    const { orderId } = await submittedOrder(scene);
    await scene.ask(CANCEL, { input: { orderId, reason: '不再投标' } });
    const rival = h.as(await h.given.bidder());
    const [secret, absent] = [
      await refused(() => again(orderId, rival)),
      await refused(() => again('ord_absent', rival)),
    ];
    expect(secret).toEqual(absent);
    expect(secret).toMatchObject({ code: 'NOT_FOUND' });
    await h.given.opened(scene.section.id);
    expect(await refused(() => again(orderId))).toMatchObject({ code: 'SECTION_CLOSED' });
  });
});

describe('the list', () => {
  test('shows own orders newest first, filtered, a page at a time', async () => {
    scene = await sceneOf(h);
    const first = await startedOrder(scene);
    h.pass(1000);
    const second = await startedOrder({ ...scene, kind: 'PERFORMANCE' });
    const list = async (args: string) =>
      (
        await scene.ask(
          `{ orders${args} { totalCount pageInfo { hasNextPage endCursor } nodes { id number section { code } } } }`,
        )
      ).data.orders;
    const all = await list('');
    expect(all.nodes.map((node: { id: string }) => node.id)).toEqual([second, first]);
    expect(all.totalCount).toBe(2);
    const page = await list('(first: 1)');
    expect(page).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true }, nodes: [{ id: second }] });
    expect(await list(`(first: 1, after: "${page.pageInfo.endCursor}")`)).toMatchObject({
      pageInfo: { hasNextPage: false },
      nodes: [{ id: first }],
    });
    const ids = async (filter: string) =>
      (await list(`(filter: { ${filter} })`)).nodes.map((node: { id: string }) => node.id);
    expect(await ids('depositKind: BID')).toEqual([first]);
    expect(await ids('states: [CANCELLED]')).toEqual([]);
    expect(await ids('states: []')).toEqual([]);
    expect(await ids(`search: "${all.nodes[1].number.slice(4)}"`)).toEqual([first]);
    expect(await ids(`search: "${scene.section.code}"`)).toEqual([second, first]);
    expect(await ids('search: "%"')).toEqual([]);
    expect(await ids('form: SURETY')).toEqual([]);
    expect((await h.as(null)('{ orders { totalCount } }')).errors?.[0].extensions.code).toBe(
      'UNAUTHENTICATED',
    );
  });
});
