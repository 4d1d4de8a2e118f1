import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { TruteqDouble } from '../testing/truteq-double.ts';
import type { Transport } from '../transport-type.ts';
import { truteqTransport } from '../truteq/truteq.ts';

const u = '27761234567';
const U = `+${u}`;

let double: TruteqDouble;
let ports: MemoryPorts;
let stack: AsyncDisposableStack;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  double = stack.use(await TruteqDouble.open());
  ports = new MemoryPorts('truteq_a');
});

afterEach(() => stack.disposeAsync());

async function start(config: object = {}): Promise<Transport> {
  return stack.use(await truteqTransport.start({ ...double.config, ...config }, ports));
}

const inbound = async (count: number): Promise<UserMessage> => {
  const messages = await eventually(
    () => ports.inbound,
    ({ length }) => length >= count,
  );
  const message = messages[count - 1];
  if (message === undefined) throw new Error('nothing came');
  return message;
};

describe('a session over frames', () => {
  it('has what was dialled on each of its steps, and ends with what the user or the app says', async () => {
    await start();
    await double.say('110', u, '1', '0', '*120*8');
    const opened = await inbound(1);
    expect(opened).toMatchObject({ session_event: 'new', content: null, to_addr: '*120*8#', from_addr: U });
    await ports.send(reply(opened, 'Hi, name?'));
    await double.say('110', u, '2', '0', 'Ann');
    const named = await inbound(2);
    expect(named).toMatchObject({ session_event: 'resume', content: 'Ann', to_addr: '*120*8#' });
    await double.say('110', u, '4', '0', '');
    expect(await inbound(3)).toMatchObject({ session_event: 'close', content: '', to_addr: '*120*8#' });
    await ports.send(reply(named, 'bye', { continueSession: false }));
    // What is acknowledged is written; the network reads it when it can.
    await eventually(
      () => double.got.map(({ content }) => content).join(),
      (texts) => texts === 'Hi, name?,bye',
    );
    expect(ports.events.map(({ event_type }) => event_type)).toEqual(['ack', 'ack']);
  });

  it.each([
    [
      'the app has ended',
      async (opened: UserMessage) => ports.send(reply(opened, 'bye', { continueSession: false })),
    ],
    ['the network has ended', async () => double.say('110', u, '3', '0', '').then(() => inbound(2))],
  ])('that %s is not gone on with: its user is told so', async (_label, end) => {
    await start({ session_ended_message: 'gone' });
    await double.say('110', u, '1', '0', '*120*8');
    await end(await inbound(1));
    const before = ports.inbound.length;
    await double.say('110', u, '2', '0', '1');
    await eventually(
      () => double.heard.at(-1),
      (frame) => frame === `110,${u},3,gone`,
    );
    // Who ends what nobody knows is told nothing.
    await double.say('110', u, '4', '0', '');
    await double.say('103', u, '1', 'last');
    await inbound(before + 1);
    expect(ports.inbound.slice(before).map(({ content }) => content)).toEqual(['last']);
  });

  it('is remembered by the next life', async () => {
    const first = await start();
    await double.say('110', u, '1', '0', '*120*8');
    await inbound(1);
    await first[Symbol.asyncDispose]();
    await start();
    await double.say('110', u, '2', '0', '7');
    expect(await inbound(2)).toMatchObject({ content: '7', to_addr: '*120*8#' });
  });
});

it('what the network says of an SMS is reported once, whenever it comes', async () => {
  const transport = await start();
  const sent = createUserMessage({ to_addr: U, from_addr: '8000', content: 'hi' });
  // Before the answer that says which message it is about.
  await double.say('104', u, '1', '0');
  await ports.send(sent);
  const states = (): unknown[] =>
    ports.events.map((event) => ('delivery_status' in event ? event.delivery_status : event.event_type));
  await eventually(states, ({ length }) => length === 2);
  for (const code of ['0', '3']) await double.say('104', u, '1', code);
  await double.say('103', u, '1', 'last');
  await inbound(1);
  expect(states()).toEqual(['ack', 'delivered']);
  expect(transport.gauges()['unknown_receipts_total']).toBe(0);
});

describe('a connection', () => {
  it('asks for signs of life, and one that gives none is made anew', async () => {
    const transport = await start({ link_check_period: 0.3 });
    await eventually(
      () => double.heard,
      (heard) => heard.filter((frame) => frame === '3').length > 2,
    );
    expect(transport.gauges()['connections_total']).toBe(1);
    double.isDeaf = true;
    await eventually(
      () => ports.statuses.map(({ message }) => message),
      (messages) => messages.some((message) => message.includes('gave no sign of life for 0.6 s')),
    );
    double.isDeaf = false;
    await eventually(
      () => transport.gauges()['connections_total'] ?? 0,
      (count) => count > 1,
    );
    await eventually(
      () => transport.status().status,
      (status) => status === 'ok',
    );
  });

  it('on which nonsense comes is made anew', async () => {
    const transport = await start();
    await eventually(
      () => transport.status().status,
      (status) => status === 'ok',
    );
    double.babble(Buffer.from('HTTP/1.1 400 Bad Request\r\n'));
    await eventually(
      () => transport.gauges()['connections_total'],
      (count) => count === 2,
    );
    expect(ports.statuses.map(({ message }) => message).join()).toContain('makes no sense');
  });

  it('that says goodbye says so', async () => {
    const transport = await start();
    await eventually(
      () => transport.status().status,
      (status) => status === 'ok',
    );
    await transport[Symbol.asyncDispose]();
    expect(double.heard.at(-1)).toBe('99');
  });

  it('is not used while we are not logged in: messages wait, and a login that is refused says so', async () => {
    double.will('unauthorized', 'unauthorized');
    const transport = await start();
    const sent = ports.send(createUserMessage({ to_addr: U, from_addr: '8000', content: 'hi' }));
    await eventually(
      () => transport.status().type,
      (type) => type === 'unauthorized',
    );
    expect([ports.paused, double.got]).toEqual([true, []]);
    await sent;
    expect(double.got.map(({ content }) => content)).toEqual(['hi']);
    expect(transport.status().status).toBe('ok');
  });

  it('brings one SMS after the other, so that no answer is taken for that of another', async () => {
    await start();
    double.will('accept', { refuse: '5' }, 'accept');
    const messages = ['a', 'b', 'c'].map((content, index) =>
      createUserMessage({ to_addr: `${U}${index}`, from_addr: '8000', content }),
    );
    await Promise.all(messages.map((message) => ports.send(message)));
    const outcomes = messages.map(({ message_id: id }) =>
      ports.events.find(({ user_message_id }) => user_message_id === id),
    );
    expect(outcomes).toMatchObject([
      { event_type: 'ack', sent_message_id: '1' },
      { event_type: 'nack', nack_reason: 'TruTeq refuses with 5' },
      { event_type: 'ack', sent_message_id: '3' },
    ]);
  });
});
