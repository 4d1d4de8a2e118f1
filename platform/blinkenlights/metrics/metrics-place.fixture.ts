import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedBroker } from '@vumi/broker';
import { silentLogger, type Broker, type Exchange, type Logger } from '@vumi/core';
import type { HttpPort } from '@vumi/http';
import type { Worker, WorkerPorts, WorkerType } from '@vumi/runtime';
import { encodeDatapoints, parseDatapoints, type Datapoint } from './datapoint.ts';

/** A broker of its own with workers of metrics on it. */
export interface MetricsPlace extends AsyncDisposable {
  readonly broker: Broker;
  /** Texts of warnings and errors. */
  readonly complaints: string[];
  /** Milliseconds since the epoch: the clock stands until somebody moves it. */
  now: number;
  /** What the worker throws at its start is thrown here. It is stopped with the place. */
  start(type: WorkerType, config: unknown): Promise<Worker>;
  /** Stops a worker as its supervisor does. */
  stop(worker: Worker): Promise<void>;
  send(exchange: Exchange, key: string, ...datapoints: readonly Datapoint[]): Promise<void>;
  /** The datapoints of each message that comes under a key from now on. */
  listen(exchange: Exchange, key: string): Promise<(readonly Datapoint[])[]>;
}

export async function openMetricsPlace(http?: Partial<HttpPort>): Promise<MetricsPlace> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-metrics-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const broker = stack.use(await openEmbeddedBroker({ dataDir, logger: silentLogger }));
  const complaints: string[] = [];
  const complain = (_fields: object, text: string): void => void complaints.push(text);
  const logger: Logger = { ...silentLogger, warn: complain, error: complain };
  const running = new Map<Worker, AbortController>();
  stack.defer(async () => {
    for (const worker of running.keys()) await place.stop(worker);
  });
  let queues = 0;
  const owned = stack.move();
  const place: MetricsPlace = {
    broker,
    complaints,
    now: 1_334_567_890_000,
    async start(type, config) {
      const ending = new AbortController();
      const ports = {
        broker,
        logger,
        clock: () => place.now,
        random: () => 0.5,
        http,
        signal: ending.signal,
      };
      const worker = await type.start(config, ports as unknown as WorkerPorts);
      running.set(worker, ending);
      return worker;
    },
    async stop(worker) {
      running.get(worker)?.abort();
      running.delete(worker);
      await worker[Symbol.asyncDispose]();
    },
    send: (exchange, key, ...datapoints) => broker.publish(key, encodeDatapoints(datapoints), exchange),
    async listen(exchange, key) {
      const heard: (readonly Datapoint[])[] = [];
      const keep = async (body: string): Promise<void> => void heard.push(parseDatapoints(body) ?? []);
      const options = { exchange, bindingKey: key, prefetch: 10, failuresKey: 'none.failures' };
      queues += 1;
      owned.use(await broker.consume(`heard.${queues}`, keep, options));
      return heard;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return place;
}
