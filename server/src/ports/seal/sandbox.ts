import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSelfSigned } from './cades.ts';
import { createKeyFolderSeal } from './key-folder.ts';
import type { SealPort } from './port.ts';

const yearMs = 365 * 86_400_000;

/**
 * Seals of the demonstration: each insurer's key is made at its first document and kept in the folder, with a self-signed
 * certificate that says so in its name.
 *
 * @param nameOf the insurer's full name
 * @param trustFolder where the roots of trust are kept; the certificates that it makes are its roots otherwise
 */
export function createSandboxSeal(
  folder: string,
  nameOf: (insurerId: string) => Promise<string>,
  now: () => number,
  trustFolder: string = folder,
): SealPort {
  return createKeyFolderSeal(folder, trustFolder, async (insurerId) => {
    const start = now();
    const name = `${await nameOf(insurerId)}（演示证书，自签名）`;
    const { pem } = await makeSelfSigned(name, new Date(start - 86_400_000), new Date(start + 10 * yearMs));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${insurerId}.pem`);
    try {
      await writeFile(file, pem, { mode: 0o600, flag: 'wx' });
      return pem;
    } catch (reason) {
      // Two documents at once: the key that was written first is the insurer's.
      if ((reason as NodeJS.ErrnoException).code === 'EEXIST') return readFile(file, 'utf8');
      throw reason;
    }
  });
}
