import { reply, send, stampOf, type UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { createWorld, held, inboundTo, mo, snapshot, type World } from './dispatcher.fixture.ts';

const SECRET = { takes: [], seconds: 3600, secret: true };

/** Of an app that has a number of its own. */
const OWN_NUMBER = {
  routes: [
    {
      account: 'demo',
      name: 'bank',
      app: 'hello',
      transport: 'smsc',
      to_addr: '8000',
      keyword: null,
      prefix: null,
    },
  ],
  numbers: [...snapshot.numbers, held('demo', '8000')],
};

function stamped(app: string, waits: unknown, more: object = {}): Partial<UserMessage> {
  return {
    helper_metadata: { vumi: { account: 'demo', app, ...more, ...(waits !== undefined && { waits }) } },
  };
}

function isSecret(message: UserMessage): boolean {
  return stampOf(message)?.isSecret === true;
}

describe.each([
  { name: 'of its own', to_addr: '8000', app: 'hello', first: 'hi', changes: OWN_NUMBER },
  { name: 'that it shares', to_addr: '12345', app: 'quiz', first: 'quiz', changes: {} },
])('on a number $name', ({ to_addr, app, first, changes }) => {
  const typed = (content: string) => mo(content, { to_addr });
  const say = async (world: World, fields: Partial<UserMessage>, to: UserMessage, end = false) =>
    world.dispatcher.outbound(reply(to, 'Text', { continueSession: !end, fields }), `q-${app}`);

  it('what is typed while a secret question is open says so, until the app says something else', async () => {
    const world = await createWorld(null, changes);
    const begun = await inboundTo(world, typed(first));
    expect(isSecret(begun)).toBe(false);
    await say(world, stamped(app, SECRET), begun);
    const pin = await inboundTo(world, typed('84213'));
    expect([isSecret(pin), pin.content]).toEqual([true, '84213']);
    // Once more, before the app has answered.
    expect(isSecret(await inboundTo(world, typed('84213')))).toBe(true);
    await say(world, stamped(app, { takes: [], seconds: 3600 }, { answersSecret: true }), pin);
    expect(isSecret(await inboundTo(world, typed('Thandi')))).toBe(false);
  });

  it.each([
    ['its end', undefined, true],
    ['a reply that asks nothing', undefined, false],
  ])('it is over by %s', async (_by, waits, end) => {
    const world = await createWorld(null, changes);
    const begun = await inboundTo(world, typed(first));
    await say(world, stamped(app, SECRET), begun);
    const pin = await inboundTo(world, typed('84213'));
    await say(world, stamped(app, waits, { answersSecret: true }), pin, end);
    expect(isSecret(await inboundTo(world, typed('hello')))).toBe(false);
  });

  it('it is open still when the app has failed on the answer and apologises', async () => {
    const world = await createWorld(null, changes);
    const begun = await inboundTo(world, typed(first));
    await say(world, stamped(app, SECRET), begun);
    const pin = await inboundTo(world, typed('84213'));
    await say(world, stamped(app, SECRET, { answersSecret: true }), pin, true);
    expect(isSecret(await inboundTo(world, typed('84213')))).toBe(true);
  });

  it('it is over by its own time, and one may be asked by writing first', async () => {
    const world = await createWorld(null, changes);
    const write = (waits: unknown) =>
      world.dispatcher.outbound(
        send('+27761234567', 'PIN?', { from_addr: to_addr, ...stamped(app, waits) }),
        `q-${app}`,
      );
    await write(SECRET);
    expect(isSecret(await inboundTo(world, typed('84213')))).toBe(true);
    await write(undefined);
    expect(isSecret(await inboundTo(world, typed('84213')))).toBe(true);
    await write(null);
    expect(isSecret(await inboundTo(world, typed('84213')))).toBe(false);
  });
});

it('a keyword that leads to another app is no secret of the one that asked', async () => {
  const world = await createWorld();
  const begun = await inboundTo(world, mo('quiz'));
  await world.dispatcher.outbound(reply(begun, 'PIN?', { fields: stamped('quiz', SECRET) }), 'q-quiz');
  const other = await inboundTo(world, mo('rival'));
  expect(stampOf(other)).toMatchObject({ app: 'rival' });
  expect(isSecret(other)).toBe(false);
});
