import {
  backoffMs,
  Lane,
  SIGNATURE_HEADER,
  signRequest,
  sleep,
  VumiError,
  type Clock,
  type Logger,
} from '@vumi/core';
import type { HttpPort, OutboundRequest, RequestOutcome } from '@vumi/http';
import type { WorkerHealth } from '@vumi/runtime';
import { judge, type Verdict } from './verdict.ts';

const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 30_000;
/** A worker that stops waits so long for answers to open requests. */
const GRACE_MS = 5000;
/** So many failures on end, without anything taken, are the receiver's and not a message's. */
const DOWN_STREAK = 3;

export interface ReceiverOptions {
  readonly http: Pick<HttpPort, 'send'>;
  readonly timeoutMs: number;
  readonly allowPrivate: boolean;
  /** Marks what is asked as an account's (OutboundRequest). Absent: it is the operator's. */
  readonly privateServices?: readonly string[];
  readonly secrets: readonly string[];
  readonly maxInFlight: number;
  readonly giveUpAttempts: number;
  readonly giveUpAfterMs: number;
  /** What one attempt means. Default: `judge`. */
  readonly judge?: typeof judge;
  /** Pauses between attempts: the first, and the longest. Default: 500 ms and 30 s. */
  readonly pauses?: { readonly baseMs: number; readonly capMs: number };
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Aborts when nothing more is to be attempted. */
  readonly signal: AbortSignal;
}

export type Post = Required<Pick<OutboundRequest, 'method' | 'url' | 'headers'>> & {
  readonly body: string;
  /** Of what is posted, for the log. */
  readonly id: string;
  /** More headers of one attempt, which tell when it was made: milliseconds since the epoch. */
  readonly proof?: (now: number) => Readonly<Record<string, string>>;
  /** Asked before each attempt; what it throws ends the delivery. */
  readonly check?: () => void;
};

/** Somebody who is posted to, and who may be away for any time. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #lane = new Lane();
  /** Posts that have failed and wait for their next attempt. */
  #waiting = 0;
  #taken = 0;
  #failures = 0;
  #refused = 0;
  #streak = 0;
  #lastFailure = '';

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /**
   * Posts until it is taken. Rejects with `receiver.refused`; with `receiver.failing` when it failed for too long, or too
   * often while others were taken: then it is this post that does harm; with `receiver.unavailable` when the worker
   * stops before. An attempt while the receiver takes nothing from anybody counts for nothing.
   */
  async deliver(post: Post): Promise<Extract<Verdict, { kind: 'taken' }>['answer']> {
    const { clock, random, logger, giveUpAttempts, pauses } = this.#options;
    const { baseMs = RETRY_BASE_MS, capMs = RETRY_CAP_MS } = pauses ?? {};
    const since = clock();
    for (let attempt = 0, counted = 0; ; attempt += 1) {
      const takenBefore = this.#taken;
      const verdict = await this.#attempt(post);
      if (verdict.kind === 'taken') return verdict.answer;
      if (verdict.kind === 'refused') throw new VumiError('receiver.refused', verdict.reason);
      if (attempt === 0)
        logger.warn({ message_id: post.id, reason: verdict.reason }, 'not taken, trying again');
      await this.#wait(Math.max(verdict.afterMs, backoffMs(attempt, baseMs, capMs, random)));
      if (this.#taken > takenBefore) counted += 1;
      if (counted >= giveUpAttempts)
        this.#giveUp(verdict.reason, `${attempt + 1} times, while it took others`);
      const failingMs = clock() - since;
      if (failingMs >= this.#options.giveUpAfterMs)
        this.#giveUp(verdict.reason, `for ${Math.round(failingMs / 1000)} s`);
    }
  }

  status(): WorkerHealth {
    if (this.#waiting === 0) return { status: 'ok', message: 'running' };
    const message = `${this.#waiting} wait for the receiver, which ${this.#lastFailure}`;
    return { status: this.#streak >= DOWN_STREAK ? 'down' : 'degraded', message };
  }

  gauges(): Readonly<Record<string, number>> {
    return {
      waiting_messages: this.#waiting,
      taken_total: this.#taken,
      failed_attempts_total: this.#failures,
      refused_total: this.#refused,
    };
  }

  async #attempt(post: Post): Promise<Verdict> {
    const verdict = (this.#options.judge ?? judge)(
      await this.#lane.run(this.#options.maxInFlight, () => this.#send(post)),
      this.#options.clock(),
    );
    if (verdict.kind === 'again') {
      this.#failures += 1;
      this.#streak += 1;
      this.#lastFailure = verdict.reason;
    } else {
      // A refusal is an answer too.
      this.#streak = 0;
      if (verdict.kind === 'taken') this.#taken += 1;
      else this.#refused += 1;
    }
    return verdict;
  }

  async #send({ method, url, headers, body, proof, check }: Post): Promise<RequestOutcome> {
    const { http, timeoutMs, allowPrivate, privateServices, secrets, clock, signal } = this.#options;
    if (signal.aborted) throw stopped();
    check?.();
    const signature = secrets.length === 0 ? {} : { [SIGNATURE_HEADER]: signRequest(body, secrets, clock()) };
    const sent = http.send({
      method,
      url,
      headers: { ...headers, ...signature, ...proof?.(clock()) },
      body,
      timeoutMs,
      allowPrivate,
      ...(privateServices === undefined ? {} : { privateServices }),
    });
    const outcome = await beforeStop(sent, signal);
    if (outcome === null) throw stopped();
    return outcome;
  }

  async #wait(ms: number): Promise<void> {
    this.#waiting += 1;
    try {
      await sleep(ms, this.#options.signal);
    } catch {
      throw stopped();
    } finally {
      this.#waiting -= 1;
    }
  }

  #giveUp(reason: string, howLong: string): never {
    throw new VumiError(
      'receiver.failing',
      `given up: the receiver did not take it ${howLong}; it ${reason}`,
    );
  }
}

/** What is open stays in its queue. */
function stopped(): VumiError {
  return new VumiError('receiver.unavailable', 'the relay stops; what the receiver has not taken waits');
}

/** The result of work, or null when a stop has not waited longer for it. */
function beforeStop<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const startGrace = (): void => {
      timer = setTimeout(() => resolve(null), GRACE_MS);
    };
    signal.addEventListener('abort', startGrace, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', startGrace);
    });
  });
}
