/** The largest file that is read into memory for its digest. Policies stay far below. */
export const maxMegabytes = 20;

/** Why a file cannot be checked here, in words; null if it can. */
export function refuseDigest(file: File): string | null {
  if (file.size === 0) return '文件是空的，请重新选择。';
  if (file.size > maxMegabytes * 1024 * 1024)
    return `文件超过 ${maxMegabytes} MB，不是本平台出具的保单文件。`;
  // Browsers offer it on https and on this machine only.
  if (!globalThis.crypto?.subtle)
    return '当前访问方式不支持文件验真，请通过 https 地址访问，或改用保单号和验真码查询。';
  return null;
}

/** SHA-256 of a file as 64 lower-case hexadecimal digits. The file does not leave the browser. */
export async function sha256Of(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
