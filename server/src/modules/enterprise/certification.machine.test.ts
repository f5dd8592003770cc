import { expect, test } from 'vitest';
import { machineGrid } from '../../kernel/machine.ts';
import { certificationMachine } from './certification.machine.ts';

test('a certification is decided once, and expedited while it waits', () => {
  expect(`\n${machineGrid(certificationMachine)}\n`).toMatchInlineSnapshot(`
    "
    state          EXPEDITE       APPROVE  REJECT   WITHDRAW
    PENDING_REVIEW PENDING_REVIEW APPROVED REJECTED WITHDRAWN
    APPROVED       .              .        .        .
    REJECTED       .              .        .        .
    WITHDRAWN      .              .        .        .
    "
  `);
});

test('bidders and operators each have their own events', () => {
  const by = Object.entries(certificationMachine.events).map(
    ([event, rule]) => `${event}: ${rule.by.join(', ')}`,
  );
  expect(by).toEqual([
    'SUBMIT: BIDDER',
    'EXPEDITE: BIDDER',
    'APPROVE: OPERATOR',
    'REJECT: OPERATOR',
    'WITHDRAW: BIDDER',
  ]);
});
