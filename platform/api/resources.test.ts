import type { MessageRow } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
  for (const name of ['demo', 'page-a']) await platform.call('POST', '/accounts', { body: { name } });
});

afterAll(() => platform[Symbol.asyncDispose]());

const deploy = (app: string, bytes: string | Uint8Array, query = '') =>
  platform.call('PUT', `/accounts/demo/apps/${app}${query}`, {
    body: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
    headers: { 'content-type': 'application/zip' },
  });

describe('apps', () => {
  test('a zip becomes a version with its address', async () => {
    const answer = await deploy('hello', 'zip one');
    expect(answer).toMatchObject({
      status: 201,
      json: {
        app: 'hello',
        version: 1,
        active: true,
        url: 'http://demo--hello.apps.localhost:8000/',
        warnings: [],
      },
    });
    expect(answer.json['manifest']).toBeUndefined();
  });

  test('the same zip is the same version', async () => {
    expect(await deploy('hello', 'zip one')).toMatchObject({ status: 200, json: { version: 1 } });
  });

  test('a version may be stored without being activated, and activated later', async () => {
    expect(await deploy('hello', 'zip two', '?activate=false')).toMatchObject({
      status: 201,
      json: { version: 2, active: false },
    });
    expect((await platform.call('GET', '/accounts/demo/apps/hello')).json['active_version']).toBe(1);
    const activated = await platform.call('POST', '/accounts/demo/apps/hello/versions/2/activate');
    expect(activated.json).toMatchObject({ version: 2, active: true });
    const { json } = await platform.call('GET', '/accounts/demo/apps/hello/versions');
    expect(json['items']).toMatchObject([
      { version: 2, active: true },
      { version: 1, active: false },
    ]);
  });

  test('a version may get a share of new sessions', async () => {
    const activate = async (version: number, body?: object) =>
      platform.call('POST', `/accounts/demo/apps/hello/versions/${version}/activate`, { body });
    await activate(1);
    expect((await activate(2, { percent: 10 })).json).toMatchObject({ active: false, percent: 10 });
    const app = await platform.call('GET', '/accounts/demo/apps/hello');
    expect(app.json).toMatchObject({ active_version: 1, rollout: { version: 2, percent: 10 } });
    expect((await activate(2, { percent: 0 })).status).toBe(400);
    expect((await activate(2)).json).toMatchObject({ active: true, percent: 100 });
  });

  test('a version that is not there cannot be activated', async () => {
    const missing = await platform.call('POST', '/accounts/demo/apps/hello/versions/9/activate');
    expect(missing.status).toBe(404);
    const rubbish = await platform.call('POST', '/accounts/demo/apps/hello/versions/latest/activate');
    expect(rubbish).toMatchObject({ status: 400, json: { field: 'version' } });
  });

  test.each([
    { label: 'no zip', type: 'application/json', size: 5, status: 415 },
    { label: 'a little over 10 MB', type: 'application/zip', size: 10 * 1024 * 1024 + 70_000, status: 413 },
    { label: 'far over 10 MB', type: 'application/zip', size: 30 * 1024 * 1024, status: 413 },
  ])('$label is refused with an answer that arrives', async ({ type, size, status }) => {
    const answer = await platform.call('PUT', '/accounts/demo/apps/big', {
      body: Buffer.alloc(size),
      headers: { 'content-type': type },
    });
    expect(answer.status).toBe(status);
  });

  test('10 MB sent in pieces without a length are taken, more are refused', async () => {
    const pieces = async (count: number) => {
      async function* chunks() {
        for (let index = 0; index < count; index++) yield Buffer.alloc(1024 * 1024, index);
      }
      const response = await fetch(`${platform.url}/api/v1/accounts/demo/apps/pieces`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/zip' },
        body: ReadableStream.from(chunks()),
        duplex: 'half',
      });
      return response.status;
    };
    expect(await pieces(10)).toBe(201);
    expect(await pieces(12)).toBe(413);
  });

  test('configuration is shown, secrets are not', async () => {
    await platform.call('PUT', '/accounts/demo/apps/hello/config', {
      body: { greeting: 'Hi', deep: { a: [1] } },
    });
    const set = await platform.call('PUT', '/accounts/demo/apps/hello/secrets/API_KEY', {
      body: { value: 'hush' },
    });
    expect(set.json).toEqual({ account: 'demo', app: 'hello', name: 'API_KEY' });
    expect(platform.store.rows.secrets.get('demo/hello/API_KEY')).toBe('hush');
    const shown = await platform.call('GET', '/accounts/demo/apps/hello');
    expect(shown.json).toMatchObject({ config: { greeting: 'Hi', deep: { a: [1] } }, secrets: ['API_KEY'] });
    expect(shown.text).not.toContain('hush');
  });

  test('an app is deleted', async () => {
    await deploy('gone', 'zip');
    expect(await platform.call('DELETE', '/accounts/demo/apps/gone')).toMatchObject({
      status: 204,
      text: '',
    });
    expect((await platform.call('GET', '/accounts/demo/apps/gone')).status).toBe(404);
  });
});

describe('logs', () => {
  const row = (text: string) => ({
    level: 'info',
    text,
    message_id: null,
    fields: null,
    timestamp: '2026-11-22T08:00:00Z',
  });

  test('are the newest, oldest first', async () => {
    platform.store.rows.logs.push(row('one'), row('two'), row('three'));
    const { json } = await platform.call('GET', '/accounts/demo/apps/hello/logs?limit=2');
    expect(json).toMatchObject({ items: [{ text: 'two' }, { text: 'three' }] });
    const next = `/accounts/demo/apps/hello/logs?after=${String(json['next_cursor'])}`;
    expect((await platform.call('GET', next)).json['items']).toEqual([]);
  });

  test('follow shows what is there and then what comes', async () => {
    const over = new AbortController();
    const response = await fetch(`${platform.url}/api/v1/accounts/demo/apps/hello/logs?follow=true&limit=1`, {
      headers: { authorization: `Bearer ${ADMIN}` },
      signal: over.signal,
    });
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    const decoder = new TextDecoder();
    const seen: string[] = [];
    for await (const chunk of response.body ?? []) {
      seen.push(
        ...decoder
          .decode(chunk as Uint8Array)
          .split('\n')
          .filter(Boolean),
      );
      if (seen.length === 1) platform.store.rows.logs.push(row('four'), row('five'));
      if (seen.length >= 3) break;
    }
    expect(seen.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual([
      'three',
      'four',
      'five',
    ]);
    over.abort();
  });

  test('of a level are those of it and of more important ones', async () => {
    platform.store.rows.logs.push({ ...row('bad'), level: 'error' }, { ...row('odd'), level: 'warn' });
    const { json } = await platform.call('GET', '/accounts/demo/apps/hello/logs?level=warn');
    expect(json['items']).toMatchObject([{ text: 'bad' }, { text: 'odd' }]);
    const wrong = await platform.call('GET', '/accounts/demo/apps/hello/logs?level=loud');
    expect(wrong).toMatchObject({ status: 400, json: { field: 'level' } });
  });

  test('of an app that is not there are an error', async () => {
    expect((await platform.call('GET', '/accounts/demo/apps/nothing/logs?follow=true')).status).toBe(404);
  });
});

describe('routes', () => {
  const route = { app: 'hello', transport: 'smsc', to_addr: '12345' };

  test('are put, listed, read and deleted', async () => {
    const put = await platform.call('PUT', '/accounts/demo/routes/join', {
      body: { ...route, keyword: 'JOIN' },
    });
    const { proof, ...set } = put.json;
    expect(proof).toEqual({ warnings: [], history: null });
    expect((await platform.call('GET', '/accounts/demo/routes/join/proof')).json).toEqual({ proof });
    expect(set).toEqual({
      account: 'demo',
      name: 'join',
      ...route,
      smpp_client: null,
      connector: `app:${route.app}`,
      weight: null,
      failover: null,
      keyword: 'join',
      prefix: null,
      endpoint: 'default',
      default: false,
      assigned: true,
    });
    expect((await platform.call('GET', '/accounts/demo/routes')).json['items']).toEqual([set]);
    expect((await platform.call('GET', '/accounts/demo/routes/join')).json).toEqual(set);
    expect((await platform.call('DELETE', '/accounts/demo/routes/join')).status).toBe(204);
    expect((await platform.call('GET', '/accounts/demo/routes/join')).status).toBe(404);
  });

  test('that match the same messages are a conflict that shows the other route', async () => {
    await platform.call('PUT', '/accounts/demo/routes/first', { body: route });
    expect(await platform.call('PUT', '/accounts/demo/routes/second', { body: route })).toMatchObject({
      status: 409,
      json: { code: 'route.conflict', route: { name: 'first' } },
    });
  });
});

describe('SMPP clients', () => {
  test('get a password that is shown once, and the defaults', async () => {
    const put = await platform.call('PUT', '/accounts/demo/smpp-clients/ACME_1', { body: { max_binds: 4 } });
    expect(put).toMatchObject({ status: 201, json: { system_id: 'ACME_1', max_binds: 4, window: 50 } });
    expect(put.json['password']).toMatch(/^\S{8}$/);
    const { json } = await platform.call('GET', '/accounts/demo/smpp-clients/ACME_1');
    expect(json).not.toHaveProperty('password');
    expect((await platform.call('GET', '/accounts/demo/smpp-clients')).json['items']).toEqual([json]);
    const again = await platform.call('PUT', '/accounts/demo/smpp-clients/ACME_1', { body: {} });
    expect(again).toMatchObject({ status: 200, json: { max_binds: 2 } });
    expect(again.json).not.toHaveProperty('password');
    expect((await platform.call('DELETE', '/accounts/demo/smpp-clients/ACME_1')).status).toBe(204);
  });

  test.each([
    ['a password that is too long', 'acme', { password: '1'.repeat(65) }, 'password'],
    ['a system_id that a bind has no room for', 'a'.repeat(16), {}, 'system_id'],
    ['an address range that is none', 'acme', { allowed_ips: ['10.0.0.0/33'] }, 'allowed_ips.0'],
    ['an option that is not there', 'acme', { windows: 3 }, 'windows'],
  ])('with %s are refused', async (_, systemId, body, field) => {
    const answer = await platform.call('PUT', `/accounts/demo/smpp-clients/${systemId}`, { body });
    expect(answer).toMatchObject({ status: 400, json: { field } });
  });
});

describe('messages', () => {
  const message = (id: string, content: string): MessageRow => ({
    message_id: id,
    direction: 'inbound',
    account: 'demo',
    app: 'hello',
    transport_name: 'smsc',
    from_addr: '+27761234567',
    to_addr: '12345',
    content,
    session_event: null,
    group: null,
    in_reply_to: null,
    timestamp: '2026-11-22T08:00:00.000Z',
    status: 'received',
    reason: null,
    events: [],
  });

  beforeAll(() => {
    platform.store.rows.messages.push(message('m1', 'hello'), message('m2', '=HYPERLINK("x")'));
  });

  test('are listed by filters that the store gets as instants', async () => {
    const filters =
      'from=2026-11-22&to=2026-11-23T10:00:00%2B02:00&direction=inbound&app=hello&address=%2B2776';
    const { json } = await platform.call('GET', `/accounts/demo/messages?${filters}`);
    expect(json['items']).toHaveLength(2);
    expect(platform.store.queries.at(-1)).toEqual({
      account: 'demo',
      from: '2026-11-22T00:00:00.000Z',
      to: '2026-11-23T08:00:00.000Z',
      direction: 'inbound',
      app: 'hello',
      address: '+2776',
      limit: 50,
    });
  });

  test.each(['from=yesterday', 'direction=sideways', 'format=xml', 'app=Not%20A%20Slug'])(
    'refuse %s',
    async (query) => {
      const { status, json } = await platform.call('GET', `/accounts/demo/messages?${query}`);
      expect({ status, field: json['field'] }).toEqual({ status: 400, field: query.split('=')[0] });
    },
  );

  test('are exported as lines of JSON', async () => {
    const { text, headers } = await platform.call('GET', '/accounts/demo/messages?format=ndjson');
    expect(headers.get('content-type')).toContain('application/x-ndjson');
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as MessageRow).message_id),
    ).toEqual(['m1', 'm2']);
  });

  test('are exported as CSV that runs nothing in a spreadsheet', async () => {
    const { text } = await platform.call('GET', '/accounts/demo/messages?format=csv');
    const [head, first, second] = text.split('\r\n');
    expect(head).toMatch(/^message_id,direction,account,app,/);
    expect(first).toContain(',+27761234567,12345,hello,');
    expect(second).toContain(`"'=HYPERLINK(""x"")"`);
  });

  test('are shown one by one to their account only', async () => {
    expect((await platform.call('GET', '/accounts/demo/messages/m1')).json['content']).toBe('hello');
    expect((await platform.call('GET', '/accounts/page-a/messages/m1')).status).toBe(404);
  });

  test('are sent once under a key, and another message under that key is refused', async () => {
    const send = (content: string) =>
      platform.call('POST', '/accounts/demo/messages', {
        body: { to_addr: '+27761234567', content },
        headers: { 'idempotency-key': 'abc-1' },
      });
    const answer = await send('Hi');
    expect(answer).toMatchObject({
      status: 202,
      json: { direction: 'outbound', content: 'Hi', status: 'queued' },
    });
    expect((await send('Hi')).json).toEqual(answer.json);
    const other = await send('Ho');
    expect(other).toMatchObject({
      status: 409,
      json: { code: 'request.key_reused', field: 'Idempotency-Key' },
    });
    expect(platform.sent).toEqual([{ account: 'demo', id: answer.json['message_id'] }]);
  });

  test('are not sent for an account that is switched off, or with a key that is none', async () => {
    await platform.call('POST', '/accounts', { body: { name: 'asleep' } });
    const body = { to_addr: '1', content: 'x' };
    expect(await platform.call('POST', '/accounts/asleep/messages', { body })).toMatchObject({
      status: 403,
      json: { code: 'account.inactive' },
    });
    const spaced = { 'idempotency-key': 'with spaces' };
    expect(await platform.call('POST', '/accounts/demo/messages', { body, headers: spaced })).toMatchObject({
      status: 400,
      json: { field: 'Idempotency-Key' },
    });
  });
});

describe('transports', () => {
  const config = { host: 'smsc', system_id: 'me', password: 'secret' };

  test('are started, shown without their password, and stopped', async () => {
    const put = await platform.call('PUT', '/transports/mno', { body: { type: 'smpp', config } });
    expect(put.json).toEqual({ name: 'mno', type: 'smpp', config: { ...config, password: '***' } });
    const { text } = await platform.call('GET', '/transports');
    expect(text).not.toContain('secret');
    expect((await platform.store.transports.get('mno')).config).toEqual(config);
    expect((await platform.call('DELETE', '/transports/mno')).status).toBe(204);
    expect((await platform.call('GET', '/transports/mno')).status).toBe(404);
  });

  test('are made by the class names of Vumi, with what those stand for', async () => {
    const type = 'vumi.transports.smpp.SmppReceiverTransport';
    const put = await platform.call('PUT', '/transports/rx', { body: { type, config } });
    expect(put.json).toMatchObject({ type: 'smpp', config: { ...config, password: '***', port: 2776 } });
    const own = await platform.call('PUT', '/transports/rx', {
      body: { type, config: { ...config, port: 1 } },
    });
    expect(own.json).toMatchObject({ config: { port: 1 } });
  });

  test('that are called say where; what was made up for them stays', async () => {
    const put = (users: object) =>
      platform.call('PUT', '/transports/web', { body: { type: 'web', config: users } });
    await put({ place: 'own' });
    const again = await put({ users: { ann: 'pearl' } });
    expect(again.json).toEqual({ name: 'web', type: 'web', config: { place: 'own', users: { ann: '***' } } });
    const urls = await platform.call('GET', '/transports/web/urls');
    expect(urls.json).toMatchObject({
      items: [{ purpose: 'ask', url: expect.stringMatching(/^http.*\/hooks\/web\/own$/) }],
    });
  });

  test('have kinds, which tell their options', async () => {
    const { json } = await platform.call('GET', '/transport-types');
    expect(json).toMatchObject({
      items: [
        { type: 'smpp', aliases: ['SmppReceiverTransport'], options: { required: expect.anything() } },
        { type: 'web', summary: 'takes requests' },
      ],
    });
  });

  test.each([
    {
      label: 'a typo in an option',
      body: { type: 'smpp', config: { ...config, sytem_id: 'x' } },
      code: 'config.invalid',
      field: 'config.sytem_id',
      says: 'did you mean "system_id"',
    },
    {
      label: 'a wrong value',
      body: { type: 'smpp', config: { ...config, port: 'x' } },
      code: 'config.invalid',
      field: 'config.port',
      says: 'expected number',
    },
    {
      label: 'a type with a typo',
      body: { type: 'smp', config },
      code: 'transport.unknown_type',
      field: 'type',
      says: 'did you mean "smpp"',
    },
    {
      label: 'a type of the language',
      body: { type: 'constructor', config },
      code: 'transport.unknown_type',
      field: 'type',
      says: 'known are smpp, web',
    },
  ])('$label is named', async ({ body, code, field, says }) => {
    const answer = await platform.call('PUT', '/transports/mno', { body });
    expect(answer).toMatchObject({ status: 400, json: { code, field } });
    expect(answer.json['detail']).toContain(says);
  });

  test('have names that fit into routing keys', async () => {
    expect(await platform.call('PUT', '/transports/MNO', { body: { type: 'smpp', config } })).toMatchObject({
      status: 400,
      json: { field: 'name' },
    });
  });
});
