import { access } from 'node:fs/promises';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, type TestPlatform } from '../platform.ts';

const CHROMIUM = '/usr/bin/chromium';
let world: TestPlatform;
let browser: Browser;

beforeAll(async () => {
  await access(CHROMIUM).catch(() => {
    throw new Error(`no browser at ${CHROMIUM}: install one with "apt-get install chromium"`);
  });
  world = await startTestPlatform({ demo: true });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
});

afterAll(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
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
