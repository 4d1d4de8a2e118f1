import type {
  Clock,
  CommitResult,
  KeyedState,
  StateCommit,
  StateListQuery,
  StatePage,
  StateQuota,
  StateWrite,
} from '@vumi/core';
import { checkCommit, checkIncrement, checkTtl, notANumber } from '../checks.ts';
import { addToText } from '../integer-text.ts';
import { LIST_BYTES } from '../list-bytes.ts';
import { tooManyKeys } from '../too-many-keys.ts';

interface Committed {
  readonly outbox: readonly string[];
  readonly expiresAt: number;
}

export interface MemoryCopy {
  readonly values: ReadonlyMap<string, string>;
  readonly outboxes: ReadonlyMap<string, Committed>;
  readonly expiries: ReadonlyMap<string, number>;
}

function refill<V>(map: Map<string, V>, from: ReadonlyMap<string, V>): void {
  map.clear();
  for (const [key, value] of from) map.set(key, value);
}

/**
 * Keyed state in a map that nothing survives: for trials of apps, and for tests, under the contract of the others. A
 * record of `putField` is the JSON text of its key; an expired key stays in `values` until somebody asks for it.
 */
export class MemoryState implements KeyedState {
  readonly values = new Map<string, string>();
  /** What was committed under each marker. */
  readonly outboxes = new Map<string, Committed>();
  readonly #expiries = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock = Date.now) {
    this.#clock = clock;
  }

  async get(key: string): Promise<string | null> {
    return this.#find(key);
  }

  /** The same at once, for whoever shows what is there. */
  peek(key: string): string | null {
    return this.#find(key);
  }

  async set(key: string, value: string, ttlMs?: number): Promise<void> {
    checkTtl(ttlMs, this.#clock());
    this.#put(key, value, ttlMs);
  }

  async setIfAbsent(key: string, value: string, ttlMs?: number): Promise<boolean> {
    checkTtl(ttlMs, this.#clock());
    if (this.#find(key) !== null) return false;
    this.#put(key, value, ttlMs);
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove(key);
  }

  async take(key: string): Promise<string | null> {
    const value = this.#find(key);
    this.#remove(key);
    return value;
  }

  async increment(key: string, by: number, ttlMs?: number): Promise<number> {
    checkIncrement(key, by);
    checkTtl(ttlMs, this.#clock());
    return this.#add(key, by, ttlMs);
  }

  async putField(key: string, field: string, value: string, ttlMs: number): Promise<Record<string, string>> {
    const record = { ...this.#record(key), [field]: value };
    this.#put(key, JSON.stringify(record), ttlMs);
    return record;
  }

  async getFields(key: string): Promise<Record<string, string>> {
    return this.#record(key);
  }

  async commit(commit: StateCommit): Promise<CommitResult> {
    const { marker, markerTtlMs, writes, outbox, quota } = commit;
    checkCommit(commit, this.#clock());
    const before = this.#outboxUnder(marker);
    if (before !== null) return { fresh: false, outbox: before };
    this.#checkSums(writes);
    if (quota !== undefined) this.#checkRoom(writes, quota);
    for (const write of writes) this.#apply(write);
    this.outboxes.set(marker, { outbox, expiresAt: this.#clock() + markerTtlMs });
    return { fresh: true, outbox };
  }

  /** All of it as it is now, for `restore`. */
  save(): MemoryCopy {
    return {
      values: new Map(this.values),
      outboxes: new Map(this.outboxes),
      expiries: new Map(this.#expiries),
    };
  }

  restore({ values, outboxes, expiries }: MemoryCopy): void {
    refill(this.values, values);
    refill(this.outboxes, outboxes);
    refill(this.#expiries, expiries);
  }

  async list({ prefix, after = '', limit }: StateListQuery): Promise<StatePage> {
    const keys = this.#keys(prefix)
      .map((key) => Buffer.from(key))
      .filter((key) => Buffer.compare(key, Buffer.from(after)) > 0)
      .toSorted((a, b) => Buffer.compare(a, b))
      .map(String);
    const entries: [string, string][] = [];
    let bytes = 0;
    for (const key of keys) {
      const last = entries.at(-1);
      if (last !== undefined && (entries.length >= limit || bytes >= LIST_BYTES))
        return { entries, next: last[0] };
      const value = this.values.get(key) ?? '';
      entries.push([key, value]);
      bytes += value.length;
    }
    return { entries, next: null };
  }

  async scan(): Promise<StatePage> {
    const outboxes = [...this.outboxes].map(
      ([marker, { outbox }]) => [marker, JSON.stringify(outbox)] as const,
    );
    return { entries: [...this.values, ...outboxes], next: null };
  }

  async replace(key: string, value: string): Promise<void> {
    const committed = this.outboxes.get(key);
    if (committed !== undefined)
      this.outboxes.set(key, { ...committed, outbox: JSON.parse(value) as string[] });
    else if (this.#find(key) !== null) this.values.set(key, value);
  }

  async committed(marker: string): Promise<readonly string[] | null> {
    return this.#outboxUnder(marker);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.values.clear();
    this.outboxes.clear();
    this.#expiries.clear();
  }

  #outboxUnder(marker: string): readonly string[] | null {
    const found = this.outboxes.get(marker);
    return found === undefined || found.expiresAt <= this.#clock() ? null : found.outbox;
  }

  #find(key: string): string | null {
    if ((this.#expiries.get(key) ?? Infinity) <= this.#clock()) this.#remove(key);
    return this.values.get(key) ?? null;
  }

  #record(key: string): Record<string, string> {
    return JSON.parse(this.#find(key) ?? '{}') as Record<string, string>;
  }

  #put(key: string, value: string, ttlMs: number | undefined): void {
    this.values.set(key, value);
    if (ttlMs === undefined) this.#expiries.delete(key);
    else this.#expiries.set(key, this.#clock() + ttlMs);
  }

  #remove(key: string): boolean {
    const expired = (this.#expiries.get(key) ?? Infinity) <= this.#clock();
    this.#expiries.delete(key);
    return this.values.delete(key) && !expired;
  }

  /** Keeps an expiry that the key has. */
  #add(key: string, by: number, ttlMs?: number): number {
    const before = this.#find(key);
    const sum = addToText(before, by);
    if (sum === null) throw notANumber(key);
    if (before === null || !this.#expiries.has(key)) this.#put(key, String(sum), ttlMs);
    else this.values.set(key, String(sum));
    return sum;
  }

  #apply(write: StateWrite): void {
    if (write.op === 'set') this.#put(write.key, write.value, write.ttlMs);
    else if (write.op === 'delete') this.#remove(write.key);
    else this.#add(write.key, write.by);
  }

  /** Before anything is written. */
  #checkSums(writes: readonly StateWrite[]): void {
    const values = new Map<string, string | null>();
    for (const write of writes) {
      if (write.op !== 'increment') {
        values.set(write.key, write.op === 'set' ? write.value : null);
        continue;
      }
      const before = values.has(write.key) ? (values.get(write.key) ?? null) : this.#find(write.key);
      const sum = addToText(before, write.by);
      if (sum === null) throw notANumber(write.key);
      values.set(write.key, String(sum));
    }
  }

  #checkRoom(writes: readonly StateWrite[], { prefix, maxKeys }: StateQuota): void {
    // Counting looks at every key: not before there can be too many.
    if (this.values.size + writes.length <= maxKeys) return;
    const before = this.#keys(prefix);
    const after = new Set(before);
    for (const { op, key } of writes) {
      if (!key.startsWith(prefix)) continue;
      if (op === 'delete') after.delete(key);
      else after.add(key);
    }
    if (after.size > Math.max(before.length, maxKeys)) throw tooManyKeys(maxKeys);
  }

  #keys(prefix: string): string[] {
    return [...this.values.keys()].filter((key) => key.startsWith(prefix) && this.#find(key) !== null);
  }
}
