import { expect, it } from 'vitest';
import { reply, send, stampMessage, type UserMessage } from '@vumi/core';
import { createWorld, held, inboundTo, mo, shopRoute, snapshot } from './dispatcher.fixture.ts';

it('messages leave by the route of their endpoint and by no other', async () => {
  const sms = {
    ...shopRoute,
    name: 'sms',
    app: 'hello',
    smpp_client: null,
    transport: 'mno',
    endpoint: 'sms',
  };
  const numbers = [...snapshot.numbers, { ...held('demo', '8000'), transport: 'mno' }];
  const world = await createWorld(null, { routes: [...snapshot.routes, sms], numbers });
  const news = (endpoint: string): UserMessage => {
    const routing_metadata = { endpoint_name: endpoint };
    return stampMessage(send('+27761234567', 'news', { routing_metadata }), {
      account: 'demo',
      app: 'hello',
    });
  };
  await world.dispatcher.outbound(news('sms'), 'q-hello');
  await world.dispatcher.outbound(news('default'), 'q-hello');
  expect(world.published).toMatchObject([
    ['mno', { from_addr: '8000' }],
    ['smsc', { from_addr: '12345' }],
  ]);
  await world.dispatcher.outbound(news('voice'), 'q-hello');
  expect(world.recorded.at(-1)?.[1]).toBe('nack');
  expect(world.told).toEqual([['hello', expect.stringContaining('by endpoint "voice"')]]);

  const asked = await inboundTo(world, mo('hi', { transport_name: 'mno', to_addr: '8000' }));
  expect(asked.routing_metadata).toEqual({ endpoint_name: 'sms' });
});

it("messages leave from no number that is another account's, whatever they say", async () => {
  const world = await createWorld();
  const forged = (fields: Partial<UserMessage>): UserMessage =>
    stampMessage(
      { ...send('+27761234567', 'PIN?'), transport_name: 'smsc', from_addr: '777', ...fields },
      { account: 'demo', app: 'hello' },
    );
  for (const fields of [
    {},
    { in_reply_to: 'x' },
    { from_addr: null },
    { transport_name: 'mno', from_addr: '12345' },
  ])
    await world.dispatcher.outbound(forged(fields), 'q-hello');
  expect(world.recorded.filter(([kind]) => kind === 'outbound').map(([, status]) => status)).toEqual([
    'failed',
    'failed',
    'failed',
    'failed',
  ]);
  expect(world.published.every(([connector]) => connector === 'q-hello.failures')).toBe(true);
});

it('messages of a number that is taken away end at once, in both directions, also in a conversation', async () => {
  const world = await createWorld();
  const asked = await inboundTo(world, mo('quiz'));
  await world.dispatcher.outbound(reply(asked, 'Question 1?'), 'q-quiz');
  world.change({ numbers: [held('other', '12345')] });
  await world.dispatcher.outbound(reply(asked, 'Question 2?'), 'q-quiz');
  expect(world.recorded.at(-1)?.[1]).toBe('nack');
  const before = world.published.length;
  await world.dispatcher.inbound(mo('b'), 'smsc');
  expect(world.published).toHaveLength(before);
  expect(world.recorded.at(-1)).toEqual(['inbound', 'unrouted', null]);
});
