import { join } from 'node:path';
import { connectRabbitBroker, openEmbeddedBroker } from '@vumi/broker';
import { silentLogger, type Broker, type FailureMessage } from '@vumi/core';
import { openStore, startEmbeddedPostgres, type Store } from '@vumi/store';
import { eventually, type Place } from './platform.ts';

const QUEUES = ['sandbox_0', 'sandbox_1', 'sandbox_2', 'sandbox_3', 'api'].map((name) => `${name}.failures`);

type Failed = Pick<FailureMessage, 'message' | 'failure_code' | 'reason'>;

/** What apps have failed on: kept in the store, or still in its queue. The platform of the place must have stopped. */
export async function takeFailures(place: Place): Promise<Failed[]> {
  return [...(await keptFailures(place)), ...(await queuedFailures(place))];
}

async function keptFailures(place: Place): Promise<Failed[]> {
  await using stack = new AsyncDisposableStack();
  const store = stack.use(await storeOf(place, stack));
  const { items } = await store.failures.list({ account: null, limit: 1000 });
  return Promise.all(items.toReversed().map(({ id }) => store.failures.get(null, id)));
}

async function queuedFailures(place: Place): Promise<Failed[]> {
  await using broker = await brokerOf(place);
  const taken: FailureMessage[] = [];
  await using stack = new AsyncDisposableStack();
  for (const queue of QUEUES) {
    const keep = async (body: string): Promise<void> => void taken.push(JSON.parse(body) as FailureMessage);
    stack.use(await broker.consume(queue, keep, { prefetch: 100, failuresKey: queue }));
  }
  await eventually(
    () => Promise.all(QUEUES.map((queue) => broker.depth(queue))),
    (depths) => depths.every((depth) => depth === 0),
  );
  return taken;
}

async function storeOf({ settings }: Place, stack: AsyncDisposableStack): Promise<Store> {
  const database = settings['database'] as { url: string } | undefined;
  if (database !== undefined) return openStore({ url: database.url, logger: silentLogger });
  const dataDir = join(String(settings['data_dir']), 'postgres');
  const { url } = stack.use(await startEmbeddedPostgres({ dataDir, logger: silentLogger }));
  return openStore({ url, logger: silentLogger });
}

function brokerOf({ settings }: Place): Promise<Broker> {
  const rabbit = settings['broker'] as { url: string; namespace: string } | undefined;
  return rabbit === undefined
    ? openEmbeddedBroker({ dataDir: join(String(settings['data_dir']), 'broker'), logger: silentLogger })
    : connectRabbitBroker({ ...rabbit, queueType: 'quorum', logger: silentLogger });
}
