import type { Clock, KeyedState } from '@vumi/core';
import type { Reading } from './channel.ts';

export interface OffsetBookPorts {
  readonly state: Pick<KeyedState, 'get' | 'set'>;
  readonly clock: Clock;
  readonly transport: string;
  /** The name of the offset that passes with texts that say nothing, too. */
  readonly own: string;
  /** Milliseconds in which that is kept once. */
  readonly keptMs: number;
  /** Resolves when all is published. */
  readonly take: (readings: readonly Reading[]) => Promise<void>;
}

/** Longer than any network gives anything again. */
const KNOWN_MS = 7 * 24 * 3_600_000;

/** Publishes what comes once, and keeps where to go on: never before it is published, and then at once. */
export class OffsetBook {
  readonly #ports: OffsetBookPorts;
  #passed: { readonly offset: string; readonly since: number } | null = null;

  constructor(ports: OffsetBookPorts) {
    this.#ports = ports;
  }

  get(name: string): Promise<string | null> {
    return this.#ports.state.get(this.#key(name));
  }

  set(name: string, offset: string): Promise<void> {
    return this.#ports.state.set(this.#key(name), offset);
  }

  /** Rejects where something could not be published; then nothing of it is known. */
  async publish(readings: readonly Reading[], offsets: Readonly<Record<string, string>>): Promise<void> {
    const fresh: Reading[] = [];
    for (const reading of readings) if (!(await this.#isKnown(reading))) fresh.push(reading);
    if (fresh.length === 0) return this.#pass(offsets);
    await this.#ports.take(fresh);
    await Promise.all([...fresh.map((reading) => this.#know(reading)), this.#keep(offsets)]);
  }

  /** What passed since it was kept last is kept. */
  async close(): Promise<void> {
    const passed = this.#passed;
    if (passed !== null) await this.#keep({ [this.#ports.own]: passed.offset });
  }

  /** Nothing of it is anybody's: what is lost of it with this process is only heard again. */
  async #pass(offsets: Readonly<Record<string, string>>): Promise<void> {
    const { own, clock, keptMs } = this.#ports;
    const offset = offsets[own];
    if (offset === undefined) return;
    const now = clock();
    const since = this.#passed?.since ?? now;
    this.#passed = { offset, since };
    if (now - since >= keptMs) await this.close();
  }

  async #keep(offsets: Readonly<Record<string, string>>): Promise<void> {
    if (this.#ports.own in offsets) this.#passed = null;
    await Promise.all(Object.entries(offsets).map(([name, offset]) => this.set(name, offset)));
  }

  async #isKnown(reading: Reading): Promise<boolean> {
    const key = this.#knownKey(reading);
    return key !== null && (await this.#ports.state.get(key)) !== null;
  }

  async #know(reading: Reading): Promise<void> {
    const key = this.#knownKey(reading);
    if (key !== null) await this.#ports.state.set(key, '1', KNOWN_MS);
  }

  #knownKey(reading: Reading): string | null {
    if (reading.kind !== 'message' || reading.id === undefined) return null;
    return `transport/${this.#ports.transport}/heard/${reading.id}`;
  }

  #key(name: string): string {
    return `transport/${this.#ports.transport}/stream/${name}`;
  }
}
