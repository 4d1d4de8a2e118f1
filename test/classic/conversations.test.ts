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
}, 60_000);

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
        domain: 'messages',
        locale_data: {
          messages: {
            '': { domain: 'messages', lang: 'zul' },
            Clinic: [null, 'Umtholampilo'],
            Register: [null, 'Bhalisa'],
          },
        },
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
});
