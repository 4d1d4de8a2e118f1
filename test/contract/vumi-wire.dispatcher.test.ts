import {
  createUserMessage,
  parseUserMessage,
  silentLogger,
  type Middleware,
  type UserMessage,
} from '@vumi/core';
import { createDispatcher, findRouter } from '@vumi/dispatch';
import { MemoryState } from '@vumi/state/memory';
import { describe, expect, test } from 'vitest';

const MESSAGE = createUserMessage({
  from_addr: '+27761234567',
  to_addr: '12345',
  content: 'hi',
  transport_name: 'sms',
});

interface Published {
  readonly connector: string;
  readonly message: UserMessage;
}

/** A dispatcher by Vumi's simple router, with two applications that get what one transport sends. */
async function dispatchTo(published: Published[], middleware: readonly Middleware[]) {
  const type = await findRouter('vumi.dispatchers.SimpleDispatchRouter');
  const router = await type.create(
    { route_mappings: { sms: ['first', 'second'] } },
    {
      dispatcher: 'dispatcher',
      transports: ['sms'],
      applications: ['first', 'second'],
      state: new MemoryState(),
      clock: Date.now,
      random: Math.random,
      logger: silentLogger,
    },
  );
  const ends = {
    publishInbound: async (connector: string, message: UserMessage) =>
      void published.push({ connector, message }),
    publishEvent: async () => {},
    publishOutbound: async (connector: string, message: UserMessage) =>
      void published.push({ connector, message }),
    publishFailure: async () => {},
  };
  const orders = { consume: middleware, publish: middleware.toReversed() };
  return createDispatcher({ router, ends, middleware: orders, logger: silentLogger });
}

describe('what re-implementers miss about dispatchers (spec vumi-core §9)', () => {
  test('1: each destination gets a copy, so that middleware never sees one instance twice', async () => {
    const seen: UserMessage[] = [];
    const marking: Middleware = async (transit, next) => {
      if (transit.stage === 'publish' && transit.flow === 'inbound') {
        seen.push(transit.message);
        const helper_metadata = { marked: transit.connector };
        await next({ ...transit, message: { ...transit.message, helper_metadata } });
      } else await next(transit);
    };
    const published: Published[] = [];
    const dispatcher = await dispatchTo(published, [marking]);
    await dispatcher.inbound(parseUserMessage(JSON.stringify(MESSAGE)), 'sms');
    expect(new Set(seen).size).toBe(2);
    expect(published.map(({ message }) => message.helper_metadata)).toEqual([
      { marked: 'first' },
      { marked: 'second' },
    ]);
  });

  test('2: middleware is passed in order when a message is consumed, and in reverse when it is published', async () => {
    const record: string[] = [];
    const recording =
      (name: string): Middleware =>
      async (transit, next) => {
        record.push(`${name} ${transit.stage} ${transit.flow} ${transit.connector}`);
        await next(transit);
      };
    const dispatcher = await dispatchTo([], [recording('mw1'), recording('mw2')]);
    await dispatcher.outbound(MESSAGE, 'first');
    expect(record).toEqual([
      'mw1 consume outbound first',
      'mw2 consume outbound first',
      'mw2 publish outbound sms',
      'mw1 publish outbound sms',
    ]);
  });
});
