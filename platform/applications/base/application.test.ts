import { createAck, createDeliveryReport, createNack, type UserMessage, type VumiError } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { messageOf, openApplicationPlace, type ApplicationPlace } from '../testing/application-place.ts';
import { defineApplication, type ApplicationHandlers } from './application.ts';
import { applicationOptions } from './options.ts';

let place: ApplicationPlace;

beforeEach(async () => {
  place = await openApplicationPlace();
});
afterEach(() => place[Symbol.asyncDispose]());

const EVENT = { user_message_id: 'm1', transport_name: 'smsc' };

function application(handlers: ApplicationHandlers, more: { endpoints?: readonly string[] | null } = {}) {
  return defineApplication({
    type: 'tried',
    summary: 'Is tried',
    configSchema: z.strictObject(applicationOptions),
    start: () => Promise.resolve(handlers),
    ...more,
  });
}

test('each message and event reaches the handler of its kind, and those without one the general handler', async () => {
  const calls: string[] = [];
  const note = (name: string) => () => Promise.resolve(void calls.push(name));
  await place.start(
    application({
      onMessage: note('message'),
      onNewSession: note('new'),
      onCloseSession: note('close'),
      onAck: note('ack'),
      onNack: note('nack'),
      onEvent: note('event'),
    }),
  );
  for (const session_event of [null, 'new', 'resume', 'close'] as const)
    await place.end.publishInbound(messageOf({ session_event }));
  await place.end.publishEvent(createAck(EVENT, 's1'));
  await place.end.publishEvent(createDeliveryReport(EVENT, 'delivered'));
  await place.end.publishEvent(createNack(EVENT, 'no'));
  await eventually(
    () => calls,
    (all) => all.length === 7,
  );
  expect(calls.filter((call) => !['ack', 'event', 'nack'].includes(call))).toEqual([
    'message',
    'new',
    'message',
    'close',
  ]);
  expect(calls.filter((call) => ['ack', 'event', 'nack'].includes(call))).toEqual(['ack', 'event', 'nack']);
});

test('a session that begins is a message, and one that ends or an event is nothing, where nobody cares', async () => {
  const calls: (string | null)[] = [];
  await place.start(
    application({
      onMessage: ({ session_event, content }) =>
        Promise.resolve(void calls.push(`${session_event} ${content}`)),
    }),
  );
  await place.end.publishEvent(createAck(EVENT, 's1'));
  await place.end.publishInbound(messageOf({ session_event: 'close' }));
  await place.end.publishInbound(messageOf({ session_event: 'new', content: 'hi' }));
  await eventually(
    () => calls,
    (all) => all.length > 0,
  );
  expect(calls).toEqual(['new hi']);
});

test('what is said goes back the way the message came, and ends the session when asked to', async () => {
  await place.start(
    application({
      onMessage: (message, turn) => {
        turn.reply(message, 'first');
        turn.replyToGroup(message, 'all', { continueSession: false });
        return Promise.resolve();
      },
    }),
  );
  const message = messageOf({ content: 'hi', group: '#clinic', helper_metadata: { tag: 'x' } });
  const [first, second] = await place.ask(message, 2);
  expect(first).toMatchObject({
    content: 'first',
    to_addr: '+27761234567',
    from_addr: '12345',
    in_reply_to: message.message_id,
    session_event: null,
    helper_metadata: { tag: 'x' },
  });
  expect(second).toMatchObject({ content: 'all', to_addr: null, group: '#clinic', session_event: 'close' });
});

test.each([
  ['its options of send_to', 'default', {}, { transport_name: 'smsc_a', from_addr: '8000' }],
  ['those of another endpoint', 'sms', {}, { transport_name: 'smsc_b', from_addr: null }],
  ['fields that win over them', 'default', { from_addr: '1' }, { transport_name: 'smsc_a', from_addr: '1' }],
  ['no options', 'other', {}, { transport_name: null, from_addr: null }],
])('a message that answers nothing is sent with %s', async (_, endpoint, fields, expected) => {
  const send_to = {
    default: { transport_name: 'smsc_a', from_addr: 8000 },
    sms: { transport_name: 'smsc_b' },
  };
  const type = application(
    {
      onMessage: (_message, turn) => {
        turn.send('+2782', 'news', { endpoint, fields });
        return Promise.resolve();
      },
    },
    { endpoints: null },
  );
  await place.start(type, { send_to });
  const [sent] = await place.ask({}, 1);
  expect(sent).toMatchObject({
    to_addr: '+2782',
    content: 'news',
    in_reply_to: null,
    routing_metadata: { endpoint_name: endpoint },
    ...expected,
  });
});

test('an endpoint that the application does not have is refused with the nearest one', async () => {
  const type = application(
    {
      onMessage: (_message, turn) => {
        turn.send('+2782', 'news', { endpoint: 'smss' });
        return Promise.resolve();
      },
    },
    { endpoints: ['sms'] },
  );
  await place.start(type);
  await place.end.publishInbound(messageOf({}));
  const [failure] = await eventually(
    () => place.failures,
    (all) => all.length > 0,
  );
  expect(failure?.reason).toContain('did you mean "sms"?');
});

test('a handler that fails leaves nothing behind, and its message is handled again', async () => {
  let tries = 0;
  await place.start(
    application({
      onMessage: async (message, turn) => {
        const count = ((await turn.state.get('count')) as number | null) ?? 0;
        turn.state.set('count', count + 1);
        turn.reply(message, `count ${count + 1}`);
        tries += 1;
        if (tries < 3) throw new Error('not yet');
      },
    }),
  );
  await place.ask({}, 1);
  expect(place.said.map(({ content }) => content)).toEqual(['count 1']);
  expect(tries).toBe(3);
});

test('a message that is delivered twice takes effect once and says the same again', async () => {
  let runs = 0;
  await place.start(
    application({
      onMessage: (message, turn) => {
        runs += 1;
        turn.reply(message, `run ${runs}`);
        return Promise.resolve();
      },
    }),
  );
  const message = messageOf({ content: 'hi' });
  await place.ask(message, 1);
  const said = await place.ask(message, 2);
  expect(runs).toBe(1);
  expect(said[1]).toEqual(said[0]);
});

test('applications that get copies of one message say things of their own', async () => {
  const ids = new Set<string>();
  const say = application({
    onMessage: (message, turn) => {
      ids.add(turn.reply(message, 'hi'));
      return Promise.resolve();
    },
  });
  await place.start(say);
  const message = messageOf({});
  await place.ask(message, 1);
  await using other = await openApplicationPlace();
  await using _worker = await say.start({ transport_name: 'app' }, { ...other.ports, name: 'other' });
  await other.ask(message, 1);
  expect(ids.size).toBe(2);
});

test('messages of one user are handled in order, those of others meanwhile', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const done: (string | null)[] = [];
  await place.start(
    application({
      onMessage: async ({ content }: UserMessage) => {
        if (content === 'a1') await gate;
        done.push(content);
      },
    }),
  );
  for (const [from_addr, content] of [
    ['a', 'a1'],
    ['a', 'a2'],
    ['b', 'b1'],
  ] as const)
    await place.end.publishInbound(messageOf({ from_addr, content }));
  await eventually(
    () => done,
    (all) => all.length === 1,
  );
  open();
  await eventually(
    () => done,
    (all) => all.length === 3,
  );
  expect(done).toEqual(['b1', 'a1', 'a2']);
});

test('a worker that stops lets handlers finish, and its own are disposed of last', async () => {
  const order: string[] = [];
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const worker = await place.start(
    application({
      onMessage: async () => {
        order.push('begun');
        await gate;
        order.push('handled');
      },
      [Symbol.asyncDispose]: () => Promise.resolve(void order.push('disposed')),
    }),
  );
  await place.end.publishInbound(messageOf({}));
  await eventually(
    () => order,
    (all) => all.length === 1,
  );
  const stopped = worker[Symbol.asyncDispose]();
  open();
  await stopped;
  expect(order).toEqual(['begun', 'handled', 'disposed']);
});

test('a wrong configuration names the option', async () => {
  await expect(
    place.start(application({ onMessage: () => Promise.resolve() }), { send_too: {} }),
  ).rejects.toThrow(
    expect.objectContaining<Partial<VumiError>>({ code: 'config.invalid', field: 'send_too' }),
  );
});
