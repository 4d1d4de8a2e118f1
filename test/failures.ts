import { join } from 'node:path';
import { connectRabbitBroker, openEmbeddedBroker } from '@vumi/broker';
import { silentLogger, type Broker, type FailureMessage } from '@vumi/core';
import { eventually, type Place } from './platform.ts';

const QUEUES = ['sandbox_0', 'sandbox_1', 'sandbox_2', 'sandbox_3', 'api'].map((name) => `${name}.failures`);

/** Takes what lies in the failures queues of apps. The platform of the place must have stopped. */
export async function takeFailures(place: Place): Promise<FailureMessage[]> {
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

function brokerOf({ settings }: Place): Promise<Broker> {
  const rabbit = settings['broker'] as { url: string; namespace: string } | undefined;
  return rabbit === undefined
    ? openEmbeddedBroker({ dataDir: join(String(settings['data_dir']), 'broker'), logger: silentLogger })
    : connectRabbitBroker({ ...rabbit, queueType: 'quorum', logger: silentLogger });
}
