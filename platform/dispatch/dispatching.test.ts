import { createAck, createUserMessage, silentLogger, VumiError, type Middleware } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { createDispatcher } from './dispatcher.ts';
import type { Router } from './router.ts';

const mo = createUserMessage({ from_addr: '1', to_addr: '2', transport_name: 't', content: 'x' });

const toBoth: Router = {
  inbound: async (message, { endpoint }) =>
    ['a', 'b'].map((connector) => ({ flow: 'inbound', connector, endpoint, message })),
  event: async (message, { endpoint }) => [{ flow: 'event', connector: 'a', endpoint, message }],
  outbound: async (message) => [{ flow: 'outbound', connector: 't', endpoint: 'sms', message }],
};

function world(router: Router, middleware: readonly Middleware[] = [], fails: string | null = null) {
  const published: [string, string, { [key: string]: unknown }][] = [];
  const publisher = (flow: string) => async (connector: string, message: object) => {
    if (connector === fails) throw new VumiError('broker.unavailable', 'away');
    published.push([flow, connector, { ...message }]);
  };
  const dispatcher = createDispatcher({
    router,
    middleware: { consume: middleware, publish: middleware.toReversed() },
    ends: {
      publishInbound: publisher('inbound'),
      publishEvent: publisher('event'),
      publishOutbound: publisher('outbound'),
      publishFailure: publisher('failure'),
    },
    logger: silentLogger,
  });
  return { dispatcher, published };
}

const recorder =
  (name: string, seen: string[], instances: unknown[] = []): Middleware =>
  (transit, next) => {
    seen.push(`${name} ${transit.stage} ${transit.connector}`);
    instances.push(transit.message);
    return next(transit);
  };

describe('a dispatcher', () => {
  it('runs middleware in its order where it consumes and in reverse where it publishes', async () => {
    const seen: string[] = [];
    const { dispatcher } = world(toBoth, [recorder('1', seen), recorder('2', seen)]);
    await dispatcher.outbound(mo, 'app');
    expect(seen).toEqual(['1 consume app', '2 consume app', '2 publish t', '1 publish t']);
  });

  it('gives each destination an instance of its own', async () => {
    const instances: unknown[] = [];
    const publishing: Middleware = (transit, next) => {
      if (transit.stage === 'publish') instances.push(transit.message);
      return next(transit);
    };
    const { dispatcher, published } = world(toBoth, [publishing]);
    await dispatcher.inbound(mo, 't');
    expect(new Set(instances).size).toBe(2);
    expect(published.map(([, connector]) => connector)).toEqual(['a', 'b']);
    expect(published[0]?.[2]).toEqual(published[1]?.[2]);
  });

  it('asks the router from the end that the message came from, before middleware saw it', async () => {
    const ends: unknown[] = [];
    const asking: Router = { ...toBoth, outbound: async (_message, from) => (ends.push(from), []) };
    const renaming: Middleware = (transit, next) => {
      const message = { ...transit.message, routing_metadata: { endpoint_name: 'other' } };
      return next({ ...transit, message } as typeof transit);
    };
    const { dispatcher } = world(asking, [renaming]);
    await dispatcher.outbound({ ...mo, routing_metadata: { endpoint_name: 'ussd' } }, 'app');
    expect(ends).toEqual([{ connector: 'app', endpoint: 'ussd' }]);
  });

  it('sets the endpoint on what it publishes, where it is not the one that none means, and leaves what it was given', async () => {
    const { dispatcher, published } = world(toBoth);
    const frozen = Object.freeze({ ...mo, routing_metadata: Object.freeze({}) });
    await dispatcher.outbound(frozen, 'app');
    await dispatcher.event(createAck({ user_message_id: 'm', transport_name: 't' }, '7'), 't');
    expect(published.map(([, , message]) => message['routing_metadata'])).toEqual([
      { endpoint_name: 'sms' },
      {},
    ]);
    expect(frozen.routing_metadata).toEqual({});
  });

  it('publishes to the others when one destination fails, and keeps the message with its sender', async () => {
    const { dispatcher, published } = world(toBoth, [], 'a');
    await expect(dispatcher.inbound(mo, 't')).rejects.toMatchObject({ code: 'broker.unavailable' });
    expect(published.map(([, connector]) => connector)).toEqual(['b']);
  });

  it('drops what comes in and has no way, and nacks what goes out and has none', async () => {
    const nowhere: Router = {
      ...toBoth,
      inbound: async () => [],
      outbound: async () => {
        throw new VumiError('route.none', 'unknown transport_name');
      },
    };
    const { dispatcher, published } = world(nowhere);
    await dispatcher.inbound(mo, 't');
    await dispatcher.outbound({ ...mo, routing_metadata: { endpoint_name: 'sms' } }, 'app');
    expect(published).toMatchObject([
      ['failure', 'app', { reason: 'unknown transport_name', failure_code: 'permanent' }],
      [
        'event',
        'app',
        {
          event_type: 'nack',
          user_message_id: mo.message_id,
          nack_reason: 'unknown transport_name',
          routing_metadata: { endpoint_name: 'sms' },
        },
      ],
    ]);
  });

  it.each([
    [
      'throws at once',
      () => {
        throw new TypeError('boom');
      },
    ],
    [
      'rejects',
      async () => {
        throw new TypeError('boom');
      },
    ],
  ] satisfies [string, Middleware][])(
    'keeps a message with its sender when middleware %s',
    async (_what, broken) => {
      const { dispatcher, published } = world(toBoth, [broken]);
      await expect(dispatcher.inbound(mo, 't')).rejects.toThrow('boom');
      await expect(dispatcher.outbound(mo, 'app')).rejects.toThrow('boom');
      expect(published).toEqual([]);
    },
  );

  const refusing =
    (where: string): Middleware =>
    (transit, next) => {
      if (`${transit.stage} ${transit.flow} ${transit.connector}` !== where) return next(transit);
      throw new VumiError('message.refused', 'not this one');
    };

  it.each(['consume outbound app', 'publish outbound t'])(
    'tells the sender once of what middleware refuses: %s',
    async (where) => {
      const { dispatcher, published } = world(toBoth, [refusing(where)]);
      await dispatcher.outbound(mo, 'app');
      expect(published).toMatchObject([
        ['failure', 'app', { reason: 'not this one' }],
        ['event', 'app', { event_type: 'nack', user_message_id: mo.message_id, nack_reason: 'not this one' }],
      ]);
    },
  );

  it('ends what comes in and is refused by middleware, for one destination alone, too', async () => {
    const nothing = world(toBoth, [refusing('consume inbound t'), refusing('consume event t')]);
    await nothing.dispatcher.inbound(mo, 't');
    await nothing.dispatcher.event(createAck({ user_message_id: 'm', transport_name: 't' }, '7'), 't');
    expect(nothing.published).toEqual([]);
    const { dispatcher, published } = world(toBoth, [refusing('publish inbound a')]);
    await dispatcher.inbound(mo, 't');
    expect(published).toMatchObject([['inbound', 'b', { content: 'x' }]]);
  });

  it('keeps a message that one destination refuses while another is away', async () => {
    const { dispatcher } = world(toBoth, [refusing('publish inbound a')], 'b');
    await expect(dispatcher.inbound(mo, 't')).rejects.toMatchObject({ code: 'broker.unavailable' });
  });

  it('ends a message that middleware does not pass on', async () => {
    const { dispatcher, published } = world(toBoth, [async () => {}]);
    await dispatcher.inbound(mo, 't');
    expect(published).toEqual([]);
  });
});
