import { describe, expect, it } from 'vitest';
import {
  createAck,
  createDeliveryReport,
  guardInbound,
  reply,
  send,
  stampMessage,
  stampOf,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { guardOutbound } from './gate.ts';
import { RouteTable } from './route-table.ts';

import { createWorld, inboundTo, mo, OPTED_OUT, snapshot } from './dispatcher.fixture.ts';

describe('inbound messages', () => {
  it('go to the app of the keyword, else to the app of the number, stamped with account and app', async () => {
    const world = await createWorld();
    await world.dispatcher.inbound(mo('quiz'), 'smsc');
    await world.dispatcher.inbound(mo('hi'), 'smsc');
    expect(world.published.map(([connector]) => connector)).toEqual(['q-quiz', 'q-hello']);
    expect(world.published[0]?.[1].helper_metadata['vumi']).toMatchObject({ account: 'demo', app: 'quiz' });
  });

  it('cannot bring a stamp of their own', async () => {
    const forged = mo('hi', { helper_metadata: { vumi: { account: 'asleep', app: 'nap' } } });
    const message = await inboundTo(await createWorld(), forged);
    expect(message.helper_metadata['vumi']).toMatchObject({ account: 'demo', app: 'hello' });
  });

  it('stay with the app of the keyword while it keeps the session open', async () => {
    const world = await createWorld();
    const first = await inboundTo(world, mo('quiz'));
    await world.dispatcher.outbound(reply(first, 'Question 1?'), 'q-quiz');
    const second = await inboundTo(world, mo('b'));
    expect(second.helper_metadata['vumi']).toMatchObject({ account: 'demo', app: 'quiz' });

    await world.dispatcher.outbound(reply(second, 'Done', { continueSession: false }), 'q-quiz');
    const third = await inboundTo(world, mo('b'));
    expect(third.helper_metadata['vumi']).toMatchObject({ account: 'demo', app: 'hello' });
  });

  it.each([
    ['Rival master Thandi', [], 'quiz'],
    ['rival', [], 'rival'],
    [' RIVAL ', [], 'rival'],
    ['rival', ['1', 'Rival'], 'quiz'],
    ['rival', ['1', 'other'], 'rival'],
    ['quiz', [], 'quiz'],
    ['Thandi', [], 'quiz'],
  ])('answer %j to a question that takes %j: it goes to %s', async (content, takes, app) => {
    const world = await createWorld();
    const first = await inboundTo(world, mo('quiz'));
    const stamp = { account: 'demo', app: 'quiz', waits: { takes, seconds: 3600 } };
    const asks = reply(first, 'Your name?', { fields: { helper_metadata: { vumi: stamp } } });
    await world.dispatcher.outbound(asks, 'q-quiz');
    // What the app says in between does not close the question.
    const aside = send('+27761234567', 'By the way', { from_addr: '12345' });
    await world.dispatcher.outbound(stampMessage(aside, { account: 'demo', app: 'quiz' }), 'q-quiz');
    expect((await inboundTo(world, mo(content))).helper_metadata['vumi']).toMatchObject({ app });
  });

  it.each([
    [' Quiz ', true],
    ['quiz 7', undefined],
    ['b', undefined],
  ])('%j is the keyword of their app alone: %s', async (content, isKeyword) => {
    const world = await createWorld();
    const first = await inboundTo(world, mo('quiz'));
    expect(stampOf(first)).toMatchObject({ app: 'quiz', isKeyword: true });
    await world.dispatcher.outbound(reply(first, 'Question 1?'), 'q-quiz');
    expect(stampOf(await inboundTo(world, mo(content)))?.isKeyword).toBe(isKeyword);
  });

  it('are free again when the app waits no more, also where it cannot answer', async () => {
    const world = await createWorld();
    const first = await inboundTo(world, mo('quiz'));
    const saying = (waits: unknown) => ({
      helper_metadata: { vumi: { account: 'demo', app: 'quiz', waits } },
    });
    const fields = saying({ takes: [], seconds: 3600 });
    await world.dispatcher.outbound(reply(first, 'Your name?', { fields }), 'q-quiz');
    const over = send('+27761234567', 'Too late', { from_addr: '12345', ...saying(null) });
    await world.dispatcher.outbound(over, 'q-quiz');
    expect((await inboundTo(world, mo('Thandi'))).helper_metadata['vumi']).toMatchObject({ app: 'hello' });
  });

  it('stay with their app when another sends the user something, or ends what is not his', async () => {
    const world = await createWorld();
    const first = await inboundTo(world, mo('quiz'));
    await world.dispatcher.outbound(reply(first, 'Your PIN?'), 'q-quiz');
    const bait = (fields: Partial<UserMessage>): UserMessage =>
      stampMessage(send('+27761234567', 'Hi, your PIN please', { from_addr: '12345', ...fields }), {
        account: 'other',
        app: 'rival',
      });
    await world.dispatcher.outbound(bait({}), 'q-rival');
    await world.dispatcher.outbound(bait({ session_event: 'close' }), 'q-rival');
    expect((await inboundTo(world, mo('1234'))).helper_metadata['vumi']).toMatchObject({
      account: 'demo',
      app: 'quiz',
    });
  });

  it('begin a conversation with the app that wrote first to a user who was in none', async () => {
    const world = await createWorld();
    const question = send('+27761234567', 'Come to the clinic?', { from_addr: '12345' });
    await world.dispatcher.outbound(stampMessage(question, { account: 'demo', app: 'quiz' }), 'q-quiz');
    expect((await inboundTo(world, mo('yes'))).helper_metadata['vumi']).toMatchObject({
      account: 'demo',
      app: 'quiz',
    });
  });

  it('that no route matches go to the fallback app, or are recorded as unrouted', async () => {
    const world = await createWorld();
    await world.dispatcher.inbound(mo('hi', { to_addr: '999' }), 'smsc');
    expect(world.published).toEqual([]);
    expect(world.recorded).toEqual([['inbound', 'unrouted', null]]);

    const withFallback = await createWorld({ account: 'demo', app: 'hello' });
    await withFallback.dispatcher.inbound(mo('hi', { to_addr: '999', content: null }), 'smsc');
    expect(withFallback.published[0]?.[0]).toBe('q-hello');
  });

  it('for an inactive account are discarded and recorded so', async () => {
    const world = await createWorld();
    await world.dispatcher.inbound(mo('hi', { to_addr: '777' }), 'smsc');
    expect(world.published).toEqual([]);
    expect(world.recorded).toEqual([['inbound', 'discarded', 'nap']]);
  });

  it('of a wired transport are copied to each of its connectors', async () => {
    const world = await createWorld();
    await world.dispatcher.inbound(mo('hi', { transport_name: 'wired' }), 'wired');
    await world.dispatcher.inbound(mo('hi', { transport_name: 'single' }), 'single');
    expect(world.published.map(([connector]) => connector)).toEqual(['one', 'two', 'three']);
    expect(world.published[0]?.[1]).not.toBe(world.published[1]?.[1]);
  });
});

describe('outbound messages', () => {
  it('go to the transport that their message came from, recorded as queued', async () => {
    const world = await createWorld();
    const message = await inboundTo(world, mo('hi'));
    await world.dispatcher.outbound(reply(message, 'hello'), 'q-hello');
    expect(world.published.at(-1)?.[0]).toBe('smsc');
    expect(world.recorded).toEqual([['outbound', 'queued', 'hello']]);
  });

  it('that answer nothing leave by the route of their app and from its number', async () => {
    const world = await createWorld();
    const news = stampMessage(send('+27761234567', 'news'), { account: 'demo', app: 'hello' });
    await world.dispatcher.outbound(news, 'q-hello');
    expect(world.published.at(-1)).toMatchObject(['smsc', { transport_name: 'smsc', from_addr: '12345' }]);
  });

  it('without a route are a nack that says what to do', async () => {
    const world = await createWorld();
    const news = stampMessage(send('+27761234567', 'news'), { account: 'demo', app: 'unlinked' });
    await world.dispatcher.outbound(news, 'q-unlinked');
    expect(world.recorded).toEqual([
      ['outbound', 'failed', 'unlinked'],
      ['event', 'nack', news.message_id],
    ]);
    expect(world.published).toMatchObject([
      ['q-unlinked.failures', { reason: expect.stringContaining('vumi route set') as string }],
    ]);
    expect(world.told).toEqual([['unlinked', expect.stringContaining('has no route to send by')]]);
  });

  it('of an inactive account are discarded', async () => {
    const world = await createWorld();
    const news = stampMessage(send('+27761234567', 'news'), { account: 'asleep', app: 'nap' });
    await world.dispatcher.outbound(news, 'q-nap');
    expect(world.recorded).toEqual([['outbound', 'discarded', 'nap']]);
    expect(world.published).toEqual([]);
  });

  it('of a wired application go by its own name for the transport', async () => {
    const world = await createWorld();
    await world.dispatcher.outbound(mo('x', { transport_name: 'alias' }), 'one');
    expect(world.published[0]?.[0]).toBe('smsc');
  });
});

describe('events', () => {
  it('find the app that sent the message, when it handles events, and are recorded', async () => {
    const world = await createWorld();
    const message = await inboundTo(world, mo('quiz'));
    const answer = reply(message, 'Question 1?');
    await world.dispatcher.outbound(answer, 'q-quiz');
    await world.dispatcher.event(
      createAck({ user_message_id: answer.message_id, transport_name: 'smsc' }, 'smsc-1'),
      'smsc',
    );
    expect(world.published.at(-1)).toMatchObject(['q-quiz', { event_type: 'ack' }]);
    expect(world.recorded.at(-1)).toEqual(['event', 'ack', answer.message_id]);
  });

  it('of an app that handles none, or of an unknown message, are only recorded', async () => {
    const world = await createWorld();
    await world.dispatcher.event(
      createAck({ user_message_id: 'unknown', transport_name: 'smsc' }, 'smsc-1'),
      'smsc',
    );
    expect(world.published).toEqual([]);
    expect(world.recorded).toEqual([['event', 'ack', 'unknown']]);
  });
});

describe('messages of SMPP clients', () => {
  const sender = {
    connector: 'smpp.shop',
    events: ['nack', 'delivery_report.delivered'],
    note: { ids: ['7'] },
  };
  const submitted = (): UserMessage =>
    stampMessage(
      { ...send('+27761234567', 'hi'), transport_name: 'smsc', from_addr: 'SHOP' },
      { account: 'demo', app: null, sender },
    );

  it('go to the connector of the client that their route leads to', async () => {
    const world = await createWorld();
    await world.dispatcher.inbound(mo('hi', { to_addr: '8000' }), 'smsc');
    expect(world.published).toMatchObject([['smpp.shop', { content: 'hi' }]]);
    expect(world.published[0]?.[1].helper_metadata['vumi']).toMatchObject({ account: 'demo', app: null });
  });

  it('leave as they are, also from a sender that no route knows', async () => {
    const world = await createWorld();
    await world.dispatcher.outbound(submitted(), 'api');
    expect(world.published).toMatchObject([['smsc', { from_addr: 'SHOP' }]]);
    expect(world.recorded).toEqual([['outbound', 'queued', null]]);
  });

  it('are told of by the events that were asked for, with the note of the sender', async () => {
    const world = await createWorld();
    const message = submitted();
    await world.dispatcher.outbound(message, 'api');
    const fields = { user_message_id: message.message_id, transport_name: 'smsc' };
    await world.dispatcher.event(createAck(fields, 'smsc-1'), 'smsc');
    await world.dispatcher.event(createDeliveryReport(fields, 'delivered'), 'smsc');
    expect(world.published.slice(1)).toMatchObject([
      ['smpp.shop', { event_type: 'delivery_report', helper_metadata: { vumi: { sender } } }],
    ]);
    expect(world.recorded.slice(1).map(([, type]) => type)).toEqual(['ack', 'delivery_report']);
  });
});

describe('the gates behind queues', () => {
  const owned = stampMessage(mo('hi'), { account: 'asleep', app: 'nap' });
  const delivery = { redelivered: false, attempt: 1 };

  it('discard what waited while its account was switched off or its number was taken away', async () => {
    const recorded: string[] = [];
    const events: TransportEvent[] = [];
    const handled: string[] = [];
    const refused: string[] = [];
    const handler = async (message: UserMessage): Promise<void> => void handled.push(message.message_id);
    const isActive = (account: string): boolean => account === 'demo';
    let table = new RouteTable(snapshot);
    const inbound = guardInbound(handler, {
      isActive,
      recorder: { inbound: async (_message, _owner, status) => void recorded.push(status) },
    });
    const outbound = guardOutbound(handler, {
      table: () => table,
      isOptedOut: async () => false,
      publishEvent: async (event) => void events.push(event),
      onRefused: ({ message_id }) => void refused.push(message_id),
      clock: Date.now,
    });
    await inbound(owned, delivery);
    await outbound(owned, delivery);
    expect(handled).toEqual([]);
    expect(refused).toEqual([owned.message_id]);
    expect(recorded).toEqual(['discarded']);
    expect(events).toMatchObject([{ event_type: 'nack', transport_metadata: { outcome: 'discarded' } }]);

    const mine = stampMessage(mo('hi', { from_addr: '12345' }), { account: 'demo', app: 'hello' });
    await inbound(mine, delivery);
    await outbound(mine, delivery);
    expect(handled).toHaveLength(2);

    table = new RouteTable({ ...snapshot, numbers: [] });
    await outbound(mine, delivery);
    expect(handled).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({
      nack_reason: expect.stringContaining('"12345" of transport "smsc"'),
    });
  });
});

describe('who opts out while a message waits for its transport', () => {
  it.each([
    ['gets it no more', {}, 10, 0],
    ['may get what was sent in the same moment', {}, 1, 1],
    ['gets replies', { in_reply_to: 'what he said' }, 10, 1],
  ])('%s', async (_what, fields, seconds, delivered) => {
    const events: TransportEvent[] = [];
    const handled: string[] = [];
    const handler = async (message: UserMessage): Promise<void> => void handled.push(message.message_id);
    const gate = guardOutbound(handler, {
      table: () => new RouteTable(snapshot),
      isOptedOut: async (owner, address) => owner.app === 'quiz' && address === OPTED_OUT,
      publishEvent: async (event) => void events.push(event),
      clock: () => Date.now() + seconds * 1000,
    });
    const waiting = { ...send(OPTED_OUT, 'news'), ...fields };
    await gate(stampMessage(waiting, { account: 'demo', app: 'quiz' }), { redelivered: false, attempt: 1 });
    expect(handled).toHaveLength(delivered);
    expect(events.map((event) => event.event_type)).toEqual(delivered === 1 ? [] : ['nack']);
  });
});

describe('who has opted out', () => {
  it('is answered in place of the app where its manifest says so', async () => {
    const world = await createWorld();
    await world.dispatcher.inbound(mo('STOP'), 'smsc');
    expect(world.published).toMatchObject([['smsc', { content: 'You are out.', session_event: 'close' }]]);
    expect(world.recorded).toContainEqual(['inbound', 'received', 'hello']);
  });

  const unasked = (): UserMessage =>
    stampMessage({ ...send(OPTED_OUT, 'news'), message_id: 'unasked' }, { account: 'demo', app: 'quiz' });

  it('gets no message that answers none, and its sender is told', async () => {
    const world = await createWorld();
    await world.dispatcher.outbound(unasked(), 'q-quiz');
    expect(world.recorded).toContainEqual(['outbound', 'failed', 'quiz']);
    expect(world.published.map(([connector]) => connector)).toEqual(['q-quiz.failures', 'q-quiz']);
    expect(world.published.at(-1)?.[1]).toMatchObject({
      event_type: 'nack',
      user_message_id: 'unasked',
      nack_reason: expect.stringContaining('opted out'),
    });
  });

  it('gets replies: that it worked, for one', async () => {
    const world = await createWorld();
    const asked = await inboundTo(world, mo('quiz stop', { from_addr: OPTED_OUT }));
    await world.dispatcher.outbound(reply(asked, 'You get no more news.'), 'q-quiz');
    expect(world.published.at(-1)?.[0]).toBe('smsc');
  });
});
