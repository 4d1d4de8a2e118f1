import { LRUCache } from 'lru-cache';
import type { LoadedApp } from '../apps/app.ts';
import type { Fleet } from './fleet.ts';
import type { RunnerProcess } from './runner-process.ts';

/** Apps whose last failure is remembered: a runner is found unfit within a second of it. */
const MAX_REMEMBERED = 500;

/** A message that ended the runner which ran it. */
export interface RunnerKill {
  readonly app: LoadedApp;
  /** `message_id` or `event_id`. */
  readonly messageId: string;
  readonly reason: string;
}

/** Finds out which message ended a runner, puts its app into quarantine and says so. */
export class RunnerKills {
  readonly #fleet: Pick<Fleet, 'accuse'>;
  readonly #onKill: (kill: RunnerKill) => void;
  /** By app. */
  readonly #failures = new LRUCache<string, { app: LoadedApp; messageId: string }>({ max: MAX_REMEMBERED });

  constructor(fleet: Pick<Fleet, 'accuse'>, onKill: (kill: RunnerKill) => void) {
    this.#fleet = fleet;
    this.#onKill = onKill;
  }

  /** A handler has failed: what it did to its runner may show later. */
  failed(app: LoadedApp, messageId: string): void {
    this.#failures.set(app.key, { app, messageId });
  }

  /** A runner says that an app has made it unfit. It speaks for apps that it holds only. */
  onAccused(runner: RunnerProcess, key: string, reason: string): void {
    if (!runner.apps.has(key)) return;
    runner.accounted = true;
    runner.accused.add(key);
    const failure = this.#failures.get(key);
    if (failure === undefined) this.#fleet.accuse(key, reason);
    else this.killed({ ...failure, reason });
  }

  /** It may have been the app: it runs alone until that is known. */
  suspected(app: LoadedApp, reason: string): void {
    this.#fleet.accuse(app.key, reason);
  }

  killed(kill: RunnerKill): void {
    this.#fleet.accuse(kill.app.key, kill.reason);
    this.#onKill(kill);
  }
}
