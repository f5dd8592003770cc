import { expect, test } from 'vitest';
import { ticketSource, timelineOf } from '../src/features/order/order-timeline.ts';

const event = (id: string, at: string, label: string) => ({
  id,
  at,
  noun: 'order',
  event: 'X',
  label,
  actorLabel: '投标企业',
  note: null,
});

test('events of everything that hangs on an order come as one list, the newest first', () => {
  const entries = timelineOf([
    { subject: '订单', events: [event('1', '2026-11-24T01:00:00Z', '提交')] },
    { subject: '支付', events: [event('2', '2026-11-24T03:00:00Z', '确认')] },
    { subject: '保单', events: [event('3', '2026-11-24T02:00:00Z', '出单')] },
  ]);
  expect(entries.map((entry) => entry.text)).toEqual(['支付：确认', '保单：出单', '订单：提交']);
});

test('of one moment, what follows stands above its cause', () => {
  const at = '2026-11-24T01:00:00Z';
  const entries = timelineOf([
    { subject: '订单', events: [event('1', at, '提交')] },
    { subject: '投保单', events: [event('2', at, '提交')] },
  ]);
  expect(entries.map((entry) => entry.id)).toEqual(['2', '1']);
});

test('a voucher that follows another took its place', () => {
  const sent = (id: string, at: string) => ({
    ...event(id, at, '提交支付凭证'),
    noun: 'payment',
    event: 'SUBMIT_VOUCHER',
  });
  const events = [sent('1', '2026-11-24T01:00:00Z'), sent('2', '2026-11-24T02:00:00Z')];
  const entries = timelineOf([{ subject: '支付', events }]);
  expect(entries.map((entry) => entry.text)).toEqual(['更换支付凭证', '提交支付凭证']);
});

test('what the order does because its payment did it is not told twice, and money needs no subject', () => {
  const at = '2026-11-24T01:00:00Z';
  const entries = timelineOf([
    { subject: '', events: [{ ...event('1', at, '确认收款'), event: 'CONFIRM_PAYMENT' }] },
    { subject: '支付', events: [{ ...event('2', at, '确认到账'), noun: 'payment', event: 'CONFIRM' }] },
    { subject: '退款 ¥12.00', events: [{ ...event('3', at, '发起退款'), noun: 'refund', event: 'OPEN' }] },
  ]);
  expect(entries.map((entry) => entry.text)).toEqual(['退款 ¥12.00：发起退款', '款项确认到账']);
});

test('of a ticket an order tells what was asked and what came of it, not what was written in between', () => {
  const at = '2026-11-24T01:00:00Z';
  const events = ['OPEN', 'TAKE', 'ANSWER', 'REPLY', 'RESOLVE'].map((name) => ({
    ...event(name, at, name),
    noun: 'ticket',
    event: name,
  }));
  expect(timelineOf([ticketSource({ typeLabel: '补寄', events })]).map(({ text }) => text)).toEqual([
    '售后（补寄）：RESOLVE',
    '售后（补寄）：OPEN',
  ]);
});
