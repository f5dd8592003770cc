import DataLoader from 'dataloader';
import { actorId } from '../../access/actor.ts';
import { type Command, run } from '../../command/run.ts';
import type { UploadPurpose } from '../../db/vocabulary.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { ErrorInterface } from '../../graph/errors.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { type UploadRow, uploadsByIds } from './upload.queries.ts';
import { UploadRefused } from './upload.refusals.ts';

const UploadPurposeEnum = enumOf('UploadPurpose', '文件用途。', {
  LICENSE: '营业执照',
  VOUCHER: '支付凭证',
  POLICY: '保单',
  INVOICE: '发票',
  EVIDENCE: '补充资料',
  DOCUMENT: '相关文件（条款等）的 PDF',
  STATEMENT: '银行对账单（CSV 或 camt.053 XML）',
});

export const uploadLoader = perRequest(
  (context) => new DataLoader<string, UploadRow | null>((ids) => uploadsByIds(context.db, ids)),
);

/** Whether the caller sees the object that a file belongs to. The module that knows the object says so. */
type FileReader = (context: Context, uploadId: string) => Promise<boolean>;
const readers = new Map<UploadPurpose, FileReader[]>();

/** What is written when somebody downloads a file. */
type DownloadListener = (command: Command, uploadId: string) => Promise<void>;
const downloadListeners = new Map<UploadPurpose, DownloadListener>();

export function registerFileReaders(
  purpose: UploadPurpose,
  mayRead: FileReader,
  onDownload?: DownloadListener,
): void {
  readers.set(purpose, [...(readers.get(purpose) ?? []), mayRead]);
  if (onDownload) downloadListeners.set(purpose, onDownload);
}

/** Accounts for a download, where files of the purpose are accounted for, before a byte of it is sent. */
export async function noteDownload({ core, actor, facts }: Context, upload: UploadRow): Promise<void> {
  const listener = downloadListeners.get(upload.purpose);
  if (listener) await run(core, actor, facts, (command) => listener(command, upload.id));
}

/** Who sent a file sees it; others see it with the object it belongs to. */
export async function mayReadFile(context: Context, upload: UploadRow): Promise<boolean> {
  const caller = actorId(context.actor);
  if (caller && caller === upload.ownerId) return true;
  for (const mayRead of readers.get(upload.purpose) ?? []) if (await mayRead(context, upload.id)) return true;
  return false;
}

export const UploadType = builder.objectRef<UploadRow>('Upload').implement({
  description: '上传或由平台生成的文件。',
  interfaces: [Node],
  fields: (t) => ({
    purpose: t.expose('purpose', { type: UploadPurposeEnum, description: '用途。' }),
    contentType: t.exposeString('contentType', { description: '内容类型。' }),
    bytes: t.exposeInt('bytes', { description: '大小（字节）。' }),
    sha256: t.exposeString('sha256', { description: '所保存内容的 SHA-256。' }),
    originalSha256: t.exposeString('originalSha256', {
      description: '收到时内容的 SHA-256（图片会重新编码）。',
    }),
    fileName: t.exposeString('fileName', { description: '文件名。' }),
    url: t.string({ description: '下载地址，需登录。', resolve: (row) => `/files/${row.id}` }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '收到时间。' }),
  }),
});

defineNode('upl', 'Upload', async (id, context) => {
  const upload = await uploadLoader(context).load(id);
  return upload && (await mayReadFile(context, upload)) ? upload : null;
});

builder.objectType(UploadRefused, {
  name: 'UploadRefused',
  description: '文件不予接受（UPLOAD_REFUSED）。',
  interfaces: [ErrorInterface],
  fields: (t) => ({ reason: t.exposeString('reason', { description: '原因代码。' }) }),
});
