import {
  VumiError,
  type CommitResult,
  type KeyedState,
  type StateCommit,
  type StateListQuery,
  type StatePage,
  type StateQuota,
  type StateWrite,
} from '@vumi/core';

/** Keyed state in a map: no expiry, the rest as the contract says. */
export class MemoryState implements KeyedState {
  readonly values = new Map<string, string>();
  readonly outboxes = new Map<string, readonly string[]>();
  /** Thrown by the next commit in place of committing. */
  failNextCommit: Error | null = null;

  async get(key: string): Promise<string | null> {
    return this.values.get(key) ?? null;
  }

  async set(key: string, value: string): Promise<void> {
    this.values.set(key, value);
  }

  async setIfAbsent(key: string, value: string): Promise<boolean> {
    if (this.values.has(key)) return false;
    this.values.set(key, value);
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.values.delete(key);
  }

  async take(key: string): Promise<string | null> {
    const value = this.values.get(key) ?? null;
    this.values.delete(key);
    return value;
  }

  async increment(key: string, by: number): Promise<number> {
    const sum = this.#sum(key, by);
    this.values.set(key, String(sum));
    return sum;
  }

  async putField(key: string, field: string, value: string): Promise<Record<string, string>> {
    const record = {
      ...(JSON.parse(this.values.get(key) ?? '{}') as Record<string, string>),
      [field]: value,
    };
    this.values.set(key, JSON.stringify(record));
    return record;
  }

  async getFields(key: string): Promise<Record<string, string>> {
    return JSON.parse(this.values.get(key) ?? '{}') as Record<string, string>;
  }

  async commit({ marker, writes, outbox, quota }: StateCommit): Promise<CommitResult> {
    const failure = this.failNextCommit;
    this.failNextCommit = null;
    if (failure !== null) throw failure;
    const before = this.outboxes.get(marker);
    if (before !== undefined) return { fresh: false, outbox: before };
    for (const write of writes) if (write.op === 'increment') this.#sum(write.key, write.by);
    if (quota !== undefined) this.#checkRoom(writes, quota);
    for (const write of writes) this.#apply(write);
    this.outboxes.set(marker, outbox);
    return { fresh: true, outbox };
  }

  async list({ prefix, after = '', limit }: StateListQuery): Promise<StatePage> {
    const keys = [...this.values.keys()]
      .filter((key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const shown = keys.slice(0, limit);
    return {
      entries: shown.map((key): [string, string] => [key, this.values.get(key) ?? '']),
      next: keys.length > limit ? (shown.at(-1) ?? null) : null,
    };
  }

  async committed(marker: string): Promise<readonly string[] | null> {
    return this.outboxes.get(marker) ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.values.clear();
  }

  #checkRoom(writes: readonly StateWrite[], { prefix, maxKeys }: StateQuota): void {
    // Counting looks at every key: not before there can be too many.
    if (this.values.size + writes.length <= maxKeys) return;
    const counted = (key: string): boolean => key.startsWith(prefix);
    const before = [...this.values.keys()].filter(counted);
    const after = new Set(before);
    for (const { op, key } of writes.filter((write) => counted(write.key))) {
      if (op === 'delete') after.delete(key);
      else after.add(key);
    }
    if (after.size > Math.max(before.length, maxKeys))
      throw new VumiError('app.limit', `limit: an app may keep ${maxKeys} keys of state`);
  }

  #apply(write: StateWrite): void {
    if (write.op === 'set') this.values.set(write.key, write.value);
    else if (write.op === 'delete') this.values.delete(write.key);
    else this.values.set(write.key, String(this.#sum(write.key, write.by)));
  }

  #sum(key: string, by: number): number {
    const before = Number(this.values.get(key) ?? 0);
    if (!Number.isInteger(before)) throw new VumiError('state.not_a_number', `"${key}" is no number`);
    return before + by;
  }
}
