import type { Json, SetOptions, StateScope } from '@vumi/sdk';
import type { GuestWrite, StateScopeName } from '../effects.ts';
import { LONGEST_TTL_SECONDS } from '../longest-ttl.ts';
import {
  charCode,
  deleteIn,
  freeze,
  getIn,
  isFinite,
  isSafeInteger,
  parse,
  resolved,
  setIn,
  stringify,
  andThen,
  TrustedError,
  TrustedMap,
} from './primordials.ts';
import type { Turn } from './turn.ts';

const KEY_LENGTH = 256;
/** Short keys that were looked at: most apps use a few. */
const fineKeys = new TrustedMap<unknown, string>();
const MOST_FINE_KEYS = 200;
const LONGEST_FINE_KEY = 64;
let fineKeyCount = 0;

function checkKey(key: unknown): string {
  const fine = getIn(fineKeys, key);
  if (fine !== undefined) return fine;
  if (typeof key !== 'string' || key === '' || key.length > KEY_LENGTH) {
    throw new TrustedError(`a key of state is a text of 1 to ${KEY_LENGTH} characters`);
  }
  checkCharacters(key);
  if (key.length <= LONGEST_FINE_KEY && fineKeyCount < MOST_FINE_KEYS) {
    fineKeyCount += 1;
    setIn(fineKeys, key, key);
  }
  return key;
}

function checkCharacters(key: string): void {
  for (let index = 0; index < key.length; index++) {
    const code = charCode(key, index);
    if (code < 32 || code === 127) throw new TrustedError('a key of state has no control characters');
    if (
      isSurrogate(code) &&
      !isPair(code, charCode(key, index + 1)) &&
      !isPair(charCode(key, index - 1), code)
    )
      throw new TrustedError('a key of state has no half characters');
  }
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/** Whether two halves make a character. Of what is outside of a text the code is NaN. */
function isPair(first: number, second: number): boolean {
  return first >= 0xd800 && first < 0xdc00 && second >= 0xdc00 && second <= 0xdfff;
}

function checkSum(sum: number, key: string): number {
  if (isSafeInteger(sum)) return sum;
  throw new TrustedError(`state "${key}" cannot be counted further: the sum is too large`);
}

function checkCount(value: unknown, key: string): number {
  if (value === null) return 0;
  if (!isSafeInteger(value))
    throw new TrustedError(`state "${key}" is no whole number: it cannot be incremented`);
  return value as number;
}

function checkTtl(ttl: unknown): number | undefined {
  if (ttl === undefined) return undefined;
  if (!isFinite(ttl) || (ttl as number) <= 0 || (ttl as number) > LONGEST_TTL_SECONDS)
    throw new TrustedError(`ttl is a number of seconds above 0, at most ${LONGEST_TTL_SECONDS}`);
  return ttl as number;
}

/** `app.state` and `app.user`: writes are kept in the turn, reads see them first. */
export class TurnState implements StateScope {
  readonly #turn: Turn;
  readonly #scope: StateScopeName;

  constructor(turn: Turn, scope: StateScopeName) {
    this.#turn = turn;
    this.#scope = scope;
    freeze(this);
  }

  get<T = Json>(key: string): Promise<T | null> {
    const name = checkKey(key);
    const write = this.#written(name);
    if (write?.op === 'set') return resolved(parse(write.value) as T);
    if (write?.op === 'delete') return resolved(null);
    return andThen(this.#read(name), (value) => this.#withAdded(name, value)) as Promise<T | null>;
  }

  set(key: string, value: unknown, options?: SetOptions): Promise<void> {
    const name = checkKey(key);
    const ttl = checkTtl(options?.ttl);
    const json: unknown = stringify(value);
    if (typeof json !== 'string') throw new TrustedError(`state "${name}": this value has no form in JSON`);
    this.#turn.charge(json);
    const write: GuestWrite = { op: 'set', scope: this.#scope, key: name, value: json };
    this.#write(ttl === undefined ? write : { ...write, ttl });
    return resolved(undefined);
  }

  delete(key: string): Promise<void> {
    const name = checkKey(key);
    this.#turn.charge(name);
    this.#write({ op: 'delete', scope: this.#scope, key: name });
    return resolved(undefined);
  }

  increment(key: string, by: number = 1): Promise<number> {
    const name = checkKey(key);
    if (!isSafeInteger(by)) throw new TrustedError('increment adds a whole number');
    this.#turn.charge(name);
    const write = this.#written(name);
    if (write?.op === 'set' || write?.op === 'delete') return this.#addToOwn(write, by);
    const sum = checkSum((write?.by ?? 0) + by, name);
    // First, because it may throw: an increment that was refused must leave no write behind.
    const stored = this.#read(name);
    this.#write({ op: 'increment', scope: this.#scope, key: name, by: sum });
    return andThen(stored, (value) => this.#countFrom(name, value, { sum, by }));
  }

  #addToOwn(write: GuestWrite, by: number): Promise<number> {
    const before = write.op === 'set' ? checkCount(parse(write.value), write.key) : 0;
    const ttl = write.op === 'set' ? write.ttl : undefined;
    const sum = checkSum(before + by, write.key);
    const next: GuestWrite = { op: 'set', scope: this.#scope, key: write.key, value: stringify(sum) };
    this.#write(ttl === undefined ? next : { ...next, ttl });
    return resolved(sum);
  }

  /** What was stored and what this handler has added, `by` of it now: what cannot be added is taken back. */
  #countFrom(key: string, value: unknown, { sum, by }: { sum: number; by: number }): number {
    try {
      return checkSum(checkCount(value, key) + sum, key);
    } catch (error) {
      const write = this.#written(key);
      if (write?.op === 'increment') this.#addAgain(write, -by);
      throw error;
    }
  }

  #addAgain(write: GuestWrite & { op: 'increment' }, by: number): void {
    if (write.by + by === 0) deleteIn(this.#turn.writes, this.#name(write.key));
    else this.#write({ ...write, by: write.by + by });
  }

  #withAdded(key: string, value: unknown): unknown {
    const write = this.#written(key);
    return write?.op === 'increment' ? checkSum(checkCount(value, key) + write.by, key) : value;
  }

  #read(key: string): Promise<unknown> {
    const kept = this.#scope === 'user' ? this.#turn.takeKept(key) : undefined;
    if (kept !== undefined) return resolved(kept);
    const json = this.#turn.call({ call: 'get', scope: this.#scope, key }) as Promise<string | null>;
    return andThen(json, (value): unknown => (value === null ? null : parse(value)));
  }

  #written(key: string): GuestWrite | undefined {
    return getIn(this.#turn.writes, this.#name(key));
  }

  #write(write: GuestWrite): void {
    const name = this.#name(write.key);
    if (getIn(this.#turn.writes, name) === undefined) this.#turn.countWrite();
    setIn(this.#turn.writes, name, write);
  }

  #name(key: string): string {
    return `${this.#scope} ${key}`;
  }
}
freeze(TurnState.prototype);
