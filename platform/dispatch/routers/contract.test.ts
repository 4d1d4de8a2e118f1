import {
  createAck,
  createDeliveryReport,
  createNack,
  VumiError,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Routed, Router, RouterPorts } from '../router.ts';
import { routerTypes } from './registry.ts';
import { endOf, messageOf, openRouterPlace, type RouterPlace } from './router-place.fixture.ts';

const one: Partial<RouterPorts> = { applications: ['app1'] };
const numbers = { 8000: 't1', 9000: 't2' };
const table = {
  t1: { default: 'app1', sms: ['app2', 'sms'] },
  app1: { default: ['t1', 'default'], sms: ['t2', 'x'] },
};
/** A configuration of each kind that leads somewhere from t1 and from app1. */
const CONFIGS: Readonly<Record<keyof typeof routerTypes, { config: object; ports?: Partial<RouterPorts> }>> =
  {
    simple: { config: { route_mappings: { t1: ['app1', 'app2'] } } },
    transport_to_transport: { config: { route_mappings: { t1: ['t2', 't1'] } } },
    to_addr: { config: { toaddr_mappings: { app1: '8', app2: '.*' } } },
    from_addr_multiplex: { config: { fromaddr_mappings: numbers }, ports: one },
    user_grouping: { config: { group_mappings: { a: ['app1', 'app2'], b: 'app2' } } },
    content_keyword: {
      config: {
        transport_mappings: numbers,
        keyword_mappings: { app1: 'a', app2: ['a', 'b'] },
        fallback_application: 'app1',
      },
    },
    redirect: { config: { redirect_inbound: { t1: ['app1', 'app2'] }, redirect_outbound: { t1: 't2' } } },
    load_balancing: { config: {}, ports: one },
    routing_table: { config: { routing_table: table } },
    failover: { config: { routes: { t1: ['app1', 'app2'], app1: ['t1', 't2'] } } },
    weighted: { config: { routes: { t1: { app1: 1, app2: 2 }, app1: { t1: 1, t2: 1 } } } },
  };

/** Numbers that are the same in each run (Lehmer). */
function createRandom(): <T>(choices: readonly T[]) => T {
  let seed = 7;
  return (choices) => {
    seed = (seed * 48_271) % 0x7fffffff;
    return choices[seed % choices.length] as (typeof choices)[number];
  };
}
const pick = createRandom();

function randomMessage(): UserMessage {
  return messageOf({
    to_addr: pick([null, '', '8000', '9000', 'constructor', '\u0000']),
    from_addr: pick([null, '', '8000', '9000', '+27761234567', '__proto__', '\ud800']),
    content: pick([null, '', ' ', 'a', 'A b', '__proto__ x', '\n', 'x'.repeat(2000)]),
    transport_name: pick([null, '', 't1', 't2', 'app1', 'toString']),
    in_reply_to: pick([null, 'm1']),
    session_event: pick([null, 'new', 'resume', 'close']),
    group: pick([null, '#vumi']),
    helper_metadata: pick<Record<string, unknown>>([
      {},
      { load_balancer: null },
      { load_balancer: { transport_names: [null, 't1'] } },
      { load_balancer: { transport_names: {} } },
    ]),
  });
}

function randomEvent(): TransportEvent {
  const fields = { user_message_id: pick(['m1', 'constructor', '']), transport_name: pick(['t1', 't9', '']) };
  return pick([createAck(fields, 'x'), createNack(fields, 'no'), createDeliveryReport(fields, 'delivered')]);
}

let place: RouterPlace;
beforeAll(async () => {
  place = await openRouterPlace();
});
afterAll(async () => place[Symbol.asyncDispose]());

describe.each(Object.values(routerTypes))('the router $type', (type) => {
  const { config, ports = {} } = CONFIGS[type.type as keyof typeof CONFIGS];
  const open = (): Promise<Router> => place.create(type, config, ports);
  const names = new Set([...(ports.applications ?? ['app1', 'app2']), 't1', 't2']);

  /** What is wrong with an answer; a matcher of vitest is too slow for each of 10,000. */
  const faultOf = (routed: readonly Routed[], input: object): string | null => {
    const fields = Object.keys(input).sort().join();
    for (const { connector, endpoint, message } of routed) {
      if (!names.has(connector)) return `leads to ${connector}`;
      if (endpoint === '') return 'has no endpoint';
      if (Object.keys(message).sort().join() !== fields) return 'has other fields';
    }
    const instances = new Set(routed.flatMap(({ message }) => [message, message.helper_metadata]));
    return instances.size === 2 * routed.length ? null : 'shares an instance';
  };
  const check = (routed: readonly Routed[], input: object): void => {
    const fault = faultOf(routed, input);
    if (fault !== null) throw new Error(fault);
  };

  test('is found under its name in the registry', () => {
    expect(Object.entries(routerTypes).find(([, each]) => each === type)?.[0]).toBe(type.type);
    expect(type.summary).toMatch(/^[a-z].*[^.]$/);
  });

  test('says what is wrong with a configuration of nonsense', async () => {
    const refused = { code: 'config.invalid', message: expect.stringContaining('nonsense') };
    await expect(place.create(type, { ...config, nonsense: 1 }, ports)).rejects.toMatchObject(refused);
  });

  test('leads somewhere, with a copy for each destination, and keeps the endpoint or says another', async () => {
    const router = await open();
    const inbound = await router.inbound(messageOf({ content: 'a' }), endOf('t1', 'sms'));
    expect(inbound.length).toBeGreaterThan(0);
    check(inbound, messageOf({}));
    expect(inbound.map(({ endpoint }) => endpoint)).toEqual(inbound.map(() => 'sms'));
  });

  test('never changes what it is given', async () => {
    const router = await open();
    const freeze = <T extends object>(value: T): T => {
      for (const inner of Object.values(value))
        if (typeof inner === 'object' && inner !== null) freeze(inner);
      return Object.freeze(value);
    };
    const message = freeze(messageOf({ content: 'a', from_addr: '8000', in_reply_to: 'm' }));
    const event = freeze(createAck({ user_message_id: message.message_id, transport_name: 't1' }, 'x'));
    await router.inbound(message, freeze(endOf('t1')));
    await router.outbound(message, freeze(endOf('app1'))).catch(() => undefined);
    await router.event(event, freeze(endOf('t1')));
  });

  test.each([
    ['inbound', endOf('nobody')],
    ['outbound', endOf('nobody')],
  ] as const)('outlives an %s message of a connector that it does not know', async (flow, from) => {
    const router = await open();
    const routed = router[flow](messageOf({ transport_name: 'nobody' }), from);
    await expect(
      routed.catch((error: unknown) => (error instanceof VumiError ? [] : error)),
    ).resolves.toBeInstanceOf(Array);
  });

  test('drops events of messages that it does not know, or sends them by the transport', async () => {
    const router = await open();
    const event = createAck({ user_message_id: 'never sent', transport_name: 't1' }, 'x');
    check(await router.event(event, endOf('t1')), event);
  });

  test('decides the same for one user, however many write at once', async () => {
    const router = await open();
    const together = Array.from({ length: 50 }, () =>
      router.inbound(messageOf({ content: 'a' }), endOf('t1')),
    );
    const decided = (await Promise.all(together)).map((routed) =>
      routed.map(({ connector }) => connector).join(),
    );
    expect(new Set(decided).size).toBe(1);
  });

  test('refuses 10,000 random messages by nothing but a VumiError', async () => {
    const router = await open();
    const froms = ['t1', 't2', 'app1', 'app2', 'constructor'];
    for (let batch = 0; batch < 20; batch++) {
      const routing = Array.from({ length: 500 }, async () => {
        const from = endOf(pick(froms), pick(['default', 'sms', '__proto__']));
        const flow = pick(['inbound', 'outbound', 'event'] as const);
        const input = flow === 'event' ? randomEvent() : randomMessage();
        const before = JSON.stringify(input);
        try {
          const routed =
            flow === 'event'
              ? await router.event(input as TransportEvent, from)
              : await router[flow](input as UserMessage, from);
          check(routed, input);
        } catch (error) {
          if (!(error instanceof VumiError)) throw error;
        }
        if (JSON.stringify(input) !== before) throw new Error('changed its input');
      });
      await Promise.all(routing);
    }
  });
});
