import { PLATFORM_STORE } from '@vumi/store';
import { z } from 'zod';
import { platformScope } from '../access.ts';
import { rangeOf, readWidget, WIDGETS, widgetQuery } from '../metric-widgets.ts';
import type { ApiPorts } from '../ports.ts';
import { pageOfQuery, pageQuery } from '../query.ts';
import { metricPointSchema, pageOf, seriesNameSchema } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const WEEK_SECONDS = 7 * 24 * 3600;

const seriesParams = z.strictObject({ metric: z.string().max(400), aggregator: z.string().max(100) });
const stepQuery = widgetQuery.pick({ from: true, to: true }).extend({
  step: z.coerce
    .number()
    .int()
    .min(1)
    .max(WEEK_SECONDS)
    .default(10)
    .describe('Seconds that make one point. Default: 10, the finest that is kept'),
});

/** What the platform measures of itself, for administrators. */
export function seriesRoutes(ports: ApiPorts): Route[] {
  const { store, clock } = ports;
  return [
    defineRoute({
      method: 'GET',
      path: '/series',
      id: 'listSeries',
      summary: 'Names of what the platform measures of itself',
      access: platformScope('metrics:read'),
      query: pageQuery.extend({ prefix: z.string().max(400).optional().describe('How the metric begins') }),
      answers: { 200: { description: 'Names', schema: pageOf(seriesNameSchema) } },
      handle: async ({ query }) => {
        const { prefix, ...page } = query;
        const { items, next_cursor } = await store.series.list({
          ...pageOfQuery(page),
          ...(prefix === undefined ? {} : { prefix }),
        });
        return ok({ items: items.map(({ metric, aggregator }) => ({ metric, aggregator })), next_cursor });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/series/:metric/:aggregator',
      id: 'readSeries',
      summary:
        'The values of a series over time, oldest first, at most 10,000: by 10 seconds for a day, by the minute for two weeks, by the hour for a year',
      access: platformScope('metrics:read'),
      params: seriesParams,
      query: stepQuery,
      answers: {
        200: { description: 'Points', schema: z.object({ items: z.array(metricPointSchema) }) },
      },
      handle: async ({ params, query }) => {
        const range = rangeOf(query, clock());
        const items = await store.series.read({
          store: PLATFORM_STORE,
          ...params,
          ...range,
          stepSeconds: query.step,
        });
        return ok({ items });
      },
    }),
    widgetRoute(ports),
  ];
}

function widgetRoute({ store, clock }: ApiPorts): Route {
  return defineRoute({
    method: 'GET',
    path: '/series/:metric/:aggregator/:widget',
    id: 'readSeriesWidget',
    summary:
      'A series as a dashboard takes it: Geckoboard’s number, line and meter, or a chart of Highcharts',
    access: platformScope('metrics:read'),
    params: seriesParams.extend({ widget: z.enum(WIDGETS) }),
    query: widgetQuery,
    answers: {
      200: { description: 'What the widget shows', schema: z.record(z.string(), z.unknown()) },
    },
    handle: async ({ params: { widget, ...name }, query }) => {
      const wanted = { widget, metric: name.metric, query, now: clock() };
      return ok(
        await readWidget(wanted, (part) => store.series.read({ store: PLATFORM_STORE, ...name, ...part })),
      );
    },
  });
}
