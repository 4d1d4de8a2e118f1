/** Seconds that a message may wait to be sent: 30 days. Guests are told at their call, and what they leave is held to it. */
export const LONGEST_VALIDITY = 30 * 24 * 3600;
