import type { FormItemRule } from 'element-plus';
import { creditCodeFault, isMobile } from './identifiers.ts';

/** A rule from a function that says what is wrong with a text, or null. Empty is the business of `required`. */
export function textRule(fault: (text: string) => string | null): FormItemRule {
  return {
    validator: (_rule, value: string | null | undefined, done) => {
      const message = value?.trim() ? fault(value) : null;
      done(message ? new Error(message) : undefined);
    },
  };
}

export const mobileRule = textRule((text) => (isMobile(text) ? null : '请输入正确的 11 位手机号。'));
export const creditCodeRule = textRule(creditCodeFault);
