import { expect, test } from 'vitest';
import { maskBankAccount, normaliseBankAccount } from './bank-account.ts';

test('spaces and full width are of no account, and no check digit is asked for', () => {
  expect(normaliseBankAccount(' 2235 45365 ')).toBe('223545365');
  expect(normaliseBankAccount('２２３５４５３６５')).toBe('223545365');
});

test('an account has 8 to 32 digits', () => {
  expect(normaliseBankAccount('1'.repeat(8))).not.toBeNull();
  expect(normaliseBankAccount('1'.repeat(32))).not.toBeNull();
  expect(normaliseBankAccount('1'.repeat(7))).toBeNull();
  expect(normaliseBankAccount('1'.repeat(33))).toBeNull();
  expect(normaliseBankAccount('2235-45365')).toBeNull();
  expect(normaliseBankAccount('22354536A')).toBeNull();
});

test('a masked account shows its last four digits', () => {
  expect(maskBankAccount('223545365')).toBe('****5365');
});
