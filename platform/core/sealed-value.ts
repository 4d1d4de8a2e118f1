import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The keys under which accounts' secret answers are kept. */
export interface AccountKeys {
  /** 32 bytes, of AES-256. Throws `not_found` for an account that does not exist. */
  keyOf(account: string): Promise<Uint8Array>;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** JSON under a key, as base64. It opens only at its place, so that nothing sealed can be put in another's. */
export function sealValue(value: unknown, place: string, key: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(place));
  const sealed = [cipher.update(JSON.stringify(value)), cipher.final()];
  return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString('base64');
}

/** Throws for what was not sealed under that key for that place. */
export function openValue(sealed: string, place: string, key: Uint8Array): unknown {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  const plain = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
  return JSON.parse(Buffer.concat(plain).toString()) as unknown;
}
