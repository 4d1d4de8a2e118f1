import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from '@noble/hashes/sha2.js';
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js';
import type { CHash } from '@noble/hashes/utils.js';

/** By the name that Node gives them. */
const DIGESTS = {
  md5,
  ripemd160,
  sha1,
  sha224,
  sha256,
  sha384,
  sha512,
  'sha512-224': sha512_224,
  'sha512-256': sha512_256,
  'sha3-224': sha3_224,
  'sha3-256': sha3_256,
  'sha3-384': sha3_384,
  'sha3-512': sha3_512,
} as const satisfies Record<string, CHash>;

type DigestName = keyof typeof DIGESTS;

/** Of a digest's other names, OpenSSL's own among them. */
function plainName(name: string): string {
  const lower = name.toLowerCase().replace(/^rsa-/, '').replaceAll('/', '-');
  if (lower === 'rmd160' || lower === 'ripemd' || lower === 'ripemd-160') return 'ripemd160';
  return lower.replace(/^(?:sha-|sha2-)(?=\d)/, 'sha').replace(/^ssl3-/, '');
}

function isDigest(name: string): name is DigestName {
  return Object.hasOwn(DIGESTS, name);
}

export const DIGEST_NAMES: readonly string[] = Object.keys(DIGESTS);

/** Throws an error that names the digest which is missing. */
export function digestOf(name: unknown): CHash {
  if (typeof name !== 'string')
    throw new TypeError(`The "algorithm" argument must be of type string. Received ${String(name)}`);
  const plain = plainName(name);
  if (isDigest(plain)) return DIGESTS[plain];
  throw new Error(
    `Digest method not supported: "${name.slice(0, 50)}". There are ${DIGEST_NAMES.join(', ')}`,
  );
}
