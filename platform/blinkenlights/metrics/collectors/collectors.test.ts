import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { AGGREGATES_KEY, EXCHANGES } from '@vumi/core';
import type { HttpHandler } from '@vumi/http';
import { eventually, freePort } from '@vumi/machine/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMetricsPlace, type MetricsPlace } from '../metrics-place.fixture.ts';
import { carbonCollector } from './carbon.ts';
import { graphiteCollector, toFixedPoint } from './graphite.ts';
import { PrometheusSeries } from './prometheus-series.ts';
import { prometheusCollector } from './prometheus.ts';
import { formatTime, isTimeFormat } from './python-format.ts';
import { udpCollector } from './udp.ts';

const mounted = new Map<string, HttpHandler>();
let place: MetricsPlace;
beforeEach(async () => {
  mounted.clear();
  place = await openMetricsPlace({
    mount: async (path, handler) => {
      mounted.set(path, handler);
      return { async [Symbol.asyncDispose]() {} };
    },
  });
});
afterEach(() => place[Symbol.asyncDispose]());

function send(name: string, at: number, value: number): Promise<void> {
  return place.send(EXCHANGES.aggregates, AGGREGATES_KEY, [name, [], [[at, value]]]);
}

describe('Graphite over AMQP', () => {
  test('gets "%f %d" under the name of the metric (spec vumi-core §7)', async () => {
    const heard: string[] = [];
    const options = {
      exchange: EXCHANGES.graphite,
      bindingKey: 'vumi.#',
      prefetch: 1,
      failuresKey: 'x.failures',
    };
    await using _ = await place.broker.consume('carbon', async (body) => void heard.push(body), options);
    await place.start(graphiteCollector, {});
    await send('vumi.test.Foo.sum', 1234, 1.5);
    await send('other', 1234, 2);
    await send('vumi.big', 1235.9, 1e22);
    await eventually(
      () => heard,
      (all) => all.length === 2,
    );
    expect(heard).toEqual(['1.500000 1234', '10000000000000000000000.000000 1235']);
  });

  test.each([
    [0, '0.000000'],
    [-1.25, '-1.250000'],
    [123456789.1234567, '123456789.123457'],
  ])('%d is written %s', (value, text) => expect(toFixedPoint(value)).toBe(text));

  test('takes over the queue of a Python collector', async () => {
    await send('early', 1, 1);
    const worker = await place.start(graphiteCollector, {});
    await send('late', 1, 1);
    await eventually(
      () => worker.gauges(),
      ({ collected_total: collected }) => collected === 1,
    );
    expect(await place.broker.consumers(AGGREGATES_KEY)).toBe(1);
  });
});

/** What Carbon listens with: keeps what comes. */
async function listenForLines(port?: number) {
  const got: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text: string) => void got.push(text));
  });
  server.listen(port ?? (await freePort()), '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    text: () => got.join(''),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('Carbon in plain text', () => {
  test('gets lines of name, value and time', async () => {
    await using carbon = await listenForLines();
    const worker = await place.start(carbonCollector, { carbon_port: carbon.port });
    await send('vumi.test.foo.sum', 1234, 1.5);
    await send('with white space', 1235, -2);
    await eventually(carbon.text, (text) => text.endsWith('1235\n'));
    expect(carbon.text()).toBe('vumi.test.foo.sum 1.500000 1234\nwith_white_space -2.000000 1235\n');
    expect(worker.status()).toEqual({ status: 'ok', message: `connected to 127.0.0.1:${carbon.port}` });
  });

  test('gets what was collected while it was away, when it is back', async () => {
    const first = await listenForLines();
    const { port } = first;
    const worker = await place.start(carbonCollector, { carbon_port: port });
    await send('before', 1, 1);
    await eventually(first.text, (text) => text !== '');
    await first[Symbol.asyncDispose]();
    await eventually(
      () => worker.status(),
      ({ status }) => status === 'down',
    );
    await send('meanwhile', 2, 2);
    await using second = await listenForLines(port);
    await eventually(second.text, (text) => text === 'meanwhile 2.000000 2\n');
  });

  test('when the worker stops before Carbon is back, what waited is there for its next life', async () => {
    const away = await listenForLines();
    const { port } = away;
    await away[Symbol.asyncDispose]();
    const worker = await place.start(carbonCollector, { carbon_port: port });
    await send('kept', 1, 1);
    await eventually(
      () => place.broker.depth('vumi.metrics.aggregates.carbon_metrics_collector'),
      (depth) => depth === 0,
    );
    await place.stop(worker);
    await using carbon = await listenForLines(port);
    await place.start(carbonCollector, { carbon_port: port });
    await eventually(carbon.text, (text) => text === 'kept 1.000000 1\n');
  });
});

describe('UDP', () => {
  async function received(
    options: object,
    ...sends: (readonly [string, number, number])[]
  ): Promise<string[]> {
    const got: string[] = [];
    const socket = createSocket('udp4', (data) => void got.push(data.toString()));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const worker = await place.start(udpCollector, {
      metrics_host: '127.0.0.1',
      metrics_port: port,
      ...options,
    });
    for (const one of sends) await send(...one);
    await eventually(
      () => got,
      (all) => all.length === sends.length,
    );
    await place.stop(worker);
    socket.close();
    return got;
  }

  test('datagrams are Vumi’s (spec vumi-core §7)', async () => {
    expect(await received({}, ['vumi.test.foo', 1234, 1.5])).toEqual([
      '1970-01-01 00:20:34 vumi.test.foo 1.5\n',
    ]);
  });

  test('datagrams have the form that the options say', async () => {
    const options = {
      format_string: '%(metric_name)s=%(value)s@%(timestamp)s 100%%',
      timestamp_format: '%d.%m.%y %j',
    };
    expect(await received(options, ['a', 86_400 * 59, 2])).toEqual(['a=2.0@01.03.70 060 100%']);
  });

  test('a form of time that is not understood is refused', async () => {
    expect(['%Y', '%%', ''].every(isTimeFormat)).toBe(true);
    expect(formatTime('%s %z|', 7.9)).toBe('7 |');
    const start = place.start(udpCollector, {
      metrics_host: 'localhost',
      metrics_port: 1,
      timestamp_format: '%A',
    });
    await expect(start).rejects.toMatchObject({ code: 'config.invalid' });
  });
});

describe('Prometheus', () => {
  test('sees sums as counters that grow, and others as their last value', async () => {
    const worker = await place.start(prometheusCollector, {});
    for (const value of [3, 4]) await send('vumi.w-1.smsc.inbound.count.sum', 1, value);
    for (const value of [0.5, 0.25]) await send('vumi.w-1.time.avg', 1, value);
    await eventually(
      () => worker.gauges(),
      ({ collected_total: collected }) => collected === 4,
    );
    const answer = await mounted.get('/metrics')?.({} as Parameters<HttpHandler>[0]);
    expect(answer?.headers).toEqual({ 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    expect(
      String(answer?.body)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('# HELP')),
    ).toEqual([
      '# TYPE vumi_w_1_smsc_inbound_count_total counter',
      'vumi_w_1_smsc_inbound_count_total{metric="vumi.w-1.smsc.inbound.count"} 7',
      '# TYPE vumi_w_1_time_avg gauge',
      'vumi_w_1_time_avg{metric="vumi.w-1.time"} 0.25',
    ]);
  });

  test('names that become one are told apart by their label, and what is silent is forgotten but for sums', async () => {
    let now = 0;
    const series = new PrometheusSeries(() => now);
    for (const name of ['a.b.avg', 'a-b.avg', 'c.sum', '9', 'd.total.sum'])
      series.add({ name, at: 1, value: 1 });
    const shown = await series.show();
    for (const line of [
      'a_b_avg{metric="a.b"} 1',
      'a_b_avg{metric="a-b"} 1',
      '_9_last{metric="9"} 1',
      'd_total{metric="d.total"} 1',
    ])
      expect(shown).toContain(line);
    now = 301_000;
    expect(await series.show()).not.toContain('a_b_avg');
    expect(series.size).toBe(2);
  });

  test('of more metrics than it keeps the first are shown', () => {
    const series = new PrometheusSeries(() => 0);
    for (let each = 0; each < 10_002; each += 1) series.add({ name: `m${each}.sum`, at: 1, value: 1 });
    expect([series.size, series.leftOut]).toEqual([10_000, 2]);
  });
});
