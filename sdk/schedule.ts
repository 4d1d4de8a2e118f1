import type { Json, Jsonable, SaidByJson } from './state.ts';

export interface CancelOptions {
  /** The address of the user whom the schedule is for; absent: nobody. */
  readonly user?: string | null;
}

/** When, and what for. Give one of `in` and `at`. */
export interface ScheduleOptions<T = Json> extends CancelOptions {
  /** Seconds from now. */
  readonly in?: number;
  /** A Date, milliseconds since the epoch, or an ISO date. */
  readonly at?: Date | number | string;
  /** What `onSchedule` is to know, at most 16 KB of JSON. */
  readonly data?: T & SaidByJson<T>;
}

/** How often, and what for. Give `every`, or a `time` of the day with or without `weekdays` or `days`. */
export interface RepeatOptions<T = Json> extends CancelOptions {
  /** Each so many seconds, 60 or more. */
  readonly every?: number;
  /** A time of the day, UTC: `08:30`. */
  readonly time?: string;
  /** Only on these: 1 is Monday, 7 Sunday. */
  readonly weekdays?: readonly number[];
  /** Only on these days of the month; a month that has no such day is passed over. */
  readonly days?: readonly number[];
  /** What `onSchedule` is to know each time, at most 16 KB of JSON. */
  readonly data?: T & SaidByJson<T>;
}

/** What `onSchedule` gets: the time has come. */
export interface Timer {
  readonly id: string;
  readonly name: string;
  /** The address of the user whom it is for, or null. */
  readonly user: string | null;
  /** When it was to happen, milliseconds since the epoch. */
  readonly due: number;
  readonly data: Json;
}

/**
 * Things that are to happen later. They are kept when the handler returns, survive restarts, and each calls
 * `onSchedule` once, or each time. An app may have 10,000 open.
 */
export interface Schedule {
  /**
   * Calls `onSchedule` once, after or at a time. A schedule of that name (and for that user) that is still open is
   * replaced. Resolves to its id.
   *
   * @throws Rejects without a time, with data of more than 16 KB, and where 10,000 are open.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onMessage(message, app) {
   *     await app.schedule.once('remind', { in: 3600, user: message.from_addr });
   *     await message.reply('Later, then.');
   *   },
   *   async onSchedule(timer, app) {
   *     if (timer.user !== null) await app.send(timer.user, 'It is time.');
   *   },
   * });
   * // > hi
   * // < Later, then.
   * // wait 1 hour
   * // < It is time.
   */
  once<T extends Jsonable<T>>(name: string, options: ScheduleOptions<T>): Promise<string>;

  /**
   * Calls `onSchedule` again and again, until it is cancelled; a schedule of that name (and for that user) that is open
   * is replaced. What was due several times while the platform was away comes once. Resolves to its id.
   *
   * @throws Rejects without `every` or `time`, and where `every` is less than 60.
   *
   * @example
   * await app.schedule.repeat('report', { time: '06:00', weekdays: [1] }); // Mondays at six, UTC
   */
  repeat<T extends Jsonable<T>>(name: string, options: RepeatOptions<T>): Promise<string>;

  /**
   * Takes an open schedule back; without effect when there is none.
   *
   * @example
   * await app.schedule.once('remind', { in: 3600, user: message.from_addr });
   * await app.schedule.cancel('remind', { user: message.from_addr });
   */
  cancel(name: string, options?: CancelOptions): Promise<void>;
}
