import { VumiError, type Clock, type KeyedState } from '@vumi/core';
import type { Deadlines } from '../sending/deadlines.ts';
import { KeyedLock } from '../sending/keyed-lock.ts';

/** Which part of a long text a message is. */
export interface TextPart {
  /** What the parts of one text share, beside sender and receiver. */
  readonly reference: string;
  /** Counts from 1. */
  readonly number: number;
  readonly total: number;
}

/** A part as its network brought it. `about` is whatever belongs to the message beside its text. */
export interface IncomingText<A> {
  readonly from: string;
  readonly to: string;
  readonly content: string;
  readonly part: TextPart;
  readonly about: A;
}

/** A text in one piece, or as much of it as came in time: then `missing` has the numbers of the others. */
export interface JoinedText<A> {
  readonly content: string;
  /** Of the first of its parts. */
  readonly about: A;
  readonly missing: readonly number[];
}

interface Stored<A> {
  readonly content: string;
  readonly about: A;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface PartJoinPorts<A> {
  readonly state: Pick<KeyedState, 'putField' | 'getFields' | 'delete'>;
  readonly clock: Clock;
  readonly deadlines: Pick<Deadlines, 'add'>;
  /** Keys begin with it. */
  readonly prefix: string;
  /** Resolves when the message is durable. */
  readonly publish: (joined: JoinedText<A>) => Promise<void>;
}

const NAME = 'text-parts:';
/** After so long without a further part what came is published. */
const WAIT_MS = 300_000;
/** Parts are kept for longer than they are waited for: the transport may be down when their time has come. */
const KEPT_MS = 24 * 3_600_000;
const DONE = 'done';

/** Joins the parts of long texts, where a network brings them one by one; a restart loses none. */
export class PartJoin<A> {
  readonly #ports: PartJoinPorts<A>;
  readonly #lock = new KeyedLock();

  constructor(ports: PartJoinPorts<A>) {
    this.#ports = ports;
  }

  /** Resolves when the part is kept, or with the last one when the whole is published. */
  async add({ from, to, content, part, about }: IncomingText<A>): Promise<void> {
    const { state, clock, deadlines } = this.#ports;
    const id = [from, to, part.reference, part.total].map(encodeURIComponent).join(':');
    await this.#alone(id, async () => {
      const before = await this.#read(id);
      const known = before.parts.get(part.number);
      // The network repeats itself, or begins another text under the same reference.
      if (before.isDone && known?.content === content) return;
      if (before.isDone) await state.delete(this.#key(id));
      const stored: Stored<A> = { content, about, at: clock() };
      await state.putField(this.#key(id), String(part.number), JSON.stringify(stored), KEPT_MS);
      const { parts } = await this.#read(id);
      if (parts.size >= part.total) return this.#publish(id, part.total, parts);
      if (await deadlines.add(NAME + id, WAIT_MS)) return;
      throw new VumiError('state.unavailable', 'too many long texts wait for their parts');
    });
  }

  /** What `Deadlines` found due; false when it is not about parts. */
  async expire(due: string): Promise<boolean> {
    if (!due.startsWith(NAME)) return false;
    const id = due.slice(NAME.length);
    await this.#alone(id, async () => {
      const { parts, isDone } = await this.#read(id);
      const last = Math.max(0, ...Array.from(parts.values(), ({ at }) => at));
      if (isDone || parts.size === 0 || last + WAIT_MS > this.#ports.clock()) return;
      await this.#publish(id, Number(id.split(':').at(-1)), parts);
    });
    return true;
  }

  async #publish(id: string, total: number, parts: ReadonlyMap<number, Stored<A>>): Promise<void> {
    const numbers = Array.from({ length: total }, (_, index) => index + 1);
    const there = numbers.flatMap((number) => parts.get(number) ?? []);
    const [first] = there;
    if (first === undefined) return;
    await this.#ports.publish({
      content: there.map(({ content }) => content).join(''),
      about: first.about,
      missing: numbers.filter((number) => !parts.has(number)),
    });
    await this.#ports.state.putField(this.#key(id), DONE, '', KEPT_MS);
  }

  async #read(id: string): Promise<{ parts: ReadonlyMap<number, Stored<A>>; isDone: boolean }> {
    const fields = await this.#ports.state.getFields(this.#key(id));
    const { [DONE]: done, ...parts } = fields;
    const entries = Object.entries(parts).map(
      ([number, text]) => [Number(number), JSON.parse(text) as Stored<A>] as const,
    );
    return { parts: new Map(entries), isDone: done !== undefined };
  }

  #key(id: string): string {
    return `${this.#ports.prefix}/text-parts/${id}`;
  }

  async #alone(id: string, work: () => Promise<void>): Promise<void> {
    const release = await this.#lock.acquire(id);
    try {
      await work();
    } finally {
      release();
    }
  }
}
