import { join } from 'node:path';
import { connectRabbitBroker, measuredBroker, openEmbeddedBroker } from '@vumi/broker';
import type { Broker, KeyedState, Logger } from '@vumi/core';
import { connectRedisState, measuredState, openEmbeddedState } from '@vumi/state';
import { openStore, startEmbeddedPostgres, type Store } from '@vumi/store';
import type { Config } from './config-schema.ts';

/** Where messages, state and records live: servers where the configuration names them, else the embedded parts. */
export interface Servers extends AsyncDisposable {
  readonly broker: Broker;
  readonly state: KeyedState;
  readonly store: Store;
}

export async function openServers(config: Config, logger: Logger): Promise<Servers> {
  await using stack = new AsyncDisposableStack();
  const opened = await Promise.allSettled([
    openBroker(config, logger).then((broker) => stack.use(broker)),
    openState(config, logger).then((state) => stack.use(state)),
    openDatabase(config, logger, stack),
  ]);
  const [broker, state, store] = opened.map(valueOrThrow) as [Broker, KeyedState, Store];
  const owned = stack.move();
  return { broker, state, store, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function valueOrThrow(result: PromiseSettledResult<unknown>): unknown {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** A queue that somebody else has made is used as it is: a Python Vumi makes classic ones only (decision 24). */
export async function openBroker(config: Config, logger: Logger): Promise<Broker> {
  return measuredBroker(await connectBroker(config, logger));
}

function connectBroker({ broker, data_dir }: Config, logger: Logger): Promise<Broker> {
  if (broker.url === undefined) return openEmbeddedBroker({ dataDir: join(data_dir, 'broker'), logger });
  return connectRabbitBroker({
    url: broker.url,
    queueType: broker.queue_type,
    acceptsOtherTypes: true,
    ...(broker.namespace === undefined ? {} : { namespace: broker.namespace }),
    logger,
  });
}

export async function openState(config: Config, logger: Logger): Promise<KeyedState> {
  return measuredState(await connectState(config, logger));
}

function connectState({ redis, data_dir }: Config, logger: Logger): Promise<KeyedState> {
  if (redis.url === undefined) return openEmbeddedState({ dataDir: join(data_dir, 'state'), logger });
  return connectRedisState({ url: redis.url, prefix: redis.prefix, logger });
}

async function openDatabase(config: Config, logger: Logger, stack: AsyncDisposableStack): Promise<Store> {
  const url =
    config.database.url ??
    stack.use(await startEmbeddedPostgres({ dataDir: join(config.data_dir, 'postgres'), logger })).url;
  return stack.use(await openStore({ url, logger }));
}
