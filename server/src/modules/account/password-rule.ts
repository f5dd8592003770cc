import { limits } from '../../limits.ts';
import { commonPasswords } from './common-passwords.ts';

/**
 * What is wrong with a password somebody chooses, in Chinese, or null. Length alone is asked for, since a long
 * phrase is worth more than a forced sign; what everybody tries first is refused. Characters are kept as typed,
 * spaces included.
 *
 * @param mobile eleven digits
 */
export function passwordFault(password: string, mobile: string): string | null {
  const length = [...password].length;
  if (length < limits.passwordCharactersMin) return `密码至少 ${limits.passwordCharactersMin} 个字符`;
  if (length > limits.passwordCharactersMax) return `密码最多 ${limits.passwordCharactersMax} 个字符`;
  if (password.trim() === mobile) return '密码不能是手机号';
  return isGuessable(password) ? '该密码过于常见，容易被猜中，请换一个' : null;
}

function isGuessable(password: string): boolean {
  const lower = password.toLowerCase();
  return commonPasswords.has(lower) || /^(.{1,4}?)\1+$/su.test(lower) || isRun(lower);
}

/** 12345678, 87654321, abcdefgh. */
function isRun(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, i) => code - (codes[i] ?? 0)));
  return steps.size === 1 && (steps.has(1) || steps.has(-1));
}
