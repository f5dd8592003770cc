import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '../../kernel/invariant.ts';
import { parseSealKey, readDetached, type SealKey, signDetached } from './cades.ts';
import type { SealPort } from './port.ts';
import { judgeSeal, readTrustStore } from './trust.ts';

/** Makes the key of an insurer that has none; null where it is not to be made. */
export type KeyMaker = (insurerId: string) => Promise<string | null>;

/**
 * Keys of insurers as `<insurer id>.pem` in a folder: the private key and its chain. A new file is found without a restart.
 *
 * @param trustFolder where the roots of trust are kept
 */
export function createKeyFolderSeal(
  folder: string,
  trustFolder: string,
  makeKey: KeyMaker = async () => null,
): SealPort {
  const kept = new Map<string, Promise<SealKey>>();

  async function keyOf(insurerId: string): Promise<SealKey | null> {
    invariant(/^ins_[a-z0-9]+$/.test(insurerId), 'a key is kept under the id of an insurer');
    const known = kept.get(insurerId);
    if (known) return known;
    const file = join(folder, `${insurerId}.pem`);
    const pem =
      (await readFile(file, 'utf8').catch((reason: NodeJS.ErrnoException) => {
        if (reason.code === 'ENOENT') return null;
        throw reason;
      })) ?? (await makeKey(insurerId));
    if (pem === null) return null;
    const key = parseSealKey(pem).catch((reason: unknown) => {
      kept.delete(insurerId);
      throw new Error(
        `The seal key ${file} is not usable: ${reason instanceof Error ? reason.message : reason}.`,
      );
    });
    kept.set(insurerId, key);
    return key;
  }

  return {
    hasKey: async (insurerId) => (await keyOf(insurerId)) !== null,
    async sign(insurerId, content, at) {
      const key = await keyOf(insurerId);
      if (!key) throw new Error(`There is no seal key for ${insurerId}.`);
      return signDetached(key, content, at);
    },
    read: readDetached,
    judge: async (facts, owner, now) => judgeSeal(facts, await readTrustStore(trustFolder), owner, now),
  };
}
