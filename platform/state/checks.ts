import { VumiError, type StateCommit } from '@vumi/core';

/** The error of a value that cannot be counted with. */
export function notANumber(key: string): VumiError {
  return new VumiError(
    'state.not_a_number',
    `the value of "${key}" is no integer, or the sum is too large; set it to a number first`,
  );
}

/** Refuses what neither backend could add. */
export function checkIncrement(key: string, by: number): void {
  if (!Number.isSafeInteger(by)) throw notANumber(key);
}

/** Refuses a time to live that neither backend can count: milliseconds, to an instant that a number can tell. */
export function checkTtl(ttlMs: number | undefined, now: number): void {
  if (ttlMs === undefined || (ttlMs > 0 && Number.isSafeInteger(ttlMs) && Number.isSafeInteger(now + ttlMs)))
    return;
  throw new VumiError(
    'request.invalid',
    `a time to live of ${ttlMs} ms cannot be kept: use whole milliseconds`,
  );
}

/** Refuses a commit of what could not be written, before any of it is. */
export function checkCommit({ writes, markerTtlMs }: StateCommit, now: number): void {
  checkTtl(markerTtlMs, now);
  for (const write of writes) {
    if (write.op === 'increment') checkIncrement(write.key, write.by);
    else if (write.op === 'set') checkTtl(write.ttlMs, now);
  }
}
