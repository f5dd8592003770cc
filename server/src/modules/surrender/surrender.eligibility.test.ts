import { describe, expect, test } from 'vitest';
import { type SurrenderCase, surrenderEligibility } from './surrender.eligibility.ts';

const now = Date.UTC(2026, 10, 24, 2);
const day = 86_400_000;
const held: SurrenderCase = {
  orderState: 'COMPLETED',
  depositKind: 'BID',
  policyState: 'ISSUED',
  sectionState: 'ANNOUNCED',
  openedAt: null,
  deadlineAt: now + day,
  standing: null,
};
const of = (facts: Partial<SurrenderCase>) => {
  const { eligible, causes, reason } = surrenderEligibility({ ...held, ...facts }, now);
  expect(eligible).toBe(causes.length > 0);
  return [causes.join(' '), reason.replace(/经平台.*$/, '')];
};

describe('a guarantee may be given back', () => {
  test('by a bidder who gives up, until bids are taken no more', () => {
    expect(of({})).toEqual(['BIDDER_GAVE_UP', '投标截止（2026-11-25 10:00）前放弃投标的，可以申请退保。']);
    expect(of({ deadlineAt: now })).toEqual([
      '',
      '投标截止时间已过，保函须保留到开标；开标后流标或终止招标的，可以申请退保。',
    ]);
    expect(of({ deadlineAt: null })).toEqual(['BIDDER_GAVE_UP', '开标前放弃投标的，可以申请退保。']);
    // No bid hangs on other kinds.
    expect(of({ depositKind: 'PERFORMANCE', deadlineAt: now - day })).toEqual([
      'BIDDER_GAVE_UP',
      '开标前放弃投标的，可以申请退保。',
    ]);
  });

  test('while the tender is suspended', () => {
    const why = '标段已暂停招标，可以申请退保。';
    expect(of({ sectionState: 'SUSPENDED' })).toEqual(['TENDER_SUSPENDED BIDDER_GAVE_UP', why]);
    expect(of({ sectionState: 'SUSPENDED', deadlineAt: now - day })).toEqual(['TENDER_SUSPENDED', why]);
  });

  test('when the tender has failed, before the opening and after it', () => {
    const why = '标段已流标或终止招标，可以申请退保。';
    for (const openedAt of [null, now - day])
      expect(of({ sectionState: 'FAILED', openedAt, deadlineAt: now - day })).toEqual(['TENDER_FAILED', why]);
    expect(of({ sectionState: 'FAILED', policyState: 'ACTIVE' })).toEqual(['TENDER_FAILED', why]);
  });
});

describe('it may not be given back', () => {
  test('once the bids are opened, unless the tender fails', () => {
    const why = '标段已开标，开标后只有流标或终止招标才能退保。';
    for (const sectionState of ['OPENED', 'AWARDED'] as const)
      expect(of({ sectionState, openedAt: now })).toEqual(['', why]);
  });

  test('before it is issued, or when it has ended', () => {
    const early = '保单出具后才能申请退保；尚未支付的订单可以直接取消。';
    expect(of({ orderState: 'ISSUING', policyState: null })).toEqual(['', early]);
    expect(of({ orderState: 'CANCELLED', policyState: null })).toEqual(['', early]);
    expect(of({ policyState: 'EXPIRED', sectionState: 'FAILED' })).toEqual(['', '保单已到期，不能退保。']);
    expect(of({ policyState: 'RELEASED', sectionState: 'FAILED' })).toEqual(['', '保单已解除，不能退保。']);
  });

  test('twice', () => {
    for (const standing of ['SUBMITTED', 'INSURER_REVIEW', 'REFUNDING'] as const) {
      const [causes, reason] = of({ standing });
      expect([causes, reason]).toEqual(['', '退保申请正在办理，请在退保记录中查看进度，无需重复提交。']);
    }
    expect(of({ standing: 'DONE', orderState: 'SURRENDERED', policyState: 'SURRENDERED' })).toEqual([
      '',
      '该订单已退保。',
    ]);
  });
});
