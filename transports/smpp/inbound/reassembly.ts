import { hash } from 'node:crypto';
import { VumiError, type Clock, type KeyedState } from '@vumi/core';
import type { Deadlines } from '../../sending/deadlines.ts';
import { NO_HEADER, readElements, type Concatenation } from '../text/user-data-header.ts';
import type { PartText } from './incoming-text.ts';
import { KeyedLock } from '../../sending/keyed-lock.ts';

/** Who wrote to whom, and what else the SMSC said of it. */
export interface Envelope {
  readonly from: string;
  readonly to: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** One part of a long message, as it came. */
export interface IncomingPart extends PartText {
  readonly messageId: string;
  readonly envelope: Envelope;
  readonly concatenation: Concatenation;
}

/** A part as the state keeps it, under its number. Octets are base64. */
interface StoredPart {
  readonly messageId: string;
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  readonly envelope: Envelope;
  readonly dataCoding: number;
  readonly elements: string;
  readonly octets: string;
}

/** A long message, or as much of it as came in time. */
export interface Joined {
  /** That of the first part, so that a part which is sent again changes nothing. */
  readonly messageId: string;
  readonly envelope: Envelope;
  /** In order, and at least one. */
  readonly parts: readonly PartText[];
  readonly total: number;
  /** Numbers of the parts that did not come. */
  readonly missing: readonly number[];
}

export interface ReassemblyPorts {
  readonly state: KeyedState;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Keys begin with it. */
  readonly prefix: string;
  /** After so long without a further part a message is published as it is. */
  readonly timeoutMs: number;
  /** Resolves when the message is durable. */
  readonly publish: (joined: Joined) => Promise<void>;
}

/** Parts are kept for longer than they are waited for: the transport may be down when their time has come. */
const KEPT_MS = 24 * 3_600_000;
/** An SMSC that missed a response sends a part again within this time; it must not begin a new message. */
const COMPLETE_MS = 60_000;

/**
 * Joins long messages (spec smpp §5, 43–47). Parts wait in the state, so that neither a restart nor another bind
 * loses one, and no longer than `timeoutMs`: then what came is published.
 */
export class Reassembly {
  readonly #ports: ReassemblyPorts;
  readonly #lock = new KeyedLock();

  constructor(ports: ReassemblyPorts) {
    this.#ports = ports;
  }

  /**
   * Keeps a part. Answers a job that publishes the whole when it was the last one missing. A part with another text
   * under a number that is there already belongs to a new message: the old one is published as it is.
   */
  async add(part: IncomingPart): Promise<(() => Promise<void>) | null> {
    const key = keyOf(part);
    return this.#alone(key, async () => {
      if (await this.#isNew(key, part)) return await this.#store(key, part);
      return null;
    });
  }

  /** The time of the parts under a key has come: publishes them, unless more of them came since. */
  async expire(key: string): Promise<void> {
    await this.#alone(key, async () => {
      const parts = await this.#read(key);
      const last = Math.max(0, ...Array.from(parts.values(), ({ at }) => at));
      if (last + this.#ports.timeoutMs <= this.#ports.clock()) await this.#publish(key, parts);
    });
  }

  async #store(key: string, part: IncomingPart): Promise<(() => Promise<void>) | null> {
    const { state, clock, deadlines, timeoutMs } = this.#ports;
    const { part: number, total } = part.concatenation;
    const before = await this.#read(key);
    const same = before.get(number);
    if (same !== undefined && same.octets !== encode(part.octets)) await this.#publish(key, before);
    const stored = storedPart({ ...part, messageId: same?.messageId ?? part.messageId }, clock());
    const record = await state.putField(this.#stateKey(key), String(number), JSON.stringify(stored), KEPT_MS);
    if (Object.keys(record).length >= total) return () => this.#publishWhole(key);
    if (await deadlines.add(PART + key, timeoutMs)) return null;
    throw new VumiError('state.unavailable', 'too many long messages wait for their parts');
  }

  /** Of two last parts one publishes; the other finds nothing more to do. */
  async #publishWhole(key: string): Promise<void> {
    await this.#alone(key, async () => {
      const parts = await this.#read(key);
      if (parts.size >= totalOf(key)) await this.#publish(key, parts);
    });
  }

  async #alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const release = await this.#lock.acquire(key);
    try {
      return await work();
    } finally {
      release();
    }
  }

  async #read(key: string): Promise<Map<number, StoredPart>> {
    return readParts(await this.#ports.state.getFields(this.#stateKey(key)));
  }

  async #isNew(key: string, part: IncomingPart): Promise<boolean> {
    const complete = await this.#ports.state.get(`${this.#stateKey(key)}/complete`);
    if (complete === null) return true;
    const known = JSON.parse(complete) as Readonly<Record<string, string>>;
    return known[part.concatenation.part] !== fingerprint(encode(part.octets));
  }

  async #publish(key: string, parts: ReadonlyMap<number, StoredPart>): Promise<void> {
    const { state } = this.#ports;
    const joined = join(parts, totalOf(key));
    if (joined === null) return;
    await this.#ports.publish(joined);
    const fingerprints = Array.from(parts, ([number, part]) => [number, fingerprint(part.octets)] as const);
    const complete = Object.fromEntries(fingerprints);
    await state.set(`${this.#stateKey(key)}/complete`, JSON.stringify(complete), COMPLETE_MS);
    await state.delete(this.#stateKey(key));
  }

  #stateKey(key: string): string {
    return `${this.#ports.prefix}/parts/${key}`;
  }
}

/** What `Deadlines` calls the parts under a key. */
export const PART = 'part:';

function keyOf({ concatenation, envelope }: IncomingPart): string {
  const { kind, reference, total } = concatenation;
  return `${total}/${kind}/${reference}/${envelope.from}/${envelope.to}`;
}

function totalOf(key: string): number {
  return Number.parseInt(key, 10);
}

function storedPart(part: IncomingPart, at: number): StoredPart {
  const { messageId, envelope, dataCoding, octets, header } = part;
  return { messageId, at, envelope, dataCoding, elements: encode(header.elements), octets: encode(octets) };
}

function readParts(record: Readonly<Record<string, string>>): Map<number, StoredPart> {
  const entries = Object.entries(record).map(([number, text]) => [Number(number), JSON.parse(text)] as const);
  return new Map(entries.sort(([a], [b]) => a - b) as [number, StoredPart][]);
}

function join(parts: ReadonlyMap<number, StoredPart>, total: number): Joined | null {
  const first = parts.values().next().value;
  if (first === undefined) return null;
  const numbers = Array.from({ length: total }, (_, index) => index + 1);
  return {
    messageId: first.messageId,
    envelope: first.envelope,
    parts: [...parts.values()].map(partText),
    total,
    missing: numbers.filter((number) => !parts.has(number)),
  };
}

function partText({ dataCoding, elements, octets }: StoredPart): PartText {
  const header = elements === '' ? NO_HEADER : readElements(Buffer.from(elements, 'base64'));
  return { dataCoding, header, octets: Buffer.from(octets, 'base64') };
}

function encode(octets: Buffer): string {
  return octets.toString('base64');
}

function fingerprint(octets: string): string {
  return hash('sha1', octets, 'base64url');
}
