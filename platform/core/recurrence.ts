import { z } from 'zod';
import { VumiError } from './errors.ts';
import { parseInput } from './input.ts';

const DAY_MS = 86_400_000;
/** The 31st comes again after two months at most. */
const MOST_DAYS = 63;
const TIME = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

const time = z.string().regex(TIME, 'a time of day as "08:30" or "08:30:00", UTC');
const weekdays = z.array(z.int().min(1).max(7)).min(1).max(7);
const days = z.array(z.int().min(1).max(31)).min(1).max(31);

/** When something happens again and again: each so many seconds, or at a time of day, UTC. */
export const recurrenceSchema = z.union(
  [
    z.strictObject({
      every: z
        .number()
        .min(60, 'seconds, 60 or more')
        .max((DAY_MS / 1000) * 366),
    }),
    z.strictObject({ time }),
    z.strictObject({ time, weekdays }),
    z.strictObject({ time, days }),
  ],
  'say how often: { every: seconds, 60 or more }, { time: "08:30" } each day, with { weekdays: [1, 5] } Mondays and Fridays, with { days: [1, 15] } of each month',
);
export type Recurrence = z.infer<typeof recurrenceSchema>;

/**
 * The first time after `since`, both milliseconds since the epoch; of intervals counted from `first`, so that a late one
 * does not put off the rest. A month without such a day is passed over.
 */
export function nextOccurrence(recurrence: Recurrence, since: number, first: number = since): number {
  if ('every' in recurrence) {
    const stepMs = recurrence.every * 1000;
    return first + (Math.floor(Math.max(0, since - first) / stepMs) + 1) * stepMs;
  }
  const ofDay = timeOfDay(recurrence.time);
  const today = Math.floor(since / DAY_MS) * DAY_MS;
  for (let day = 0; day <= MOST_DAYS; day++) {
    const at = today + day * DAY_MS + ofDay;
    if (at > since && isOn(recurrence, at)) return at;
  }
  throw new VumiError('internal', `no next time of ${JSON.stringify(recurrence)}`);
}

function isOn(recurrence: Exclude<Recurrence, { every: number }>, at: number): boolean {
  const date = new Date(at);
  // Monday is 1 and Sunday 7 (ISO 8601).
  if ('weekdays' in recurrence) return recurrence.weekdays.includes(date.getUTCDay() || 7);
  return !('days' in recurrence) || recurrence.days.includes(date.getUTCDate());
}

/** Milliseconds since midnight. */
function timeOfDay(text: string): number {
  const [, hours = '0', minutes = '0', seconds = '0'] = TIME.exec(text) ?? [];
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

/** Of Vumi's definitions: `days` are numbers with commas or blanks between, weekdays from 1, Monday. */
const listOf = (item: typeof weekdays) =>
  z
    .string()
    .transform((text) =>
      text
        .split(/[\s,]+/)
        .filter((word) => word !== '')
        .map(Number),
    )
    .pipe(item);
const definitionSchema = z.discriminatedUnion('recurring', [
  z.strictObject({ recurring: z.literal('daily'), time }),
  z.strictObject({ recurring: z.literal('day_of_week'), time, days: listOf(weekdays) }),
  z.strictObject({ recurring: z.literal('day_of_month'), time, days: listOf(days) }),
  z.strictObject({
    recurring: z.literal('never'),
    time,
    date: z.iso.date('a date such as "2026-11-30"'),
  }),
]);

/** Says when what was defined for Vumi's ScheduleManager is due (spec vumi-core §6). */
export interface ScheduleManager {
  /** The first time after `since`; null: it does not come again. */
  next(since: number): number | null;
  /** Whether it became due after `then`, up to and with `now`: once, however long that is. */
  isDue(then: number, now: number): boolean;
}

/** Throws `config.invalid`. */
export function scheduleManager(definition: unknown): ScheduleManager {
  const given = parseInput(definitionSchema, definition, 'config.invalid');
  const next = (since: number): number | null => {
    if (given.recurring !== 'never') return nextOccurrence(recurrenceOf(given), since);
    const at = Date.parse(given.date) + timeOfDay(given.time);
    return at > since ? at : null;
  };
  return {
    next,
    isDue(then, now) {
      const at = next(then);
      return at !== null && at <= now;
    },
  };
}

function recurrenceOf(given: Exclude<z.infer<typeof definitionSchema>, { recurring: 'never' }>): Recurrence {
  const { time: at } = given;
  if (given.recurring === 'daily') return { time: at };
  return given.recurring === 'day_of_week'
    ? { time: at, weekdays: given.days }
    : { time: at, days: given.days };
}
