import { METRIC_AGGREGATORS } from '@vumi/records';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { rangeOf, readWidget, seriesQuery, WIDGETS, widgetQuery } from '../metric-widgets.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { metricNameSchema, metricPointSchema, pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const metricParams = accountParams.extend({
  store: z.string().max(101),
  metric: z.string().max(101),
  aggregator: z.enum(METRIC_AGGREGATORS),
});

export function metricRoutes({ store, clock }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/metrics',
      id: 'listMetrics',
      summary: 'Names of the metrics that apps of the account have fired',
      access: accountScope('metrics:read'),
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
        'The values of a metric over time, oldest first, at most 10,000; steps without values are left out. What is older than two weeks stands at full hours, and goes after a year',
      access: accountScope('metrics:read'),
      params: metricParams,
      query: seriesQuery,
      answers: {
        200: { description: 'Points', schema: z.object({ items: z.array(metricPointSchema) }) },
      },
      handle: async ({ params: { account, ...name }, query }) => {
        const range = rangeOf(query, clock());
        const items = await store.metrics.series(account, {
          ...name,
          ...range,
          stepSeconds: query.step * 60,
        });
        return ok({ items });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/metrics/:store/:metric/:aggregator/:widget',
      id: 'readMetricWidget',
      summary:
        'A metric as a dashboard takes it: Geckoboard’s number, line and meter, or a chart of Highcharts',
      access: accountScope('metrics:read'),
      params: metricParams.extend({ widget: z.enum(WIDGETS) }),
      query: widgetQuery,
      answers: {
        200: { description: 'What the widget shows', schema: z.record(z.string(), z.unknown()) },
      },
      handle: async ({ params: { account, widget, ...name }, query }) => {
        const wanted = { widget, metric: name.metric, query, now: clock() };
        return ok(await readWidget(wanted, (part) => store.metrics.series(account, { ...name, ...part })));
      },
    }),
  ];
}
