import { VumiError } from '@vumi/core';
import { basicHeader } from '@vumi/http';
import type { ServedInterface } from '@vumi/store';
import { expect, it } from 'vitest';
import type { Operator } from '../dialect.ts';
import {
  interfaceOf,
  OPERATOR_TOKEN,
  openDialect,
  USER,
  type DialectPlace,
} from '../dialect-place.fixture.ts';
import { junebug } from './junebug.ts';

const MO_URL = 'https://clinic.example/inbound';
const SMPP = { type: 'smpp', config: { host: 'smsc.example', password: 'secret' }, mo_url: MO_URL };
const own = (fields: Partial<ServedInterface>): ServedInterface => ({
  ...interfaceOf({ dialect: 'junebug', message_url: MO_URL }),
  ...fields,
});

interface Called {
  readonly operation: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** The API of a platform with the transports `mno` and `mine` and the channels `crm`, over `mno`, and `mine`. */
function openPlatform(fields: Partial<Operator> = {}) {
  const called: Called[] = [];
  const channels = new Map([
    ['crm', own({ transport: 'mno', label: 'Clinic' })],
    ['mine', own({ name: 'mine', transport: 'mine' })],
  ]);
  const component = { worker: 'mno', part: 'bind', type: 'bound', message: 'Bound', details: {} };
  const change = { type: 'x', level: 'ok', message: 'Bound', at: '2026-11-29T08:00:02.000Z' };
  const answers: Readonly<Record<string, (asked: Omit<Called, 'operation'>) => unknown>> = {
    listInterfaces: () => ({
      items: [...channels.values(), { name: 'other', dialect: 'kannel' }],
      next_cursor: null,
    }),
    getInterface: ({ params }) => {
      const found = channels.get(params?.['name'] ?? '');
      if (found === undefined) throw new VumiError('not_found', 'no such interface');
      return { message_url: found.message_url, status_url: found.status_url };
    },
    putInterface: ({ params, body }) =>
      channels.set(params?.['name'] ?? '', own({ ...body, name: params?.['name'] ?? '' })),
    deleteInterface: ({ params }) => channels.delete(params?.['name'] ?? ''),
    putTransport: ({ body }) => {
      if (body?.['type'] === 'pigeon') throw new VumiError('transport.unknown_type', 'no "pigeon"');
      return null;
    },
    putRoute: ({ body }) => {
      if (body?.['connector'] === undefined) throw new VumiError('request.invalid', 'no connector');
      return null;
    },
    getTransport: ({ params }) => ({
      name: params?.['name'],
      type: 'dmark_ussd',
      config: { password: '***' },
    }),
    listComponents: () => ({
      items: [
        { ...component, name: 'local:mno.bind', level: 'ok' },
        { ...component, name: 'local:mno.provider', part: 'provider', level: 'degraded' },
        { ...component, name: 'local:mno2', worker: 'mno2', level: 'down' },
      ],
      next_cursor: null,
    }),
    listComponentChanges: ({ params }) => ({
      items: params?.['name']?.endsWith('bind')
        ? [change, { ...change, level: 'down', message: '', at: '2026-11-29T08:00:00.500Z' }]
        : [{ ...change, level: 'degraded', message: 'Slow', at: '2026-11-29T08:00:01.000Z' }],
      next_cursor: null,
    }),
  };
  const operatorOf = (account: string | null): Operator => ({
    account: account ?? '',
    ofPlatform: true,
    maySend: true,
    find: async (name) => channels.get(name) ?? null,
    call: async (operation, asked = {}) => {
      const one = { ...asked } as Omit<Called, 'operation'>;
      called.push({ operation, ...one });
      return answers[operation]?.(one) ?? null;
    },
    ...fields,
  });
  const dialect: DialectPlace = openDialect(junebug, own({}), [], operatorOf);
  const ask = async (method: string, path: string, body?: unknown) => {
    const { status, body: text } = await dialect.ask(path, {
      method,
      headers: { authorization: basicHeader('shop', OPERATOR_TOKEN) },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    return { status, answer: JSON.parse(text) as { description: string; result: Record<string, unknown> } };
  };
  const acts = () => called.filter(({ operation }) => !/^(get|list)/.test(operation));
  return { ask, acts, channels, dialect };
}

it('makes a transport, an interface and a route of one name', async () => {
  const { ask, acts } = openPlatform();
  const asked = {
    ...SMPP,
    label: 'New',
    metadata: { owner: 7 },
    mo_url_auth_token: 't',
    character_limit: 160,
  };
  const { status, answer } = await ask('POST', '/channels/', asked);
  expect({ status, ...answer }).toMatchObject({
    status: 201,
    code: 'Created',
    description: 'channel created',
    result: { type: 'dmark', label: 'New', metadata: { owner: 7 }, mo_url: MO_URL, character_limit: 160 },
  });
  const name = String(answer.result['id']);
  const named = { account: 'shop', name };
  expect(acts()).toEqual([
    { operation: 'putTransport', params: { name }, body: { type: 'smpp', config: SMPP.config } },
    {
      operation: 'putInterface',
      params: named,
      body: {
        dialect: 'junebug',
        transport: name,
        label: 'New',
        metadata: { owner: 7 },
        message_url: MO_URL,
        auth_token: 't',
        character_limit: 160,
      },
    },
    { operation: 'putRoute', params: named, body: { connector: `interface:${name}`, transport: name } },
  ]);
});

it('undoes what it made where the rest is refused', async () => {
  const refused = new VumiError('auth.forbidden', 'routes are not yours');
  const called: string[] = [];
  const call: Operator['call'] = async (operation) => {
    called.push(operation);
    if (operation === 'putRoute') throw refused;
  };
  const { ask } = openPlatform({ call });
  const { status, answer } = await ask('POST', '/channels/', SMPP);
  expect({ status, ...answer }).toMatchObject({
    status: 403,
    result: { errors: [{ type: 'Forbidden', message: refused.message }] },
  });
  expect(called).toEqual(['putTransport', 'putInterface', 'putRoute', 'deleteInterface', 'deleteTransport']);
});

it.each([
  ['no JSON word', 'x', 400, /^invalid_body/],
  ['no type', { config: {}, mo_url: MO_URL }, 400, /^invalid_body: 'type'/],
  ['no config', { type: 'smpp', mo_url: MO_URL }, 400, /^invalid_body: 'config'/],
  ['a queue', { ...SMPP, amqp_queue: 'q' }, 400, /^ApiUsageError: "amqp_queue" is not served/],
  ['a negative limit', { ...SMPP, rate_limit_count: -1 }, 400, /^invalid_body: 'rate_limit_count'/],
  [
    'a password as it is shown',
    { ...SMPP, config: { password: '***' } },
    400,
    /^ApiUsageError: "config.password"/,
  ],
  ['another type', { ...SMPP, type: 'pigeon' }, 400, /^InvalidChannelType: no "pigeon"/],
])('no channel is made with %s', async (_what, body, status, said) => {
  const { ask, channels } = openPlatform();
  const { status: answered, answer } = await ask('POST', '/channels/', body);
  const [first] = answer.result['errors'] as [{ type: string; message: string }];
  expect(`${first.type}: ${first.message}`).toMatch(said);
  expect(answered).toBe(status);
  expect([...channels.keys()]).toEqual(['crm', 'mine']);
});

const NAMED = { params: { account: 'shop', name: 'mine' } };
it.each<[string, string, unknown, number, string, unknown, unknown[]]>([
  ['GET', '/channels/', undefined, 200, 'channels listed', ['crm', 'mine'], []],
  [
    'GET',
    '/channels/crm',
    undefined,
    200,
    'channel found',
    {
      id: 'crm',
      type: 'dmark',
      label: 'Clinic',
      config: { password: '***' },
      mo_url: MO_URL,
      status: {
        status: 'degraded',
        components: {
          bind: {
            component: 'bind',
            channel_id: 'crm',
            status: 'ok',
            type: 'bound',
            message: 'Bound',
            details: {},
          },
          provider: { status: 'degraded' },
        },
      },
    },
    [],
  ],
  [
    'GET',
    '/channels/none',
    undefined,
    404,
    'channel not found',
    { errors: [{ type: 'ChannelNotFound' }] },
    [],
  ],
  [
    'POST',
    '/channels/mine',
    { label: 'Renamed', mo_url: null },
    200,
    'channel updated',
    { id: 'mine', label: 'Renamed', mo_url: null },
    [
      {
        operation: 'putInterface',
        ...NAMED,
        body: { label: 'Renamed', message_url: null, transport: 'mine' },
      },
    ],
  ],
  [
    'POST',
    '/channels/mine',
    { config: { web_path: '/x' } },
    200,
    'channel updated',
    { id: 'mine' },
    [
      {
        operation: 'putTransport',
        params: { name: 'mine' },
        body: { type: 'dmark_ussd', config: { web_path: '/x' } },
      },
      { operation: 'putInterface' },
    ],
  ],
  ['POST', '/channels/mine', { type: 'dmark' }, 200, 'channel updated', {}, [{ operation: 'putInterface' }]],
  [
    'POST',
    '/channels/mine',
    { type: 'smpp' },
    400,
    'api usage error',
    { errors: [{ type: 'ApiUsageError', message: expect.stringMatching(/"config"/) as string }] },
    [],
  ],
  [
    'POST',
    '/channels/crm',
    { config: {} },
    400,
    'api usage error',
    {
      errors: [
        { type: 'ApiUsageError', message: expect.stringMatching(/no transport of its own/) as string },
      ],
    },
    [],
  ],
  [
    'POST',
    '/channels/crm/restart',
    undefined,
    200,
    'channel restarted',
    {},
    [{ operation: 'controlWorkers', body: { operation: 'restart_worker', worker_name: 'mno' } }],
  ],
  [
    'DELETE',
    '/channels/mine',
    undefined,
    200,
    'channel deleted',
    {},
    [
      { operation: 'deleteInterface', ...NAMED },
      { operation: 'deleteTransport', params: { name: 'mine' } },
    ],
  ],
  ['DELETE', '/channels/crm', undefined, 200, 'channel deleted', {}, [{ operation: 'deleteInterface' }]],
  [
    'GET',
    '/channels/crm/logs?n=2',
    undefined,
    200,
    'logs retrieved',
    [
      { logger: 'crm', level: 20, timestamp: 1795939202, message: 'Bound' },
      { logger: 'crm', level: 30, timestamp: 1795939201, message: 'Slow' },
    ],
    [],
  ],
  ['GET', '/channels/crm/logs?n=x', undefined, 400, 'api usage error', { errors: [{}] }, []],
  ['PUT', '/channels/crm', {}, 405, 'method not allowed', { errors: [{ type: 'ApiUsageError' }] }, []],
])('%s %s %j: %i %s', async (method, path, body, ...[status, description, result, acts]) => {
  const platform = openPlatform();
  const { status: answered, answer } = await platform.ask(method, path, body);
  expect({ answered, ...answer }).toMatchObject({ answered: status, status, description, result });
  expect(platform.acts()).toMatchObject(acts);
  expect(platform.acts()).toHaveLength(acts.length);
});

it('shows all lines of a log, what has no words by its type', async () => {
  const { answer } = await openPlatform().ask('GET', '/channels/crm/logs');
  const lines = answer.result as unknown as { level: number; message: string }[];
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual(['20 Bound', '30 Slow', '40 x']);
});

it('sends by any channel of the account for who may', async () => {
  const message = { to: USER, content: 'hi' };
  const { ask, dialect } = openPlatform();
  expect(await ask('POST', '/channels/mine/messages/', message)).toMatchObject({ status: 201 });
  expect(dialect.sent).toMatchObject([{ to: USER, content: 'hi' }]);
  const reader = openPlatform({ maySend: false });
  expect(await reader.ask('POST', '/channels/mine/messages/', message)).toMatchObject({ status: 403 });
  expect(reader.dialect.sent).toEqual([]);
});
