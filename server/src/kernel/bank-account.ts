import { toHalfWidth } from './text.ts';

/**
 * The digits of a bank account, spaces taken out. Accounts of companies have no check digit, so none is asked for.
 *
 * @returns `null` unless there are 8 to 32 digits and nothing else
 */
export function normaliseBankAccount(text: string): string | null {
  const digits = toHalfWidth(text).replace(/\s/g, '');
  return /^\d{8,32}$/.test(digits) ? digits : null;
}

/** `****5365`, of an account as `normaliseBankAccount` gives it. */
export function maskBankAccount(account: string): string {
  return `****${account.slice(-4)}`;
}
