import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** Keys derived from the platform's one secret. */
export interface Cipher {
  /** Encrypts personal data for one cell: moved to another row or column it cannot be opened. */
  readonly seal: (plain: string, place: Place) => string;
  /** @throws Error if the text was altered or belongs to another place */
  readonly open: (sealed: string, place: Place) => string;
  /** A keyed hash, in hex, for values that are compared and never read: codes, challenges. */
  readonly hmac: (purpose: string, text: string) => string;
}

export interface Place {
  /** `table.column` */
  readonly column: string;
  readonly rowId: string;
}

const VERSION = 'v1';

/** @param secret 32 bytes */
export function createCipher(secret: Uint8Array): Cipher {
  if (secret.length !== 32) throw new Error('The platform secret must have 32 bytes.');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  // As a key object: from bytes, one is made anew for every cell.
  const sealing = createSecretKey(derive('seal.v1'));
  const hashing = new Map<string, Buffer>();
  const hashingKey = (purpose: string) => {
    const key = hashing.get(purpose) ?? derive(`hmac.${purpose}`);
    hashing.set(purpose, key);
    return key;
  };
  const additional = (place: Place) => Buffer.from(`${VERSION}.${place.column}.${place.rowId}`);

  return {
    seal: (plain, place) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(additional(place));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [VERSION, ...[nonce, cipher.getAuthTag(), body].map((part) => part.toString('base64url'))].join(
        '.',
      );
    },
    open: (sealed, place) => {
      const [version, nonce, tag, body] = sealed.split('.');
      if (version !== VERSION || !nonce || !tag || body === undefined)
        throw new Error('A sealed value has an unknown form.');
      const decipher = createDecipheriv('aes-256-gcm', sealing, Buffer.from(nonce, 'base64url'))
        .setAAD(additional(place))
        .setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString(
        'utf8',
      );
    },
    hmac: (purpose, text) => createHmac('sha256', hashingKey(purpose)).update(text).digest('hex'),
  };
}

/** Compares without telling by its duration how much was right. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
