import { createUserMessage, interfaceSettingsSchema, VumiError, type JunebugRouter } from '@vumi/core';
import { basicHeader } from '@vumi/http';
import type { ServedInterface } from '@vumi/store';
import { describe, expect, it } from 'vitest';
import type { Operator } from '../dialect.ts';
import { interfaceOf, NAME, openDialect, OPERATOR_TOKEN, TOKEN, USER } from '../dialect-place.fixture.ts';
import { junebug } from './junebug.ts';

const A_URL = 'https://a.example/mo';
const DESTINATION = { config: { regular_expression: '^\\+27' }, mo_url: A_URL };
const ROUTERS = '/routers/';
const DESTINATIONS = `/routers/${NAME}/destinations/`;

/** An account with the channels `crm`, which tells nobody, and `told`, which has a URL. */
function openAccount(maySend = true) {
  const channels = new Map<string, ServedInterface>([
    [NAME, interfaceOf({ dialect: 'junebug' })],
    ['told', { ...interfaceOf({ dialect: 'junebug', message_url: A_URL }), name: 'told' }],
  ]);
  const nameIn = (params: Readonly<Record<string, string>> = {}): string => params['name'] ?? '';
  const operator: Operator = {
    account: 'shop',
    ofPlatform: false,
    maySend,
    find: async (name) => channels.get(name) ?? null,
    call: async (operation, { params, body } = {}) => {
      const name = nameIn(params);
      if (operation === 'listInterfaces') return { items: [...channels.values()], next_cursor: null };
      const own = channels.get(name);
      if (own === undefined) throw new VumiError('not_found', `no interface "${name}"`);
      if (operation === 'putInterface')
        channels.set(name, { ...own, ...interfaceSettingsSchema.parse(body) });
      return own;
    },
  };
  const place = openDialect(junebug, interfaceOf({ dialect: 'junebug' }), [], () => operator);
  const ask = async (method: string, path: string, body?: unknown) => {
    const { status, body: text } = await place.ask(path, {
      method,
      headers: { authorization: basicHeader('shop', OPERATOR_TOKEN) },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    // oxlint-disable-next-line typescript/no-explicit-any -- tests read what the wire says and compare it.
    return { status, ...(JSON.parse(text) as { description: string; result: any }) };
  };
  const open = () => ask('POST', ROUTERS, { type: 'from_address', config: { channel: NAME } });
  return { ask, open, channels, place };
}

describe('a router', () => {
  it('is made for a channel, shown, changed and deleted', async () => {
    const { ask, channels } = openAccount();
    const body = { type: 'from_address', label: 'Lines', metadata: { a: 1 }, config: { channel: NAME } };
    expect(await ask('POST', ROUTERS, body)).toMatchObject({
      status: 201,
      description: 'router created',
      result: { id: NAME, ...body },
    });
    expect(await ask('GET', ROUTERS)).toMatchObject({ description: 'routers retrieved', result: [NAME] });
    expect((await ask('GET', `/routers/${NAME}`)).result).toEqual({ id: NAME, ...body });
    await ask('POST', DESTINATIONS, DESTINATION);
    const patched = await ask('PATCH', `/routers/${NAME}`, { label: 'Numbers' });
    expect(patched).toMatchObject({ status: 200, result: { label: 'Numbers', metadata: { a: 1 } } });
    const put = await ask('PUT', `/routers/${NAME}`, { type: 'from_address', config: { channel: NAME } });
    expect(put).toMatchObject({ status: 200, result: { label: null, metadata: {} } });
    expect(channels.get(NAME)?.router?.destinations).toHaveLength(1);
    expect(await ask('DELETE', `/routers/${NAME}`)).toMatchObject({ status: 200, result: {} });
    expect(await ask('GET', ROUTERS)).toMatchObject({ result: [] });
    expect(channels.get(NAME)?.router).toBeNull();
  });

  it.each([
    ['of another type', { type: 'x', config: { channel: NAME } }, 'InvalidRouterType'],
    ['without a channel', { type: 'from_address', config: {} }, 'invalid_body'],
    ['of no channel', { type: 'from_address', config: { channel: 'none' } }, 'InvalidRouterConfig'],
    ['of one with a URL', { type: 'from_address', config: { channel: 'told' } }, 'InvalidRouterConfig'],
  ])('%s is refused', async (_what, body, type) => {
    expect(await openAccount().ask('POST', ROUTERS, body)).toMatchObject({
      status: 400,
      result: { errors: [{ type }] },
    });
  });

  it('is alone at its channel, and stays there', async () => {
    const { ask, open } = openAccount();
    await open();
    const fault = { status: 400, result: { errors: [{ type: 'InvalidRouterConfig' }] } };
    expect(await open()).toMatchObject(fault);
    expect(await ask('PATCH', `/routers/${NAME}`, { config: { channel: 'told' } })).toMatchObject(fault);
  });

  it.each([
    ['GET', '/routers/none', 'RouterNotFound'],
    ['GET', '/routers/told', 'RouterNotFound'],
    ['GET', `${DESTINATIONS}none`, 'DestinationNotFound'],
    ['POST', `${DESTINATIONS}none/messages/`, 'DestinationNotFound'],
  ])('that is not there: %s %s', async (method, path, type) => {
    const { ask, open } = openAccount();
    await open();
    const answer = await ask(method, path, { to: USER, content: 'hi' });
    expect(answer).toMatchObject({ status: 404, result: { errors: [{ type }] } });
  });
});

describe('a destination', () => {
  it('is made, shown without its token, changed and deleted', async () => {
    const { ask, open, channels } = openAccount();
    await open();
    const made = await ask('POST', DESTINATIONS, { ...DESTINATION, mo_url_auth_token: 'hush', label: 'A' });
    const id = String(made.result.id);
    const shown = {
      id,
      label: 'A',
      metadata: {},
      config: { regular_expression: '^\\+27', default: false },
      mo_url: A_URL,
      amqp_queue: null,
      character_limit: null,
    };
    expect(made).toMatchObject({ status: 201, description: 'destination created', result: shown });
    expect((await ask('GET', `${DESTINATIONS}${id}`)).result).toEqual(shown);
    expect((await ask('GET', DESTINATIONS)).result).toEqual([id]);
    const patched = await ask('PATCH', `${DESTINATIONS}${id}`, { character_limit: 3 });
    expect(patched.result).toEqual({ ...shown, character_limit: 3 });
    expect(channels.get(NAME)?.router?.destinations[0]?.mo_url_auth_token).toBe('hush');
    await ask('PUT', `${DESTINATIONS}${id}`, DESTINATION);
    expect(channels.get(NAME)?.router?.destinations).toMatchObject([
      { id, label: null, mo_url_auth_token: null, character_limit: null },
    ]);
    expect(await ask('DELETE', `${DESTINATIONS}${id}`)).toMatchObject({ status: 200, result: {} });
    expect((await ask('GET', DESTINATIONS)).result).toEqual([]);
  });

  it.each([
    [
      'no expression',
      { ...DESTINATION, config: { regular_expression: '(' } },
      'InvalidRouterDestinationConfig',
    ],
    [
      'one of Python',
      { ...DESTINATION, config: { regular_expression: '\\A27' } },
      'InvalidRouterDestinationConfig',
    ],
    ['none at all', { mo_url: A_URL }, 'invalid_body'],
    ['a queue', { ...DESTINATION, amqp_queue: 'q' }, 'ApiUsageError'],
  ])('with %s is refused', async (_what, body, type) => {
    const { ask, open } = openAccount();
    await open();
    expect(await ask('POST', DESTINATIONS, body)).toMatchObject({
      status: 400,
      result: { errors: [{ type }] },
    });
  });

  it('is sent by, up to its own limit, by whoever may send', async () => {
    const { ask, open, place, channels } = openAccount();
    await open();
    const { id } = (await ask('POST', DESTINATIONS, { ...DESTINATION, character_limit: 2 })).result;
    const path = `${DESTINATIONS}${id}/messages/`;
    expect(await ask('POST', path, { to: USER, content: 'hi' })).toMatchObject({
      status: 201,
      result: { channel_id: NAME, to: USER },
    });
    expect(await ask('POST', path, { to: USER, content: 'hi!' })).toMatchObject({
      status: 400,
      result: { errors: [{ type: 'MessageTooLong' }] },
    });
    expect(await ask('GET', `${path}m1`)).toMatchObject({ result: { id: 'm1' } });
    expect(place.sent).toHaveLength(1);

    const program = openDialect(junebug, channels.get(NAME) ?? interfaceOf({ dialect: 'junebug' }));
    const sent = await program.ask(path, {
      method: 'POST',
      headers: { authorization: basicHeader(NAME, TOKEN) },
      body: JSON.stringify({ to: USER, content: 'yo' }),
    });
    expect(sent.status).toBe(201);

    const reader = openAccount(false);
    await reader.open();
    const other = (await reader.ask('POST', DESTINATIONS, DESTINATION)).result;
    const refused = await reader.ask('POST', `${DESTINATIONS}${other.id}/messages/`, {
      to: USER,
      content: 'a',
    });
    expect(refused.status).toBe(403);
  });
});

describe('what comes for a channel with a router', () => {
  const destination = (id: string, regular_expression: string, fields = {}) => ({
    id,
    regular_expression,
    mo_url: `https://${id}.example/`,
    ...fields,
  });
  const told = (to_addr: string, ...destinations: ReturnType<typeof destination>[]): string[] => {
    const door = interfaceOf({
      dialect: 'junebug',
      router: { destinations } satisfies { destinations: Partial<JunebugRouter['destinations'][number]>[] },
    });
    const message = createUserMessage({ from_addr: USER, to_addr, content: 'hi', transport_name: 'mno' });
    return (junebug.tellSeveral?.(message, door) ?? []).map(({ url }) => url);
  };

  it('goes to every destination whose expression is found in the number, and else to the default', () => {
    const all = [destination('a', '^8'), destination('b', '00'), destination('c', 'x', { default: true })];
    expect(told('8000', ...all)).toEqual(['https://a.example/', 'https://b.example/']);
    expect(told('9100', ...all)).toEqual(['https://b.example/']);
    expect(told('77', ...all)).toEqual(['https://c.example/']);
    expect(told('77', ...all.slice(0, 2))).toEqual([]);
  });

  it('is refused where an expression takes too long, and holds nothing up', () => {
    expect(() => told(`${'1'.repeat(60)}x`, destination('a', '^(1+)+$'))).toThrow('take too long');
    expect(told('8000', destination('a', '^8'))).toHaveLength(1);
  });
});
