import { RateMeter } from './meters.ts';

export interface PaceOptions {
  /** Most parts a second; infinite without a limit (option `mt_tps`). */
  readonly maxRate: number;
  /** First wait when the SMSC throttles; doubles up to `MAX_DELAY_MS` while it goes on. */
  readonly delayMs: number;
}

/**
 * What a response says of the pace: `throttled`, it was too much; `strained`, the SMSC has a fault, as one has that is
 * overloaded; `neutral`, nothing.
 */
export type PaceSign = 'passed' | 'throttled' | 'strained' | 'neutral';

const MAX_DELAY_MS = 5000;
/** Additive increase, multiplicative decrease: of the rate that was too much so much is kept. */
const KEPT = 0.7;
const MIN_RATE = 1;
/** A second of success adds this share of the rate, and more the longer the last refusal is ago. */
const GROWTH = 0.1;
const HASTE_MS = 5000;
/** After so long without a refusal nothing is left of the limit that it left. */
const FORGOTTEN_MS = 60_000;
/** Refusals of so small a share are of those parts alone: the queue of one phone is full. */
const TOLERATED = 0.03;
const MOST_TOLERATED = 0.5;
/** Shares are told from about so many answers. */
const ANSWERS = 40;
/** Where sending so much less leaves so much of the share, refusals have another cause than the rate. */
const LESS_SENT = 0.7;
const SHARE_LEFT = 0.5;
const ENOUGH_ANSWERS = 15;
/** Timers are late: parts that wait may catch up with so much time, and no more. */
const LATE_MS = 10;

/** How it was when refusals became too many. */
interface Onset {
  readonly rate: number;
  readonly answersPerSecond: number;
  readonly share: number;
}

/**
 * How fast one bind may send: evenly spaced up to `maxRate`, and slower when the SMSC says that it is too much. Then it
 * waits, lets one try alone, and from its success on grows to what the SMSC takes. An SMSC that refuses as many at every
 * pace is sent as much as it takes.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #passed = new RateMeter();
  #rate: number;
  #tokens = 1;
  #filledAt = 0;
  #delayMs: number;
  #pausedUntil = 0;
  #probing = false;
  #inFlight = 0;
  /** Counts decreases: what was sent before the last one says nothing about the rate since. */
  #decreases = 0;
  #refusedAt = Number.NEGATIVE_INFINITY;
  /** Since `#countedFrom`, which is the last decrease; halved now and then, so that they tell of the latest. */
  #answers = 0;
  #refusals = 0;
  #countedFrom = 0;
  #onset: Onset | null = null;
  #tolerated = TOLERATED;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#rate = options.maxRate;
    this.#delayMs = options.delayMs;
  }

  /** Parts a second that are allowed now; infinite without a limit. */
  get rate(): number {
    return this.#rate;
  }

  /** Parts that were accepted in the last second. */
  passedPerSecond(now: number): number {
    return this.#passed.perSecond(now);
  }

  /** Milliseconds until the next part may go: 0 is now, infinite is after the next `report`. */
  waitMs(now: number): number {
    if (now < this.#pausedUntil) return this.#pausedUntil - now;
    if (this.#probing) return this.#inFlight > 0 ? Number.POSITIVE_INFINITY : 0;
    if (this.#rate === Number.POSITIVE_INFINITY) return 0;
    this.#fill(now);
    return this.#tokens >= 1 ? 0 : Math.max(1, ((1 - this.#tokens) / this.#rate) * 1000);
  }

  /** A submit_sm of so many segments goes. Gives the number to report its outcome with. */
  take(now: number, segments = 1): number {
    this.#inFlight += 1;
    if (this.#rate !== Number.POSITIVE_INFINITY) {
      this.#fill(now);
      this.#tokens -= segments;
    }
    return this.#decreases;
  }

  /** What came of the part that `take` gave this number. */
  report(taken: number, sign: PaceSign, now: number): void {
    this.#inFlight -= 1;
    if (sign === 'neutral') return;
    if (taken === this.#decreases) this.#count(sign === 'passed', now);
    if (sign === 'passed') this.#pass(now);
    else if (taken === this.#decreases && !this.#isTolerable(now)) this.#slowDown(sign, now);
  }

  #count(passed: boolean, now: number): void {
    if (this.#answers === 0) this.#countedFrom = now;
    this.#answers += 1;
    if (!passed) this.#refusals += 1;
    if (this.#answers < ANSWERS) return;
    if (this.#refusals <= this.#tolerated * this.#answers) this.#onset = null;
    if (this.#answers < 2 * ANSWERS) return;
    this.#answers /= 2;
    this.#refusals /= 2;
    this.#countedFrom += (now - this.#countedFrom) / 2;
  }

  /** Whether the rate is not to blame for the refusals. */
  #isTolerable(now: number): boolean {
    const share = this.#refusals / this.#answers;
    if (this.#answers < ENOUGH_ANSWERS) return share <= MOST_TOLERATED;
    if (this.#refusals <= this.#tolerated * this.#answers) return true;
    const answersPerSecond = (1000 * this.#answers) / Math.max(1, now - this.#countedFrom);
    const onset = this.#onset ?? { rate: this.#rate, answersPerSecond, share };
    this.#onset = onset;
    const sentLess = answersPerSecond <= onset.answersPerSecond * LESS_SENT;
    if (!sentLess || share < onset.share * SHARE_LEFT || share > MOST_TOLERATED) return false;
    this.#tolerated = Math.min(MOST_TOLERATED, 2 * share);
    this.#refusedAt = now;
    this.#setRate(onset.rate, now);
    return true;
  }

  #fill(now: number): void {
    const idle = Math.max(0, now - this.#filledAt);
    const most = 1 + (this.#rate * LATE_MS) / 1000;
    this.#tokens = Math.min(most, this.#tokens + (idle * this.#rate) / 1000);
    this.#filledAt = now;
  }

  #slowDown(sign: PaceSign, now: number): void {
    this.#decreases += 1;
    this.#refusedAt = now;
    this.#answers = 0;
    this.#refusals = 0;
    const known = Math.min(this.#rate, this.#passed.perSecond(now) / KEPT);
    this.#setRate(Math.max(MIN_RATE, known * KEPT), now);
    if (sign !== 'throttled') return;
    this.#probing = true;
    this.#pausedUntil = now + this.#delayMs;
    this.#delayMs = Math.min(MAX_DELAY_MS, this.#delayMs * 2);
  }

  #pass(now: number): void {
    this.#passed.add(now);
    const { maxRate, delayMs } = this.#options;
    if (now >= this.#pausedUntil) {
      this.#probing = false;
      this.#delayMs = delayMs;
    }
    const since = now - this.#refusedAt;
    if (since >= FORGOTTEN_MS) this.#tolerated = TOLERATED;
    if (this.#rate >= maxRate) return;
    if (since >= FORGOTTEN_MS) return this.#setRate(maxRate, now);
    const growth = Math.max(1, this.#rate * GROWTH * (1 + since / HASTE_MS) ** 2);
    this.#rate = Math.min(maxRate, this.#rate + growth / this.#rate);
  }

  #setRate(rate: number, now: number): void {
    this.#rate = rate;
    this.#tokens = 1;
    this.#filledAt = now;
  }
}
