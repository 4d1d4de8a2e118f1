import { Fifo, VumiError } from '@vumi/core';
import { LatencyMeter } from './meters.ts';
import { Pace, type PaceOptions, type PaceSign } from './pace.ts';

/** What a lane needs of a session. */
export interface LaneSession {
  /** A request would leave at once. */
  readonly hasRoom: boolean;
}

/** A part's way to the network: the bind with the fewest unanswered. `done` exactly once. */
export interface Turn<S extends LaneSession> {
  readonly session: S;
  readonly done: (sign: PaceSign) => void;
}

export interface LanesOptions extends PaceOptions {
  /** Greatest number of unanswered parts of one bind. */
  readonly window: number;
  /** Milliseconds that never go back, as performance.now. */
  readonly clock: () => number;
  /** The SMSC says that it is too much, or takes messages again. */
  readonly onThrottled: (throttled: boolean) => void;
  /** The network has answered a part, after so many milliseconds. */
  readonly onAnswered: (ms: number) => void;
}

interface Lane<S> {
  readonly session: S;
  readonly pace: Pace;
  /** Turns that are not done. */
  taken: number;
}

interface Waiting<S extends LaneSession> {
  readonly segments: number;
  readonly resolve: (turn: Turn<S>) => void;
  readonly reject: (error: VumiError) => void;
}

/** Turns, and what those had waited for that did not come at once. */
interface Causes {
  turns: number;
  window: number;
  pace: number;
}

const NO_CAUSES: Readonly<Causes> = { turns: 0, window: 0, pace: 0 };

/**
 * Where parts wait for a bind that has a place in its window and a pace that allows one more: in order, those that the
 * SMSC has put off before those that are new. Whoever waits has a message in hand, so that their number is bounded by
 * the consumer's prefetch.
 */
export class Lanes<S extends LaneSession> {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<string, Lane<S>>();
  /** By the name of the bind; the network's limits outlive a connection. */
  readonly #paces = new Map<string, Pace>();
  readonly #again = new Fifo<Waiting<S>>();
  readonly #fresh = new Fifo<Waiting<S>>();
  readonly #latency = new LatencyMeter();
  #timer: NodeJS.Timeout | undefined;
  #throttled = false;
  #closed = false;
  #causes: Causes = { ...NO_CAUSES };
  #lastCauses: Readonly<Causes> = NO_CAUSES;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** The SMSC has asked to send more slowly. */
  get throttled(): boolean {
    return this.#throttled;
  }

  get waiting(): number {
    return this.#again.length + this.#fresh.length;
  }

  get inFlight(): number {
    return [...this.#lanes.values()].reduce((sum, { taken }) => sum + taken, 0);
  }

  /** Bound sessions that can submit. */
  get open(): number {
    return this.#lanes.size;
  }

  /** Parts a second that all binds together may send; infinite without a limit. */
  get rate(): number {
    return [...this.#lanes.values()].reduce((sum, { pace }) => sum + pace.rate, 0);
  }

  /** Parts that were accepted in the last second. */
  get passedPerSecond(): number {
    const now = this.#options.clock();
    return [...this.#paces.values()].reduce((sum, pace) => sum + pace.passedPerSecond(now), 0);
  }

  /** Milliseconds between a part and its response. */
  responseMs(quantile: number): number {
    return this.#latency.quantile(quantile);
  }

  /** What held up most of the parts in the second before the last `sweep`; null when nothing did. */
  get limit(): 'window' | 'pace' | null {
    const { turns, window, pace } = this.#lastCauses;
    if (turns === 0 || Math.max(window, pace) * 2 < turns) return null;
    return window >= pace ? 'window' : 'pace';
  }

  /** Begins a new second of what `limit` tells; to be called once in each. */
  sweep(): void {
    this.#lastCauses = this.#causes;
    this.#causes = { ...NO_CAUSES };
  }

  /** A session that can submit; `bind` names what it is the newest life of. */
  join(bind: string, session: S): void {
    const pace = this.#paces.get(bind) ?? new Pace(this.#options);
    this.#paces.set(bind, pace);
    this.#lanes.set(bind, { session, pace, taken: 0 });
    this.pump();
  }

  leave(bind: string, session: S): void {
    if (this.#lanes.get(bind)?.session === session) this.#lanes.delete(bind);
  }

  /**
   * A turn for so many segments at once, or as soon as there is one; `again` goes before those that were never sent.
   * Rejects with `transport.not_connected` when the transport closes.
   */
  enter(again: boolean, segments = 1): Turn<S> | Promise<Turn<S>> {
    if (this.#closed) return Promise.reject(closed());
    const now = this.#options.clock();
    const lane = this.waiting === 0 ? this.#free(now) : undefined;
    if (lane !== undefined) return this.#turn(lane, now, segments);
    return new Promise((resolve, reject) => {
      (again ? this.#again : this.#fresh).push({ segments, resolve, reject });
      this.#wait(now);
    });
  }

  /** Lets through what may go now; `cause` is what they have waited for. */
  pump(cause: 'window' | 'pace' = 'window'): void {
    while (this.waiting > 0) {
      const now = this.#options.clock();
      const lane = this.#free(now);
      if (lane === undefined) return this.#wait(now);
      this.#causes[cause] += 1;
      const next = this.#again.shift() ?? this.#fresh.shift();
      next?.resolve(this.#turn(lane, now, next.segments));
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const queue of [this.#again, this.#fresh]) {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) next.reject(closed());
    }
  }

  /** The least loaded of the lanes that may send now. */
  #free(now: number): Lane<S> | undefined {
    let best: Lane<S> | undefined;
    for (const lane of this.#lanes.values()) {
      if (!this.#hasRoom(lane) || lane.pace.waitMs(now) > 0) continue;
      if (best === undefined || lane.taken < best.taken) best = lane;
    }
    return best;
  }

  #hasRoom({ session, taken }: Lane<S>): boolean {
    return taken < this.#options.window && session.hasRoom;
  }

  #turn(lane: Lane<S>, startedAt: number, segments: number): Turn<S> {
    const { session, pace } = lane;
    lane.taken += 1;
    this.#causes.turns += 1;
    const taken = pace.take(startedAt, segments);
    return {
      session,
      done: (sign) => {
        const now = this.#options.clock();
        lane.taken -= 1;
        if (sign !== 'neutral') this.#noteAnswer(now - startedAt);
        pace.report(taken, sign, now);
        this.#noteThrottling(sign, pace);
        this.pump();
      },
    };
  }

  #noteAnswer(ms: number): void {
    this.#latency.add(ms);
    this.#options.onAnswered(ms);
  }

  #noteThrottling(sign: PaceSign, pace: Pace): void {
    const relieved = sign === 'passed' && (this.waiting === 0 || pace.rate >= this.#options.maxRate);
    const throttled = sign === 'throttled' || (this.#throttled && !relieved);
    if (throttled === this.#throttled || this.#closed) return;
    this.#throttled = throttled;
    this.#options.onThrottled(throttled);
  }

  /** Until a pace allows more; places in windows come with `done` and `pump`. */
  #wait(now: number): void {
    if (this.#timer !== undefined) return;
    const waits = [...this.#lanes.values()]
      .filter((lane) => this.#hasRoom(lane))
      .map(({ pace }) => pace.waitMs(now));
    const ms = Math.min(...waits, Number.POSITIVE_INFINITY);
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.pump('pace');
    }, ms);
  }
}

function closed(): VumiError {
  return new VumiError('transport.not_connected', 'the transport is closing; the message stays in its queue');
}
