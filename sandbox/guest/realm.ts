import type { Log } from '@vumi/sdk';
import { shortText } from './error-text.ts';
import { fixBuffers } from './fixed-buffers.ts';
import { stopIntlClock } from './intl-clock.ts';
import { hideTrustedFrames } from './trusted-frames.ts';
import {
  apply,
  charCode,
  construct,
  dateToString,
  defineProperty,
  freeze,
  imul,
  isArray,
  keys,
  stringify,
  TrustedDate,
} from './primordials.ts';

/** Ways out of the limits or to a fine clock, none of which a messaging app needs (spec sandbox-security §2.6). */
const REMOVED = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'FinalizationRegistry', 'WeakRef', 'console'];

const MAX_ARGUMENTS = 8;
const LINE_LENGTH = 500;

/** What a turn lends to the realm while its code runs. */
export interface Present {
  /** What `Date.now()` says. */
  now: number;
  /** Where `console.log` goes. */
  log: Log | null;
  /** What chance is drawn from: an id, so that a message that is run again draws the same numbers. */
  readonly seedText: string;
  /** State of the generator behind `Math.random`; null until it is asked. */
  seed: number | null;
}

let present: Present = { now: 0, log: null, seedText: '', seed: null };

export function setPresent(next: Present): void {
  present = next;
}

export function seedFrom(id: string): number {
  let seed = 2166136261;
  for (let index = 0; index < id.length; index++) seed = imul(seed ^ charCode(id, index), 16777619);
  return seed;
}

/** mulberry32: 32 bits of state are plenty for a menu's shuffle, and nobody may use it for secrets. */
function random(): number {
  const seed = ((present.seed ?? seedFrom(present.seedText)) + 0x6d2b79f5) | 0;
  present.seed = seed;
  let mixed = imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

function FrozenDate(this: unknown, ...given: unknown[]): unknown {
  if (new.target === undefined) return apply(dateToString, new TrustedDate(present.now), []);
  return construct(TrustedDate, given.length === 0 ? [present.now] : given, new.target);
}

function set(target: object, name: string, value: unknown): void {
  defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

/** Makes a run repeatable: time stands still and chance is drawn from the message. */
export function freezeTime(): void {
  FrozenDate.prototype = TrustedDate.prototype;
  set(FrozenDate, 'name', 'Date');
  set(FrozenDate, 'length', 7);
  set(FrozenDate, 'now', () => present.now);
  set(FrozenDate, 'parse', TrustedDate.parse);
  set(FrozenDate, 'UTC', TrustedDate.UTC);
  set(TrustedDate.prototype, 'constructor', FrozenDate);
  set(globalThis, 'Date', FrozenDate);
  set(Math, 'random', random);
}

function printed(value: unknown): string {
  if (typeof value !== 'object' || value === null) return shortText(value, LINE_LENGTH);
  try {
    return shortText(stringify(value), LINE_LENGTH);
  } catch {
    return shortText(value, LINE_LENGTH);
  }
}

function printer(level: keyof Log) {
  return (...values: unknown[]): void => {
    let line = '';
    for (let index = 0; index < values.length && index < MAX_ARGUMENTS; index++) {
      line += (index === 0 ? '' : ' ') + printed(values[index]);
    }
    present.log?.[level](line);
  };
}

/** Takes away what is dangerous and lets the console write into the author's log. Before any tenant code. */
export function closeRealm(): void {
  for (const name of REMOVED) Reflect.deleteProperty(globalThis, name);
  stopIntlClock(() => present.now);
  fixBuffers();
  hideTrustedFrames();
  set(
    globalThis,
    'console',
    freeze({
      debug: printer('debug'),
      log: printer('info'),
      info: printer('info'),
      warn: printer('warn'),
      error: printer('error'),
    }),
  );
}

/** Configuration is shared by all messages of an isolate: none may change it for the next. */
export function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const names = isArray(value) ? [] : keys(value);
  if (isArray(value)) for (let index = 0; index < value.length; index++) freezeDeep(value[index]);
  for (let index = 0; index < names.length; index++)
    freezeDeep((value as Record<string, unknown>)[names[index] ?? '']);
  return freeze(value);
}
