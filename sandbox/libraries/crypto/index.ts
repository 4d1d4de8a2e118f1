import { DIGEST_NAMES } from './digests.ts';
import { octetsOf, written } from './encoding.ts';
import { createHash, createHmac, Hash, Hmac } from './hash.ts';

/** What `crypto` needs of the guest. */
export interface CryptoHost {
  /** Octets that are drawn from the message. */
  randomBytes(size: number): Uint8Array;
  /** Tells the author, also where the app swallows the error. */
  report(text: string): void;
}

/** The rest of Node's `crypto`. */
const NOT_HERE =
  'Certificate Cipheriv Decipheriv DiffieHellman DiffieHellmanGroup ECDH KeyObject Sign Verify X509Certificate ' +
  'argon2 argon2Sync checkPrime checkPrimeSync createCipher createCipheriv createCredentials createDecipher ' +
  'createDecipheriv createDiffieHellman createDiffieHellmanGroup createECDH createPrivateKey createPublicKey ' +
  'createSecretKey createSign createVerify decapsulate diffieHellman encapsulate generateKey generateKeyPair ' +
  'generateKeyPairSync generateKeySync generatePrime generatePrimeSync getCipherInfo getCiphers getCurves ' +
  'getDiffieHellman getFips getRandomValues hkdf hkdfSync pbkdf2 pbkdf2Sync privateDecrypt privateEncrypt ' +
  'publicDecrypt publicEncrypt randomFill randomFillSync randomUUIDv7 scrypt scryptSync secureHeapUsed ' +
  'setEngine setFips sign verify';
const UUID_OCTETS = 16;
const TWO_TO_48 = 2 ** 48;

type Callback = (error: null, value: unknown) => void;

/** At once, or later to a callback, as Node does. */
function given(value: unknown, callback: unknown): unknown {
  if (typeof callback !== 'function') return value;
  setImmediate(() => (callback as Callback)(null, value));
  return undefined;
}

function randomUuid(host: CryptoHost): string {
  const octets = Buffer.from(host.randomBytes(UUID_OCTETS));
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  const hex = octets.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** `randomInt(max)`, `(min, max)`, each with a callback or without. */
function randomInt(host: CryptoHost, ...args: unknown[]): unknown {
  const [min, max, callback] =
    typeof args[1] === 'number' ? [args[0], args[1], args[2]] : [0, args[0], args[1]];
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || Number(max) <= Number(min))
    throw new RangeError('randomInt takes two whole numbers, the second above the first');
  const drawn = host.randomBytes(6).reduce((sum, octet) => sum * 256 + octet, 0);
  return given(Number(min) + Math.floor((drawn / TWO_TO_48) * (Number(max) - Number(min))), callback);
}

function timingSafeEqual(one: unknown, other: unknown): boolean {
  const a = octetsOf(ArrayBuffer.isView(one) ? one : undefined, null, 'buf1');
  const b = octetsOf(ArrayBuffer.isView(other) ? other : undefined, null, 'buf2');
  if (a.length !== b.length) throw new RangeError('Input buffers must have the same byte length');
  return a.reduce((difference, octet, index) => difference | (octet ^ (b[index] ?? 0)), 0) === 0;
}

/** A function that says what is missing, to the app and to its author. */
function missing(name: string, host: CryptoHost): () => never {
  return () => {
    const text = `crypto.${name} is not there: require('crypto') has createHash, createHmac and randomBytes`;
    host.report(text);
    throw new Error(text);
  };
}

/** What an app's `require('crypto')` gives: what of Node's can be done without a secret of its own. */
export function createCrypto(host: CryptoHost): Record<string, unknown> {
  const randomBytes = (size: number, callback?: unknown): unknown =>
    given(Buffer.from(host.randomBytes(size)), callback);
  const crypto: Record<string, unknown> = {
    createHash,
    createHmac,
    getHashes: () => [...DIGEST_NAMES],
    hash: (algorithm: unknown, data: unknown, encoding: unknown = 'hex') =>
      written(createHash(algorithm).update(data).digest() as Buffer, encoding),
    Hash,
    Hmac,
    pseudoRandomBytes: randomBytes,
    randomBytes,
    randomInt: (...args: unknown[]) => randomInt(host, ...args),
    randomUUID: () => randomUuid(host),
    rng: randomBytes,
    timingSafeEqual,
  };
  for (const name of NOT_HERE.split(' ')) crypto[name] = missing(name, host);
  return crypto;
}
