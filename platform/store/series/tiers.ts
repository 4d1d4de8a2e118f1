/** Rows of one length, and for how long they are kept before they become rows of the next, or go. Both in seconds. */
interface Tier {
  readonly step: number;
  readonly keptFor: number;
}

const DAY = 24 * 3600;

/**
 * What a series takes at most: 8,640 rows of 10 seconds, 20,160 of a minute and 8,760 of an hour, about 5 MB with their
 * index. What apps fire begins with minutes.
 */
export const TIERS = [
  { step: 10, keptFor: DAY },
  { step: 60, keptFor: 14 * DAY },
  { step: 3600, keptFor: 365 * DAY },
] as const satisfies readonly Tier[];

/** Series of one account; further ones are refused. */
export const MOST_SERIES = 1000;
