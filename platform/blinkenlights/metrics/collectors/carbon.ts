import { z } from 'zod';
import { defineCollector } from '../collector.ts';
import { toFixedPoint } from './graphite.ts';
import { openLines } from './tcp-lines.ts';

/** Carbon's own protocol, which every Carbon of today speaks: lines of name, value and time over TCP. */
export const carbonCollector = defineCollector({
  type: 'carbon_metrics_collector',
  aliases: ['CarbonMetricsCollector'],
  summary: 'Sends aggregated metrics to Carbon (Graphite) in its plain text protocol',
  options: {
    carbon_host: z.string().min(1).default('127.0.0.1').describe('Where Carbon is. Default: 127.0.0.1'),
    carbon_port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .default(2003)
      .describe('Its port for lines. Default: 2003'),
  },
  placement: 'shared',
  start: async ({ carbon_host: host, carbon_port: port }, { logger, signal, random }) => {
    const lines = openLines({ host, port, logger, random });
    // What waits for a Carbon that is away stays in the queue for the next life.
    signal.addEventListener('abort', () => lines.giveUp(), { once: true });
    return {
      collect: (aggregates) =>
        lines.write(
          aggregates
            .map(({ name, at, value }) => `${lineName(name)} ${toFixedPoint(value)} ${Math.trunc(at)}\n`)
            .join(''),
        ),
      status: () => lines.status(),
      gauges: () => lines.gauges(),
      [Symbol.asyncDispose]: () => lines[Symbol.asyncDispose](),
    };
  },
});

/** A name ends where white space begins. */
function lineName(name: string): string {
  return name.replaceAll(/\s+/g, '_');
}
