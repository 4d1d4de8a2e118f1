import { LRUCache } from 'lru-cache';

const HOUR_MS = 3_600_000;
/** The part of an hour's messages that may come all at once. */
const BURST = 1 / 5;
/** Users that are followed; who was quiet longest is forgotten, and has his whole share again. */
const MAX_USERS = 100_000;

interface Pace {
  /** Messages that may come now. */
  left: number;
  at: number;
  exceeded: boolean;
}

/** Whether a message of a user is handled; `first` is the first one that is not. */
export type Verdict = 'handled' | 'first' | 'dropped';

/**
 * How fast one user talks to one app: what no person does is a loop of two programs that answer each other, which pays
 * for every turn until somebody notices.
 */
export class UserRate {
  readonly #users = new LRUCache<string, Pace>({ max: MAX_USERS });

  /** Counts a message. `perHour` is what the app takes of one user. */
  judge(user: string, perHour: number, now: number): Verdict {
    const most = Math.max(1, Math.floor(perHour * BURST));
    const pace = this.#users.get(user) ?? { left: most, at: now, exceeded: false };
    const refilled = pace.left + (Math.max(0, now - pace.at) * perHour) / HOUR_MS;
    pace.left = Math.min(most, refilled);
    pace.at = now;
    this.#users.set(user, pace);
    if (pace.left >= 1) {
      pace.left -= 1;
      pace.exceeded = false;
      return 'handled';
    }
    const verdict = pace.exceeded ? 'dropped' : 'first';
    pace.exceeded = true;
    return verdict;
  }
}
