import { z } from 'zod';
import type { FailureOptions } from './options.ts';

const metadataSchema = z.looseObject({
  retries: z.number().int().nonnegative().catch(0),
  delay: z.number().nonnegative().catch(0),
});

/** What a retried message says of its retries, in Vumi's words. */
export interface RetryMetadata {
  readonly retries: number;
  /** Seconds. */
  readonly delay: number;
}

export function readRetries(message: unknown): RetryMetadata {
  const given = z.looseObject({ retry_metadata: metadataSchema }).safeParse(message);
  return given.success ? given.data.retry_metadata : { retries: 0, delay: 0 };
}

/** Of the retry that is next: 1, 3, 9, … seconds by default. */
export function nextRetry({ retries, delay }: RetryMetadata, options: FailureOptions): RetryMetadata {
  const { retry_initial_delay: first, retry_delay_factor: factor, retry_max_delay: most } = options;
  return {
    retries: retries + 1,
    delay: retries === 0 || delay === 0 ? first : Math.min(delay * factor, most),
  };
}

/** Milliseconds since the epoch: the first multiple of the granularity that is later than the delay (spec §9.10). */
export function retryTime(now: number, delay: number, granularity: number): number {
  const step = granularity * 1000;
  return (Math.floor((now + delay * 1000) / step) + 1) * step;
}
