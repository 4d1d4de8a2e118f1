import { METRIC_AGGREGATORS } from '@vumi/core';
import { z } from 'zod';
import { defineCall } from './resource-call.ts';

/** Spec sandbox-api §2, `metrics.fire`. */
const name = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9._-]{0,100}$/, 'use a letter, then letters, digits, ".", "_" or "-"');

export const fireMetric = defineCall(
  z.strictObject({
    store: name.default('default'),
    metric: name,
    aggregator: z.enum(METRIC_AGGREGATORS),
    value: z.number(),
  }),
  ({ store, metric, aggregator, value }, { effects, now }) => {
    effects.store.push({ kind: 'metric', store, metric, aggregator, value, at: now });
  },
);
