import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAck, createUserMessage, type UserMessage } from '@vumi/core';
import { runWorkerCommand } from '@vumi/host';
import { expect, test } from 'vitest';
import { PythonPeer } from '../python-peer.ts';

const FOLDER = join(import.meta.dirname, 'vumi-yaml');
const USER = '+27831234567';

/** What a peer does before the worker starts. */
type Prepare = (peer: PythonPeer) => Promise<unknown>;

/** A worker on one of the configuration files, beside peers that are Python. */
async function openWorker(file: string, word = 'vumi.dispatchers.BaseDispatchWorker', before?: Prepare) {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-yaml-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const peer = stack.use(await PythonPeer.connect());
  await before?.(peer);
  const own = ['--config', join(FOLDER, file), '--strict', '--data-dir', dataDir, '--log-level', 'silent'];
  const broker = ['--broker-url', peer.url, '--broker-namespace', peer.namespace];
  const worker = await runWorkerCommand([word, ...own, ...broker]);
  if (worker !== null) stack.use(worker);
  const owned = stack.move();
  return { peer, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function messageOf(fields: Partial<UserMessage>): UserMessage {
  return createUserMessage({
    from_addr: USER,
    to_addr: '8007',
    content: 'hi',
    transport_type: 'sms',
    ...fields,
  });
}

/** Where one message that comes in from a connector goes, and where one goes that an application sends. */
interface Way {
  readonly from: string;
  readonly message?: Partial<UserMessage>;
  /** `connector` or `connector.endpoint`. */
  readonly to: readonly string[];
}
type Row = readonly [file: string, inbound: Way | null, outbound: Way | null];

const rows: readonly Row[] = [
  [
    'simple.yaml',
    { from: 'smpp_transport', to: ['survey_app', 'archive_app'] },
    { from: 'survey_app', message: { transport_name: 'xmpp_transport' }, to: ['xmpp_transport'] },
  ],
  [
    'to-addr.yaml',
    { from: 'smpp_transport', to: ['survey_app'] },
    { from: 'shop_app', message: { transport_name: 'smpp_transport' }, to: ['smpp_transport'] },
  ],
  [
    'from-addr-multiplex.yaml',
    { from: 'mno_one', to: ['ussd_app'] },
    { from: 'ussd_app', message: { from_addr: '+27821234567', transport_name: 'ussd_app' }, to: ['mno_two'] },
  ],
  [
    'user-grouping.yaml',
    { from: 'smpp_transport', to: ['control_app'] },
    { from: 'treatment_app', message: { transport_name: 'sms' }, to: ['smpp_transport'] },
  ],
  [
    'content-keyword.yaml',
    {
      from: 'smpp_transport',
      message: { content: 'survey now', from_addr: '+27761234567' },
      to: ['survey_app'],
    },
    { from: 'shop_app', message: { from_addr: '8008' }, to: ['shop_transport'] },
  ],
  [
    'redirect.yaml',
    { from: 'smpp_transport', to: ['bulk_app'] },
    { from: 'bulk_app', message: { transport_name: 'bulk_app' }, to: ['smpp_transport'] },
  ],
  [
    'redirect-outbound.yaml',
    null,
    { from: 'upstream', message: { transport_name: 'upstream' }, to: ['smpp_transport'] },
  ],
  ['load-balancing.yaml', { from: 'smpp_two', to: ['bulk_app'] }, { from: 'bulk_app', to: ['smpp_one'] }],
  ['failover.yaml', { from: 'spare_smsc', to: ['alert_app'] }, { from: 'alert_app', to: ['main_smsc'] }],
  ['weighted.yaml', { from: 'smpp_transport', to: ['old_app'] }, { from: 'new_app', to: ['smpp_transport'] }],
  [
    'middleware.yaml',
    { from: 'smpp_transport', to: ['survey_app'] },
    { from: 'survey_app', message: { transport_name: 'smpp_transport' }, to: ['smpp_transport'] },
  ],
];

test.each(rows)('%s starts as it stands and passes one message each way', async (file, inbound, outbound) => {
  await using place = await openWorker(file);
  const { peer } = place;
  if (inbound !== null) {
    const sent = messageOf({ transport_name: inbound.from, ...inbound.message });
    const queues = await Promise.all(inbound.to.map((to) => peer.listen(to, 'inbound')));
    await peer.publish(inbound.from, 'inbound', sent);
    for (const queue of queues)
      await expect.poll(() => queue.map(({ message_id }) => message_id)).toEqual([sent.message_id]);
  }
  if (outbound !== null) {
    const sent = messageOf({ transport_name: null, ...outbound.message });
    const queues = await Promise.all(outbound.to.map((to) => peer.listen(to, 'outbound')));
    await peer.publish(outbound.from, 'outbound', sent);
    for (const queue of queues)
      await expect.poll(() => queue.map(({ message_id }) => message_id)).toEqual([sent.message_id]);
  }
});

test('transports are joined', async () => {
  await using place = await openWorker('transport-to-transport.yaml');
  const out = await place.peer.listen('xmpp_transport', 'outbound');
  const back = await place.peer.listen('smpp_transport', 'outbound');
  await place.peer.publish(
    'smpp_transport',
    'inbound',
    messageOf({ transport_name: 'smpp_transport', content: 'there' }),
  );
  await place.peer.publish(
    'xmpp_transport',
    'inbound',
    messageOf({ transport_name: 'xmpp_transport', content: 'back' }),
  );
  await expect.poll(() => [...out, ...back].map(({ content }) => content)).toEqual(['there', 'back']);
});

test('a routing table leads from endpoint to endpoint and back', async () => {
  await using place = await openWorker(
    'routing-table.yaml',
    'vumi.dispatchers.endpoint_dispatchers.RoutingTableDispatcher',
  );
  const { peer } = place;
  const arrived = await peer.listen('survey_app', 'inbound');
  await peer.publish('http_transport', 'inbound', messageOf({ transport_name: 'http_transport' }));
  await expect
    .poll(() => arrived.map(({ routing_metadata }) => routing_metadata))
    .toEqual([{ endpoint_name: 'web' }]);
  const sent = await peer.listen('smpp_transport', 'outbound');
  await peer.publish('survey_app', 'outbound', messageOf({ routing_metadata: { endpoint_name: 'sms' } }));
  await expect
    .poll(() => sent.map(({ routing_metadata }) => routing_metadata))
    .toEqual([{ endpoint_name: 'default' }]);
});

test('an event finds the application that sent its message, and a message without a way is a nack', async () => {
  await using place = await openWorker('content-keyword.yaml');
  const { peer } = place;
  const events = await peer.listen('shop_app', 'event');
  const sent = await peer.listen('shop_transport', 'outbound');
  await peer.publish('shop_app', 'outbound', messageOf({ from_addr: '8008', message_id: 'm1' }));
  await expect.poll(() => sent.length).toBe(1);
  await peer.publish(
    'shop_transport',
    'event',
    createAck({ user_message_id: 'm1', transport_name: 'shop_transport' }, 'x'),
  );
  await expect.poll(() => events.map(({ event_type }) => event_type)).toEqual(['ack']);
  await peer.publish('shop_app', 'outbound', messageOf({ from_addr: '9999', message_id: 'm2' }));
  await expect.poll(() => events.map(({ event_type }) => event_type)).toEqual(['ack', 'nack']);
  expect(events[1]).toMatchObject({
    user_message_id: 'm2',
    nack_reason: expect.stringContaining('from_addr "9999"'),
  });
});

test('middleware of a dispatcher changes what passes', async () => {
  await using place = await openWorker('middleware.yaml');
  const { peer } = place;
  const arrived = await peer.listen('survey_app', 'inbound');
  await peer.publish(
    'smpp_transport',
    'inbound',
    messageOf({ transport_name: 'smpp_transport', session_event: 'new' }),
  );
  await expect.poll(() => arrived.length).toBe(1);
  expect(arrived[0]).toMatchObject({
    provider: 'mtn',
    helper_metadata: { tag: { tag: ['pool', 'sms-07'] } },
  });
  const sent = await peer.listen('smpp_transport', 'outbound');
  const helper_metadata = { tag: { tag: ['pool', 'sms-12'] } };
  await peer.publish(
    'survey_app',
    'outbound',
    messageOf({ to_addr: '+27831110000', transport_name: 'smpp_transport', helper_metadata }),
  );
  await expect.poll(() => sent.length).toBe(1);
  expect(sent[0]).toMatchObject({ from_addr: '8012', to_addr: '27831110000' });
});

test('a router of an operator decides', async () => {
  await using place = await openWorker('custom-router.yaml');
  const { peer } = place;
  const both = [await peer.listen('day_app', 'inbound'), await peer.listen('night_app', 'inbound')];
  await peer.publish('smpp_transport', 'inbound', messageOf({ transport_name: 'smpp_transport' }));
  await expect.poll(() => both.flat().length).toBe(1);
  const sent = await peer.listen('smpp_transport', 'outbound');
  await peer.publish('night_app', 'outbound', messageOf({}));
  await expect.poll(() => sent.length).toBe(1);
});

test('messages go to the spare while nobody consumes for the main transport, and to that when it is back', async () => {
  await using place = await openWorker('failover.yaml', 'dispatcher', (peer) =>
    peer.listen('spare_smsc', 'outbound'),
  );
  const { peer } = place;
  const spare = await peer.listen('spare_smsc', 'outbound');
  await peer.publish('alert_app', 'outbound', messageOf({ content: 'first' }));
  await expect.poll(() => spare.map(({ content }) => content)).toEqual(['first']);
  const main = await peer.listen('main_smsc', 'outbound');
  const publishAnother = async (): Promise<number> => {
    await peer.publish('alert_app', 'outbound', messageOf({ content: 'again' }));
    return main.length;
  };
  await expect.poll(publishAnother, { interval: 200 }).toBeGreaterThan(0);
});

test('an application answers', async () => {
  await using place = await openWorker('static-reply.yaml', 'vumi.demos.static_reply.StaticReplyApplication');
  const { peer } = place;
  const answers = await peer.listen('hello_app', 'outbound');
  const sent = messageOf({ transport_name: 'smpp_transport' });
  await peer.publish('hello_app', 'inbound', sent);
  await expect.poll(() => answers.length).toBe(1);
  expect(answers[0]).toMatchObject({
    content: `Hello ${USER}.`,
    in_reply_to: sent.message_id,
    to_addr: USER,
  });
});
