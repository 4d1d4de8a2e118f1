import { queueConnector } from '@vumi/broker';
import {
  applicationEnd,
  createUserMessage,
  parseFailure,
  routingKey,
  silentLogger,
  VumiError,
  transportEnd,
  type ApplicationEnd,
  type MiddlewareOrders,
  type TransportEnd,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { dispatcherWorker, dispatchMiddlewareTypes, routingTableWorker } from '@vumi/dispatch';
import { defineMiddleware, startMiddleware, takeMiddleware } from '@vumi/middleware';
import { createWiring, httpNotHere, type EndPorts, type WorkerType } from '@vumi/runtime';
import { eventually } from '@vumi/machine/testing';
import type { Store } from '@vumi/store';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrokerPlace, type BrokerPlace } from './broker-place.ts';
import { openStatePlace, type StatePlace } from './state-place.ts';

let place: BrokerPlace;
let keyed: StatePlace;

beforeAll(async () => {
  [place, keyed] = await Promise.all([openBrokerPlace(), openStatePlace()]);
});
afterAll(() => Promise.all([place[Symbol.asyncDispose](), keyed[Symbol.asyncDispose]()]));

/** A dispatcher on queues, as one in a process of its own. */
function start(
  type: WorkerType,
  config: unknown,
  around = (ends: EndPorts): EndPorts => ends,
  middleware?: MiddlewareOrders,
) {
  return type.start(config, {
    ...(middleware === undefined ? {} : { middleware }),
    name: place.queue('dispatcher'),
    ends: around(createWiring(place.broker).endsOf().ports),
    broker: place.broker,
    state: keyed.state,
    ledger: () => {
      throw new TypeError('a dispatcher has no ledger');
    },
    http: httpNotHere(),
    store: null,
    clock: Date.now,
    random: Math.random,
    logger: silentLogger,
    signal: new AbortController().signal,
  });
}

const transport = (): TransportEnd => transportEnd(queueConnector(place.broker, place.queue('t')));
const application = (): ApplicationEnd => applicationEnd(queueConnector(place.broker, place.queue('app')));
const from = (name: string, fields: Partial<UserMessage> = {}): UserMessage =>
  createUserMessage({ from_addr: '+27761234567', to_addr: '8000', transport_name: name, ...fields });

async function inboundOf(app: ApplicationEnd) {
  const got: UserMessage[] = [];
  const subscription = await app.onInbound(async (message) => void got.push(message), { prefetch: 10 });
  return { got, [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() };
}

async function eventsOf(app: ApplicationEnd) {
  const got: TransportEvent[] = [];
  const subscription = await app.onEvent(async (event) => void got.push(event), { prefetch: 10 });
  return { got, [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() };
}

async function outboundOf(end: TransportEnd) {
  const got: UserMessage[] = [];
  const subscription = await end.onOutbound(async (message) => void got.push(message), { prefetch: 10 });
  return { got, [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() };
}

async function failuresOf(name: string) {
  const got: { reason: string; message: unknown }[] = [];
  const subscription = await place.broker.consume(
    routingKey(name, 'failures'),
    async (body) => {
      const { reason, message } = parseFailure(body);
      got.push({ reason, message });
    },
    { prefetch: 1, failuresKey: `${name}.failures.dead` },
  );
  return { got, [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() };
}

describe('a dispatcher over queues', () => {
  it('delivers what waited before it came, each user in order, a copy to each application', async () => {
    const [t, one, two] = [transport(), application(), application()];
    const users = ['+1', '+2', '+3'];
    for (let index = 0; index < 10; index += 1) {
      for (const user of users)
        await t.publishInbound(from(t.name, { from_addr: user, content: `${index}` }));
    }
    await using _ = await start(dispatcherWorker, {
      transport_names: [t.name],
      exposed_names: [one.name, two.name],
      router_class: 'vumi.dispatchers.SimpleDispatchRouter',
      route_mappings: { [t.name]: [one.name, two.name] },
    });
    await using ones = await inboundOf(one);
    await using twos = await inboundOf(two);
    const inOrder = Object.fromEntries(users.map((user) => [user, '0123456789'.split('')]));
    const byUser = (got: readonly UserMessage[]) =>
      Object.fromEntries(
        users.map((user) => [
          user,
          got.filter(({ from_addr }) => from_addr === user).map(({ content }) => content),
        ]),
      );
    await eventually(
      () => [byUser(ones.got), byUser(twos.got)],
      (seen) => JSON.stringify(seen) === JSON.stringify([inOrder, inOrder]),
    );
  });

  it('moves messages and events between endpoints, both ways', async () => {
    const [t, app] = [transport(), application()];
    await using _ = await start(routingTableWorker, {
      receive_inbound_connectors: [t.name],
      receive_outbound_connectors: [app.name],
      routing_table: {
        [t.name]: { default: [app.name, 'sms'] },
        [app.name]: { sms: [t.name, 'default'] },
      },
    });
    await using inbound = await inboundOf(app);
    await using outbound = await outboundOf(t);
    await t.publishInbound(from(t.name));
    await app.publishOutbound(from(t.name, { routing_metadata: { endpoint_name: 'sms' } }));
    await expect.poll(() => [...inbound.got, ...outbound.got]).toHaveLength(2);
    expect(inbound.got[0]?.routing_metadata.endpoint_name).toBe('sms');
    expect(outbound.got[0]?.routing_metadata.endpoint_name).toBe('default');
  });

  it('tells the sender, at his endpoint, why a message has no way, and keeps the message', async () => {
    const [t, app] = [transport(), application()];
    await using _ = await start(dispatcherWorker, {
      transport_names: t.name,
      exposed_names: app.name,
      router: { type: 'simple', route_mappings: { [t.name]: app.name } },
    });
    await using events = await eventsOf(app);
    await using failures = await failuresOf(app.name);
    const lost = from('elsewhere', { routing_metadata: { endpoint_name: 'sms' } });
    await app.publishOutbound(lost);
    await expect.poll(() => [events.got.length, failures.got.length]).toEqual([1, 1]);
    expect(events.got[0]).toMatchObject({
      event_type: 'nack',
      user_message_id: lost.message_id,
      nack_reason: expect.stringContaining('elsewhere'),
      routing_metadata: { endpoint_name: 'sms' },
    });
    expect(failures.got[0]?.message).toMatchObject({ message_id: lost.message_id });
  });

  it('loses nothing when it cannot publish to one of two: both get the message, under one id', async () => {
    const [t, one, two] = [transport(), application(), application()];
    let failures = 0;
    const failingOnce = (ends: EndPorts): EndPorts => ({
      ...ends,
      receiveOutbound: (name) => {
        const end = ends.receiveOutbound(name);
        return {
          ...end,
          publishInbound: async (message) => {
            if (name === two.name && failures++ === 0) throw new Error('the connection is gone');
            return end.publishInbound(message);
          },
        };
      },
    });
    const config = {
      transport_names: [t.name],
      exposed_names: [one.name, two.name],
      router_class: 'simple',
      route_mappings: { [t.name]: [one.name, two.name] },
    };
    await using _ = await start(dispatcherWorker, config, failingOnce);
    await using ones = await inboundOf(one);
    await using twos = await inboundOf(two);
    const message = from(t.name);
    await t.publishInbound(message);
    await expect.poll(() => [ones.got.length, twos.got.length]).toEqual([2, 1]);
    const ids = [...ones.got, ...twos.got].map(({ message_id }) => message_id);
    expect(new Set(ids)).toEqual(new Set([message.message_id]));
  });

  it('goes on after a message at which its router fails each time', async () => {
    const [t, app] = [transport(), application()];
    const broken = (ends: EndPorts): EndPorts => ({
      ...ends,
      receiveOutbound: (name) => ({
        ...ends.receiveOutbound(name),
        publishInbound: async (message) => {
          if (message.content === 'poison') throw new TypeError('boom');
          return ends.receiveOutbound(name).publishInbound(message);
        },
      }),
    });
    const config = {
      transport_names: [t.name],
      exposed_names: [app.name],
      router_class: 'simple',
      route_mappings: { [t.name]: app.name },
    };
    await using _ = await start(dispatcherWorker, config, broken);
    await using inbound = await inboundOf(app);
    await using failures = await failuresOf(t.name);
    await t.publishInbound(from(t.name, { content: 'poison' }));
    await t.publishInbound(from(t.name, { content: 'fine' }));
    await expect.poll(() => inbound.got.map(({ content }) => content)).toEqual(['fine']);
    await expect.poll(() => failures.got).toMatchObject([{ reason: expect.stringContaining('boom') }]);
  });

  it('passes its middleware by priority, and tells recording of what is refused and of what has no route', async () => {
    const [t, app] = [transport(), application()];
    const passed: string[] = [];
    const recorded: string[] = [];
    const noting = defineMiddleware({
      type: 'noting',
      summary: 'notes what passes, and refuses what nobody is to get',
      configSchema: z.strictObject({}),
      start: (_config, { name }) => ({
        handle: (transit, next) => {
          if (transit.flow === 'outbound') passed.push(`${name} ${transit.stage} ${transit.connector}`);
          const refuses = name === 'last' && transit.stage === 'consume' && transit.flow === 'outbound';
          if (refuses && transit.message.content === 'bad')
            throw new VumiError('message.refused', 'not this one');
          return next(transit);
        },
      }),
    });
    const recorder: Store['recorder'] = {
      inbound: async ({ content }, _owner, status) => void recorded.push(`inbound ${content} ${status}`),
      outbound: async ({ content }, _owner, status) => void recorded.push(`outbound ${content} ${status}`),
      event: async ({ event_type }) => void recorded.push(event_type),
    };
    const { entries, config } = takeMiddleware(
      {
        transport_names: t.name,
        exposed_names: app.name,
        router_class: 'vumi.dispatchers.ToAddrRouter',
        toaddr_mappings: { [app.name]: '8000' },
        middleware: [
          { last: { class: 'noting', consume_priority: 1, publish_priority: -1 } },
          { rows: 'recording' },
          { first: 'noting' },
        ],
      },
      undefined,
      [noting, dispatchMiddlewareTypes({}).recording],
    );
    await using chain = await startMiddleware(entries, {
      worker: 'dispatcher',
      state: keyed.state,
      store: { recorder } as Store,
      publishMetrics: async () => {},
      clock: Date.now,
      logger: silentLogger,
    });
    await using _ = await start(dispatcherWorker, config, undefined, chain.orders);
    await using events = await eventsOf(app);
    await using failures = await failuresOf(app.name);
    await using outbound = await outboundOf(t);
    const bad = from(t.name, { content: 'bad' });
    await app.publishOutbound(from(t.name, { content: 'good' }));
    await app.publishOutbound(bad);
    await t.publishInbound(from(t.name, { to_addr: '9000', content: 'lost' }));
    await expect.poll(() => [outbound.got.length, events.got.length, failures.got.length]).toEqual([1, 1, 1]);
    expect(events.got[0]).toMatchObject({
      event_type: 'nack',
      user_message_id: bad.message_id,
      nack_reason: 'not this one',
    });
    const consumed = [`first consume ${app.name}`, `last consume ${app.name}`];
    const published = [`last publish ${t.name}`, `first publish ${t.name}`];
    expect(passed.filter((step) => step.includes('publish'))).toEqual(published);
    expect(passed.filter((step) => step.includes('consume'))).toEqual([...consumed, ...consumed]);
    const rows = ['outbound good queued', 'outbound bad failed', 'nack', 'inbound lost unrouted'];
    await expect.poll(() => recorded.toSorted()).toEqual(rows.toSorted());
  });

  it.each([
    ['an unknown router', { router_class: 'Sorting' }, 'Sorting'],
    ['no router', {}, 'router_class'],
    [
      'an option that its router does not know',
      { router_class: 'simple', route_mappings: {}, transport_maps: {} },
      'transport_maps',
    ],
    ['a connector that it does not hold', { router_class: 'simple', route_mappings: { t: ['b'] } }, '"b"'],
  ])('does not start with %s', async (_what, options, named) => {
    const config = { transport_names: ['t'], exposed_names: ['a'], ...options };
    await expect(start(dispatcherWorker, config)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(named),
    });
  });
});
