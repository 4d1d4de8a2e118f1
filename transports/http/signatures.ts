import { createHmac } from 'node:crypto';
import { isSameSecret } from '@vumi/http';

/** A signature may be older or newer than our clock by so much. */
const FRESH_MS = 300_000;

type Hash = 'md5' | 'sha1' | 'sha256' | 'sha512';
type Coding = 'hex' | 'base64' | 'base64url';

/** The HMAC (RFC 2104) of all pieces in a row, under a key. */
export function hmacOf(
  { hash, key, coding = 'hex' }: { readonly hash: Hash; readonly key: string; readonly coding?: Coding },
  ...pieces: readonly (string | Buffer)[]
): string {
  const hmac = createHmac(hash, key);
  for (const piece of pieces) hmac.update(piece);
  return hmac.digest(coding);
}

/** Compares a header with what it must be; the time that it takes tells nothing. */
export function isSigned(given: string | readonly string[] | undefined, expected: string): boolean {
  return typeof given === 'string' && isSameSecret(given, expected);
}

/** Whether a signature was made within so long of now, milliseconds since the epoch. Default: five minutes. */
export function isFresh(seconds: unknown, now: number, withinMs = FRESH_MS): boolean {
  const at = Number(seconds) * 1000;
  return seconds !== '' && Number.isFinite(at) && Math.abs(now - at) <= withinMs;
}
