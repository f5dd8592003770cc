export type UploadPurpose = 'LICENSE' | 'VOUCHER' | 'POLICY' | 'INVOICE' | 'EVIDENCE';

/** A file that the server keeps, by the id that mutations take. */
export interface UploadedFile {
  id: string;
  sha256: string;
  bytes: number;
  contentType: string;
}

/** What a person may choose for a purpose. The server decides; this only spares the wait. */
export interface UploadRule {
  contentTypes: readonly string[];
  /** "jpg/png" */
  typesText: string;
  maxMegabytes: number;
}

const images = { contentTypes: ['image/jpeg', 'image/png'], typesText: 'jpg/png' } as const;
const imagesOrPdf = {
  contentTypes: ['image/jpeg', 'image/png', 'application/pdf'],
  typesText: 'jpg/png/pdf',
} as const;

export const uploadRules: Record<UploadPurpose, UploadRule> = {
  LICENSE: { ...images, maxMegabytes: 10 },
  VOUCHER: { ...images, maxMegabytes: 2 },
  POLICY: { contentTypes: ['application/pdf'], typesText: 'pdf', maxMegabytes: 10 },
  INVOICE: { contentTypes: ['application/pdf'], typesText: 'pdf', maxMegabytes: 10 },
  EVIDENCE: { ...imagesOrPdf, maxMegabytes: 10 },
};

/** Why a chosen file cannot be sent, in words; null if it can. Looks at the first bytes, since a name can lie. */
export async function refuseFile(file: File, rule: UploadRule): Promise<string | null> {
  const allowed = `请选择 ${rule.typesText} 格式的文件。`;
  if (!rule.contentTypes.includes(file.type)) return `文件格式不支持，${allowed}`;
  if (file.size === 0) return '文件是空的，请重新选择。';
  if (file.size > rule.maxMegabytes * 1024 * 1024)
    return `文件超过 ${rule.maxMegabytes} MB，请压缩后重新选择。`;
  const head = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  if (contentTypeOf(head) !== file.type) return `文件内容与扩展名不符，${allowed}`;
  return null;
}

/** The answer to an upload that failed, in words. `status` 0 means that no answer came. */
export function uploadFaultText(status: number, rule: UploadRule): string {
  switch (status) {
    case 0:
      return '网络连接中断，文件没有上传成功，请重试。';
    case 401:
      return '登录已失效，请重新登录后上传。';
    case 403:
      return '当前账号不能上传此类文件。';
    case 413:
      return `文件超过 ${rule.maxMegabytes} MB，请压缩后重新选择。`;
    case 415:
    case 422:
    case 400:
      return `文件未能通过检查，请更换清晰、完整的 ${rule.typesText} 文件。`;
    case 429:
      return '上传过于频繁，请稍后再试。';
    case 507:
      return '系统存储空间不足，暂时无法上传，请稍后再试。';
    default:
      return '文件上传失败，请稍后重试。';
  }
}

export interface SentUpload {
  /** Rejects with `UploadFault`. Never settles after `abort`. */
  answer: Promise<UploadedFile>;
  abort: () => void;
}

/** The server, or the way to it, did not take the file. */
export class UploadFault extends Error {
  /** HTTP status, 0 if no answer came. */
  readonly status: number;
  constructor(status: number) {
    super(`upload answered ${status}`);
    this.status = status;
  }
}

/** Sends one file. XMLHttpRequest, because fetch does not tell how much of a body has left. `onProgress` gets 0…1. */
export function sendUpload(
  file: File,
  purpose: UploadPurpose,
  onProgress: (sent: number) => void,
): SentUpload {
  const request = new XMLHttpRequest();
  const answer = new Promise<UploadedFile>((resolve, reject) => {
    request.open('POST', `/uploads?purpose=${purpose}`);
    request.responseType = 'json';
    request.setRequestHeader('Content-Type', file.type);
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener('load', () => {
      if (request.status === 201 && request.response) resolve(request.response as UploadedFile);
      else reject(new UploadFault(request.status));
    });
    request.addEventListener('error', () => reject(new UploadFault(0)));
    request.send(file);
  });
  return { answer, abort: () => request.abort() };
}

function contentTypeOf(head: Uint8Array): string | null {
  const startsWith = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (startsWith(0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  if (startsWith(0x25, 0x50, 0x44, 0x46, 0x2d)) return 'application/pdf';
  return null;
}
