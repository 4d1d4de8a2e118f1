/** Ids that begin with the time (decision 5). */
const ID = /^[0-9a-f]{32}$/;
const TIME_DIGITS = 12;
const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday. */
const DAYS_FROM_MONDAY = 3;
/** For how long into a week something of the week before may come again under another timestamp. */
const REPEATED_MS = 3 * DAY_MS;

/** Of which weeks a row is, as the days from 1970-01-01 to their Mondays. */
export interface RowWeek {
  readonly week: number;
  /** The week before, where the row may be already that comes again now; else `week` itself. */
  readonly earlier: number;
}

/**
 * The week of a message, or of an event by the id of its message: it says in which partition the row is. An id that
 * begins with the time tells the week, for no redelivery changes it; unless that time is further than a day from the
 * timestamp `at` (milliseconds since the epoch), which ids from elsewhere and ids of old schedules are.
 */
export function rowWeek(id: string, at: number): RowWeek {
  if (tellsTime(id, at)) {
    const week = mondayOf(madeAt(id));
    return { week, earlier: week };
  }
  const week = mondayOf(at);
  return { week, earlier: at - week * DAY_MS < REPEATED_MS ? week - 7 : week };
}

/** Whether an id begins with the time of what it is of; milliseconds since the epoch. */
export function tellsTime(id: string, at: number): boolean {
  return ID.test(id) && Math.abs(madeAt(id) - at) <= DAY_MS;
}

function madeAt(id: string): number {
  return Number.parseInt(id.slice(0, TIME_DIGITS), 16);
}

/** The days from 1970-01-01 to the Monday of the week of a moment. */
export function mondayOf(at: number): number {
  const day = Math.floor(at / DAY_MS);
  return day - ((((day + DAYS_FROM_MONDAY) % 7) + 7) % 7);
}
