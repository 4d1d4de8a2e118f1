import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { z } from 'zod';
import { defineCollector, type Aggregated, type Collector } from '../collector.ts';
import { fillIn, formatTime, isTimeFormat } from './python-format.ts';

/** A datagram for each aggregate, in a form of the operator's (spec vumi-core §7). Nobody is told when one is lost. */
export const udpCollector = defineCollector({
  type: 'udp_metrics_collector',
  aliases: ['vumi.blinkenlights.metrics_workers.UDPMetricsCollector'],
  summary: 'Sends aggregated metrics as UDP datagrams',
  options: {
    metrics_host: z.string().min(1).describe('Where the datagrams go.'),
    metrics_port: z.number().int().min(1).max(65_535).describe('The port there.'),
    format_string: z
      .string()
      .default('%(timestamp)s %(metric_name)s %(value)s\n')
      .describe(
        'A datagram, as Python formats it: `%(timestamp)s`, `%(metric_name)s` and `%(value)s` are filled in.',
      ),
    timestamp_format: z
      .string()
      .refine(isTimeFormat, 'use %Y %y %m %d %H %M %S %j %s %z and %%')
      .default('%Y-%m-%d %H:%M:%S%z')
      .describe('Its time, in UTC, as Python formats it. Default: %Y-%m-%d %H:%M:%S%z, where %z is empty'),
  },
  placement: 'shared',
  async start(config, { logger }) {
    // Once, as in Vumi: a lookup for each datagram would be dearer than the datagram.
    const { address, family } = await lookup(config.metrics_host);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4').unref();
    socket.on('error', (error) => logger.warn({ err: error }, 'metrics not sent over UDP'));
    const encode = ({ name, at, value }: Aggregated): string =>
      fillIn(config.format_string, {
        timestamp: formatTime(config.timestamp_format, at),
        metric_name: name,
        value: Number.isInteger(value) ? value.toFixed(1) : String(value),
      });
    return new UdpCollector(socket, { address, port: config.metrics_port, encode });
  },
});

interface UdpTarget {
  readonly address: string;
  readonly port: number;
  readonly encode: (aggregate: Aggregated) => string;
}

class UdpCollector implements Collector {
  readonly #socket: Socket;
  readonly #target: UdpTarget;
  #failed = 0;

  constructor(socket: Socket, target: UdpTarget) {
    this.#socket = socket;
    this.#target = target;
  }

  async collect(aggregates: readonly Aggregated[]): Promise<void> {
    await Promise.all(aggregates.map((aggregate) => this.#send(this.#target.encode(aggregate))));
  }

  gauges(): Readonly<Record<string, number>> {
    return { failed_total: this.#failed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
  }

  #send(text: string): Promise<void> {
    const { port, address } = this.#target;
    return new Promise((resolve) => {
      this.#socket.send(text, port, address, (error) => {
        if (error !== null) this.#failed += 1;
        resolve();
      });
    });
  }
}
