import {
  createUserMessage,
  silentLogger,
  TEXT_ONLY,
  type AssignedNumber,
  type FailureMessage,
  type KeyedState,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { Dispatcher } from './dispatcher.ts';
import { createPlatformDispatcher } from './platform-dispatcher.ts';
import type { Router } from './router.ts';
import { routerTypes } from './routers/registry.ts';
import { RouteTable, type RoutingSnapshot } from './route-table.ts';

export const held = (account: string, number: string, keyword: string | null = null): AssignedNumber => ({
  account,
  transport: 'smsc',
  number,
  range: false,
  keyword,
});

export const snapshot: RoutingSnapshot = {
  accounts: [
    { name: 'demo', active: true, respect_optouts: true },
    { name: 'other', active: true },
    { name: 'asleep', active: false },
  ],
  apps: [
    { account: 'demo', app: 'hello', version: 1, handlers: ['onMessage'], stop: 'You are out.' },
    { account: 'demo', app: 'quiz', version: 1, handlers: ['onMessage', 'onEvent'] },
    { account: 'other', app: 'rival', version: 1, handlers: ['onMessage'] },
    { account: 'asleep', app: 'nap', version: 1, handlers: ['onMessage'] },
  ],
  routes: [
    {
      account: 'demo',
      name: 'hello',
      app: 'hello',
      transport: 'smsc',
      to_addr: '12345',
      keyword: null,
      prefix: null,
    },
    {
      account: 'demo',
      name: 'quiz',
      app: 'quiz',
      transport: 'smsc',
      to_addr: '12345',
      keyword: 'quiz',
      prefix: null,
    },
    {
      account: 'other',
      name: 'rival',
      app: 'rival',
      transport: 'smsc',
      to_addr: '12345',
      keyword: 'rival',
      prefix: null,
    },
    {
      account: 'asleep',
      name: 'nap',
      app: 'nap',
      transport: 'smsc',
      to_addr: '777',
      keyword: null,
      prefix: null,
    },
  ],
  numbers: [
    held('demo', '12345'),
    held('demo', '8000'),
    held('other', '12345', 'rival'),
    held('asleep', '777'),
  ],
  transports: [{ name: 'smsc' }],
};

export const shopRoute = {
  account: 'demo',
  name: 'shop',
  app: null,
  smpp_client: 'Shop',
  transport: 'smsc',
  to_addr: '8000',
  keyword: null,
  prefix: null,
};

function mapState(): Pick<KeyedState, 'get' | 'set' | 'delete'> {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => values.delete(key),
  };
}

function openSimpleRouter(state: ReturnType<typeof mapState>): Promise<Router> {
  const names = { transports: ['wired', 'single', 'smsc'], applications: ['one', 'two', 'three'] };
  return routerTypes.simple.create(
    { route_mappings: { wired: ['one', 'two'], single: 'three' }, transport_mappings: { alias: 'smsc' } },
    {
      ...names,
      dispatcher: 'platform',
      state: state as KeyedState,
      clock: Date.now,
      random: Math.random,
      logger: silentLogger,
    },
  );
}

export interface World {
  /** The store has changed. */
  change: (to: Partial<RoutingSnapshot>) => void;
  dispatcher: Dispatcher;
  published: [string, UserMessage | TransportEvent | FailureMessage][];
  recorded: [string, string, string | null][];
  /** Connectors that nobody takes anything from. */
  down: Set<string>;
  /** Lines for authors. */
  told: [string, string][];
}

export async function createWorld(
  fallbackApp: { account: string; app: string } | null = null,
  changes: Partial<RoutingSnapshot> = {},
): Promise<World> {
  let table = new RouteTable({ ...snapshot, routes: [...snapshot.routes, shopRoute], ...changes });
  const state = mapState();
  const published: World['published'] = [];
  const recorded: World['recorded'] = [];
  const told: World['told'] = [];
  const down = new Set<string>();
  const publish = async (
    connector: string,
    message: UserMessage | TransportEvent | FailureMessage,
  ): Promise<void> => void published.push([connector, message]);
  const simple = await openSimpleRouter(state);
  const wired = new Set(['wired', 'single', 'one', 'two', 'three']);
  const dispatcher = createPlatformDispatcher({
    catalog: { table: () => table },
    state,
    clock: Date.now,
    store: {
      optouts: {
        includes: async (_account: string, _type: string, address: string) => address === OPTED_OUT,
      },
      effects: { apply: async () => [] },
    } as unknown as Parameters<typeof createPlatformDispatcher>[0]['store'],
    recorder: {
      inbound: async (_message, owner, status) => void recorded.push(['inbound', status, owner?.app ?? null]),
      outbound: async (_message, owner, status) =>
        void recorded.push(['outbound', status, owner?.app ?? null]),
      event: async (event) => void recorded.push(['event', event.event_type, event.user_message_id]),
    },
    ends: {
      publishInbound: publish,
      publishEvent: publish,
      publishOutbound: publish,
      publishFailure: (connector, failure) => publish(`${connector}.failures`, failure),
    },
    connectorOf: (ref) => `q-${ref.app}`,
    isRecordedThere: (connector) => connector.startsWith('q-') || connector.startsWith('smpp.'),
    readReceiver: (_connector, address) => address,
    limitsOf: () => TEXT_ONLY,
    isUp: (connector) => !down.has(connector),
    fallbackApp,
    tellAuthor: (_message, ref, reason) => void told.push([ref.app, reason]),
    charging: (transit, next) => next(transit),
    wired: { router: simple, has: (connector) => wired.has(connector) },
    logger: silentLogger,
  });
  const change = (to: Partial<RoutingSnapshot>): void => {
    table = new RouteTable({ ...snapshot, ...to });
  };
  return { dispatcher, published, recorded, told, change, down };
}

export const OPTED_OUT = '+27760000000';

export const mo = (content: string, fields: Partial<UserMessage> = {}): UserMessage =>
  createUserMessage({
    from_addr: '+27761234567',
    to_addr: '12345',
    transport_name: 'smsc',
    transport_type: 'sms',
    content,
    ...fields,
  });

export const inboundTo = async (world: World, message: UserMessage): Promise<UserMessage> => {
  await world.dispatcher.inbound(message, message.transport_name ?? '');
  const last = world.published.at(-1);
  if (last === undefined) throw new Error('nothing was published');
  return last[1] as UserMessage;
};
