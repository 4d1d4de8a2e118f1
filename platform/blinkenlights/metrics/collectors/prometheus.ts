import type { HttpPort } from '@vumi/http';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { defineCollector } from '../collector.ts';
import { PrometheusSeries } from './prometheus-series.ts';

/** Aggregated metrics for Prometheus to scrape. */
export const prometheusCollector = defineCollector({
  type: 'prometheus_metrics_collector',
  aliases: ['PrometheusMetricsCollector'],
  summary: 'Serves aggregated metrics for Prometheus to scrape',
  options: {
    web_path: z
      .string()
      .regex(/^\//, 'begin with "/"')
      .default('/metrics')
      .describe(
        'Where it is scraped: below `/hooks/<name>` of the platform, or on web_port. Default: /metrics',
      ),
    web_port: z
      .number()
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe('A port of its own; 0 takes a free one. Default: the platform’s'),
    web_host: z.string().default('127.0.0.1').describe('Address of web_port. Default: 127.0.0.1'),
  },
  // Who is scraped must have seen every aggregate.
  placement: 'one',
  async start({ web_path, web_port, web_host }, { http, clock }) {
    const series = new PrometheusSeries(clock);
    await using stack = new AsyncDisposableStack();
    const place =
      web_port === undefined ? http : stack.use(await http.listen({ host: web_host, port: web_port }));
    stack.use(await mountSeries(place, web_path, series));
    const owned = stack.move();
    const at = 'port' in place ? `port ${place.port}` : `/hooks`;
    return {
      collect: async (aggregates) => {
        for (const aggregate of aggregates) series.add(aggregate);
      },
      status: () => ({ status: 'ok', message: `shows ${series.size} metrics at ${at}, ${web_path}` }),
      gauges: () => ({ series: series.size, left_out_total: series.leftOut }),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
});

function mountSeries(place: Pick<HttpPort, 'mount'>, path: string, series: PrometheusSeries) {
  const headers = { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE };
  return place.mount(path, async () => ({ status: 200, headers, body: await series.show() }), {
    methods: ['GET', 'HEAD'],
  });
}
