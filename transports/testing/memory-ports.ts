import {
  silentLogger,
  VumiError,
  type FailureMessage,
  type Handler,
  type KeyedState,
  type Ledger,
  type Subscription,
  type TransportEnd,
  type TransportEvent,
  type TransportStatus,
  type UserMessage,
} from '@vumi/core';
import type { TransportPorts } from '../transport-type.ts';

/** Keyed state without expiry; survives a transport, as Redis does. */
class MemoryState implements KeyedState {
  readonly values = new Map<string, string>();
  readonly records = new Map<string, Record<string, string>>();
  /** Makes every call reject, as when Redis is gone. */
  broken = false;

  async get(key: string): Promise<string | null> {
    await this.#roundTrip();
    return this.values.get(key) ?? null;
  }

  async set(key: string, value: string): Promise<void> {
    await this.#roundTrip();
    this.values.set(key, value);
  }

  async setIfAbsent(key: string, value: string): Promise<boolean> {
    await this.#roundTrip();
    if (this.values.has(key)) return false;
    this.values.set(key, value);
    return true;
  }

  async delete(key: string): Promise<boolean> {
    await this.#roundTrip();
    return this.values.delete(key) || this.records.delete(key);
  }

  async take(key: string): Promise<string | null> {
    await this.#roundTrip();
    const value = this.values.get(key) ?? null;
    this.values.delete(key);
    return value;
  }

  async putField(key: string, field: string, value: string): Promise<Record<string, string>> {
    await this.#roundTrip();
    const record = { ...this.records.get(key), [field]: value };
    this.records.set(key, record);
    return record;
  }

  async getFields(key: string): Promise<Record<string, string>> {
    await this.#roundTrip();
    return { ...this.records.get(key) };
  }

  async increment(key: string, by: number): Promise<number> {
    await this.#roundTrip();
    const value = Number(this.values.get(key) ?? 0) + by;
    this.values.set(key, String(value));
    return value;
  }

  commit(): Promise<never> {
    throw new Error('no transport commits');
  }

  list(): Promise<never> {
    throw new Error('no transport lists keys');
  }

  committed(): Promise<null> {
    throw new Error('no transport commits');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #roundTrip(): Promise<void> {
    if (this.broken) return Promise.reject(new VumiError('state.unavailable', 'the state is gone'));
    return Promise.resolve();
  }
}

/** A ledger that outlives its transport; `unflushed` is what a kill -9 in this tick would lose. */
export class MemoryLedger implements Ledger {
  readonly values = new Map<string, string>();
  flushes = 0;

  get(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  put(key: string, value: string): void {
    this.values.set(key, value);
  }

  delete(key: string): void {
    this.values.delete(key);
  }

  entries(prefix: string): [string, string][] {
    return [...this.values].filter(([key]) => key.startsWith(prefix));
  }

  flush(): void {
    this.flushes += 1;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** What a platform gives a transport, in memory, with all that the transport says kept for looking at. */
export class MemoryPorts implements TransportPorts {
  readonly inbound: UserMessage[] = [];
  readonly events: TransportEvent[] = [];
  readonly statuses: TransportStatus[] = [];
  readonly failures: FailureMessage[] = [];
  readonly state = new MemoryState();
  readonly ledger = new MemoryLedger();
  readonly logger = silentLogger;
  readonly clock = Date.now;
  /** The shortest of the delays that chance may give. */
  readonly random = (): number => 0;
  readonly end: TransportEnd;
  /** Replaces what happens to an inbound message; it counts as published when this resolves. */
  onInbound: (message: UserMessage) => Promise<void> = () => Promise.resolve();
  paused = false;
  #handler: Handler<UserMessage> | undefined;
  readonly #running = new Set<Promise<void>>();

  constructor(name = 'smpp_a') {
    this.end = {
      name,
      publishInbound: async (message) => {
        await this.onInbound(message);
        this.inbound.push(message);
      },
      publishEvent: (event) => {
        this.events.push(event);
        return Promise.resolve();
      },
      onOutbound: (handler) => {
        this.#handler = handler;
        return Promise.resolve(this.#subscription());
      },
    };
  }

  publishStatus(status: TransportStatus): Promise<void> {
    this.statuses.push(status);
    return Promise.resolve();
  }

  publishFailure(failure: FailureMessage): Promise<void> {
    this.failures.push(failure);
    return Promise.resolve();
  }

  /** Hands a message to the transport as its queue does; settles as the handler does. */
  send(message: UserMessage, redelivered = false): Promise<void> {
    if (this.#handler === undefined) throw new Error('the transport does not consume');
    const handled = this.#handler(message, { redelivered, attempt: 1 });
    const running = handled
      .catch(() => {})
      .finally(() => {
        this.#running.delete(running);
      });
    this.#running.add(running);
    return handled;
  }

  #subscription(): Subscription {
    return {
      pause: async () => {
        this.paused = true;
        await Promise.all(this.#running);
      },
      resume: () => {
        this.paused = false;
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: async () => {
        this.#handler = undefined;
        await Promise.all(this.#running);
      },
    };
  }
}
