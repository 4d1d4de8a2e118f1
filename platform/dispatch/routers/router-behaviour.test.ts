import { createAck, type TransportEvent, type UserMessage } from '@vumi/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { routerTypes } from './registry.ts';
import { endOf, messageOf, openRouterPlace, placesOf, type RouterPlace } from './router-place.fixture.ts';

let place: RouterPlace;
beforeAll(async () => {
  place = await openRouterPlace();
});
afterAll(async () => place[Symbol.asyncDispose]());
beforeEach(() => {
  place.lines.length = 0;
  place.down.clear();
});

type Kind = keyof typeof routerTypes;
const keywords = { transport_mappings: { 8000: 't1', 9000: 't2' } };
const ackOf = (message: UserMessage, transport_name = 't1'): TransportEvent =>
  createAck({ user_message_id: message.message_id, transport_name }, 'sent');

describe('events', () => {
  test.each<readonly [Kind, object]>([
    ['to_addr', { toaddr_mappings: {} }],
    ['user_grouping', { group_mappings: { g: 'app1' } }],
    ['content_keyword', keywords],
    ['failover', { routes: { app2: ['t1'] } }],
    ['weighted', { routes: { app2: { t1: 1 } } }],
  ])('%s gives them to the sender of their message until that is forgotten', async (kind, config) => {
    const router = await place.create(routerTypes[kind], { ...config, expire_routing_memory: '60' });
    const sent = messageOf({ from_addr: '8000' });
    await router.outbound(sent, endOf('app2', 'sms'));
    expect(placesOf(await router.event(ackOf(sent), endOf('t1')))).toEqual(['event app2.sms']);
    place.pass(60_000);
    expect(await router.event(ackOf(sent), endOf('t1'))).toEqual([]);
    expect(place.lines.map(([level]) => level)).toEqual(['error', 'error']);
  });

  test('of a message that nobody is known to have sent are two errors in the log (spec §9.8)', async () => {
    const router = await place.create(routerTypes.content_keyword, keywords);
    expect(await router.event(ackOf(messageOf({})), endOf('t1'))).toEqual([]);
    expect(place.lines.map(([level]) => level)).toEqual(['error', 'error']);
  });

  test('are kept where a Python Vumi keeps them', async () => {
    const router = await place.create(routerTypes.content_keyword, {
      ...keywords,
      dispatcher_name: 'shared',
    });
    const sent = messageOf({ from_addr: '8000', message_id: 'm1' });
    await router.outbound(sent, endOf('app2'));
    expect(await place.state.getFields('shared:session:message:m1')).toEqual({ name: 'app2' });
  });

  test('go by route_mappings where a user grouping has them', async () => {
    const config = { group_mappings: { g: 'app1' }, route_mappings: { t1: ['app1', 'app2'] } };
    const router = await place.create(routerTypes.user_grouping, config);
    expect(placesOf(await router.event(ackOf(messageOf({})), endOf('t1')))).toEqual([
      'event app1',
      'event app2',
    ]);
  });

  test('end where transports are joined', async () => {
    const router = await place.create(routerTypes.transport_to_transport, { route_mappings: { t1: 't2' } });
    expect(await router.event(ackOf(messageOf({})), endOf('t2'))).toEqual([]);
  });
});

describe('from_addr_multiplex', () => {
  const one = { applications: ['app1'] };

  test('shows its application one transport', async () => {
    const config = { fromaddr_mappings: { 8000: 't2' } };
    const router = await place.create(routerTypes.from_addr_multiplex, config, one);
    const [inbound] = await router.inbound(messageOf({}), endOf('t1'));
    const [event] = await router.event(ackOf(messageOf({})), endOf('t1'));
    const [outbound] = await router.outbound(messageOf({ from_addr: '8000' }), endOf('app1'));
    expect(
      [inbound, event, outbound].map((routed) => [routed?.connector, routed?.message.transport_name]),
    ).toEqual([
      ['app1', 'app1'],
      ['app1', 'app1'],
      ['t2', 't2'],
    ]);
    await expect(router.outbound(messageOf({ from_addr: null }), endOf('app1'))).rejects.toMatchObject({
      code: 'route.none',
    });
  });
});

describe('user_grouping', () => {
  test('gives new users to the groups in the order of their names, and keeps them there', async () => {
    const config = { group_mappings: { b: 'app2', a: 'app1' }, dispatcher_name: 'grouping' };
    const router = await place.create(routerTypes.user_grouping, config);
    const groupsOf = async (): Promise<string[]> => {
      const seen: string[] = [];
      for (const from_addr of ['1', '2', '3', '4']) {
        seen.push(...placesOf(await router.inbound(messageOf({ from_addr }), endOf('t1'))));
      }
      return seen;
    };
    const first = await groupsOf();
    expect(first).toEqual(['inbound app1', 'inbound app2', 'inbound app1', 'inbound app2']);
    expect(await groupsOf()).toEqual(first);
    expect(await place.state.get('grouping:round-robin')).toBe('4');
    expect(await place.state.get('grouping:user:2')).toBe('b');
  });

  test('puts a user of a group that is gone into another', async () => {
    await place.state.set('gone:user:1', 'old');
    const config = { group_mappings: { a: 'app1' }, dispatcher_name: 'gone' };
    const router = await place.create(routerTypes.user_grouping, config);
    expect(placesOf(await router.inbound(messageOf({ from_addr: '1' }), endOf('t1')))).toEqual([
      'inbound app1',
    ]);
    expect(await place.state.get('gone:user:1')).toBe('a');
  });

  test('agrees with itself when a new user writes twice at once', async () => {
    const config = { group_mappings: { a: 'app1', b: 'app2' }, dispatcher_name: 'twice' };
    const router = await place.create(routerTypes.user_grouping, config);
    const both = await Promise.all([1, 2].map(() => router.inbound(messageOf({}), endOf('t1'))));
    expect(both.map(placesOf)[0]).toEqual(both.map(placesOf)[1]);
  });
});

describe('redirect', () => {
  test('renames what comes in and not what goes out', async () => {
    const config = { redirect_inbound: { t1: 'app1' }, redirect_outbound: { app1: 't2' } };
    const router = await place.create(routerTypes.redirect, config);
    const [inbound] = await router.inbound(messageOf({}), endOf('t1'));
    const [event] = await router.event(ackOf(messageOf({})), endOf('t1'));
    const [outbound] = await router.outbound(messageOf({ transport_name: 'app1' }), endOf('app1'));
    expect(
      [inbound, event, outbound].map((routed) => [routed?.connector, routed?.message.transport_name]),
    ).toEqual([
      ['app1', 'app1'],
      ['app1', 'app1'],
      ['t2', 'app1'],
    ]);
  });
});

describe('load_balancing', () => {
  const one = { applications: ['app1'] };

  test('sends in turn, and replies the way their message came', async () => {
    const router = await place.create(routerTypes.load_balancing, {}, one);
    const [inbound] = await router.inbound(messageOf({ transport_name: 't2' }), endOf('t2'));
    expect(inbound?.message.transport_name).toBe('app1');
    expect(inbound?.message.helper_metadata).toEqual({ load_balancer: { transport_names: ['t2'] } });
    const answer = messageOf({ in_reply_to: 'm', helper_metadata: inbound?.message.helper_metadata ?? {} });
    const [replied] = await router.outbound(answer, endOf('app1'));
    expect([replied?.connector, replied?.message.transport_name]).toEqual(['t2', 't2']);
    expect(replied?.message.helper_metadata).toEqual({ load_balancer: { transport_names: [] } });
    const turns = await Promise.all([1, 2, 3].map(() => router.outbound(messageOf({}), endOf('app1'))));
    expect(turns.flatMap(placesOf)).toEqual(['outbound t1', 'outbound t2', 'outbound t1']);
  });

  test.each([
    ['nothing', {}],
    ['a transport that is gone', { load_balancer: { transport_names: ['t9'] } }],
    ['no stack', { load_balancer: { transport_names: 'x' } }],
    ['something else', { load_balancer: 7 }],
  ])('takes the next for a reply of which it knows %s, with a warning', async (_label, helper_metadata) => {
    const router = await place.create(routerTypes.load_balancing, {}, one);
    const answer = messageOf({ in_reply_to: 'm', helper_metadata });
    expect(placesOf(await router.outbound(answer, endOf('app1')))).toEqual(['outbound t1']);
    expect(place.lines.map(([level]) => level)).toEqual(['warn']);
  });

  test.each([['rewrite_transport_names'], ['rewrite_transport_name']])(
    '%s: false leaves names alone',
    async (option) => {
      const router = await place.create(routerTypes.load_balancing, { [option]: false }, one);
      const [inbound] = await router.inbound(messageOf({}), endOf('t1'));
      const [event] = await router.event(ackOf(messageOf({})), endOf('t1'));
      const [outbound] = await router.outbound(messageOf({ transport_name: 'x' }), endOf('app1'));
      expect([inbound, event, outbound].map((routed) => routed?.message.transport_name)).toEqual([
        't1',
        't1',
        'x',
      ]);
    },
  );

  test('reply_affinity: false keeps nothing and sends replies in turn', async () => {
    const router = await place.create(routerTypes.load_balancing, { reply_affinity: false }, one);
    const [inbound] = await router.inbound(messageOf({ transport_name: 't2' }), endOf('t2'));
    expect(inbound?.message.helper_metadata).toEqual({});
    expect(placesOf(await router.outbound(messageOf({ in_reply_to: 'm' }), endOf('app1')))).toEqual([
      'outbound t1',
    ]);
  });
});

describe('failover', () => {
  const config = { routes: { t1: ['app1', 'app2'], app1: ['t1', 't2'] } };

  test.each([
    ['the first', [], 'app1', 't1'],
    ['the next when it is down', ['app1', 't1'], 'app2', 't2'],
    ['the first when all are down', ['app1', 'app2', 't1', 't2'], 'app1', 't1'],
  ])('takes %s', async (_label, down, application, transport) => {
    const router = await place.create(routerTypes.failover, config);
    for (const name of down) place.down.add(name);
    expect(placesOf(await router.inbound(messageOf({}), endOf('t1')))).toEqual([`inbound ${application}`]);
    expect(placesOf(await router.outbound(messageOf({}), endOf('app1')))).toEqual([`outbound ${transport}`]);
  });

  test.each([
    ['waits with a reply for the transport that its message came by', {}, ['outbound t2']],
    ['sends a reply by another when it may', { reply_affinity: false }, ['outbound t1']],
  ])('%s', async (_label, options, to) => {
    const router = await place.create(routerTypes.failover, { ...config, ...options });
    place.down.add('t2');
    const answer = messageOf({ in_reply_to: 'm', transport_name: 't2' });
    expect(placesOf(await router.outbound(answer, endOf('app1')))).toEqual(to);
  });

  test('refuses what comes from elsewhere', async () => {
    const router = await place.create(routerTypes.failover, config);
    expect(await router.inbound(messageOf({}), endOf('t2'))).toEqual([]);
    await expect(router.outbound(messageOf({}), endOf('app2'))).rejects.toMatchObject({ code: 'route.none' });
  });
});

describe('weighted', () => {
  const users = Array.from({ length: 2000 }, (_, index) => `+2776${index}`);
  const chosen = async (weights: object): Promise<(string | undefined)[]> => {
    const router = await place.create(routerTypes.weighted, { routes: { t1: weights } });
    const routed = users.map((from_addr) => router.inbound(messageOf({ from_addr }), endOf('t1')));
    return (await Promise.all(routed)).map(([first]) => first?.connector);
  };
  const shareOf = (names: readonly (string | undefined)[], name: string): number =>
    names.filter((given) => given === name).length / names.length;

  test('splits users by weight, and each stays with his', async () => {
    const first = await chosen({ app1: 3, app2: 1 });
    expect(shareOf(first, 'app1')).toBeCloseTo(0.75, 1);
    expect(await chosen({ app1: 3, app2: 1 })).toEqual(first);
  });

  test('moves only as many users as a new weight must', async () => {
    const before = await chosen({ app1: 1, app2: 1 });
    const after = await chosen({ app1: 1, app2: 3 });
    const moved = users.flatMap((_, index) =>
      before[index] === after[index] ? [] : [`${before[index]} → ${after[index]}`],
    );
    expect(new Set(moved)).toEqual(new Set(['app1 → app2']));
    expect(shareOf(after, 'app2')).toBeCloseTo(0.75, 1);
  });

  test('gives nothing to a connector that is down while another is up', async () => {
    place.down.add('app1');
    expect(shareOf(await chosen({ app1: 3, app2: 1 }), 'app2')).toBe(1);
    place.down.add('app2');
    expect(shareOf(await chosen({ app1: 3, app2: 1 }), 'app1')).toBeCloseTo(0.75, 1);
  });
});
