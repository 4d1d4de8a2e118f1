import { connectRabbitBroker, queueConnector } from '@vumi/broker';
import {
  applicationEnd,
  createAck,
  createFailure,
  createStatus,
  createUserMessage,
  bodyOf,
  EXCHANGES,
  METRICS_KEY,
  reply,
  routingKey,
  silentLogger,
  transportEnd,
  type Broker,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import amqp, { type ChannelModel } from 'amqplib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requireServer } from '../backend.ts';
import { openRabbitPlace, type RabbitPlace } from './broker-place.ts';
import { createGate } from './gate.ts';
import { GOLDENS } from './vumi-goldens.ts';
import { readAsVumi } from './vumi-json.ts';
import { createVumiPeer, type VumiPeer } from './vumi-peer.ts';

const INBOUND = GOLDENS['a user message'].json;

describe('beside a Python Vumi on one RabbitMQ (spec vumi-core §2)', () => {
  let place: RabbitPlace;
  let connection: ChannelModel;
  let peer: VumiPeer;
  let name: string;

  beforeEach(async () => {
    place = await openRabbitPlace({ queueType: 'classic' });
    connection = await amqp.connect(await requireServer('broker'));
    name = place.queue();
    peer = createVumiPeer(connection, `${place.namespace}.vumi`, `${place.namespace}.`);
  });
  afterEach(async () => {
    await connection.close();
    await place[Symbol.asyncDispose]();
  });

  const connector = () => queueConnector(place.broker, name);
  const waiting = (kind: 'inbound' | 'event' | 'outbound') => place.broker.depth(routingKey(name, kind));

  test('our application takes what its transport publishes, and its transport takes our reply', async () => {
    const sent: Record<string, unknown>[] = [];
    await peer.consume(`${name}.outbound`, async (message) => sent.push(message));
    const end = applicationEnd(connector());
    const got: UserMessage[] = [];
    await using _ = await end.onInbound(
      async (message) => {
        got.push(message);
        await end.publishOutbound(reply(message, 'na\u00efve \u{1F600}', { continueSession: false }));
      },
      { prefetch: 20 },
    );
    await peer.publish(`${name}.inbound`, { ...INBOUND, content: '\u4f60\u597d' });
    await expect.poll(() => sent.length).toBe(1);
    expect(got).toEqual([{ ...INBOUND, content: '\u4f60\u597d' }]);
    expect(sent[0]).toMatchObject({
      in_reply_to: INBOUND.message_id,
      to_addr: INBOUND.from_addr,
      from_addr: INBOUND.to_addr,
      session_event: 'close',
      content: 'na\u00efve \u{1F600}',
      helper_metadata: INBOUND.helper_metadata,
    });
    await expect.poll(() => waiting('outbound')).toBe(0);
  });

  test('our transport takes what its application publishes, and its application takes our messages and events', async () => {
    const got: Record<string, unknown>[] = [];
    await peer.consume(`${name}.inbound`, async (message) => got.push(message));
    await peer.consume(`${name}.event`, async (message) => got.push(message));
    const end = transportEnd(connector());
    await using _ = await end.onOutbound(
      async ({ message_id }) =>
        end.publishEvent(createAck({ user_message_id: message_id, transport_name: name }, 'smsc-77')),
      { prefetch: 20 },
    );
    const message = createUserMessage({ from_addr: '+27761234567', to_addr: '12345', content: 'hi' });
    await end.publishInbound(message);
    await expect.poll(() => got).toEqual([message]);
    await peer.publish(`${name}.outbound`, { ...INBOUND, message_id: 'out-1' });
    await expect.poll(() => got.length).toBe(2);
    expect(got[1]).toMatchObject({ event_type: 'ack', user_message_id: 'out-1', sent_message_id: 'smsc-77' });
  });

  test('what we publish is persistent and readable for a Vumi, and each class has its key', async () => {
    const failure = createFailure(INBOUND, 'connection refused', 'temporary');
    const status = createStatus({ component: 'smpp', status: 'ok', type: 'bound', message: 'Bound' });
    const got: [string, unknown][] = [];
    for (const kind of ['failures', 'status.status']) {
      await peer.consume(`${name}.${kind}`, async (message) => got.push([kind, message]));
    }
    await place.broker.publish(routingKey(name, 'failures'), bodyOf(failure));
    await expect.poll(() => got.length).toBe(1);
    await place.broker.publish(routingKey(name, 'status'), bodyOf(status), EXCHANGES.statuses);
    await expect.poll(() => got.length).toBe(2);
    expect(got).toEqual([
      ['failures', failure],
      ['status.status', status],
    ]);
    expect(peer.last?.properties.deliveryMode).toBe(2);
    expect(readAsVumi(peer.last?.content.toString() ?? '')).toEqual(status);
  });

  test('two of its messages that say the same, and have no id of AMQP, are two', async () => {
    const got: string[] = [];
    await using _ = await place.broker.consume(name, async (body) => void got.push(body), {
      prefetch: 20,
      failuresKey: `${name}.failures`,
    });
    const datapoint = { datapoints: [['clinic.visits', ['sum'], [[1334567890, 1]]]] };
    for (let n = 0; n < 3; n += 1) await peer.publish(name, datapoint);
    await expect.poll(() => got.length).toBe(3);
  });

  test('its messages are taken one after another; what it answers false to stays with it', async () => {
    const gate = createGate();
    const got: unknown[] = [];
    await peer.consume(`${name}.outbound`, async ({ content }) => {
      got.push(content);
      await gate.passed;
      return content !== 'kept';
    });
    const end = applicationEnd(connector());
    for (const content of ['kept', 'taken']) {
      await end.publishOutbound(createUserMessage({ from_addr: '1', to_addr: '2', content }));
    }
    await expect.poll(() => got).toEqual(['kept']);
    gate.open();
    await expect.poll(() => got).toEqual(['kept', 'taken']);
    await connection.close();
    connection = await amqp.connect(await requireServer('broker'));
    const again: [unknown, boolean][] = [];
    await using _ = await transportEnd(connector()).onOutbound(
      async ({ content }, { redelivered }) => void again.push([content, redelivered]),
      { prefetch: 1 },
    );
    await expect.poll(() => again).toEqual([['kept', true]]);
  });

  test('metrics have an exchange of their own', async () => {
    const metrics = createVumiPeer(connection, `${place.namespace}.vumi.metrics`, `${name}.`);
    const got: unknown[] = [];
    await metrics.consume(METRICS_KEY, async (message) => got.push(message));
    const datapoint = { datapoints: [['clinic.visits', ['sum'], [[1334567890, 1]]]] };
    await place.broker.publish(METRICS_KEY, JSON.stringify(datapoint), EXCHANGES.metrics);
    await expect.poll(() => got).toEqual([datapoint]);
    const channel = await connection.createChannel();
    await channel.deleteQueue(`${name}.${METRICS_KEY}`);
  });

  describe('and its queues', () => {
    /** As a worker of ours connects that runs without the platform. */
    const openWorker = async (): Promise<Broker> =>
      connectRabbitBroker({
        url: await requireServer('broker'),
        namespace: place.namespace,
        queueType: 'classic',
        acceptsOtherTypes: true,
        logger: silentLogger,
      });

    test('it may declare a queue again that a stand-alone worker of ours made, and the other way round', async () => {
      await using worker = await openWorker();
      const ours = queueConnector(worker, name);
      await using _outbound = await ours.outbound.consume(async () => {}, { prefetch: 1 });
      await peer.consume(`${name}.outbound`, async () => {});
      await peer.consume(`${name}.event`, async () => {});
      const events: TransportEvent[] = [];
      await using _event = await ours.event.consume(async (event) => void events.push(event), {
        prefetch: 1,
      });
    });

    test('it cannot use a queue of the platform, which is a quorum queue: the option queue_type is for that', async () => {
      await using platform = await connectRabbitBroker({
        url: await requireServer('broker'),
        namespace: place.namespace,
        logger: silentLogger,
      });
      await platform.publish(`${name}.inbound`, bodyOf(createUserMessage({ from_addr: '1', to_addr: '2' })));
      const channel = await connection.createChannel();
      channel.on('error', () => {});
      const declared = channel.assertQueue(`${place.namespace}.${name}.inbound`, { durable: true });
      await expect(declared).rejects.toThrow('x-queue-type');
      await using worker = await openWorker();
      const got: UserMessage[] = [];
      await using _ = await queueConnector(worker, name).inbound.consume(
        async (message) => void got.push(message),
        { prefetch: 1 },
      );
      await expect.poll(() => got.length).toBe(1);
    });
  });
});
