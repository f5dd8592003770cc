import { z } from 'zod';
import { cleanLine, cleanText } from '../kernel/text.ts';

/** Rule for a text of one line that has to be there: a name, a number. Services read it with `cleanLine`. */
export const lineRule = (label: string, maxCharacters: number) =>
  z
    .string()
    .refine((text) => text.trim() !== '', `请填写${label}`)
    .refine(
      (text) => cleanLine(text, maxCharacters) !== null,
      `${label}过长或含有无法使用的字符，最多 ${maxCharacters} 个字符`,
    );

/** Rule for a text of several lines that has to be there: a reason, a note. */
export const textRule = (label: string, maxCharacters: number) =>
  z
    .string()
    .refine((text) => text.trim() !== '', `请填写${label}`)
    .refine(
      (text) => cleanText(text, maxCharacters) !== null,
      `${label}过长或含有无法使用的字符，最多 ${maxCharacters} 个字符`,
    );

/** The same for texts that may be left out. */
export const optionalLineRule = (label: string, maxCharacters: number) =>
  z
    .string()
    .refine(
      (text) => cleanLine(text, maxCharacters) !== null,
      `${label}过长或含有无法使用的字符，最多 ${maxCharacters} 个字符`,
    )
    .nullish();
