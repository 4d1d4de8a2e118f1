/** Seconds that a value of state may be kept for when it is not kept for ever: a hundred years. */
export const LONGEST_TTL_SECONDS = 3_155_760_000;
