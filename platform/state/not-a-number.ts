import { VumiError } from '@vumi/core';

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
