import { isMobile, toHalfWidth } from '../../shared/identifiers.ts';
import { textRule } from '../../shared/rules.ts';

/** A mobile number, or a landline with its area code. */
export function isPhone(text: string): boolean {
  return isMobile(text) || /^0\d{2,3}-?\d{7,8}(-\d{1,6})?$/.test(toHalfWidth(text).replace(/\s/g, ''));
}

export const phoneRule = textRule((text) =>
  isPhone(text) ? null : '请输入手机号，或带区号的固定电话，如 024-43100000。',
);

export const emailRule = textRule((text) =>
  /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text.trim()) ? null : '请输入正确的电子邮箱。',
);
