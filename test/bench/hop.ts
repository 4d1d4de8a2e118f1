import { randomBytes } from 'node:crypto';
import { connectRabbitBroker, directFlow, queueConnector, type QueueType } from '@vumi/broker';
import {
  createUserMessage,
  FLOW_PARSERS,
  silentLogger,
  type Connector,
  type Flow,
  type UserMessage,
} from '@vumi/core';
import { createDispatcher, findRouter, type Dispatcher } from '@vumi/dispatch';
import { MemoryState } from '@vumi/state/memory';
import amqp from 'amqplib';
import { serverUrls } from '../backend.ts';
import { quantileOf } from './quantile.ts';
import { empty, fill, rawHop, startPace, type Pace } from './raw-hop.ts';

/** Of our dispatcher's queues; the raw loop gets the same. */
const PREFETCH = 200;
const ROUNDS = 5;
/** How many publishers a direct call has at once. */
const CALLERS = 100;

interface HopPaces {
  readonly queueType: QueueType;
  /** Of each round. */
  readonly raw: readonly Pace[];
  readonly ours: readonly Pace[];
}

/** As an SMPP transport publishes it. */
const MESSAGE: UserMessage = createUserMessage({
  from_addr: '+27761234567',
  to_addr: '12345',
  content: 'How are you today? '.repeat(5),
  transport_name: 'sms',
  transport_type: 'sms',
  transport_metadata: { smpp: { coding: 0, source: { ton: 1, npi: 1 } } },
});

/** A dispatcher by Vumi's simple router and without middleware, as a stand-alone one is. */
async function createHop(publishInbound: (message: UserMessage) => Promise<void>): Promise<Dispatcher> {
  const nothing = async (): Promise<void> => {};
  const type = await findRouter('simple');
  const router = await type.create(
    { route_mappings: { sms: ['app'] } },
    {
      dispatcher: 'bench',
      transports: ['sms'],
      applications: ['app'],
      state: new MemoryState(),
      clock: Date.now,
      random: Math.random,
      logger: silentLogger,
    },
  );
  const ends = {
    publishInbound: (_connector: string, message: UserMessage) => publishInbound(message),
    publishEvent: nothing,
    publishOutbound: nothing,
    publishFailure: nothing,
  };
  return createDispatcher({ router, ends, logger: silentLogger });
}

/**
 * A stand-alone dispatcher's hop over RabbitMQ (consume, check, route, publish confirmed, acknowledge) beside the raw
 * amqplib loop, in turn, so that what else the machine does meets both.
 */
async function benchHop(count: number, queueType: QueueType): Promise<HopPaces> {
  const namespace = `bench_${randomBytes(4).toString('hex')}`;
  await using stack = new AsyncDisposableStack();
  const connection = await amqp.connect(serverUrls.broker, { noDelay: true });
  stack.defer(() => connection.close());
  const channel = await connection.createConfirmChannel();
  await channel.prefetch(PREFETCH);
  const [from, to] = [`${namespace}.sms.inbound`, `${namespace}.app.inbound`];
  const broker = await connectRabbitBroker({
    url: serverUrls.broker,
    namespace,
    queueType,
    logger: silentLogger,
  });
  const [transport, application] = ['sms', 'app'].map((name) => queueConnector(broker, name)) as [
    Connector,
    Connector,
  ];
  for (const { inbound } of [transport, application]) await inbound.publish(MESSAGE);
  stack.defer(async () => {
    await broker[Symbol.asyncDispose]();
    for (const queue of [from, to]) await channel.deleteQueue(queue);
    await channel.deleteExchange(`${namespace}.vumi`);
  });
  await empty(channel, from, to);
  const paces = { raw: [] as Pace[], ours: [] as Pace[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    await fill(channel, from, MESSAGE, count);
    paces.raw.push(await rawHop(channel, { from, to, count }));
    await empty(channel, from, to);
    await fill(channel, from, MESSAGE, count);
    paces.ours.push(await ourHop(transport.inbound, application.inbound, count));
    await empty(channel, from, to);
  }
  return { queueType, ...paces };
}

async function ourHop(from: Flow<UserMessage>, to: Flow<UserMessage>, count: number): Promise<Pace> {
  const dispatcher = await createHop((message) => to.publish(message));
  const { promise, resolve } = Promise.withResolvers<void>();
  let done = 0;
  const paceOf = startPace();
  await using _ = await from.consume(
    async (message) => {
      await dispatcher.inbound(message, 'sms');
      done += 1;
      if (done === count) resolve();
    },
    { prefetch: PREFETCH },
  );
  await promise;
  return paceOf(count);
}

/** The same hop where transport and application are in the dispatcher's process: calls, from the JSON on. */
async function benchCalledHop(count: number): Promise<Pace> {
  const [from, to] = [directFlow<UserMessage>(), directFlow<UserMessage>()];
  const dispatcher = await createHop((message) => to.publish(message));
  await using _from = await from.consume((message) => dispatcher.inbound(message, 'sms'), {
    prefetch: CALLERS,
  });
  await using _to = await to.consume(async () => {}, { prefetch: CALLERS });
  const body = JSON.stringify(MESSAGE);
  let left = count;
  const call = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await from.publish(FLOW_PARSERS.inbound(body));
    }
  };
  const paceOf = startPace();
  await Promise.all(Array.from({ length: CALLERS }, call));
  return paceOf(count);
}

export async function reportHop(print: (text: string) => void, count: number): Promise<void> {
  print(`\nA dispatcher's hop: consume, route, publish confirmed, acknowledge; prefetch ${PREFETCH}:`);
  for (const queueType of ['quorum', 'classic'] as const) {
    const { raw, ours } = await benchHop(count, queueType);
    const shares = ours.map(({ rate }, round) => Math.round((100 * rate) / (raw[round]?.rate ?? 0)));
    show(`${queueType} queues, raw amqplib`, raw);
    show(`${queueType} queues`, ours);
    print(
      `  ${''.padEnd(34)}${quantileOf(shares, 0.5)} % of the raw hop's rate; rounds: ${shares.join(', ')} %`,
    );
  }
  show('in process, by calls', [await benchCalledHop(count * 20)]);

  function show(label: string, paces: readonly Pace[]): void {
    const rate = quantileOf(
      paces.map((pace) => pace.rate),
      0.5,
    );
    const cpu = quantileOf(
      paces.map((pace) => pace.cpuUs),
      0.5,
    );
    print(
      `  ${label.padEnd(34)}${Math.round(rate).toLocaleString('en').padStart(8)}/s  ${Math.round(cpu)} µs of CPU here`,
    );
  }
}
