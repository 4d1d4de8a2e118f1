import type { HttpAnswer } from '@vumi/http';
import type { UserMessage } from '@vumi/core';
import type { PartResult } from '../sending/part-result.ts';
import { plain } from './answers.ts';

export const NO_REQUEST: PartResult = { kind: 'failed', reason: 'no matching request' };
const CLIENT_GONE: PartResult = { kind: 'failed', reason: 'client gone' };

/** Why a request gets no reply; `elsewhere`: that goes to the user in another way; `unwanted`: it is not to be sent. */
export type NoReply = 'timeout' | 'stopped' | 'not published' | 'elsewhere' | 'unwanted';

/** A request that waits, and what it is answered in the dialect of the channel. */
export interface Asked {
  reply(reply: UserMessage): HttpAnswer;
  none(why: NoReply): HttpAnswer;
  /** Aborts when who asked has gone. */
  readonly gone: AbortSignal;
}

export interface HeldRepliesOptions {
  readonly timeoutMs: number;
  readonly maxPending: number;
  /** Milliseconds between a request and its reply; null: there was none in time. */
  readonly onResponse: (ms: number | null) => void;
  /** Why a reply is not to be sent any more, asked in the tick in which it would be; null: it may go. */
  readonly unwanted: (reply: UserMessage) => PartResult | null;
  readonly clock: () => number;
}

interface Asker {
  readonly give: (answer: HttpAnswer) => void;
  readonly asked: Asked;
}

interface Pending {
  readonly askedAt: number;
  readonly askers: Asker[];
  readonly timer: NodeJS.Timeout;
}

interface Answered {
  readonly reply: UserMessage;
  readonly at: number;
}

/** A caller who repeats himself gets the same answer for so long (spec channels §1.4). */
const REPEATED_MS = 60_000;
const MOST_ANSWERED = 10_000;

/** Requests that wait for the replies to their messages (spec channels §1.4). */
export class HeldReplies {
  readonly #options: HeldRepliesOptions;
  readonly #pending = new Map<string, Pending>();
  /** Oldest first. */
  readonly #answered = new Map<string, Answered>();
  #stopping = false;
  #emptied: (() => void) | null = null;

  constructor(options: HeldRepliesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#pending.size;
  }

  get isFull(): boolean {
    return this.#stopping || this.#pending.size >= this.#options.maxPending;
  }

  has(messageId: string): boolean {
    return this.#pending.has(messageId);
  }

  /**
   * The answer to a request that asks again what it has asked before, or null for one that is new: it waits with the
   * first, or gets what that got.
   */
  repeat(messageId: string, asked: Asked): Promise<HttpAnswer> | null {
    const pending = this.#pending.get(messageId);
    if (pending !== undefined) return this.#join(messageId, pending, asked);
    const answered = this.#answered.get(messageId);
    if (answered === undefined || answered.at + REPEATED_MS < this.#options.clock()) return null;
    return Promise.resolve(asked.reply(answered.reply));
  }

  /** Waits for the reply to a message that is about to be published. */
  hold(messageId: string, asked: Asked): Promise<HttpAnswer> {
    const { timeoutMs, clock } = this.#options;
    const timer = setTimeout(() => this.#expire(messageId), timeoutMs);
    const pending: Pending = { askedAt: clock(), askers: [], timer };
    this.#pending.set(messageId, pending);
    return this.#join(messageId, pending, asked);
  }

  /** Nobody will reply. */
  drop(messageId: string, why: NoReply): void {
    const pending = this.#take(messageId);
    for (const { give, asked } of pending?.askers ?? []) give(asked.none(why));
  }

  /**
   * Resolves when the response is in the hands of the network, or with what became of the reply instead; with null where
   * nobody waits for it. `onSending` runs in the tick in which it goes to the network.
   */
  async reply(reply: UserMessage, onSending: () => void): Promise<PartResult | null> {
    const id = reply.in_reply_to ?? '';
    if (!this.#pending.has(id)) return null;
    const unwanted = this.#options.unwanted(reply);
    if (unwanted !== null) return this.#refuse(id, unwanted);
    const pending = this.#take(id);
    if (pending === undefined) return null;
    this.#options.onResponse(this.#options.clock() - pending.askedAt);
    this.#remember(id, reply);
    const sent = await Promise.all(pending.askers.map((asker) => answerOne(asker, reply, onSending)));
    return sent.includes(true) ? { kind: 'ok', remoteId: reply.message_id } : CLIENT_GONE;
  }

  /** Takes no more, lets those that wait have their replies for so long, and then ends them. */
  async close(withinMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#pending.size > 0) await this.#emptiedWithin(withinMs);
    for (const id of this.#pending.keys()) this.drop(id, 'stopped');
  }

  #join(id: string, pending: Pending, asked: Asked): Promise<HttpAnswer> {
    return new Promise((resolve) => {
      const asker: Asker = { asked, give: resolve };
      pending.askers.push(asker);
      const leave = (): void => this.#leave(id, pending, asker);
      if (asked.gone.aborted) leave();
      else asked.gone.addEventListener('abort', leave, { once: true });
    });
  }

  /** What is answered goes to nobody, so that the handler of the request ends. */
  #leave(id: string, pending: Pending, asker: Asker): void {
    const index = pending.askers.indexOf(asker);
    if (index < 0) return;
    pending.askers.splice(index, 1);
    if (pending.askers.length === 0 && this.#pending.get(id) === pending) this.#take(id);
    asker.give(plain(499, ''));
  }

  /** Who waits hears at once that there is no reply; of one that its app took back another may follow. */
  #refuse(id: string, unwanted: PartResult): PartResult {
    if (unwanted.kind !== 'cancelled') this.drop(id, 'unwanted');
    return unwanted;
  }

  #expire(id: string): void {
    this.#options.onResponse(null);
    this.drop(id, 'timeout');
  }

  #take(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    clearTimeout(pending.timer);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#emptied?.();
    return pending;
  }

  #remember(id: string, reply: UserMessage): void {
    this.#answered.set(id, { reply, at: this.#options.clock() });
    for (const [oldest, { at }] of this.#answered) {
      if (this.#answered.size <= MOST_ANSWERED && at + REPEATED_MS >= this.#options.clock()) return;
      this.#answered.delete(oldest);
    }
  }

  #emptiedWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#emptied = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function answerOne({ give, asked }: Asker, reply: UserMessage, onSending: () => void): Promise<boolean> {
  if (asked.gone.aborted) return Promise.resolve(false);
  return new Promise((resolve) => give({ ...asked.reply(reply), onSending, onSent: resolve }));
}
