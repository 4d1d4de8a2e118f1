import { METRIC_AGGREGATORS } from '@vumi/core';
import { z } from 'zod';
import { defineCall } from './resource-call.ts';
import { leave } from './turn-scope.ts';

/** Spec sandbox-api §2, `metrics.fire`. */
const name = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9._-]{0,100}$/, 'use a letter, then letters, digits, ".", "_" or "-"');

export const fireMetric = defineCall(
  z.strictObject({
    /** Absent: the account's for a classic app, as in Vumi Go; the app's own for others. */
    store: name.optional(),
    metric: name,
    aggregator: z.enum(METRIC_AGGREGATORS),
    value: z.number(),
  }),
  ({ store, metric, aggregator, value }, turn) => {
    const own = turn.app.kind === 'classic' ? 'default' : turn.origin.ref.app;
    leave(turn, { kind: 'metric', store: store ?? own, metric, aggregator, value, at: turn.now });
  },
);
