import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { clientPolicy, replayPolicy } from './headers.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};
const compressible = new Set(['.html', '.js', '.css', '.svg', '.webmanifest', '.txt']);

/** First segments of the paths that the client's router knows. Any other path is answered with 404, as a file that is not there. */
export const clientRoots: ReadonlySet<string> = new Set([
  '',
  'account',
  'batches',
  'center',
  'certification',
  'forgot-password',
  'help',
  'invoices',
  'modules',
  'orders',
  'profile',
  'register',
  'sections',
  'sign-in',
  'surrenders',
  'tickets',
  'verify',
]);
const isClientPage = (path: string) =>
  clientRoots.has(path.split('/')[1] ?? '') && !/\.[a-z0-9]+$/i.test(path);

interface StaticFile {
  readonly headers: Record<string, string>;
  readonly plain: Uint8Array;
  readonly brotli: (() => Promise<Uint8Array>) | null;
  readonly gzip: (() => Promise<Uint8Array>) | null;
}

export interface StaticFiles {
  /** The file at a path, or the client's page for a path of its router, or null. */
  readonly answer: (request: Request, path: string) => Promise<Response | null>;
}

/** Serves the built client from memory: it is small, and what is not in the folder at the start cannot be asked for. */
export async function createStatic(folder: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !types[extname(file)]) continue;
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    files.set(path, describe(path, await readFile(file)));
  }

  return {
    async answer(request, path) {
      const exact = files.get(path);
      const page = path.startsWith('/staff/replays/')
        ? '/replay.html'
        : isClientPage(path)
          ? '/index.html'
          : '';
      const file = exact && !path.endsWith('.html') ? exact : files.get(page);
      if (!file) return null;
      const accepted = request.headers.get('accept-encoding') ?? '';
      if (request.headers.get('if-none-match') === file.headers.etag)
        return new Response(null, { status: 304, headers: file.headers });
      const encoding =
        /\bbr\b/.test(accepted) && file.brotli
          ? 'br'
          : /\bgzip\b/.test(accepted) && file.gzip
            ? 'gzip'
            : null;
      const body =
        encoding === 'br' ? await file.brotli?.() : encoding === 'gzip' ? await file.gzip?.() : file.plain;
      return new Response(request.method === 'HEAD' ? null : (body as Uint8Array<ArrayBuffer>), {
        headers: { ...file.headers, ...(encoding ? { 'content-encoding': encoding } : {}) },
      });
    },
  };
}

function describe(path: string, plain: Uint8Array): StaticFile {
  const extension = extname(path);
  const page = extension === '.html';
  const packed = compressible.has(extension);
  return {
    headers: {
      'content-type': types[extension] as string,
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      vary: 'accept-encoding',
      // Names of assets carry a hash of their content.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(page ? { 'content-security-policy': path === '/replay.html' ? replayPolicy : clientPolicy } : {}),
    },
    plain,
    brotli: packed
      ? once(() => promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
      : null,
    gzip: packed ? once(() => promisify(gzip)(plain, { level: 9 })) : null,
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
