import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { openBrowser } from './open-browser.ts';

let world: TestPlatform;
let browser: Browser;

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
});

/** Registers who writes to it; its page lists them for who is signed in. */
const CLINIC = {
  'vumi.json': JSON.stringify({
    frontend: { private: true, members: { scopes: ['state:read:person:*'] } },
  }),
  'workers/worker.js': `
    import { defineApp } from '@vumi/sdk';
    export default defineApp({
      async onMessage(message, app) {
        await app.state.set('person:' + message.from_addr, { name: message.content });
        await message.reply('Registered.', { end: true });
      },
    });`,
  'index.html': `<!doctype html><meta charset="utf-8"><title>Clinic</title><ul></ul>
    <form method="post" action="/sign-out"><button>Sign out</button></form>
    <script type="module" src="assets/list.js"></script>`,
  'assets/list.js': `
    const { token } = await (await fetch('/api/v1/token', { method: 'POST' })).json();
    const headers = { authorization: 'Bearer ' + token };
    const { items } = await (await fetch('/api/v1/state?prefix=person:', { headers })).json();
    document.querySelector('ul').append(...items.map(({ value }) => {
      const item = document.createElement('li');
      item.textContent = value.name;
      return item;
    }));`,
};

it('a private page lists the people of an app for whom is invited, until she signs out', async () => {
  await world.client.must('PUT', '/accounts/demo/apps/clinic', zipOf(CLINIC));
  const route = { app: 'clinic', transport: 'smsc', to_addr: '12345', keyword: 'clinic' };
  await world.client.must('PUT', '/accounts/demo/routes/clinic', route);
  const said = { from_addr: '+27760000001', to_addr: '12345', content: 'clinic Nomsa' };
  await world.client.must('POST', '/simulators/smsc/messages', said);
  await eventually(
    () => world.client.must('GET', '/simulators/smsc/messages?address=%2B27760000001'),
    (phone) => phone.items.length > 0,
  );
  const context = await browser.newContext();
  const page = await context.newPage();
  const url = world.platform.api?.appUrl({ account: 'demo', app: 'clinic' }) ?? '';
  expect((await page.goto(url))?.status()).toBe(401);
  await page.getByText('This page is private').waitFor();

  const invitation = { name: 'Sister Thandi' };
  const { url: link } = await world.client.must('POST', '/accounts/demo/apps/clinic/members', invitation);
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('clinic Nomsa').waitFor();
  const picture = process.env['VUMI_SCREENSHOT'];
  if (picture !== undefined) await page.screenshot({ path: `${picture}.private.png` });
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', domain: 'demo--clinic.apps.localhost' });
  expect(await world.client.must('GET', '/accounts/demo/apps/clinic/members')).toMatchObject({
    items: [{ name: 'Sister Thandi', sign_ins: 1 }],
  });

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('This page is private').waitFor();
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This link has been used').waitFor();
  await context.close();
});

it("the page of quiz shows a player's score through the JSON API, without a complaint of the browser", async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(world.platform.api?.appUrl({ account: 'demo', app: 'quiz' }) ?? '');
  await page.getByText('No scores yet').waitFor();

  for (const [index, content] of ['quiz', 'b', 'c', 'a'].entries()) {
    const said = { from_addr: '+27761234567', to_addr: '12345', content };
    await world.client.must('POST', '/simulators/smsc/messages', said);
    await eventually(
      () => world.client.must('GET', '/simulators/smsc/messages?address=%2B27761234567'),
      (phone) => phone.items.length > index,
    );
  }
  await page.getByRole('cell', { name: '…4567' }).waitFor({ timeout: 20_000 });
  expect(await page.getByRole('row').last().innerText()).toMatch(/1\s+…4567\s+3\s+1/);
  const picture = process.env['VUMI_SCREENSHOT'];
  if (picture !== undefined) await page.screenshot({ path: picture });
  expect(complaints).toEqual([]);
});
