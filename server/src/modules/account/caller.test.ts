import { expect, test } from 'vitest';
import { callerOf } from './caller.ts';

test.each([
  ['203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:DB8:0001:2::9', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['::1', '0:0:0:0::/64', '0:0:0::/48'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0::/48'],
  ['', '', ''],
  ['unix', 'unix', 'unix'],
])('limits count %s as %s within %s', (address, household, network) => {
  expect(callerOf(address)).toEqual({ address: household, network });
});

test('a customer cannot pass a limit by moving within the addresses of an IPv6 line', () => {
  expect(callerOf('2001:db8:1:2::a')).toEqual(callerOf('2001:db8:1:2:ffff:ffff:ffff:ffff'));
});
