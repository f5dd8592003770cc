import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOfBytes, type PageFile, pageVersionOf } from './seals.ts';

/** The sales pages as this server serves them: what a customer's browser ran. */
export interface SalesPages {
  /** Hash of the names and contents of `files`; with none of them where only the API is served. */
  readonly version: string;
  readonly files: readonly PageFile[];
  readonly read: (name: string) => Promise<Uint8Array>;
}

interface Manifest {
  readonly version: string;
  readonly files: readonly PageFile[];
}

/**
 * Reads the manifest that the build of the client left, and holds it against the files.
 *
 * @param folder of the built client; null where only the API is served
 * @throws Error if a file was altered since the build
 */
export async function readSalesPages(folder: string | null): Promise<SalesPages> {
  const manifestFile = folder && join(folder, 'sales-pages.json');
  if (!manifestFile || !existsSync(manifestFile)) {
    const read = () => Promise.reject(new Error('No sales pages are served.'));
    return { version: pageVersionOf([]), files: [], read };
  }
  const { version, files } = JSON.parse(await readFile(manifestFile, 'utf8')) as Manifest;
  const read = (name: string) => readFile(join(folder, name));
  for (const [name, sha256] of files) {
    if (hashOfBytes(await read(name)) !== sha256)
      throw new Error(`${name} of the client is not as it was built. Build the client again.`);
  }
  if (pageVersionOf(files) !== version)
    throw new Error('The list of the sales pages is not as it was built. Build the client again.');
  return { version, files, read };
}
