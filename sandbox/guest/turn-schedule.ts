import type { CancelOptions, RepeatOptions, Schedule, ScheduleOptions } from '@vumi/sdk';
import { apply, dateToTime, freeze, isFinite, text, TrustedDate, TrustedError } from './primordials.ts';
import { ask, askFor } from './turn-resource.ts';
import type { Turn } from './turn.ts';

const WHEN = 'say when: { in: seconds } or { at: a Date, milliseconds since the epoch or an ISO date }';
const parseDate = TrustedDate.parse;

function instant(at: unknown): number {
  const epochMs =
    typeof at === 'number'
      ? at
      : typeof at === 'string'
        ? parseDate(at)
        : at instanceof TrustedDate
          ? apply(dateToTime, at, [])
          : undefined;
  if (!isFinite(epochMs)) throw new TrustedError(WHEN);
  return epochMs as number;
}

function when(options: ScheduleOptions<unknown>): object {
  if (typeof options !== 'object' || options === null) throw new TrustedError(WHEN);
  return options.in === undefined ? { at: instant(options.at) } : { in: options.in };
}

/** `app.schedule`. */
export class TurnSchedule implements Schedule {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
    freeze(this);
  }

  once(name: string, options: ScheduleOptions<unknown>): Promise<string> {
    const args = { name: text(name), when: when(options), data: options.data, user: options.user };
    return askFor(this.#turn, 'schedule.once', { args, member: 'id' });
  }

  repeat(name: string, options: RepeatOptions<unknown>): Promise<string> {
    const { every, time, weekdays, days, data, user } = options;
    const args = { name: text(name), repeat: { every, time, weekdays, days }, data, user };
    return askFor(this.#turn, 'schedule.repeat', { args, member: 'id' });
  }

  cancel(name: string, options: CancelOptions = {}): Promise<void> {
    return ask(this.#turn, 'schedule.cancel', { name: text(name), user: options.user });
  }
}
freeze(TurnSchedule.prototype);
