import { VumiError } from '@vumi/core';
import type { Given } from '@vumi/machine';

/** Whole seconds that were given. */
export function givenSeconds({ elapsedMs, lostMs }: Given): number {
  return Math.round((elapsedMs - lostMs) / 1000);
}

/** A trial that ended through no fault of its app: so that the author need not look for one. */
export function overloaded(how: string): VumiError {
  return new VumiError(
    'machine.overloaded',
    `the machine is overloaded: ${how}, and nothing is wrong with the app so far: try again later`,
  );
}
