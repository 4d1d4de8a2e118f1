/** The first time in quarantine an app's messages wait so long; each further kill doubles it. */
const BACKOFF_MS = 500;
const BACKOFF_CAP_MS = 30_000;
/** Messages that an app must handle without a kill before it may go back to the others. */
const GOOD_MESSAGES = 20;
/** Each kill doubles the time of good behaviour that is asked for, so often at most. */
const MAX_DOUBLINGS = 6;
/** An app that killed nothing for so long has a clean record. */
const FORGET_MS = 24 * 3_600_000;

interface Record {
  kills: number;
  lastKillAt: number;
  goodMessages: number;
  quarantined: boolean;
}

/**
 * What apps did to their runners. An app that killed one is kept in quarantine until it has behaved well for long
 * enough; its record outlives that, so that who does it again waits longer.
 */
export class KillRecord {
  readonly #goodMs: number;
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();

  /** `goodMs`: the time without a kill after the first one. `now` in milliseconds. */
  constructor(goodMs: number, now: () => number) {
    this.#goodMs = goodMs;
    this.#now = now;
  }

  isQuarantined(app: string): boolean {
    return this.#records.get(app)?.quarantined === true;
  }

  quarantined(): string[] {
    return [...this.#records.keys()].filter((app) => this.isQuarantined(app));
  }

  kills(app: string): number {
    return this.#records.get(app)?.kills ?? 0;
  }

  /** The app has killed a runner. Returns whether it is in quarantine only since now. */
  accuse(app: string): boolean {
    const record = this.#records.get(app) ?? { kills: 0, lastKillAt: 0, goodMessages: 0, quarantined: false };
    const isNew = !record.quarantined;
    record.kills++;
    record.lastKillAt = this.#now();
    record.goodMessages = 0;
    record.quarantined = true;
    this.#records.set(app, record);
    return isNew;
  }

  /** When the app's messages may run again, in the time of `now`. */
  readyAt(app: string): number {
    const record = this.#records.get(app);
    if (record === undefined) return 0;
    return record.lastKillAt + Math.min(BACKOFF_CAP_MS, BACKOFF_MS * 2 ** (record.kills - 1));
  }

  /** A message of the app has been handled, and nothing died. Returns whether that ends its quarantine. */
  served(app: string): boolean {
    const record = this.#records.get(app);
    if (record === undefined || !record.quarantined) return false;
    record.goodMessages++;
    const asked = this.#goodMs * 2 ** Math.min(record.kills - 1, MAX_DOUBLINGS);
    if (record.goodMessages < GOOD_MESSAGES || this.#now() - record.lastKillAt < asked) return false;
    record.quarantined = false;
    return true;
  }

  /** Forgets old records. Returns the apps whose quarantine that ends. */
  sweep(): string[] {
    const freed: string[] = [];
    for (const [app, record] of this.#records) {
      if (this.#now() - record.lastKillAt < FORGET_MS) continue;
      this.#records.delete(app);
      if (record.quarantined) freed.push(app);
    }
    return freed;
  }
}
