import { Fifo } from '@vumi/core';
import type { RequestBody } from '../codec/pdu.ts';
import type { Outcome, PduResponse } from './outcome.ts';
import type { Output } from './output.ts';

/** Section 5.1.4: sequence numbers run from 1 to this and start again. */
const MAX_SEQUENCE = 0x7fffffff;
/** Requests whose time ran out that are still remembered, so that a late response finds its request. */
const MAX_LATE = 1000;

interface Waiting {
  readonly body: RequestBody;
  readonly beforeWrite: (() => void) | undefined;
  readonly settle: (outcome: Outcome) => void;
  readonly refuse: (error: unknown) => void;
}

interface InFlight {
  /** Its number in the output. */
  readonly order: number;
  readonly sentAt: number;
  readonly counted: boolean;
  readonly settle: (outcome: Outcome) => void;
}

export interface WindowOptions {
  /** Greatest number of unanswered requests; enquire_link and unbind do not count. */
  readonly size: number;
  readonly responseTimeoutMs: number;
  readonly clock: () => number;
  /** Default 0x7fffffff; tests see the wrap-around sooner. */
  readonly maxSequence?: number;
}

/** Unanswered requests, and those that wait for a place among them in order of arrival. */
export class RequestWindow {
  readonly #output: Output;
  readonly #options: WindowOptions;
  readonly #waiting = new Fifo<Waiting>();
  /** By sequence number; in order of sending, so that the oldest come first. */
  readonly #inFlight = new Map<number, InFlight>();
  readonly #late = new Map<number, (response: PduResponse | null) => void>();
  #size: number;
  #places: number;
  #sequence = 1;
  #stopped = false;
  #closed = false;

  constructor(output: Output, options: WindowOptions) {
    this.#output = output;
    this.#options = options;
    this.#size = options.size;
    this.#places = options.size;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** A request would leave at once. */
  get hasRoom(): boolean {
    return this.#places > 0 && this.#waiting.length === 0 && !this.#stopped && !this.#output.blocked;
  }

  /** Allows more or fewer unanswered requests from now on; those in flight stay. */
  resize(size: number): void {
    this.#places += size - this.#size;
    this.#size = size;
    this.pump();
  }

  /** Takes a place in the window, waiting for one in line. `beforeWrite` runs right before the write. */
  request(body: RequestBody, beforeWrite?: () => void): Promise<Outcome> {
    return new Promise((settle, refuse) => {
      if (this.#stopped) return settle({ outcome: 'unsent' });
      const waiting = { body, beforeWrite, settle, refuse };
      if (this.hasRoom) this.#send(waiting, true);
      else this.#waiting.push(waiting);
    });
  }

  /** Sends at once, beside the window. */
  requestUrgently(body: RequestBody): Promise<Outcome> {
    return new Promise((settle, refuse) => {
      if (this.#closed) settle({ outcome: 'unsent' });
      else this.#send({ body, beforeWrite: undefined, settle, refuse }, false);
    });
  }

  /** Answers the order of the request that this response settles; 0 when it settles none in time. */
  settle(sequence: number, response: PduResponse): number {
    const request = this.#inFlight.get(sequence);
    if (request === undefined) return this.#settleLate(sequence, response);
    this.#inFlight.delete(sequence);
    if (request.counted) this.#places += 1;
    request.settle({ outcome: 'answered', status: response.status, body: response.body });
    this.pump();
    return request.order;
  }

  /** Sends what waits, as far as there are places. */
  pump(): void {
    while (this.#places > 0 && !this.#output.blocked) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#send(next, true);
    }
  }

  /** Settles the requests whose time has run out. */
  expire(): void {
    const deadline = this.#options.clock() - this.#options.responseTimeoutMs;
    for (const [sequence, request] of this.#inFlight) {
      if (request.sentAt > deadline) break;
      this.#inFlight.delete(sequence);
      if (request.counted) this.#places += 1;
      request.settle({ outcome: 'timed_out', late: this.#expectLate(sequence) });
    }
    this.pump();
  }

  /** Settles those that wait as unsent and takes no more but urgent ones. */
  stop(): void {
    this.#stopped = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.settle({ outcome: 'unsent' });
    }
  }

  /** The connection is gone: settles everything. */
  close(): void {
    this.#closed = true;
    this.stop();
    for (const request of this.#inFlight.values()) {
      request.settle({ outcome: request.order <= this.#output.written ? 'lost' : 'unsent' });
    }
    this.#inFlight.clear();
    for (const settle of this.#late.values()) settle(null);
    this.#late.clear();
  }

  #send(waiting: Waiting, counted: boolean): void {
    const sequence = this.#nextSequence();
    try {
      const order = this.#output.push(waiting.body, 0, sequence, waiting.beforeWrite);
      if (counted) this.#places -= 1;
      this.#inFlight.set(sequence, { order, sentAt: this.#options.clock(), counted, settle: waiting.settle });
    } catch (error) {
      waiting.refuse(error);
    }
  }

  #nextSequence(): number {
    const { maxSequence = MAX_SEQUENCE } = this.#options;
    let sequence = this.#sequence;
    while (this.#inFlight.has(sequence) || this.#late.has(sequence)) sequence = (sequence % maxSequence) + 1;
    this.#sequence = (sequence % maxSequence) + 1;
    return sequence;
  }

  #expectLate(sequence: number): Promise<PduResponse | null> {
    const oldest = this.#late.keys().next();
    if (this.#late.size >= MAX_LATE && oldest.done !== true) {
      this.#late.get(oldest.value)?.(null);
      this.#late.delete(oldest.value);
    }
    return new Promise((resolve) => this.#late.set(sequence, resolve));
  }

  #settleLate(sequence: number, response: PduResponse): number {
    this.#late.get(sequence)?.(response);
    this.#late.delete(sequence);
    return 0;
  }
}
