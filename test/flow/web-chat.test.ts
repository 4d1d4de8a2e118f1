import { ChatPage } from '@vumi/transports/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';

const WORKER = `import { defineApp } from '@vumi/sdk';

export default defineApp({
  async onMessage(message, app) {
    const { content, received, session_event: event } = message;
    if (event === 'close') return;
    if (content === 'menu') return message.reply('Coming?', {
      buttons: [{ title: 'Yes', payload: 'y' }, 'No'],
      attachments: [{ url: 'https://vumi.example/map.png', caption: 'Map' }],
    });
    await message.reply(event + ' ' + content + ' ' + JSON.stringify(received), { end: content === 'bye' });
  },
});
`;

let world: TestPlatform;
let url: string;

beforeAll(async () => {
  world = await startTestPlatform();
  const { client } = world;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/party', zipOf({ 'workers/worker.js': WORKER }));
  const config = { allowed_origins: ['https://clinic.example'] };
  await client.must('PUT', '/transports/web', { type: 'web_chat', config });
  await client.must('PUT', '/accounts/clinic/routes/web', { app: 'party', transport: 'web', to_addr: 'web' });
  url = `${client.url}/hooks/web`;
  await eventually(
    async () => (await fetch(`${url}/health`)).status,
    (status) => status === 200,
  );
});

afterAll(() => world[Symbol.asyncDispose]());

it('a visitor of a site and an app talk, with buttons and a picture, and it is known what was delivered', async () => {
  await using page = await ChatPage.greet(url, { origin: 'https://clinic.example' });
  page.onFrame(({ id, text }) => void (text !== undefined && page.say({ got: id })));
  await page.text('c1', 'menu');
  expect(await page.hear(({ text }) => text === 'Coming?')).toMatchObject({
    quick_replies: [{ title: 'Yes', payload: 'y' }, { title: 'No' }],
    attachments: [{ url: 'https://vumi.example/map.png', caption: 'Map', kind: 'image' }],
  });
  await page.text('c2', 'Yes', 'y');
  await page.hear(({ text }) => text === 'resume Yes {"payload":"y"}');
  await page.text('c3', 'bye');
  await page.hear(({ end }) => end === true);
  await page.text('c4', 'hi');
  await page.hear(({ text }) => text === 'new hi {}');
  const path = `/accounts/clinic/messages?direction=outbound&address=${page.session}`;
  const { items } = await eventually(
    () => world.client.must('GET', path),
    ({ items }) =>
      items.length === 4 && items.every(({ status }: { status: string }) => status === 'delivered'),
  );
  expect(items.length).toBe(4);
});

it('a page of another site is told what to allow', async () => {
  await using page = await ChatPage.open(url, 'https://evil.example');
  expect(await page.closed).toEqual([4403, 'allowed_origins has no "https://evil.example"']);
});

it('what to paste is printed', async () => {
  const { out } = await vumi(world.client, 'transport', 'urls', 'web');
  expect(out).toContain(`To paste: <script src="${url}/widget.js" async></script>\n`);
  const { items } = await world.client.must('GET', '/transports/web/urls');
  for (const { url } of items as { url: string }[])
    expect((await fetch(url)).status, url).toBe(url.endsWith('/chat') ? 404 : 200);
});
