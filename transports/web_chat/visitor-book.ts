import type { Clock, KeyedState } from '@vumi/core';
import { KeyedLock } from '../sending/keyed-lock.ts';
import type { ServerFrame } from './frames.ts';

/** A message that no page has said to have got. */
export interface WaitingMessage {
  readonly messageId: string;
  readonly frames: readonly ServerFrame[];
}

/** What is kept of a visitor. */
export interface Visitor {
  /** The message that began the session which is open; null: none is. */
  readonly open: string | null;
  /** When the last message came or went, milliseconds since the epoch. */
  readonly at: number;
  /** In the order in which they are to be shown. */
  readonly waiting: readonly WaitingMessage[];
  /** Ids of messages that were got, and of texts that were published: the last of them, so that neither happens twice. */
  readonly past: readonly string[];
}

/** What a visitor may be behind. */
export const MOST_WAITING = 100;
const MOST_PAST = 200;

const NOBODY: Visitor = { open: null, at: 0, waiting: [], past: [] };

/** Visitors, in the state: they outlive the transport, and their connections anyway. */
export class VisitorBook {
  readonly #state: KeyedState;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #rememberedMs: number;
  readonly #lock = new KeyedLock();

  constructor(ports: { state: KeyedState; clock: Clock; transport: string; rememberedMs: number }) {
    this.#state = ports.state;
    this.#clock = ports.clock;
    this.#prefix = `transport/${ports.transport}/chat/`;
    this.#rememberedMs = ports.rememberedMs;
  }

  /** Null: he has never written, or too long ago. */
  async find(session: string): Promise<Visitor | null> {
    const text = await this.#state.get(this.#prefix + session);
    return text === null ? null : (JSON.parse(text) as Visitor);
  }

  /** Gives what `work` gives; nothing else changes the visitor meanwhile. What `save` was given is durable when it resolves. */
  async change<T>(
    session: string,
    work: (visitor: Visitor | null, save: (changed: Partial<Visitor>) => Promise<void>) => Promise<T>,
  ): Promise<T> {
    const release = await this.#lock.acquire(session);
    try {
      const visitor = await this.find(session);
      return await work(visitor, (changed) => this.#save(session, { ...NOBODY, ...visitor, ...changed }));
    } finally {
      release();
    }
  }

  #save(session: string, visitor: Visitor): Promise<void> {
    const kept = { ...visitor, past: visitor.past.slice(-MOST_PAST) };
    return this.#state.set(this.#prefix + session, JSON.stringify(kept), this.#rememberedMs);
  }

  /** Milliseconds since the visitor's last message. */
  silence({ at }: Visitor): number {
    return this.#clock() - at;
  }
}
