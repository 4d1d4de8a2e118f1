import { z } from 'zod';

/**
 * What `vumi dev` and the platform that it has started say to each other of the clock that apps have, over the channel between the
 * two processes: no request from anywhere can move a clock.
 */
const moveSchema = z.strictObject({ move_app_clock_to: z.number().nonnegative() });
const clockSchema = z.strictObject({ app_clock: z.number() });

/** A wish to have the clock at a time, milliseconds since the epoch; one that is past moves nothing. */
export function clockMove(to: number): z.infer<typeof moveSchema> {
  return { move_app_clock_to: to };
}

/** Null for what is no such wish. */
export function readClockMove(said: unknown): number | null {
  const { success, data } = moveSchema.safeParse(said);
  return success ? data.move_app_clock_to : null;
}

/** The answer to a wish: what the clock shows now. */
export function clockShown(now: number): z.infer<typeof clockSchema> {
  return { app_clock: now };
}

/** Null for what is no such answer. */
export function readClockShown(said: unknown): number | null {
  const { success, data } = clockSchema.safeParse(said);
  return success ? data.app_clock : null;
}
