import { createAck, reply, send, stampMessage, type UserMessage } from '@vumi/core';
import { expect, it } from 'vitest';
import { createWorld, held, inboundTo, mo, snapshot, type World } from './dispatcher.fixture.ts';
import type { RouteRule } from './route-table.ts';

const led = (fields: Partial<RouteRule>): RouteRule => ({
  account: 'demo',
  name: 'led',
  app: null,
  connector: 'relay1',
  transport: 'smsc',
  to_addr: '8000',
  keyword: null,
  prefix: null,
  ...fields,
});
const worldOf = (...routes: RouteRule[]): Promise<World> => createWorld(null, { routes });
const numbers = [...snapshot.numbers, { ...held('demo', '8001'), transport: 'mno' }];
const news = (fields: Partial<UserMessage> = {}): UserMessage => ({
  ...send('+27761234567', 'news'),
  ...fields,
});

it('a route leads to any connector; answers go back, other messages by its route, and events to it', async () => {
  const world = await worldOf(
    led({}),
    led({ name: 'sms', transport: 'mno', to_addr: '8001', endpoint: 'sms' }),
  );
  world.change({
    numbers,
    routes: [led({}), led({ name: 'sms', transport: 'mno', to_addr: '8001', endpoint: 'sms' })],
  });
  const asked = await inboundTo(world, mo('hi', { to_addr: '8000' }));
  expect(world.published.at(-1)?.[0]).toBe('relay1');
  expect(asked.helper_metadata['vumi']).toMatchObject({
    account: 'demo',
    app: null,
    connector: 'relay1',
  });
  expect(world.recorded.at(-1)).toEqual(['inbound', 'received', null]);

  const answer = reply(asked, 'hello');
  await world.dispatcher.outbound(answer, 'relay1');
  expect(world.published.at(-1)).toMatchObject(['smsc', { from_addr: '8000' }]);
  const first = news({ routing_metadata: { endpoint_name: 'sms' } });
  await world.dispatcher.outbound(first, 'relay1');
  expect(world.published.at(-1)).toMatchObject(['mno', { from_addr: '8001' }]);

  await world.dispatcher.event(
    createAck({ user_message_id: first.message_id, transport_name: 'mno' }, '7'),
    'mno',
  );
  expect(world.published.at(-1)).toMatchObject([
    'relay1',
    { event_type: 'ack', routing_metadata: { endpoint_name: 'sms' } },
  ]);
});

it('what a connector may not send is a nack to it: from a number, or for an account, that is not its own', async () => {
  const world = await worldOf(led({}));
  const forged = stampMessage(news(), { account: 'other', app: 'rival' });
  const stolen = news({ transport_name: 'smsc', from_addr: '12345', in_reply_to: 'x' });
  await world.dispatcher.outbound(forged, 'relay1');
  world.change({ routes: [led({})], numbers: [held('demo', '8000'), held('other', '12345')] });
  await world.dispatcher.outbound(stolen, 'relay1');
  const nacked = world.published.filter(([connector]) => connector === 'relay1').map(([, event]) => event);
  expect(nacked).toMatchObject([
    { event_type: 'nack', user_message_id: forged.message_id },
    { event_type: 'nack', user_message_id: stolen.message_id },
  ]);
  expect(world.published.filter(([connector]) => connector === 'relay1.failures')).toHaveLength(2);
});

it('users are split among connectors, and each stays with his while it is up', async () => {
  const routes = [led({ name: 'a', weight: 1 }), led({ name: 'b', connector: 'relay2', weight: 1 })];
  const world = await worldOf(...routes);
  const users = Array.from({ length: 40 }, (_, index) => `+2776${index}`);
  const write = async (): Promise<string[]> => {
    const before = world.published.length;
    for (const user of users)
      await world.dispatcher.inbound(mo('hi', { to_addr: '8000', from_addr: user }), 'smsc');
    return world.published.slice(before).map(([connector]) => connector);
  };
  const first = await write();
  expect(new Set(first)).toEqual(new Set(['relay1', 'relay2']));
  expect(await write()).toEqual(first);
  world.down.add('relay1');
  expect(new Set(await write())).toEqual(new Set(['relay2']));
  world.down.clear();
  expect(await write()).toEqual(first);
});

it('a user stays in his conversation when weights change, and leaves it when its holder is down', async () => {
  const both = [led({ name: 'a', weight: 1 }), led({ name: 'b', connector: 'relay2', weight: 0 })];
  const world = await worldOf(...both);
  const asked = await inboundTo(world, mo('hi', { to_addr: '8000' }));
  await world.dispatcher.outbound(reply(asked, 'Your name?'), 'relay1');
  world.change({
    routes: [led({ name: 'a', weight: 0 }), led({ name: 'b', connector: 'relay2', weight: 1 })],
  });
  await inboundTo(world, mo('Mary', { to_addr: '8000' }));
  expect(world.published.at(-1)?.[0]).toBe('relay1');
  world.down.add('relay1');
  await inboundTo(world, mo('Mary?', { to_addr: '8000' }));
  expect(world.published.at(-1)?.[0]).toBe('relay2');
});

it('an app without an active version is passed over where another route may take its messages', async () => {
  const app = led({ name: 'a', app: 'hello', connector: 'app:hello', failover: 0 });
  const world = await worldOf(app, led({ name: 'b', failover: 1 }));
  await inboundTo(world, mo('hi', { to_addr: '8000' }));
  expect(world.published.at(-1)?.[0]).toBe('q-hello');
  const apps = [{ account: 'demo', app: 'hello', version: null, handlers: [] }];
  world.change({ apps, routes: [app, led({ name: 'b', failover: 1 })] });
  await inboundTo(world, mo('hi', { to_addr: '8000' }));
  expect(world.published.at(-1)?.[0]).toBe('relay1');
});

it('what is sent leaves by the next transport while the first is down, and never by both', async () => {
  const ways = [
    led({ name: 'a', app: 'quiz', connector: 'app:quiz', failover: 0 }),
    led({ name: 'b', app: 'quiz', connector: 'app:quiz', transport: 'mno', to_addr: '8001', failover: 1 }),
  ];
  const world = await worldOf();
  world.change({ routes: ways, numbers });
  const sent = async (): Promise<unknown> => {
    const before = world.published.length;
    await world.dispatcher.outbound(stampMessage(news(), { account: 'demo', app: 'quiz' }), 'q-quiz');
    return world.published
      .slice(before)
      .map(([connector, message]) => [connector, (message as UserMessage).from_addr]);
  };
  expect(await sent()).toEqual([['smsc', '8000']]);
  world.down.add('smsc');
  expect(await sent()).toEqual([['mno', '8001']]);
  world.down.add('mno');
  expect(await sent()).toEqual([['smsc', '8000']]);
});
