import type { Json, SetOptions, StateScope } from '@vumi/sdk';
import type { GuestWrite, StateScopeName } from '../effects.ts';
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
} from './primordials.ts';
import type { Turn } from './turn.ts';

const KEY_LENGTH = 256;

function checkKey(key: unknown): string {
  if (typeof key !== 'string' || key === '' || key.length > KEY_LENGTH) {
    throw new TrustedError(`a key of state is a text of 1 to ${KEY_LENGTH} characters`);
  }
  for (let index = 0; index < key.length; index++) {
    const code = charCode(key, index);
    if (code < 32 || code === 127) throw new TrustedError('a key of state has no control characters');
  }
  return key;
}

function checkCount(value: unknown, key: string): number {
  if (value === null) return 0;
  if (!isSafeInteger(value))
    throw new TrustedError(`state "${key}" is no whole number: it cannot be incremented`);
  return value as number;
}

function checkTtl(ttl: unknown): number | undefined {
  if (ttl === undefined) return undefined;
  if (!isFinite(ttl) || (ttl as number) <= 0) throw new TrustedError('ttl is a number of seconds above 0');
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
    const sum = (write?.by ?? 0) + by;
    // First, because it may throw: an increment that was refused must leave no write behind.
    const stored = this.#read(name);
    this.#write({ op: 'increment', scope: this.#scope, key: name, by: sum });
    return andThen(stored, (value) => this.#countFrom(name, value) + sum);
  }

  #addToOwn(write: GuestWrite, by: number): Promise<number> {
    const before = write.op === 'set' ? checkCount(parse(write.value), write.key) : 0;
    const ttl = write.op === 'set' ? write.ttl : undefined;
    const sum = before + by;
    const next: GuestWrite = { op: 'set', scope: this.#scope, key: write.key, value: stringify(sum) };
    this.#write(ttl === undefined ? next : { ...next, ttl });
    return resolved(sum);
  }

  /** What was stored before this handler's addition. Not a number: the addition is taken back. */
  #countFrom(key: string, value: unknown): number {
    try {
      return checkCount(value, key);
    } catch (error) {
      if (this.#written(key)?.op === 'increment') deleteIn(this.#turn.writes, this.#name(key));
      throw error;
    }
  }

  #withAdded(key: string, value: unknown): unknown {
    const write = this.#written(key);
    return write?.op === 'increment' ? this.#countFrom(key, value) + write.by : value;
  }

  #read(key: string): Promise<unknown> {
    const json = this.#turn.call({ call: 'get', scope: this.#scope, key }) as Promise<string | null>;
    return andThen(json, (value): unknown => (value === null ? null : parse(value)));
  }

  #written(key: string): GuestWrite | undefined {
    return getIn(this.#turn.writes, this.#name(key));
  }

  #write(write: GuestWrite): void {
    setIn(this.#turn.writes, this.#name(write.key), write);
  }

  #name(key: string): string {
    return `${this.#scope} ${key}`;
  }
}
freeze(TurnState.prototype);
