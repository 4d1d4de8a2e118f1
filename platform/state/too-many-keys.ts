import { VumiError } from '@vumi/core';

/** The error of a commit that would keep more keys than it may. */
export function tooManyKeys(maxKeys: number): VumiError {
  return new VumiError(
    'app.limit',
    `limit: an app may keep ${maxKeys} keys of state: delete some, or give those that need not stay a ttl`,
  );
}
