import {
  silentLogger,
  VumiError,
  type FailureMessage,
  type Handler,
  type Ledger,
  type Subscription,
  type TransportEnd,
  type TransportEvent,
  type TransportStatus,
  type UserMessage,
} from '@vumi/core';
import { LoopbackHttp } from '@vumi/http/testing';
import { MemoryState } from '@vumi/state/memory';
import type { TransportPorts } from '../transport-type.ts';

/** State that survives a transport, as Redis does, and can be gone, as Redis can. */
class BreakableState extends MemoryState {
  /** Makes every call reject. */
  broken = false;

  override async get(key: string): Promise<string | null> {
    this.#check();
    return super.get(key);
  }

  override async set(key: string, value: string, ttlMs?: number): Promise<void> {
    this.#check();
    return super.set(key, value, ttlMs);
  }

  override async setIfAbsent(key: string, value: string, ttlMs?: number): Promise<boolean> {
    this.#check();
    return super.setIfAbsent(key, value, ttlMs);
  }

  override async delete(key: string): Promise<boolean> {
    this.#check();
    return super.delete(key);
  }

  override async take(key: string): Promise<string | null> {
    this.#check();
    return super.take(key);
  }

  override async putField(
    key: string,
    field: string,
    value: string,
    ttlMs: number,
  ): Promise<Record<string, string>> {
    this.#check();
    return super.putField(key, field, value, ttlMs);
  }

  override async getFields(key: string): Promise<Record<string, string>> {
    this.#check();
    return super.getFields(key);
  }

  override async increment(key: string, by: number, ttlMs?: number): Promise<number> {
    this.#check();
    return super.increment(key, by, ttlMs);
  }

  #check(): void {
    if (this.broken) throw new VumiError('state.unavailable', 'the state is gone');
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

  putText(key: string, value: string): void {
    this.put(key, value);
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
  readonly state = new BreakableState();
  readonly ledger = new MemoryLedger();
  readonly http: LoopbackHttp;
  readonly logger = silentLogger;
  readonly clock = Date.now;
  /** The shortest of the delays that chance may give. */
  readonly random = (): number => 0;
  readonly end: TransportEnd;
  /** Replaces what happens to an inbound message; it counts as published when this resolves. */
  onInbound: (message: UserMessage) => Promise<void> = () => Promise.resolve();
  /** Why the platform lets nothing go any more; null: all may. */
  refusal: string | null = null;
  readonly refusalOf = (): string | null => this.refusal;
  readonly onRefused = (listener: (message: UserMessage) => void): void =>
    void this.#listeners.push(listener);
  readonly #listeners: ((message: UserMessage) => void)[] = [];
  paused = false;
  #handler: Handler<UserMessage> | undefined;
  readonly #running = new Set<Promise<void>>();

  constructor(name = 'smpp_a', http = new LoopbackHttp(name)) {
    this.http = http;
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

  /** Refuses a message in front of the transport. */
  refuse(message: UserMessage): void {
    for (const listener of this.#listeners) listener(message);
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
