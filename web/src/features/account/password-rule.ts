import { textRule } from '../../shared/rules.ts';

export const passwordHint = '8 至 200 个字符，建议使用一句好记的话。';

/** Length alone, as the server has it: a long phrase is worth more than a forced sign. */
export const passwordRule = textRule((text) => {
  if (text.length < 8) return '密码至少 8 个字符。';
  return text.length > 200 ? '密码最多 200 个字符。' : null;
});
