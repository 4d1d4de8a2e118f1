import { deserialize, serialize } from '@ungap/structured-clone';

/** Plain data, dates, maps, sets, errors, buffers and circles; throws a TypeError for a function. */
export function structuredClone(value: unknown): unknown {
  return deserialize(serialize(value));
}
