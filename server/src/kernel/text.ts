/**
 * Full-width ASCII (`１`, `Ａ`, `＋`, the ideographic space) as its half-width form; all else unchanged. Chinese input
 * methods type these, and a code that differs only in width is the same code.
 */
export function toHalfWidth(text: string): string {
  return text
    .replace(/[！-～]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ');
}

/**
 * Text a person typed, trimmed, with line breaks as `\n`. Empty text stays empty: whether it may be is the caller's
 * rule.
 *
 * @param maxLength in characters as a person counts them (code points)
 * @returns `null` if it is longer, or holds a lone surrogate or a control character other than a line break: such text
 *   cannot be stored, printed or hashed alike everywhere
 */
export function cleanText(text: string, maxLength: number): string | null {
  const cleaned = text.replace(/\r\n?/g, '\n').trim();
  if (!cleaned.isWellFormed() || /[^\P{Cc}\n]/u.test(cleaned)) return null;
  return [...cleaned].length > maxLength ? null : cleaned;
}

/** As `cleanText`, for names and numbers that stand in one line: line breaks are refused too. */
export function cleanLine(text: string, maxLength: number): string | null {
  const cleaned = cleanText(text, maxLength);
  return cleaned === null || /[\n\u2028\u2029]/.test(cleaned) ? null : cleaned;
}
