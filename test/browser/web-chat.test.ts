import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { openBrowser } from './open-browser.ts';

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="160">
  <rect width="320" height="160" fill="#cfe8d5"/><path d="M20 140 120 40l60 70 40-40 80 70z" fill="#2e7d4f"/></svg>`;

let world: TestPlatform;
let site: Server;
let foreign: Server;
let browser: Browser;
let chat: string;

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Answers menus with buttons and a picture of the site. */
const workerFor = (picture: string): string => `import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message) {
    const { content, received, session_event: event } = message;
    if (event === 'close') return;
    if (received.payload !== undefined) return message.reply('Noted: ' + received.payload);
    if (content === '<img src=x onerror=alert(1)>') return message.reply('<b>bold?</b> see https://vumi.example/a?b=c.');
    await message.reply('Good morning! When would you like to come?', {
      buttons: [
        { title: 'Monday', payload: 'mon', description: '8:00 to 12:00' },
        { title: 'Tuesday', payload: 'tue' },
        'Another day',
      ],
      attachments: [{ url: '${picture}', content_type: 'image/svg+xml', caption: 'The way to the clinic' }],
    });
  },
});
`;

/** A site whose pages may do next to nothing but what the chat needs. */
async function openSite(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/way.svg') {
      response.setHeader('content-type', 'image/svg+xml').end(PICTURE);
      return;
    }
    const { origin, host } = new URL(chat);
    const policy = `default-src 'none'; script-src ${origin}; connect-src ws://${host}; img-src 'self'; require-trusted-types-for 'script'`;
    response
      .setHeader('content-security-policy', policy)
      .setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Clinic</title><h1>Riverside clinic</h1><p>We are here for you.</p>
      <script src="${chat}/widget.js" async></script></html>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
  const { client } = world;
  chat = `${client.url}/hooks/clinic`;
  site = await openSite();
  foreign = await openSite();
  const worker = workerFor(`${urlOf(site)}/way.svg`);
  await client.must('PUT', '/accounts/demo/apps/clinic', zipOf({ 'workers/worker.js': worker }));
  for (const [name, config] of [
    [
      'clinic',
      {
        allowed_origins: [urlOf(site)],
        title: 'Riverside clinic',
        greeting: 'Ask us anything.',
        colour: '#1b6e53',
      },
    ],
    ['quiz', {}],
  ] as const) {
    await client.must('PUT', `/transports/${name}`, { type: 'web_chat', config });
    await client.must('PUT', `/accounts/demo/routes/web-${name}`, {
      app: name,
      transport: name,
      to_addr: name,
    });
    await eventually(
      async () => (await fetch(`${client.url}/hooks/${name}/health`)).status,
      (status) => status === 200,
    );
  }
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  site?.close();
  foreign?.close();
  await world?.[Symbol.asyncDispose]();
});

/** A page of its own visitor, and what the browser complains of. */
async function visit(
  url: string,
  size = { width: 1000, height: 760 },
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['VUMI_SCREENSHOT'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}.${name}.png` });
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel('Your message').fill(text);
  await page.keyboard.press('Enter');
}

it('a visitor of another site talks with an app: buttons, a picture, no HTML, and all is there after a reload', async () => {
  const { page, complaints } = await visit(urlOf(site));
  await picture(page, 'closed');
  await page.getByRole('button', { name: 'Open the chat: Riverside clinic' }).click();
  await page.getByText('Ask us anything.').waitFor();
  await write(page, 'Good morning');
  await page.getByRole('button', { name: 'Monday' }).waitFor();
  const image = page.getByAltText('The way to the clinic');
  await image.waitFor();
  expect(await image.evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth)).toBe(320);
  await picture(page, 'desktop');
  await page.getByRole('button', { name: 'Tuesday' }).click();
  await page.getByText('Noted: tue').waitFor();
  expect(await page.getByRole('button', { name: 'Monday' }).count()).toBe(0);
  await write(page, '<img src=x onerror=alert(1)>');
  await page.getByText('<b>bold?</b> see https://vumi.example/a?b=c.').waitFor();
  expect(await page.getByRole('link', { name: 'vumi.example' }).getAttribute('href')).toBe(
    'https://vumi.example/a?b=c',
  );

  await page.reload();
  const launcher = page.getByRole('button', { name: 'Open the chat: Riverside clinic' });
  await launcher.click();
  await page.getByText('Noted: tue').waitFor();
  expect(await page.getByText('Sending…').count()).toBe(0);
  await page.keyboard.press('Escape');
  expect(await launcher.evaluate((one) => one.getRootNode().activeElement === one)).toBe(true);
  expect(complaints).toEqual([]);
  const { items } = await world.client.must('GET', '/accounts/demo/messages?direction=inbound&app=clinic');
  expect(new Set((items as { from_addr: string }[]).map(({ from_addr }) => from_addr)).size).toBe(1);
  await page.context().close();
});

it('on a phone the chat fills the window, and says while there is no connection what is not sent', async () => {
  const { page } = await visit('about:blank', { width: 360, height: 640 });
  const network = { isUp: true, cut: () => {} };
  await page.routeWebSocket(/\/chat$/, (socket) => {
    network.cut = () => void socket.close({ code: 1012 });
    if (network.isUp) socket.connectToServer();
    else network.cut();
  });
  await page.goto(urlOf(site));
  await page.getByRole('button', { name: 'Open the chat' }).click();
  await write(page, 'Hello');
  await page.getByRole('button', { name: 'Monday' }).waitFor();
  const panel = await page.getByRole('dialog').boundingBox();
  expect(panel).toMatchObject({ x: 0, y: 0, width: 360, height: 640 });
  await picture(page, 'phone');
  network.isUp = false;
  network.cut();
  await page.getByText('Connecting…').waitFor();
  await write(page, 'Are you there?');
  await page.getByText('Not sent yet: no connection').waitFor();
  await picture(page, 'offline');
  network.isUp = true;
  await page.getByText('Not sent yet: no connection').waitFor({ state: 'detached' });
  await eventually(
    () => page.getByText('Good morning!').count(),
    (count) => count === 2,
  );
  await page.context().close();
});

it('a site that is not allowed is told so, and its visitors that there is no chat', async () => {
  const { page, complaints } = await visit(urlOf(foreign));
  await page.getByRole('button', { name: 'Open the chat' }).click();
  await page.getByText('This chat is not available here').waitFor();
  expect(complaints.join()).toContain(`allowed_origins has no "${urlOf(foreign)}"`);
  await picture(page, 'refused');
  await page.context().close();
});

it('the page for trying shows it, and a sample app plays in it', async () => {
  const { page, complaints } = await visit(`${world.client.url}/hooks/quiz/`);
  await write(page, 'quiz');
  await page
    .getByText(/A\)|a\)|A\./)
    .first()
    .waitFor();
  await picture(page, 'try');
  for (const answer of ['b', 'c', 'a']) {
    const count = await page.locator('.entry:not(.mine)').count();
    await write(page, answer);
    await eventually(
      () => page.locator('.entry:not(.mine)').count(),
      (now) => now > count,
    );
  }
  await page.getByText('You got 3 of 3').waitFor();
  await page.getByText('The conversation has ended.').waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});
