import { AGGREGATES_KEY, EXCHANGES } from '@vumi/core';
import {
  defineWorker,
  type Placement,
  type Worker,
  type WorkerHealth,
  type WorkerPorts,
  type WorkerType,
} from '@vumi/runtime';
import { z } from 'zod';
import { consumeDatapoints } from './consume-datapoints.ts';
import type { Datapoint } from './datapoint.ts';

/** Where aggregates end. Disposal comes after the last of them. */
export interface Collector extends AsyncDisposable {
  /** When it resolves they are acknowledged; several batches may be under way. */
  collect(aggregates: readonly Aggregated[]): Promise<void>;
  status?(): WorkerHealth;
  gauges?(): Readonly<Record<string, number>>;
}

/** One value of an aggregated metric, whose name ends in its aggregator; `at` in seconds since the epoch. */
export interface Aggregated {
  readonly name: string;
  readonly at: number;
  readonly value: number;
}

interface CollectorDefinition<S extends z.ZodRawShape> {
  readonly type: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly options: S;
  readonly placement: Placement;
  readonly needs?: readonly 'store'[];
  /** Default: one of its own, so that all collectors get all that is aggregated. */
  readonly queue?: string;
  start(config: z.infer<z.ZodObject<S>>, ports: WorkerPorts): Promise<Collector>;
}

/** A worker that takes aggregated metrics; those of one queue share what comes. */
export function defineCollector<S extends z.ZodRawShape>(definition: CollectorDefinition<S>): WorkerType {
  const { type, aliases, summary, placement, needs = [], options } = definition;
  const { queue: own = `${AGGREGATES_KEY}.${type}` } = definition;
  const configSchema = z.strictObject({
    ...options,
    queue: z
      .string()
      .min(1)
      .default(own)
      .describe(`Queue that it takes aggregates from; collectors of one queue share them. Default: ${own}`),
  });
  return defineWorker({
    type,
    aliases,
    summary,
    configSchema,
    placement,
    needs,
    ends: () => ({}),
    async start(config, ports) {
      const { queue, ...rest } = config as { queue: string };
      const collector = await definition.start(rest as z.infer<z.ZodObject<S>>, ports);
      return startCollecting(collector, queue, ports);
    },
  });
}

async function startCollecting(collector: Collector, queue: string, ports: WorkerPorts): Promise<Worker> {
  let collected = 0;
  await using stack = new AsyncDisposableStack();
  stack.use(collector);
  const source = { queue, exchange: EXCHANGES.aggregates, key: AGGREGATES_KEY };
  stack.use(
    await consumeDatapoints(ports, source, async (datapoints) => {
      const aggregates = datapoints.flatMap(aggregatesOf);
      await collector.collect(aggregates);
      collected += aggregates.length;
    }),
  );
  const owned = stack.move();
  return {
    status: () => collector.status?.() ?? { status: 'ok', message: `collects what comes to ${queue}` },
    gauges: () => ({ collected_total: collected, ...collector.gauges?.() }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function aggregatesOf([name, , values]: Datapoint): Aggregated[] {
  return values.map(([at, value]) => ({ name, at, value }));
}
