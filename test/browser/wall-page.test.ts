import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../platform.ts';
import { openBrowser } from './open-browser.ts';

const WAIT_MS = 240_000;
const VUMI = fileURLToPath(new URL('../../platform/cli/vumi.js', import.meta.url));
const SCENARIO = fileURLToPath(new URL('../../sample-apps/clinic/scenario.js', import.meta.url));
const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];
const PHONES = 300;

let browser: Browser;
let wall: ChildProcess;
let output = '';

beforeAll(async () => {
  const words = ['wall', SCENARIO, '--phones', String(PHONES), '--seed', '7', '--page'];
  wall = spawn(process.execPath, [...FLAGS, VUMI, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [wall.stdout, wall.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  wall?.kill('SIGKILL');
});

it('shows all phones while they talk, then the report, and the talk of the phone that is clicked', async () => {
  const address = /The wall is at (\S+)/;
  await eventually(
    () => output,
    (text) => address.test(text),
    WAIT_MS,
  );
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(WAIT_MS);
  const picture = async (name: string): Promise<void> => {
    const path = process.env['VUMI_SCREENSHOT'];
    if (path !== undefined) await page.screenshot({ path: `${path}.${name}.png` });
  };
  await page.goto(address.exec(output)?.[1] ?? '');
  await page
    .locator('.phone')
    .nth(PHONES - 1)
    .waitFor();
  await page.locator('.phone.talking, .phone.finished').first().waitFor();
  await picture('wall-talking');
  await page.locator('#done').waitFor();
  expect(await page.locator('.phone').count()).toBe(PHONES);
  expect(await page.locator('.phone.finished, .phone.dropped, .phone.stopped').count()).toBe(PHONES);
  expect(await page.locator('#funnel li').count()).toBe(3);
  expect(await page.locator('#thresholds li').allTextContents()).toContain('✓ errors 0, limit 0');
  await page.locator('.phone.dropped').first().click();
  await page.locator('#lines .shown', { hasText: 'What is your name?' }).waitFor();
  expect(await page.locator('#ending').textContent()).toBe('dropped');
  await picture('wall');
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  await picture('wall-narrow');
  await page.close();
  const gone = once(wall, 'exit');
  wall.kill('SIGINT');
  expect(await gone).toEqual([0, null]);
});
