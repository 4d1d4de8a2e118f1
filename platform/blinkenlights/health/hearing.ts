import { hostname } from 'node:os';
import { EXCHANGES, HEARTBEAT_KEY, type Broker, type Clock } from '@vumi/core';
import { DEFAULT_SYSTEM, encodeVumiBeat, type Beat } from './beat.ts';

/** A canary that has not come back by then is taken for lost: nobody waits for what is not confirmed. */
const LOST_MS = 5000;
/** While somebody is missed, the monitor looks so often whether it hears. */
const EVERY_MS = 1000;
/** Audits that are so much apart were held up, by a machine that slept or had too much to do. */
const HELD_MS = 3000;

/**
 * Up to when the monitor could hear. A silence may be the broker's, or its own: before anybody is missed, a beat of the
 * monitor's own goes the way of the others, and what was sent before it has arrived when it is back.
 */
export class Hearing {
  readonly #name: string;
  readonly #ports: { readonly broker: Pick<Broker, 'publish'>; readonly clock: Clock };
  #sentAt: number | null = null;
  #heardUpTo: number;
  #from: number;
  #lookedAt: number;

  constructor(name: string, ports: { readonly broker: Pick<Broker, 'publish'>; readonly clock: Clock }) {
    this.#name = `monitor:${name}`;
    this.#ports = ports;
    this.#heardUpTo = ports.clock();
    this.#from = this.#heardUpTo;
    this.#lookedAt = this.#heardUpTo;
  }

  /** Everything that was sent before has been heard, if it was sent at all. */
  get upTo(): number {
    return this.#heardUpTo;
  }

  /** What was due before counts for nobody: the monitor did not run then. */
  get from(): number {
    return this.#from;
  }

  /** To be called with each audit. */
  look(): void {
    const now = this.#ports.clock();
    if (Math.abs(now - this.#lookedAt) > HELD_MS) this.#from = now;
    this.#lookedAt = now;
  }

  /** Everybody who should be heard by now is: that is proof enough. */
  allAreHeard(): void {
    this.#heardUpTo = this.#ports.clock();
  }

  /** Somebody is not heard: sends a canary when it is time for one. */
  async ask(): Promise<void> {
    const { broker, clock } = this.#ports;
    const now = clock();
    if (this.#sentAt !== null && Math.abs(now - this.#sentAt) < LOST_MS) return;
    if (now - this.#heardUpTo < EVERY_MS) return;
    this.#sentAt = now;
    const beating = { systemId: DEFAULT_SYSTEM, name: this.#name, hostname: hostname(), pid: process.pid };
    await broker.publish(HEARTBEAT_KEY, encodeVumiBeat(beating, now, { kind: 'canary' }), EXCHANGES.health);
  }

  /** Whether the beat is a canary, of this monitor or of another one, and nobody else's concern. */
  take({ further, name, hostname: host, pid, sentAt }: Beat): boolean {
    if (further.kind !== 'canary') return false;
    if (name === this.#name && host === hostname() && pid === process.pid && sentAt !== null) {
      this.#heardUpTo = Math.max(this.#heardUpTo, sentAt);
      this.#sentAt = null;
    }
    return true;
  }
}
