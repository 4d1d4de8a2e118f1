import { METRIC_AGGREGATORS } from '@vumi/records';
import { z } from 'zod';
import { defineCall } from './resource-call.ts';
import { leave } from './turn-scope.ts';

/** Spec sandbox-api §2, `metrics.fire`. */
const name = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9._-]{0,100}$/, 'use a letter, then letters, digits, ".", "_" or "-"');

/** So far from the limits of a double that all sums and averages of such values can be held. */
const LARGEST = 1e100;
const NO_VALUE = `use a number between -${LARGEST} and ${LARGEST}`;

export const fireMetric = defineCall(
  z.strictObject({
    /** Absent: the account's for a classic app, as in Vumi Go; the app's own for others. */
    store: name.optional(),
    metric: name,
    aggregator: z.enum(METRIC_AGGREGATORS),
    value: z
      .number(NO_VALUE)
      .min(-LARGEST, NO_VALUE)
      .max(LARGEST, NO_VALUE)
      // What is next to nothing is nothing: divided by how many there were it could not be held.
      .transform((value) => (Math.abs(value) < 1 / LARGEST ? 0 : value)),
  }),
  ({ store, metric, aggregator, value }, turn) => {
    const own = turn.app.kind === 'classic' ? 'default' : turn.origin.ref.app;
    leave(turn, { kind: 'metric', store: store ?? own, metric, aggregator, value, at: turn.now });
  },
);
