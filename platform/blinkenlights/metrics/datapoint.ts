import { z } from 'zod';

/** What was measured, and when: whole seconds since the epoch. */
export type TimedValue = readonly [at: number, value: number];

/** Values of one metric, with what is to be made of those of one time bucket (spec vumi-core §7). */
export type Datapoint = readonly [
  name: string,
  aggregators: readonly string[],
  values: readonly TimedValue[],
];

/** The body of a metric message of Vumi's. */
export function encodeDatapoints(datapoints: readonly Datapoint[]): string {
  return JSON.stringify({ datapoints });
}

const messageSchema = z.object({
  datapoints: z.array(
    z.tuple([z.string().min(1), z.array(z.string()), z.array(z.tuple([z.number(), z.number()]))]),
  ),
});

/** Reads the body of a metric message; null: it is none. */
export function parseDatapoints(body: string): readonly Datapoint[] | null {
  try {
    return messageSchema.parse(JSON.parse(body)).datapoints;
  } catch {
    return null;
  }
}
