import { limits } from '../limits.ts';

const RESERVED_BY_WINDOWS = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/**
 * The name a person gave a file, made fit for any disk and header: its last path part, without control
 * characters, direction marks (which make `gpj.exe` read as `exe.jpg`), quotes, wildcards or semicolons, with no
 * dots or spaces at its ends, no name Windows keeps for devices, and cut to `limits.fileNameCharactersMax` before its
 * extension.
 *
 * @returns `fallback`, which has to be safe itself, if nothing is left
 */
export function safeFileName(name: string, fallback: string): string {
  const cleaned = (name.normalize('NFC').split(/[/\\]/).at(-1) ?? '')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[<>:"|?*;%]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/gu, '')
    .replace(RESERVED_BY_WINDOWS, '_$&');
  if (!/[\p{L}\p{N}]/u.test(cleaned)) return fallback;

  const extension = /\.[\p{L}\p{N}]{1,10}$/u.exec(cleaned)?.[0] ?? '';
  const stem = [...cleaned.slice(0, cleaned.length - extension.length)];
  return stem.slice(0, limits.fileNameCharactersMax - [...extension].length).join('') + extension;
}

/**
 * Value of a `Content-Disposition` header that saves the file under `safeFileName(name, fallback)`: the exact name
 * after RFC 8187, before it an ASCII one for clients that do not know it.
 *
 * @param fallback safe ASCII name with its extension, such as `policy.pdf`
 */
export function contentDisposition(name: string, fallback: string): string {
  const safe = safeFileName(name, fallback);
  const ascii = safe.replace(/[^\x20-\x7e]+/g, '_');
  const hasAsciiStem = /[a-z0-9]/i.test(ascii.replace(/\.[^.]*$/, ''));
  const encoded = encodeURIComponent(safe).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${hasAsciiStem ? ascii : fallback}"; filename*=UTF-8''${encoded}`;
}
