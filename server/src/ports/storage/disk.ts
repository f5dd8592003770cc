import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { invariant } from '../../kernel/invariant.ts';
import type { StoragePort } from './port.ts';

/** Files in a folder, a level of folders deep. A file appears whole or not at all, also across a power cut. */
export function createDiskStorage(folder: string): StoragePort {
  const place = (id: string) => {
    invariant(/^[a-z]{2,4}_[a-z0-9]+$/.test(id), 'a file is stored under an id of ours');
    return { folder: join(folder, id.slice(-2)), file: join(folder, id.slice(-2), id) };
  };
  return {
    async put(id, bytes) {
      const at = place(id);
      await mkdir(at.folder, { recursive: true, mode: 0o700 });
      const temporary = `${at.file}.part`;
      const handle = await open(temporary, 'w', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, at.file);
      const directory = await open(at.folder, 'r');
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    },
    get: (id) => readFile(place(id).file),
    async remove(id) {
      const { file } = place(id);
      await rm(file, { force: true });
      await rm(`${file}.part`, { force: true });
    },
    async putBefore(instantMs) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const found: string[] = [];
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = join(entry.parentPath, entry.name);
        if ((await stat(file)).mtimeMs < instantMs) found.push(basename(file, '.part'));
      }
      return found;
    },
  };
}
