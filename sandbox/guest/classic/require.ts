import {
  apply,
  freeze,
  getIn,
  hasOwn,
  isSafeInteger,
  setIn,
  TrustedError,
  TrustedMap,
} from '../primordials.ts';
import { Buffer, later, libraries } from './libraries.ts';
import { createRandomBytes } from './random-bytes.ts';

const MOST_RANDOM_BYTES = 65_536;
/** Other libraries start from these: in the snapshot they are loaded already. */
const LOADED_EARLY = ['vumigo_v02', 'lodash', 'moment', 'q', 'jed', 'url'] as const;

const loaded = new TrustedMap<string, unknown>();

function load(name: string): unknown {
  const found = getIn(loaded, name);
  if (found !== undefined) return found;
  const library = libraries[name]?.();
  setIn(loaded, name, library);
  return library;
}

/** Loads what every app needs. Before the snapshot is taken. */
export function loadEarly(): void {
  for (let index = 0; index < LOADED_EARLY.length; index++) load(LOADED_EARLY[index] ?? '');
}

type BytesCallback = (error: null, bytes: Uint8Array) => void;

/** The part of Node's `crypto` that apps use. */
function createCrypto(id: string) {
  const draw = createRandomBytes(id);
  return freeze({
    randomBytes(size: number, callback?: BytesCallback): Uint8Array | undefined {
      if (!isSafeInteger(size) || size < 0 || size > MOST_RANDOM_BYTES)
        throw new TrustedError(`randomBytes gives 0 to ${MOST_RANDOM_BYTES} bytes`);
      const bytes = Buffer.from(draw(size));
      if (typeof callback !== 'function') return bytes;
      later(() => apply(callback, undefined, [null, bytes]));
      return undefined;
    },
  });
}

/** The app's `require`: a module that it may have, or null. */
export function createRequire(id: string): (name: unknown) => unknown {
  const crypto = createCrypto(id);
  return (name) => {
    if (name === 'crypto') return crypto;
    return typeof name === 'string' && hasOwn(libraries, name) ? load(name) : null;
  };
}
