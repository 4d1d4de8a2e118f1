import { hmac } from '@noble/hashes/hmac.js';
import type { Hash as RunningHash } from '@noble/hashes/utils.js';
import { digestOf } from './digests.ts';
import { octetsOf, octetsOfKey, written } from './encoding.ts';

/** A digest under way; only itself knows what it copies into. */
interface Running extends Pick<RunningHash<Running>, 'update' | 'digest' | 'clone'> {}

function finalized(): Error {
  return Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
}

/** What `createHash` gives. */
export class Hash {
  #running: Running | null;

  constructor(running: Running) {
    this.#running = running;
  }

  update(data: unknown, encoding?: unknown): this {
    this.#open().update(octetsOf(data, encoding));
    return this;
  }

  digest(encoding?: unknown): Buffer | string {
    const octets = this.#open().digest();
    this.#running = null;
    return written(octets, encoding);
  }

  /** The same up to here; both may go on. */
  copy(): Hash {
    return new Hash(this.#open().clone());
  }

  #open(): Running {
    if (this.#running === null) throw finalized();
    return this.#running;
  }
}

/** What `createHmac` gives. */
export class Hmac {
  #running: Running | null;

  constructor(running: Running) {
    this.#running = running;
  }

  update(data: unknown, encoding?: unknown): this {
    if (this.#running === null) throw finalized();
    this.#running.update(octetsOf(data, encoding));
    return this;
  }

  /** Asked again it gives nothing, as in Node. */
  digest(encoding?: unknown): Buffer | string {
    const octets = this.#running?.digest() ?? new Uint8Array(0);
    this.#running = null;
    return written(octets, encoding);
  }
}

export function createHash(algorithm: unknown): Hash {
  return new Hash(digestOf(algorithm).create());
}

export function createHmac(algorithm: unknown, key: unknown): Hmac {
  return new Hmac(hmac.create(digestOf(algorithm), octetsOfKey(key)));
}
