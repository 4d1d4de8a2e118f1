import {
  createUserMessage,
  silentLogger,
  type AssignedNumber,
  type FailureMessage,
  type KeyedState,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createEventRoutes } from './event-routes.ts';
import { createContentKeywordRouter } from './routers/content-keyword-router.ts';
import { createSimpleDispatchRouter } from './routers/simple-dispatch-router.ts';
import { RoutingTable, type RoutingSnapshot } from './routing-table.ts';
import { createSessions } from './sessions.ts';

export const held = (account: string, number: string, keyword: string | null = null): AssignedNumber => ({
  account,
  transport: 'smsc',
  number,
  range: false,
  keyword,
});

export const snapshot: RoutingSnapshot = {
  accounts: [
    { name: 'demo', active: true },
    { name: 'other', active: true },
    { name: 'asleep', active: false },
  ],
  apps: [
    { account: 'demo', app: 'hello', version: 1, handlers: ['onMessage'] },
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

export interface World {
  /** The store has changed. */
  change: (to: Partial<RoutingSnapshot>) => void;
  dispatcher: Dispatcher;
  published: [string, UserMessage | TransportEvent | FailureMessage][];
  recorded: [string, string, string | null][];
  /** Lines for authors. */
  told: [string, string][];
}

export function createWorld(
  fallbackApp: { account: string; app: string } | null = null,
  changes: Partial<RoutingSnapshot> = {},
): World {
  let table = new RoutingTable({ ...snapshot, routes: [...snapshot.routes, shopRoute], ...changes });
  const state = mapState() as KeyedState;
  const published: World['published'] = [];
  const recorded: World['recorded'] = [];
  const told: World['told'] = [];
  const publish = async (
    connector: string,
    message: UserMessage | TransportEvent | FailureMessage,
  ): Promise<void> => void published.push([connector, message]);
  const router = createContentKeywordRouter(
    { fallbackApp },
    {
      table: () => table,
      connectorOf: (ref) => `q-${ref.app}`,
      sessions: createSessions(state),
      eventRoutes: createEventRoutes(state),
    },
  );
  const simple = createSimpleDispatchRouter(
    { routeMappings: { wired: ['one', 'two'], single: 'three' }, transportMappings: { alias: 'smsc' } },
    (name) => table.transports.has(name),
    silentLogger,
  );
  const wired = new Set(['wired', 'single', 'one', 'two', 'three']);
  const dispatcher = createDispatcher({
    routerFor: (connector) => (connector !== null && wired.has(connector) ? simple : router),
    isActive: (account) => table.isActive(account),
    isOptedOut: async (_owner, address) => address === OPTED_OUT,
    readReceiver: (_connector, address) => address,
    heedStop: async ({ content }) => (content === 'STOP' ? 'You are out.' : null),
    recorder: {
      inbound: async (_message, owner, status) => void recorded.push(['inbound', status, owner?.app ?? null]),
      outbound: async (_message, owner, status) =>
        void recorded.push(['outbound', status, owner?.app ?? null]),
      event: async (event) => void recorded.push(['event', event.event_type, event.user_message_id]),
    },
    publishInbound: publish,
    publishEvent: publish,
    publishOutbound: publish,
    publishFailure: (connector, failure) => publish(`${connector}.failures`, failure),
    tellAuthor: (_message, ref, reason) => void told.push([ref.app, reason]),
    logger: silentLogger,
  });
  const change = (to: Partial<RoutingSnapshot>): void => {
    table = new RoutingTable({ ...snapshot, ...to });
  };
  return { dispatcher, published, recorded, told, change };
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
  await world.dispatcher.inbound(message);
  const last = world.published.at(-1);
  if (last === undefined) throw new Error('nothing was published');
  return last[1] as UserMessage;
};
