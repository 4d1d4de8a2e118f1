import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { openBrowser } from './open-browser.ts';

let world: TestPlatform;
let browser: Browser;

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
  browser = await openBrowser();
  for (const app of ['wound', 'thief']) {
    await world.client.must('PUT', `/accounts/demo/apps/${app}`, zipOf(WOUND));
    const route = { app, transport: 'smsc', to_addr: '12345', keyword: app };
    await world.client.must('PUT', `/accounts/demo/routes/${app}`, route);
  }
});

afterAll(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
});

/** Asks for a day on a page, which shows who it is. */
const WOUND = {
  'workers/worker.js': `
    import { defineApp } from '@vumi/sdk';
    export default defineApp({
      async onConversation(app) {
        const name = await app.ask('Your name?');
        await app.user.set('name', name);
        const visit = await app.link('/calendar', { ask: true, text: 'Choose a day:', scopes: ['user:read:name'] });
        const ok = await app.confirm(visit.day + ', ' + name + '?');
        return ok ? 'See you.' : 'Pity.';
      },
    });`,
  'index.html': '<!doctype html><title>Clinic</title>',
  'assets/calendar.html': `<!doctype html><html lang="en"><meta charset="utf-8"><title>Choose a day</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <h1></h1><button>Monday</button><p role="status"></p>
    <script type="module" src="assets/calendar.js"></script></html>`,
  'assets/calendar.js': `
    const { token } = await (await fetch('/api/v1/token', { method: 'POST' })).json();
    const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
    const { value } = await (await fetch('/api/v1/user/name', { headers })).json();
    document.querySelector('h1').textContent = 'Hello ' + value;
    document.querySelector('button').onclick = async () => {
      const body = JSON.stringify({ day: 'Monday' });
      const { status } = await fetch('/api/v1/answer', { method: 'POST', headers, body });
      document.querySelector('[role=status]').textContent = status === 204 ? 'Thank you' : 'Refused: ' + status;
    };`,
};

async function inboxOf(phone: string): Promise<string[]> {
  const { items } = await world.client.must(
    'GET',
    `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`,
  );
  return items.map(({ content }: { content: string }) => content);
}

/** What the phone gets for a text, or by itself where that is null. */
async function hears(from_addr: string, content: string | null): Promise<string> {
  const before = (await inboxOf(from_addr)).length;
  if (content !== null)
    await world.client.must('POST', '/simulators/smsc/messages', { from_addr, to_addr: '12345', content });
  const inbox = await eventually(
    () => inboxOf(from_addr),
    (texts) => texts.length > before,
  );
  return inbox.at(-1) ?? '';
}

async function linkFor(phone: string): Promise<string> {
  await hears(phone, 'wound');
  const text = await hears(phone, 'Thandi');
  const [lead, url = ''] = text.split('\n');
  expect(lead).toBe('Choose a day:');
  return url;
}

it('a link on the phone opens the page by a button, and the conversation goes on with what the page says', async () => {
  const phone = '+27760000101';
  const link = await linkFor(phone);
  expect(link).toMatch(/^http:\/\/demo--wound\.apps\.localhost:\d+\/l\/[A-Za-z0-9_-]{16}$/);
  // What shows previews of messages looks at it first.
  const preview = await browser.newPage();
  for (let index = 0; index < 3; index += 1) expect((await preview.goto(link))?.status()).toBe(200);
  await preview.close();

  const context = await browser.newContext({ viewport: { width: 360, height: 640 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(link);
  const picture = process.env['VUMI_SCREENSHOT'];
  if (picture !== undefined) await page.screenshot({ path: `${picture}.link.png` });
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { name: 'Hello Thandi' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/calendar');
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ name: 'vumi-user', httpOnly: true, sameSite: 'Lax' });

  const heard = hears(phone, null);
  await page.getByRole('button', { name: 'Monday' }).click();
  await page.getByText('Thank you').waitFor();
  expect(await heard).toBe('Monday, Thandi?\n1. Yes\n2. No');
  // Pressed once more, it says the same, and the phone hears nothing of it.
  const again = page.waitForResponse('**/api/v1/answer');
  await page.getByRole('button', { name: 'Monday' }).click();
  expect((await again).status()).toBe(204);
  expect(await hears(phone, '1')).toBe('See you.');
  expect((await inboxOf(phone)).filter((text) => text.startsWith('Monday'))).toHaveLength(1);
  expect(complaints).toEqual([]);

  await page.reload();
  await page.getByRole('heading', { name: 'Hello undefined' }).waitFor();
  await page.goto(link);
  await page.getByText('This link does not open').waitFor();
  await context.close();
});

it('a link that is used twice, at another app, or after STOP does not open', async () => {
  const phone = '+27760000102';
  const link = await linkFor(phone);
  const first = await (await browser.newContext()).newPage();
  const second = await (await browser.newContext()).newPage();
  await Promise.all([first.goto(link), second.goto(link)]);
  await second.goto(link.replace('demo--wound', 'demo--thief'));
  await second.getByText('This link does not open').waitFor();
  await second.goto(link);
  await first.getByRole('button', { name: 'Open' }).click();
  await first.getByRole('heading', { name: 'Hello Thandi' }).waitFor();
  await second.getByRole('button', { name: 'Open' }).click();
  await second.getByText('This link does not open').waitFor();

  await hears(phone, 'STOP');
  await first.getByRole('button', { name: 'Monday' }).click();
  await first.getByText('Refused: 401').waitFor();
  await Promise.all([first.context().close(), second.context().close()]);

  const other = '+27760000103';
  const unused = await linkFor(other);
  await hears(other, 'STOP');
  const third = await browser.newPage();
  expect((await third.goto(unused))?.status()).toBe(404);
  await third.close();
});
