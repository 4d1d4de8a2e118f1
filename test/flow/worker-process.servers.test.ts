import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRabbitBroker, queueConnector } from '@vumi/broker';
import { createUserMessage, parseInput, silentLogger, transportEnd, type UserMessage } from '@vumi/core';
import { configSchema, startWorkerProcess } from '@vumi/host';
import { eventually } from '@vumi/machine/testing';
import amqp from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireServer } from '../backend.ts';

const namespace = `test_${randomBytes(6).toString('hex')}`;
let dataDir: string;
let url: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'vumi-worker-'));
  url = await requireServer('broker');
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  for (const connector of ['sms', 'app'])
    for (const kind of ['inbound', 'event', 'outbound'])
      await channel.deleteQueue(`${namespace}.${connector}.${kind}`);
  await channel.deleteExchange(`${namespace}.vumi`);
  await connection.close();
});

function settings(broker: object) {
  const config = parseInput(configSchema, { data_dir: dataDir, broker }, 'config.invalid');
  return { config, logger: silentLogger };
}

it('workers run on RabbitMQ alone, without database and Redis', async () => {
  await using stack = new AsyncDisposableStack();
  const dispatcher = {
    name: 'switch',
    type: 'vumi.dispatchers.BaseDispatchWorker',
    config: {
      transport_names: ['sms'],
      exposed_names: ['app'],
      router_class: 'SimpleDispatchRouter',
      route_mappings: { sms: 'app' },
    },
  };
  const application = { name: 'answering', type: 'echo', config: { transport_name: 'app' } };
  const given = settings({ url, namespace });
  const { supervisor, probeUrl } = stack.use(
    await startWorkerProcess({ name: 'alone' }, [dispatcher, application], given),
  );
  const ready = await fetch(`${probeUrl}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    { ready: true, parts: { broker: { ok: true }, state: { ok: true }, workers: { ok: true } } },
  ]);
  expect(supervisor.list().map(({ name, status }) => [name, status])).toEqual([
    ['switch', 'ok'],
    ['answering', 'ok'],
  ]);

  const broker = stack.use(
    await connectRabbitBroker({ url, namespace, queueType: 'quorum', logger: silentLogger }),
  );
  const transport = transportEnd(queueConnector(broker, 'sms'));
  const sent: UserMessage[] = [];
  const keep = async (message: UserMessage): Promise<void> => void sent.push(message);
  stack.use(await transport.onOutbound(keep, { prefetch: 1 }));
  const fields = { from_addr: '+27761234567', to_addr: '123', transport_name: 'sms', transport_type: 'sms' };
  await transport.publishInbound(createUserMessage({ ...fields, content: 'anybody there?' }));
  await eventually(
    () => sent,
    (all) => all.length === 1,
  );
  expect(sent[0]).toMatchObject({
    content: 'anybody there?',
    to_addr: '+27761234567',
    transport_name: 'sms',
  });
  expect(existsSync(join(dataDir, 'processes', 'alone', 'state'))).toBe(true);
});

it('middleware of Vumi works on a dispatcher and an application by their configuration alone', async () => {
  await using stack = new AsyncDisposableStack();
  const dispatcher = {
    name: 'switch',
    type: 'vumi.dispatchers.BaseDispatchWorker',
    config: {
      transport_names: ['sms'],
      exposed_names: ['app'],
      router_class: 'SimpleDispatchRouter',
      route_mappings: { sms: 'app' },
      middleware: [
        { tags: 'vumi.middleware.TaggingMiddleware' },
        { length: 'vumi.middleware.session_length.SessionLengthMiddleware' },
      ],
      tags: {
        incoming: { addr_pattern: '^123(.*)', tagpool_template: 'codes', tagname_template: String.raw`t\1` },
        outgoing: { tagname_pattern: '^t(.*)', msg_template: { from_addr: String.raw`999\1` } },
      },
    },
  };
  const application = {
    name: 'answering',
    type: 'echo',
    config: {
      transport_name: 'app',
      middleware: [{ who: 'static_provider_setting' }],
      who: { provider: 'MTN' },
    },
  };
  const given = settings({ url, namespace });
  stack.use(await startWorkerProcess({ name: 'middleware' }, [dispatcher, application], given));
  const broker = stack.use(
    await connectRabbitBroker({ url, namespace, queueType: 'quorum', logger: silentLogger }),
  );
  const transport = transportEnd(queueConnector(broker, 'sms'));
  const sent: UserMessage[] = [];
  stack.use(await transport.onOutbound(async (message) => void sent.push(message), { prefetch: 1 }));
  const fields = {
    from_addr: '+27761234567',
    to_addr: '12345',
    transport_name: 'sms',
    transport_type: 'ussd',
  };
  await transport.publishInbound(createUserMessage({ ...fields, content: 'hello', session_event: 'new' }));
  await eventually(
    () => sent,
    (all) => all.length === 1,
  );
  expect(sent[0]).toMatchObject({
    content: 'hello',
    provider: 'MTN',
    from_addr: '99945',
    helper_metadata: {
      tag: { tag: ['codes', 't45'] },
      session: { session_start: expect.any(Number) as number },
    },
  });
});

it.each([
  ['no broker', {}, 'echo', /set VUMI_BROKER_URL/],
  ['a mistyped type', { broker: true }, 'ecko', /unknown worker type "ecko"; did you mean "echo"/],
  ['a type that needs a database', { broker: true }, 'platform_dispatcher', /set VUMI_DATABASE_URL/],
])('%s is told at once', async (_label, { broker = false }: { broker?: boolean }, type, text) => {
  const given = settings(broker ? { url, namespace } : {});
  await expect(
    startWorkerProcess({ name: 'alone' }, [{ name: 'x', type, config: {} }], given),
  ).rejects.toThrow(text);
});

it('a transport tells its statuses under the key that Vumi listens on', async () => {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.assertExchange(`${namespace}.vumi`, 'direct', { durable: true });
  await channel.bindQueue(queue, `${namespace}.vumi`, 'web.status.status');
  const told: unknown[] = [];
  await channel.consume(queue, (message) => {
    if (message !== null) told.push(JSON.parse(message.content.toString()));
  });
  {
    const type = 'vumi.transports.api.HttpApiTransport';
    const config = { transport_name: 'web', web_path: '/in', web_port: 0 };
    await using _process = await startWorkerProcess(
      { name: 'telling' },
      [{ name: 'web', type, config }],
      settings({ url, namespace }),
    );
    await eventually(
      () => told,
      (all) => all.length > 0,
    );
  }
  expect(told[0]).toMatchObject({
    message_type: 'status_event',
    message_version: '20110921',
    component: 'request',
    status: 'ok',
    type: 'listening',
  });
  await channel.deleteQueue(`${namespace}.web.outbound`);
  await connection.close();
});
