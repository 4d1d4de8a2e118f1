import { METRIC_AGGREGATORS } from '@vumi/core';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { metricNameSchema, metricPointSchema, pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const DAY_MS = 24 * 3_600_000;
const WEEK_MINUTES = 7 * 24 * 60;

const instant = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  'use ISO 8601, such as 2026-11-22T08:00:00Z',
);
const metricParams = accountParams.extend({
  store: z.string().max(101),
  metric: z.string().max(101),
  aggregator: z.enum(METRIC_AGGREGATORS),
});
const seriesQuery = z.strictObject({
  from: instant.optional().describe('Not before this instant; default: a day before `to`'),
  to: instant.optional().describe('Before this instant; default: now'),
  step: z.coerce.number().int().min(1).max(WEEK_MINUTES).default(1).describe('Minutes that make one point'),
});

export function metricRoutes({ store, clock }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/metrics',
      id: 'listMetrics',
      summary: 'Names of the metrics that apps of the account have fired',
      access: accountScope('account:read'),
      params: accountParams,
      query: pageQuery,
      answers: { 200: { description: 'Names', schema: pageOf(metricNameSchema) } },
      handle: async ({ params, query }) => ok(await store.metrics.list(params.account, pageOfQuery(query))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/metrics/:store/:metric/:aggregator',
      id: 'readMetric',
      summary:
        'The values of a metric over time, oldest first, at most 10,000; steps without values are left out',
      access: accountScope('account:read'),
      params: metricParams,
      query: seriesQuery,
      answers: {
        200: { description: 'Points', schema: z.object({ items: z.array(metricPointSchema) }) },
      },
      handle: async ({ params: { account, ...name }, query }) => {
        // Values of this very minute stand under its start.
        const to = query.to ?? new Date(clock() + 1).toISOString();
        const from = query.from ?? new Date(Date.parse(to) - DAY_MS).toISOString();
        const items = await store.metrics.series(account, { ...name, from, to, stepMinutes: query.step });
        return ok({ items });
      },
    }),
  ];
}
