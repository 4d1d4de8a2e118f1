import { createHmac, randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);

/** 16 MB and some 50 ms for each guess. */
const COST = { N: 16_384, r: 8, p: 1 };
const LENGTH = 32;
const SALT_LENGTH = 16;
/** Without letters that look like others. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
/** Every client can send so many characters (section 5.2.2). */
const MADE_LENGTH = 8;
const MOST_KNOWN = 10_000;

export function generateSmppPassword(): string {
  return Array.from({ length: MADE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** `scrypt:<salt>:<hash>`, both in hex. */
export async function hashSmppPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_LENGTH);
  const hash = await derive(password, salt, LENGTH, COST);
  return `scrypt:${salt.toString('hex')}:${hash.toString('hex')}`;
}

/** Checks passwords. One that was right is known by a keyed digest in memory, so that the next bind with it is cheap. */
export class SmppPasswordCheck {
  readonly #key = randomBytes(LENGTH);
  /** Digest of the right password by its hash in the database. */
  readonly #known = new Map<string, Buffer>();

  async matches(password: string, stored: string): Promise<boolean> {
    const digest = createHmac('sha256', this.#key).update(password).digest();
    const known = this.#known.get(stored);
    if (known !== undefined) return timingSafeEqual(known, digest);
    const [, salt = '', hash = ''] = stored.split(':');
    const expected = Buffer.from(hash, 'hex');
    const found = await derive(password, Buffer.from(salt, 'hex'), LENGTH, COST);
    if (expected.length !== found.length || !timingSafeEqual(expected, found)) return false;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(stored, digest);
    return true;
  }
}
