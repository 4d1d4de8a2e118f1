import { getIn, hasOwn, isSafeInteger, setIn, TrustedError, TrustedMap } from '../primordials.ts';
import { createCrypto, libraries } from './libraries.ts';
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

/** Node's `crypto`: its bytes are drawn from the message. */
function cryptoOf(id: string, report: (text: string) => void): object {
  const draw = createRandomBytes(id);
  return createCrypto({
    randomBytes(size) {
      if (!isSafeInteger(size) || size < 0 || size > MOST_RANDOM_BYTES)
        throw new TrustedError(`randomBytes gives 0 to ${MOST_RANDOM_BYTES} bytes`);
      return draw(size);
    },
    report,
  });
}

/** The app's `require`: a module that it may have, or null. `report` is for what a module does not have. */
export function createRequire(id: string, report: (text: string) => void): (name: unknown) => unknown {
  let crypto: object | null = null;
  return (name) => {
    if (name === 'crypto') return (crypto ??= cryptoOf(id, report));
    return typeof name === 'string' && hasOwn(libraries, name) ? load(name) : null;
  };
}
