import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { users } from '../../db/tables/account.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import { startedOrder } from '../order/order.fixture.ts';
import { payableOrder, resultOf, SUBMIT_VOUCHER, voucherInput } from '../payment/payment.fixture.ts';
import { act, idNumber, papers, submitted, viewerOf } from './enterprise.fixture.ts';

const newName = '本溪演示新筑岳建设集团有限公司';
const otherNumber = '110105194912310038';

/** A bidder whose enterprise came into being by an approved certification. */
async function certified(h: Harness) {
  const [bidder, operator] = [await h.given.newcomer(), await h.given.operator()];
  const first = await submitted(h, bidder);
  await act(h, operator)('approveCertification', { id: first.id });
  await act(h, bidder)('completeProfile', {
    ownership: 'PRIVATE',
    regionCode: '210502',
    address: '平山区人民路 1 号',
  });
  h.pass(60_000);
  const kept = {
    creditCode: first.creditCode,
    legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID' },
    licenseUploadId: first.license.id,
  };
  return { bidder, operator, first, kept };
}

const SIDE_BY_SIDE = `{ certifications(filter: { states: [PENDING_REVIEW] }) { nodes {
  isChange name license { url } legalRepresentative { name idNumberMasked }
  previous { number name license { url } legalRepresentative { name idNumberMasked } }
  changes { field label before after }
} } }`;

async function sideBySide(h: Harness, operator: Person) {
  const { data, errors } = await h.as(operator)(SIDE_BY_SIDE);
  expect(errors).toBeUndefined();
  return data.certifications.nodes;
}

describe('after a rejection', () => {
  test('what was not at fault is handed in again as it is: the licence, and the number nobody can read', async () => {
    const h = await createHarness();
    const [bidder, operator] = [await h.given.newcomer(), await h.given.operator()];
    const first = await submitted(h, bidder);
    await act(h, operator)('rejectCertification', { id: first.id, reason: '名称不符', fields: ['name'] });
    h.pass(60_000);
    const again = await submitted(h, bidder, {
      name: newName,
      creditCode: first.creditCode,
      legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID' },
      licenseUploadId: first.license.id,
    });
    expect(again.license.id).toBe(first.license.id);
    const revealed = await act(h, operator)('revealIdNumber', { certificationId: again.id, reason: '核对' });
    expect(revealed.result).toEqual({ __typename: 'RevealedIdNumber', idNumber });
    expect(await sideBySide(h, operator)).toEqual([
      expect.objectContaining({
        isChange: false,
        previous: expect.objectContaining({ number: first.number }),
        changes: [{ field: 'name', label: '企业名称', before: '本溪演示筑岳建设有限公司', after: newName }],
      }),
    ]);
    const { data } = await h.as(bidder)('{ certifications { nodes { number state } } }');
    expect(data.certifications.nodes).toEqual([
      { number: first.number, state: 'REJECTED' },
      { number: again.number, state: 'PENDING_REVIEW' },
    ]);
  });

  test('so it is after a withdrawal', async () => {
    const h = await createHarness();
    const bidder = await h.given.newcomer();
    const first = await submitted(h, bidder);
    await act(h, bidder)('withdrawCertification', { id: first.id });
    h.pass(60_000);
    const again = await submitted(h, bidder, {
      legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID' },
      licenseUploadId: first.license.id,
    });
    expect(again).toMatchObject({ state: 'PENDING_REVIEW', license: { id: first.license.id } });
  });

  test.each([
    ['another person', { name: '钱演示', idType: 'RESIDENT_ID' }],
    ['another document', { name: '赵演示', idType: 'PASSPORT' }],
  ])('the number of %s has to be typed', async (_name, legalRepresentative) => {
    const h = await createHarness();
    const bidder = await h.given.newcomer();
    const first = await submitted(h, bidder);
    await act(h, bidder)('withdrawCertification', { id: first.id });
    const before = await h.content();
    const { result } = await act(h, bidder)('submitCertification', {
      name: first.name,
      creditCode: first.creditCode,
      legalRepresentative,
      licenseUploadId: first.license.id,
    });
    expect(result).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'legalRepresentative.idNumber', message: '法人姓名或证件类型已变更，请填写证件号码' }],
    });
    expect(await h.content()).toBe(before);
  });
});

describe('a change of a certified enterprise', () => {
  test('is shown beside the certification in force, in one query, and leaves it in force until it is approved', async () => {
    const h = await createHarness();
    const { bidder, operator, first, kept } = await certified(h);
    const licenseUploadId = await h.given.upload(bidder, 'LICENSE');
    const change = await submitted(h, bidder, {
      ...kept,
      name: newName,
      legalRepresentative: { name: '钱演示', idType: 'RESIDENT_ID', idNumber: otherNumber },
      licenseUploadId,
    });
    expect(await sideBySide(h, operator)).toEqual([
      {
        isChange: true,
        name: newName,
        license: { url: `/files/${licenseUploadId}` },
        legalRepresentative: { name: '钱演示', idNumberMasked: '110***********0038' },
        previous: {
          number: first.number,
          name: '本溪演示筑岳建设有限公司',
          license: { url: first.license.url },
          legalRepresentative: { name: '赵演示', idNumberMasked: '110***********002X' },
        },
        changes: [
          { field: 'name', label: '企业名称', before: '本溪演示筑岳建设有限公司', after: newName },
          { field: 'legalRepresentative.name', label: '法人姓名', before: '赵演示', after: '钱演示' },
          {
            field: 'legalRepresentative.idNumber',
            label: '证件号码',
            before: '110***********002X',
            after: '110***********0038',
          },
          {
            field: 'licenseUploadId',
            label: '企业营业执照',
            before: first.license.url,
            after: `/files/${licenseUploadId}`,
          },
        ],
      },
    ]);
    const standing = '{ viewer { readiness enterprise { name } certificationInForce { id } } }';
    expect((await h.as(bidder)(standing)).data.viewer).toEqual({
      readiness: 'READY',
      enterprise: { name: '本溪演示筑岳建设有限公司' },
      certificationInForce: { id: first.id },
    });
    const approved = await act(h, operator)('approveCertification', { id: change.id });
    expect(approved.result).toMatchObject({ state: 'APPROVED' });
    expect((await h.as(bidder)(standing)).data.viewer).toEqual({
      readiness: 'READY',
      enterprise: { name: newName },
      certificationInForce: { id: change.id },
    });
    const [row] = await h.app.core.database.reader.select().from(enterprises);
    expect(row).toMatchObject({ creditCode: first.creditCode, regionCode: '210502', ownership: 'PRIVATE' });
    expect((await h.rows()).enterprises).toBe(1);
  });

  test('that is rejected or withdrawn leaves the enterprise as it was', async () => {
    const h = await createHarness();
    const { bidder, operator, first, kept } = await certified(h);
    const rejected = await submitted(h, bidder, { ...kept, name: newName });
    await act(h, operator)('rejectCertification', {
      id: rejected.id,
      reason: '执照未更新',
      fields: ['name'],
    });
    h.pass(60_000);
    const withdrawn = await submitted(h, bidder, { ...kept, name: newName });
    await act(h, bidder)('withdrawCertification', { id: withdrawn.id });
    expect(await viewerOf(h, bidder)).toMatchObject({
      readiness: 'READY',
      enterprise: { name: first.name },
      certification: { id: withdrawn.id, state: 'WITHDRAWN' },
    });
  });

  test.each([
    ['another credit code', { name: newName, creditCode: '91330212MA2AECMD5B' }, 'creditCode'],
    ['nothing changed', {}, 'name'],
    [
      'the same number typed again',
      { legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID', idNumber } },
      'name',
    ],
  ])('with %s is refused', async (_name, change, path) => {
    const h = await createHarness();
    const { bidder, kept } = await certified(h);
    const input = { ...(await papers(h, bidder)), ...kept, ...change };
    const before = await h.content();
    const { result } = await act(h, bidder)('submitCertification', input);
    expect(result).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
    expect(await h.content()).toBe(before);
  });

  test('is the owner’s to begin, seen by the colleagues, and by no other bidder', async () => {
    const h = await createHarness();
    const { bidder, kept } = await certified(h);
    const { enterprise } = await viewerOf(h, bidder);
    const [colleague, other] = [
      await h.given.user('BIDDER', { enterpriseId: enterprise.id }),
      await h.given.bidder(),
    ];
    const change = await submitted(h, bidder, { ...kept, name: newName });
    expect((await viewerOf(h, colleague)).certification).toEqual({ id: change.id, state: 'PENDING_REVIEW' });
    expect((await viewerOf(h, other)).certification).toBeNull();
    const before = await h.content();
    const { result } = await act(h, colleague)('submitCertification', {
      ...papersOf(change),
      name: '本溪演示另一名称有限公司',
    });
    expect(result).toMatchObject({ code: 'NOT_OWNER' });
    expect(await h.content()).toBe(before);
  });

  test('leaves orders as they were submitted, whose transfer may come under either name; later ones have the new name', async () => {
    const h = await createHarness();
    const order = await payableOrder(h);
    const { creditCode, name } = await h.given.enterpriseOf(order.bidder);
    const change = await submitted(h, order.bidder, { name: newName, creditCode });
    await act(h, await h.given.operator())('approveCertification', { id: change.id });

    const applicant = 'query ($id: ID!) { order(id: $id) { application { applicant { name } } } }';
    const { data } = await order.ask(applicant, { id: order.orderId });
    expect(data.order.application.applicant.name).toBe(name);
    for (const payerName of [name, newName]) {
      const input = await voucherInput(order, { payerName, transactionNumber: `TX-${payerName.length}` });
      expect(resultOf(await order.ask(SUBMIT_VOUCHER, { input }))).toMatchObject({ voucher: { payerName } });
    }
    const later = await startedOrder({ ...order, section: await h.given.section() });
    expect((await order.ask(applicant, { id: later })).data.order.application.applicant.name).toBe(newName);
  });
});

test('who joined another enterprise while their papers waited is not moved out of it by the approval', async () => {
  const h = await createHarness();
  const [bidder, operator] = [await h.given.newcomer(), await h.given.operator()];
  const { id } = await submitted(h, bidder);
  const enterpriseId = await h.given.enterprise();
  await h.system(({ db }) => db.update(users).set({ enterpriseId }).where(eq(users.id, bidder.id)));
  const before = await h.content();
  const { result } = await act(h, operator)('approveCertification', { id });
  expect(result).toMatchObject({ code: 'TRANSITION_REFUSED' });
  expect(await h.content()).toBe(before);
});

const papersOf = (row: { creditCode: string; license: { id: string } }) => ({
  creditCode: row.creditCode,
  legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID' },
  licenseUploadId: row.license.id,
});
