import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clockShown, readClockMove, VumiError, type Clock } from '@vumi/core';
import type { Config } from './config-schema.ts';

const FILE = 'app-clock-ahead';

/** A clock of apps that goes like any other and can be put on, never back. How far it is ahead stays with the data. */
export class MovedClock {
  readonly #file: string;
  readonly #clock: Clock;
  #aheadMs: number;

  constructor(dataDir: string, clock: Clock = Date.now) {
    this.#file = join(dataDir, FILE);
    this.#clock = clock;
    this.#aheadMs = readAhead(this.#file);
  }

  readonly now: Clock = () => this.#clock() + this.#aheadMs;

  /** Written down first: what happens in that time is never in the future of a later start. */
  moveTo(time: number): void {
    const aheadMs = Math.max(this.#aheadMs, Math.ceil(time - this.#clock()));
    if (aheadMs === this.#aheadMs) return;
    writeFileSync(`${this.#file}~`, String(aheadMs));
    renameSync(`${this.#file}~`, this.#file);
    this.#aheadMs = aheadMs;
  }
}

function readAhead(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    // It was never moved.
    return 0;
  }
}

/** The side of a process on which the one that has started it speaks. */
export interface ParentChannel {
  readonly channel?: { unref(): void } | undefined;
  on(event: 'message', listener: (said: unknown) => void): unknown;
  /** Absent where nobody speaks. */
  send?(said: object): unknown;
}

/**
 * The clock of the platform that `vumi dev` has started, which that process, and nobody else, can put on. Throws `config.invalid`
 * where others may use the platform: there the clock of apps is the machine's.
 */
export function openMovedClock(
  { data_dir, broker, database, redis, http }: Config,
  channel: ParentChannel = process,
): Clock {
  const isAlone = [broker, database, redis].every(({ url }) => url === undefined);
  if (!isAlone || http.host !== '127.0.0.1' || channel.send === undefined)
    throw new VumiError(
      'config.invalid',
      'dev-platform is what "vumi dev" starts for itself, on this machine and with embedded parts; a platform is started by "vumi up"',
    );
  const clock = new MovedClock(data_dir);
  channel.on('message', (said: unknown) => {
    const time = readClockMove(said);
    if (time === null) return;
    clock.moveTo(time);
    channel.send?.(clockShown(clock.now()));
  });
  // It keeps no process that has been stopped.
  channel.channel?.unref();
  return clock.now;
}
