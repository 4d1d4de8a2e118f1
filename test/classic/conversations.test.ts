import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clinicApp } from './clinic-app.ts';
import { Conversation } from './conversation.ts';

const MENU = 'Clinic\n1. Register\n2. Language\n3. Clinics\n4. About\n5. Remote\n6. Broken\n7. People';

let place: SandboxPlace;
let server: Server;
let url = '';
const requests: { method: string; url: string; body: string; type: string }[] = [];

beforeAll(async () => {
  place = await SandboxPlace.start();
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      requests.push({ method, url: path, body, type: headers['content-type'] ?? '' });
      response.statusCode = path.includes('missing') ? 404 : 201;
      response.end(JSON.stringify({ greeting: 'hello' }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await place[Symbol.asyncDispose]();
});

function stateOf(app: string, address = '+27761234567'): unknown {
  const json = place.state.values.get(`kv/tests/key/users.${app}.${address}`);
  return json === undefined ? null : JSON.parse(json);
}

describe.each(['modern', 'legacy'] as const)('with the %s libraries', (libraries) => {
  const name = `clinic-${libraries}`;

  async function open(fields = {}): Promise<Conversation> {
    const config = {
      config: { name, endpoints: { sms: { delivery_class: 'sms' } }, api: url },
      'translation.zul': JSON.stringify({
        '': { domain: 'messages', lang: 'zul' },
        Clinic: [null, 'Umtholampilo'],
        Register: [null, 'Bhalisa'],
      }),
    };
    const ref = await place.installClassic(name, clinicApp(libraries), {
      manifest: { libraries },
      settings: { config, secrets: {} },
    });
    return new Conversation(place, ref, fields);
  }

  test('a user walks through menu, text and choices on USSD, and starts anew after the end', async () => {
    const user = await open();
    expect(await user.start()).toEqual([MENU]);
    expect(await user.say('1')).toEqual(['What is your name?']);
    expect(await user.say('X')).toEqual(['That is too short. What is your name?']);
    expect(await user.say('  Thandi ')).toEqual(['Are you Thandi?\n1. Yes\n2. No']);
    expect(await user.say('9')).toEqual(['Please choose a number.\n1. Yes\n2. No']);
    expect(await user.say('1')).toEqual([`Thank you, Thandi (true, ${new Date().getUTCFullYear()}). [end]`]);
    expect(await user.start()).toEqual([MENU]);
    expect(stateOf(name)).toMatchObject({
      answers: { 'states:name': 'Thandi', 'states:sure': 'yes' },
      state: { name: 'states:menu' },
    });
  });

  test('a language is spoken from the message after its choice, until the user starts over', async () => {
    const user = await open({ from_addr: '+27760000001' });
    await user.start();
    expect(await user.say('2')).toEqual(['Which language?\n1. English\n2. isiZulu']);
    // The toolkit does not wait for the translation that it asks for.
    expect(await user.say('2')).toEqual([MENU]);
    expect(await user.say('9')).toEqual([
      MENU.replace('Clinic\n', 'Umtholampilo\n').replace('Register', 'Bhalisa'),
    ]);
    expect(await user.say('!reset')).toEqual([MENU]);
  });

  test('long lists and texts come in pages', async () => {
    const user = await open({ from_addr: '+27760000002' });
    await user.start();
    expect(await user.say('3')).toEqual(['Which clinic?\n1. Alpha\n2. Beta\n3. More']);
    expect(await user.say('3')).toEqual(['Which clinic?\n1. Gamma\n2. Delta\n3. More\n4. Back']);
    expect(await user.say('1')).toEqual(['You chose gamma. [end]']);
    await user.start();
    const [first = ''] = await user.say('4');
    expect(first).toMatch(/^This clinic is open[^]*1\. More\n2\. Exit$/);
    const [second = ''] = await user.say('1');
    expect(second).toMatch(/Back/);
    expect(second).not.toBe(first);
  });

  test("a service answers over HTTP, and its failures are the app's to handle", async () => {
    const user = await open({ from_addr: '+27760000003' });
    await user.start();
    expect(await user.say('5')).toEqual(['201 hello [end]']);
    expect(requests.at(-1)).toEqual({
      method: 'POST',
      url: '/people?a=1&a=2&b=x%20y',
      body: '{"addr":"+27760000003"}',
      type: 'application/json; charset=utf-8',
    });
  });

  test("a state that throws ends in the toolkit's own error state", async () => {
    const user = await open({ from_addr: '+27760000004' });
    await user.start();
    expect(await user.say('6')).toEqual(['An error occurred. Please try again later. [end]']);
    expect(place.log.at(-2)).toMatchObject({ level: 'error', text: 'no such luck' });
  });

  test('who hangs up gets an SMS by the endpoint of that name, and goes on where he was', async () => {
    const user = await open({ from_addr: '+27760000005' });
    await user.start();
    await user.say('1');
    const before = place.sent.length;
    expect(await user.hangUp()).toEqual([]);
    expect(place.sent.slice(before)).toMatchObject([
      {
        to_addr: '+27760000005',
        content: 'Dial again to go on.',
        in_reply_to: null,
        routing_metadata: { endpoint_name: 'sms' },
        helper_metadata: { vumi: { account: 'tests', app: name } },
      },
    ]);
    expect(await user.start()).toEqual(['What is your name?']);
  });

  test('a contact is made, saved and found again, in one message', async () => {
    const user = await open({ from_addr: '27760000006' });
    await user.start();
    expect(await user.say('7')).toEqual(['Thandi 1 +27760000006 [end]']);
    const contacts = [...place.records.contacts.values()];
    expect(contacts.filter(({ msisdn }) => msisdn === '+27760000006')).toMatchObject([
      { name: 'Thandi', extra: { visits: '1' } },
    ]);
  });

  test('by SMS there are no sessions: the state is what goes on', async () => {
    const user = await open({ from_addr: '+27760000007', transport_type: 'sms' });
    expect(await user.say('hello')).toEqual([MENU]);
    expect(await user.say('1')).toEqual(['What is your name?']);
    expect(await user.say('Sipho')).toEqual(['Are you Sipho?\n1. Yes\n2. No']);
    expect(await user.say('2')).toEqual(['What is your name?']);
  });

  test('counters and metrics are those of the account', async () => {
    const fired = place.storeEffects
      .flatMap(({ effects }) => effects)
      .filter(({ kind }) => kind === 'metric');
    expect(fired).toContainEqual({
      kind: 'metric',
      store: name,
      metric: 'sessions',
      aggregator: 'last',
      value: expect.any(Number) as number,
      at: expect.any(Number) as number,
    });
    expect(place.state.values.get(`kv/tests/key/${name}.sessions`)).toMatch(/^\d+$/);
  });
});
