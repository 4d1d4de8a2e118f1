import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

const CIPHER = 'aes-256-ctr';
/** 96 bits. */
const MARK_BYTES = 12;
/** Texts are made as long as a multiple of so many bytes, so that their length tells little. */
const BLOCK_BYTES = 16;

/** For whom something is sealed: nothing else opens it. */
export type SealLabel = readonly string[];

/**
 * A text that only this platform reads again: its HMAC under the label, by which it is encrypted and checked (a synthetic
 * initialization vector). The same text and label give the same result each time, and nobody can make one of his own.
 */
export function seal(secret: string, label: SealLabel, text: string): string {
  const mark = markOf(secret, label, text);
  const bytes = Buffer.from(text);
  const padded = Buffer.alloc(Math.max(1, Math.ceil(bytes.length / BLOCK_BYTES)) * BLOCK_BYTES);
  bytes.copy(padded);
  const cipher = createCipheriv(CIPHER, keyOf(secret, label), counterAt(mark));
  return Buffer.concat([mark, cipher.update(padded), cipher.final()]).toString('base64url');
}

/** The text; null for what was not sealed under that label here. */
export function unseal(secret: string, label: SealLabel, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < MARK_BYTES + BLOCK_BYTES || bytes.toString('base64url') !== sealed) return null;
  const mark = bytes.subarray(0, MARK_BYTES);
  const decipher = createDecipheriv(CIPHER, keyOf(secret, label), counterAt(mark));
  const padded = Buffer.concat([decipher.update(bytes.subarray(MARK_BYTES)), decipher.final()]);
  const text = padded.toString().replace(/\0+$/, '');
  return timingSafeEqual(markOf(secret, label, text), mark) ? text : null;
}

function markOf(secret: string, label: SealLabel, text: string): Buffer {
  const mac = createHmac('sha256', secret).update(JSON.stringify([...label, text]));
  return mac.digest().subarray(0, MARK_BYTES);
}

/** Not the HMAC of anything that `markOf` is made of: those begin with a bracket. */
function keyOf(secret: string, label: SealLabel): Buffer {
  return createHmac('sha256', secret)
    .update(`sealed ${JSON.stringify(label)}`)
    .digest();
}

function counterAt(mark: Buffer): Buffer {
  return Buffer.concat([mark, Buffer.alloc(BLOCK_BYTES - MARK_BYTES)]);
}
