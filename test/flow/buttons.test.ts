import { ScriptedServer } from '@vumi/http/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';

const BOB = '+27761234567';
const WORKER = `import { defineApp } from '@vumi/sdk';

export default defineApp({
  async onMessage(message) {
    const { content, received } = message;
    if (content === 'menu') {
      await message.reply('Coming?', {
        buttons: [{ title: 'Yes', payload: 'y' }, 'No'],
        attachments: [{ url: 'https://vumi.example/map.png', caption: 'Map' }],
      });
    } else if (content === 'No') {
      await message.reply('How many others?');
    } else {
      await message.reply(content + ' ' + JSON.stringify(received));
    }
  },
});
`;

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform();
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'club' });
  await client.must('PUT', '/accounts/club/apps/party', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/club/routes/party', {
    app: 'party',
    transport: 'smsc',
    to_addr: '4000',
  });
});

afterAll(() => world[Symbol.asyncDispose]());

let seen = 0;

async function say(content: string): Promise<string | undefined> {
  await world.client.must('POST', '/simulators/smsc/messages', { from_addr: BOB, to_addr: '4000', content });
  const path = `/simulators/smsc/messages?address=${encodeURIComponent(BOB)}`;
  const { items } = await eventually(
    () => world.client.must('GET', path),
    (answer) => answer.items.length > seen,
  );
  seen = items.length;
  return (items as { content: string }[]).at(-1)?.content;
}

it('over SMPP buttons and files are lines, and a number or a title that is typed presses a button', async () => {
  const menu = 'Coming?\nMap https://vumi.example/map.png\n1. Yes\n2. No';
  expect(await say('menu')).toBe(menu);
  expect(await say('1')).toBe('Yes {"payload":"y","typed":"1"}');
  // The app has said something else since.
  expect(await say('2')).toBe('2 {}');
  expect(await say('menu')).toBe(menu);
  expect(await say('no')).toBe('How many others?');
  expect(await say('2')).toBe('2 {}');
  const { items } = await world.client.must(
    'GET',
    `/accounts/club/messages?address=${encodeURIComponent(BOB)}`,
  );
  expect((items as { content: string }[]).map(({ content }) => content)).toContain(menu);
});

it('what the API sends carries the same, and its buttons are pressed at the app that it names', async () => {
  const message = {
    to_addr: BOB,
    content: 'Lift?',
    app: 'party',
    buttons: ['Yes', { title: 'No', payload: 'n' }],
    attachments: [{ url: 'https://vumi.example/map.png' }],
  };
  await world.client.must('POST', '/accounts/club/messages', message);
  const path = `/simulators/smsc/messages?address=${encodeURIComponent(BOB)}`;
  const { items } = await eventually(
    () => world.client.must('GET', path),
    (answer) => answer.items.length > seen,
  );
  seen = items.length;
  expect(items.at(-1).content).toBe('Lift?\nhttps://vumi.example/map.png\n1. Yes\n2. No');
  expect(await say('2')).toBe('How many others?');
});

it.each([
  [{ buttons: Array.from({ length: 11 }, (_, n) => `b${n}`) }, 'buttons'],
  [{ buttons: [{ payload: 'y' }] }, 'buttons.0'],
  [{ attachments: [{ url: 'ftp://vumi.example/map.png' }] }, 'attachments.0.url'],
  [{ template: { name: 'meeting' } }, 'template.language'],
])('the API refuses what is wrong beside the text: %j', async (rich, field) => {
  const message = { to_addr: BOB, content: 'Lift?', app: 'party', ...rich };
  const answer = await world.client.call('POST', '/accounts/club/messages', message);
  expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
  expect(answer.body.field).toContain(field);
});

it('a gateway whose template has a place for buttons gets them, and no lines', async () => {
  await using gateway = await ScriptedServer.start();
  const { client } = world;
  const config = {
    send_url: `${gateway.url}/?t={{text}}{{quick_replies}}`,
    send_method: 'GET',
    secret_path: '',
    allow_private: true,
  };
  await client.must('PUT', '/transports/gateway', { type: 'external', config });
  await client.must('PUT', '/accounts/club/routes/gateway', { app: 'party', transport: 'gateway' });
  const receive = `${client.url}/hooks/gateway/receive?from=%2B27761234567&to=4000&text=`;
  await expect.poll(async () => (await fetch(`${receive}menu`)).status).toBe(200);
  await expect.poll(() => gateway.requests.length).toBeGreaterThan(0);
  const [{ query } = { query: new URLSearchParams() }] = gateway.requests;
  expect([query.get('t'), query.getAll('quick_reply')]).toEqual([
    'Coming?\nMap https://vumi.example/map.png',
    ['Yes', 'No'],
  ]);
});
