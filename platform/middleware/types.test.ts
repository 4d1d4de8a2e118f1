import type { Transit } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  awayState,
  inbound,
  openMiddlewarePlace,
  outbound,
  plainTransits,
  through,
  type MiddlewarePlace,
} from './middleware-place.fixture.ts';
import { middlewareTypes } from './registry.ts';

/** A configuration of each type, and one that it refuses. */
const CONFIGS: Record<keyof typeof middlewareTypes, [good: object, bad: object]> = {
  logging: [{}, { log_level: 'loud' }],
  tagging: [
    {
      incoming: { addr_pattern: '^8(.*)', tagpool_template: 'pool', tagname_template: '\\1' },
      outgoing: { tagname_pattern: '(.*)', msg_template: { from_addr: '8\\1' } },
    },
    { incoming: {} },
  ],
  storing: [{ redis_manager: {}, store_prefix: 'x' }, { store_on_consume: 'maybe' }],
  session_length: [{}, { timeout: -1 }],
  address_translation: [{ outbound_map: { '555': '+27555' } }, { outbound_map: { a: 'x', b: 'x' } }],
  static_provider_setting: [{ provider: 'MTN' }, {}],
  address_prefix_provider_setting: [{ provider_prefixes: { '+27': 'MTN' } }, { provider_prefixes: ['+27'] }],
  metrics: [{}, { publish_interval: 0 }],
};
/** What these do to messages without addresses: a provider is set, whoever they are from. */
const SETS_ALWAYS: ReadonlySet<string> = new Set(['static_provider_setting']);

describe.each(Object.entries(middlewareTypes))('middleware of type %s', (name, type) => {
  const [good, bad] = CONFIGS[name as keyof typeof middlewareTypes];
  let place: MiddlewarePlace;
  beforeAll(async () => {
    place = await openMiddlewarePlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());

  test('is registered under its name, and under the class that Vumi had', () => {
    expect(type.type).toBe(name);
    expect(type.aliases.some((alias) => /^(?:vumi|go)\.[a-z_.]+\.[A-Z]\w+Middleware$/.test(alias))).toBe(
      true,
    );
  });

  test.each([bad, { ...good, unheard_of: 1 }])('refuses %j', async (config) => {
    await expect(type.start(config, place.ports)).rejects.toMatchObject({ code: 'config.invalid' });
  });

  test('passes on what it has no business with, as the same object', async () => {
    const middleware = await through(type, good, place.ports);
    for (const transit of plainTransits()) {
      const arrived = await middleware.send(transit);
      if (SETS_ALWAYS.has(name) && 'provider' in transit.message) continue;
      expect(arrived).toBe(transit.message);
    }
    await middleware[Symbol.asyncDispose]();
  });

  test('changes no message that it is given, but a copy', async () => {
    const middleware = await through(type, good, place.ports);
    const tag = { tag: { tag: ['pool', 't1'] } };
    const events = ['new', 'resume', 'close'] as const;
    for (const session_event of events) {
      for (const transit of [inbound({ session_event }), outbound({ session_event, helper_metadata: tag })]) {
        const before = JSON.stringify(transit);
        await middleware.send(transit);
        expect(JSON.stringify(transit)).toBe(before);
      }
    }
    await middleware[Symbol.asyncDispose]();
  });

  test('loses no message while the state is away: it passes, or is to come again', async () => {
    const running = await type.start(good, { ...place.ports, state: awayState() });
    for (const transit of [inbound({ session_event: 'new' }), outbound({ session_event: 'close' })]) {
      const arrived: Transit[] = [];
      const next = async (passed: Transit): Promise<void> => {
        arrived.push(passed);
      };
      const told = await running.handle(transit, next).then(
        () => 'safe',
        () => 'again',
      );
      expect({ told, arrived: arrived.length }).toEqual(
        told === 'safe' ? { told, arrived: 1 } : { told: 'again', arrived: 0 },
      );
    }
    await running[Symbol.asyncDispose]();
  });

  test('tells of what failed behind it', async () => {
    const running = await type.start(good, place.ports);
    const failing = (): Promise<void> => Promise.reject(new Error('the next one failed'));
    await expect(running.handle(inbound(), failing)).rejects.toThrow('the next one failed');
    await running[Symbol.asyncDispose]();
  });

  test('may be ended twice', async () => {
    const running = await type.start(good, place.ports);
    await running[Symbol.asyncDispose]();
    await running[Symbol.asyncDispose]();
  });
});
