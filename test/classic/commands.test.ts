import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { AppRef } from '@vumi/core';
import { SandboxPlace, type AppOptions } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMAND_RUNNER, runCommands } from './raw-app.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let place: SandboxPlace;
let ref: AppRef;
let server: Server;
let url = '';
let seen: Seen | null = null;

const SETTINGS = {
  config: {
    config: { name: 'commands', endpoints: { sms: {}, 'pool:tag1': {} } },
    'translation.en': '{"a": 1}',
    number: 5,
  },
  secrets: {},
};

function install(app: string, manifest: AppOptions['manifest'] = {}): Promise<AppRef> {
  return place.installClassic(app, COMMAND_RUNNER, { manifest, settings: SETTINGS });
}

function answerTo(path: string): { status: number; body: string } {
  if (path === '/large') return { status: 200, body: 'x'.repeat(128 * 1024 + 1) };
  if (path === '/full') return { status: 200, body: 'x'.repeat(128 * 1024) };
  return { status: path === '/missing' ? 404 : 200, body: 'fine' };
}

beforeAll(async () => {
  place = await SandboxPlace.start();
  ref = await install('commands');
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      seen = { method, url: path, headers, body };
      const answer = answerTo(path);
      response.writeHead(answer.status, { 'x-private': 'no' }).end(answer.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await runCommands(place, ref, []);
});

afterAll(async () => {
  server.close();
  await place[Symbol.asyncDispose]();
});

async function run(...commands: [string, object][]): Promise<Record<string, unknown>[]> {
  return runCommands(place, ref, commands);
}

describe('a failure says what the original said', () => {
  test.each([
    ['config.get', {}, undefined],
    ['kv.set', { key: 'a', seconds: 'x' }, 'seconds must be a number or null'],
    ['kv.set', { key: 'a', seconds: 1.5 }, 'seconds must be a number or null'],
    ['kv.incr', { key: 'text' }, 'value is not an integer or out of range'],
    ['kv.incr', { key: 'fresh', amount: 'x' }, 'value is not an integer or out of range'],
    ['log.info', {}, 'Value expected for msg'],
    ['outbound.reply_to', { in_reply_to: 'x' }, "'content' must be given in replies."],
    ['outbound.reply_to', { content: 5, in_reply_to: 'x' }, "'content' must be unicode or null."],
    ['outbound.reply_to', { content: 'x' }, "'in_reply_to' must be given in replies."],
    [
      'outbound.reply_to',
      { content: 'x', in_reply_to: 'x', continue_session: null },
      "'continue_session' must be either true or false if given",
    ],
    [
      'outbound.reply_to',
      { content: 'x', in_reply_to: 'x', helper_metadata: { vumi: {} } },
      "'helper_metadata' may only contain the following keys: voice",
    ],
    [
      'outbound.reply_to',
      { content: 'x', in_reply_to: 'x', helper_metadata: [] },
      "'helper_metadata' must be object or null.",
    ],
    [
      'outbound.reply_to_group',
      { content: 'x', in_reply_to: "é'" },
      'Could not find original message with id: u"\\xe9\'"',
    ],
    ['outbound.send_to_endpoint', { content: 'x', to_addr: '+1' }, "'endpoint' must be given in sends."],
    ['outbound.send_to_endpoint', { content: 'x', endpoint: 'sms' }, "'to_addr' must be given in sends."],
    [
      'outbound.send_to_endpoint',
      { content: 'x', to_addr: '+1', endpoint: 'default' },
      "Endpoint u'default' not configured",
    ],
    ['outbound.send_to', { content: 'x', to_addr: '+1', endpoint: 'x' }, "Endpoint u'x' not configured"],
    ['outbound.send_to_tag', { content: 'x', to_addr: '+1' }, 'Tag, content or to_addr not specified'],
    [
      'outbound.send_to_tag',
      { content: 'x', to_addr: '+1', tagpool: 'pool', tag: 'other' },
      "Tag (u'pool', u'other') not held by account",
    ],
    ['metrics.fire', { metric: 'a', agg: 'sum', value: null }, 'Invalid metric value None.'],
    ['metrics.fire', { metric: 'a', agg: 'sum', value: 'x' }, "Invalid metric value u'x'."],
    ['metrics.fire', { agg: 'sum', value: 1 }, 'Missing metric name.'],
    ['metrics.fire', { metric: '9', agg: 'sum', value: 1 }, "Invalid metric name: u'9'."],
    ['metrics.fire', { metric: 5, agg: 'sum', value: 1 }, 'Invalid type for metric name: 5'],
    ['metrics.fire', { metric: 'a', store: '-', agg: 'sum', value: 1 }, "Invalid store name: u'-'."],
    ['metrics.fire', { metric: 'a', agg: 'median', value: 1 }, "Invalid metric aggregator u'median'."],
    ['metrics.fire', { metric: 'a', value: 1 }, 'Invalid metric aggregator None'],
    ['http.get', {}, 'No URL given'],
    ['contacts.get', { delivery_class: 'sms' }, "'addr' needs to be specified and be a unicode string"],
    ['contacts.get', { addr: '+1' }, "'delivery_class' needs to be specified and be a unicode string"],
    ['contacts.get', { delivery_class: 'sms', addr: '+1999' }, 'Contact not found'],
    ['contacts.get_by_key', {}, "Expected 'key' field in request"],
    ['contacts.get_by_key', { key: 'none' }, "Contact with key 'none' not found."],
    ['contacts.update', { fields: {} }, "'key' needs to be specified and be a unicode string"],
    ['contacts.update_extras', { key: 'none', fields: { a: 1 } }, 'All field values need to be unicode'],
    [
      'contacts.save',
      { contact: {} },
      "'key' needs to be specified as a field in 'contact' and be a unicode string",
    ],
    ['contacts.new', {}, "'contact' needs to be specified and be a dict of field name-value pairs"],
    ['contacts.search', { query: '*:*', max_keys: 'Haha!' }, "Value for parameter 'max_keys' is invalid"],
    ['groups.get', { key: 'none' }, 'Group not found'],
    ['groups.get_by_name', { name: 'none' }, 'Group not found'],
    ['optout.status', { address_type: 'msisdn' }, 'Missing key: address_value'],
    [
      'optout.optout',
      { address_type: 'msisdn', address_value: '', message_id: 'x' },
      'Invalid value "" for "address_value"',
    ],
    ['messagestore.count_replies', { conversation_key: '../x' }, 'Invalid conversation_key'],
  ])('%s %j', async (command, fields, reason) => {
    const [, answer] = await run(['kv.set', { key: 'text', value: 'text' }], [command, fields]);
    expect(answer).toEqual(reason === undefined ? { success: false } : { success: false, reason });
  });
});

describe('commands that succeed', () => {
  test('config.get gives the text of a value, and null with success for one that is not there', async () => {
    expect(
      await run(
        ['config.get', { key: 'config' }],
        ['config.get', { key: 'translation.en' }],
        ['config.get', { key: 'number' }],
        ['config.get', { key: 'translation.zul' }],
        ['config.get', { key: '__proto__' }],
      ),
    ).toEqual([
      { success: true, value: JSON.stringify(SETTINGS.config.config) },
      { success: true, value: '{"a": 1}' },
      { success: true, value: '5' },
      { success: true, value: null },
      { success: true, value: null },
    ]);
  });

  test('kv keeps any JSON, for a time when it is told, and counts its keys', async () => {
    await run(
      ['kv.set', { key: 'json', value: { a: [null, 'ü', 1.5] }, seconds: 60 }],
      ['kv.set', { key: 'nil' }],
    );
    expect(await run(['kv.get', { key: 'json' }], ['kv.get', { key: 'nil' }])).toEqual([
      { success: true, value: { a: [null, 'ü', 1.5] } },
      { success: true, value: null },
    ]);
    const before = Number(place.state.values.get('kv/tests/count'));
    expect(await run(['kv.delete', { key: 'json' }], ['kv.delete', { key: 'json' }])).toEqual([
      { success: true, existed: true },
      { success: true, existed: false },
    ]);
    expect(place.state.values.get('kv/tests/count')).toBe(String(before - 1));
  });

  test('kv refuses a new key when there are ten thousand, and still changes those that are there', async () => {
    const count = place.state.values.get('kv/tests/count') ?? '0';
    await run(['kv.set', { key: 'old', value: 1 }]);
    place.state.values.set('kv/tests/count', '10000');
    expect(
      await run(
        ['kv.set', { key: 'new', value: 1 }],
        ['kv.incr', { key: 'old' }],
        ['kv.incr', { key: 'new2' }],
      ),
    ).toEqual([
      { success: false, reason: 'Too many keys' },
      { success: true, value: 2 },
      { success: false, reason: 'Too many keys' },
    ]);
    place.state.values.set('kv/tests/count', String(Number(count) + 1));
  });

  test('the apps of an account share its kv, unless one asks for its own', async () => {
    const other = await install('commands-other');
    const own = await install('commands-own', { kv: 'app' });
    await run(['kv.set', { key: 'shared', value: 'here' }]);
    expect(await runCommands(place, other, [['kv.get', { key: 'shared' }]])).toEqual([
      { success: true, value: 'here' },
    ]);
    expect(await runCommands(place, own, [['kv.get', { key: 'shared' }]])).toEqual([
      { success: true, value: null },
    ]);
  });

  test('sends go to endpoints of the configuration and tell their ids', async () => {
    const before = place.sent.length;
    const answers = await run(
      [
        'outbound.send_to_endpoint',
        { content: null, to_addr: '+1', endpoint: 'sms', helper_metadata: { voice: { a: 1 } } },
      ],
      ['outbound.send_to', { content: 'two', to_addr: '+2' }],
      ['outbound.send_to_tag', { content: 'three', to_addr: '+3', tagpool: 'pool', tag: 'tag1' }],
    );
    const sent = place.sent.slice(before);
    expect(answers).toEqual(sent.slice(0, 3).map(({ message_id }) => ({ success: true, message_id })));
    expect(sent).toMatchObject([
      {
        content: null,
        to_addr: '+1',
        routing_metadata: { endpoint_name: 'sms' },
        helper_metadata: { voice: { a: 1 }, vumi: ref },
      },
      { content: 'two', to_addr: '+2', routing_metadata: { endpoint_name: 'default' } },
      { content: 'three', to_addr: '+3', routing_metadata: { endpoint_name: 'pool:tag1' } },
      { in_reply_to: expect.any(String) as string },
    ]);
  });

  test('a send by an endpoint without a route says why, and so does the log', async () => {
    const before = place.sent.length;
    place.endpoints = { default: null };
    try {
      const wayless = { content: 'x', to_addr: '+1', endpoint: 'sms' };
      const answers = await run(
        ['outbound.send_to_endpoint', wayless],
        ['outbound.send_to', wayless],
        // Whom it comes from is the route's, whatever the app says.
        ['outbound.send_to', { content: 'two', to_addr: '+2', from_addr: '777', transport_name: 'other' }],
      );
      const reason = expect.stringMatching(/^the endpoint "sms" of this app has no route/);
      expect(answers).toMatchObject([
        { success: false, reason },
        { success: false, reason },
        { success: true },
      ]);
      expect(place.sent.slice(before)).toMatchObject([
        { to_addr: '+2', from_addr: null, transport_name: null },
        { content: JSON.stringify(answers) },
      ]);
      expect(place.log.filter(({ level }) => level === 'error').map(({ text }) => text)).toEqual([reason]);
    } finally {
      place.endpoints = null;
    }
  });

  test('contacts have the form of Vumi Go', async () => {
    const [made, found] = await run(
      ['contacts.get_or_create', { delivery_class: 'ussd', addr: '27831234567' }],
      ['contacts.get', { delivery_class: 'sms', addr: '+27831234567' }],
    );
    const contact = made?.['contact'] as Record<string, unknown>;
    expect(made).toMatchObject({ success: true, created: true });
    expect(contact).toMatchObject({
      $VERSION: 2,
      user_account: 'tests',
      msisdn: '+27831234567',
      groups: [],
      name: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/) as string,
    });
    expect(found).toEqual({ success: true, contact });
    const [changed, searched, gone] = await run(
      ['contacts.update_extras', { key: contact['key'], fields: { colour: 'blue' } }],
      ['contacts.search', { query: 'extras-colour:blue' }],
      ['contacts.delete', { key: contact['key'] }],
      ['contacts.get_by_key', { key: contact['key'] }],
    );
    expect(changed?.['contact']).toEqual({ ...contact, 'extras-colour': 'blue' });
    expect(searched).toEqual({ success: true, keys: [contact['key']] });
    expect(gone).toEqual({ success: true });
  });

  test('groups, opt-outs and counts of messages are those of the account', async () => {
    const [created, again, counted] = await run(
      ['groups.get_or_create_by_name', { name: 'people' }],
      ['groups.get_or_create_by_name', { name: 'people' }],
      ['groups.list', {}],
    );
    expect(created).toMatchObject({
      success: true,
      created: true,
      group: { name: 'people', user_account: 'tests' },
    });
    expect(again).toMatchObject({ success: true, created: false });
    expect(counted?.['groups']).toHaveLength(1);
    const address = { address_type: 'msisdn', address_value: '+27831' };
    expect(
      await run(
        ['optout.optout', { ...address, message_id: 'm1' }],
        ['optout.status', address],
        ['optout.count', {}],
        ['optout.cancel_optout', address],
        ['optout.status', address],
      ),
    ).toMatchObject([
      { success: true, opted_out: true, message_id: 'm1' },
      { success: true, opted_out: true, message_id: 'm1' },
      { success: true, count: 1 },
      { success: true, opted_out: false },
      { success: true, opted_out: false },
    ]);
    const [progress, replies, rate] = await run(
      ['messagestore.progress_status', {}],
      ['messagestore.count_replies', { conversation_key: null }],
      ['messagestore.inbound_throughput', { sample_time: 60 }],
    );
    expect(progress).toMatchObject({ success: true, progress_status: { sent: 0, ack: 0 } });
    expect(replies).toEqual({ success: true, count: 0 });
    expect(rate).toEqual({ success: true, throughput: 0 });
  });
});

describe('http', () => {
  test.each(['get', 'post', 'put', 'patch', 'delete'])('%s sends what it is given', async (verb) => {
    const fields = {
      url: `${url}/a?b=1`,
      headers: { 'X-Key': ['1', '2'], Host: ['evil'] },
      data: 'ü',
      ssl_method: 'SSLv3',
    };
    expect(await run([`http.${verb}`, fields])).toEqual([{ success: true, code: 200, body: 'fine' }]);
    expect(seen).toMatchObject({ method: verb.toUpperCase(), url: '/a?b=1', headers: { 'x-key': '1, 2' } });
    expect(Buffer.from(seen?.body ?? '', 'latin1').toString()).toBe('ü');
    expect(seen?.headers.host).not.toBe('evil');
  });

  test('any status is a success, a body may have 128 KiB and no more', async () => {
    const answers = await run(
      ['http.head', { url: `${url}/x` }],
      ['http.get', { url: `${url}/missing` }],
      ['http.get', { url: `${url}/full` }],
      ['http.get', { url: `${url}/large` }],
      ['http.get', { url: 'http://127.0.0.1:1/' }],
      ['http.get', { url: 'ftp://127.0.0.1/' }],
    );
    expect(answers.map(({ success, code }) => [success, code])).toEqual([
      [true, 200],
      [true, 404],
      [true, 200],
      [false, undefined],
      [false, undefined],
      [false, undefined],
    ]);
    expect(answers[3]?.['reason']).toMatch(/maximum of 131072 bytes allowed/);
  });

  test('files go as parts of a form', async () => {
    const file = {
      file_name: 'a.bin',
      content_type: 'image/png',
      data: Buffer.from([0, 255, 10]).toString('base64'),
    };
    await run(['http.post', { url: `${url}/upload`, files: { photo: file } }]);
    expect(seen?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen?.body).toContain(
      'name="photo"; filename="a.bin"\r\nContent-Type: image/png\r\n\r\n\u0000\u00ff\n\r\n--',
    );
  });
});
