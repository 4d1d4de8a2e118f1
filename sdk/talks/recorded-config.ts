import type { Json } from '../state.ts';
import { LONGEST_STEP, type Frame } from './journal.ts';

type Config = Readonly<Record<string, Json>>;

/** What a screen has read of the app's configuration; it may read more. */
export type KnownConfig = Record<string, readonly Json[]>;

/** One that no name can harm. */
export function copyOf(known: Frame['config']): KnownConfig {
  return Object.assign(Object.create(null) as KnownConfig, known);
}

/**
 * The app's configuration as a screen sees it: what it has read once stays so for as long as the screen is open, since it has
 * decided by it. What is too large to be remembered is read each time.
 */
export function recordedConfig(config: Config, known: KnownConfig, isUnrecorded: () => boolean): Config {
  const read = (name: string): Json | undefined => {
    const kept = known[name];
    if (kept !== undefined) return copyOfValue(kept[0]);
    const value = Object.hasOwn(config, name) ? config[name] : undefined;
    if (!isUnrecorded() && isSmall(value)) known[name] = value === undefined ? [] : [value];
    return value;
  };
  return new Proxy<Config>(
    {},
    {
      get: (_, name) => (typeof name === 'string' ? read(name) : undefined),
      has: (_, name) => typeof name === 'string' && read(name) !== undefined,
      ownKeys: () => Object.keys(config),
      getOwnPropertyDescriptor: (_, name) =>
        Object.hasOwn(config, name) && typeof name === 'string'
          ? { value: read(name), enumerable: true, configurable: true, writable: false }
          : undefined,
      set: refuse,
      defineProperty: refuse,
      deleteProperty: refuse,
    },
  );
}

/** As of a frozen object: an error in a module. */
function refuse(): boolean {
  return false;
}

function isSmall(value: Json | undefined): boolean {
  if (typeof value !== 'object' && typeof value !== 'string') return true;
  return JSON.stringify(value).length <= LONGEST_STEP;
}

/** What the author's code changes of it must not be remembered. */
function copyOfValue(value: Json | undefined): Json | undefined {
  if (typeof value !== 'object' || value === null) return value;
  return JSON.parse(JSON.stringify(value)) as Json;
}
