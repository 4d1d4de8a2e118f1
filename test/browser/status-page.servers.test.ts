import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import amqp from 'amqplib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireServer } from '../backend.ts';
import { startWorker } from '../chaos/start-worker.ts';
import { ADMIN_TOKEN, startTestPlatform, type TestPlatform } from '../platform.ts';
import { openBrowser } from './open-browser.ts';

const WAIT_MS = 60_000;
const namespace = `test_${randomBytes(6).toString('hex')}`;
let url: string;
let folder: string;
let world: TestPlatform;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-status-'));
  url = await requireServer('broker');
  world = await startTestPlatform({
    demo: true,
    broker: { url, namespace, queue_type: 'classic' },
    heartbeats: { interval: 1 },
  });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  const own = [
    'words',
    'smsc',
    'api',
    'webhooks',
    'sandbox',
    'sandbox_0',
    'sandbox_1',
    'sandbox_2',
    'sandbox_3',
  ];
  for (const name of own)
    for (const kind of ['inbound', 'event', 'outbound', 'failures', 'control', 'inbound.slow', 'event.slow'])
      await channel.deleteQueue(`${namespace}.${name}.${kind}`);
  await channel.deleteQueue(`${namespace}.supervisors.control`);
  for (const exchange of ['vumi', 'vumi.health', 'vumi.metrics'])
    await channel.deleteExchange(`${namespace}.${exchange}`);
  await connection.close();
});

async function picture(page: Page, name: string): Promise<void> {
  const path = process.env['VUMI_SCREENSHOT'];
  if (path !== undefined) await page.screenshot({ path: `${path}.${name}.png`, fullPage: true });
}

it('a worker whose process is killed turns down before the eyes of who looks at the page', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const answer = await page.goto(`${world.platform.api?.url}/status`);
  expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'");

  await page.getByLabel('Token').fill('not-the-token');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('this token is not known here').waitFor();
  // The refusal itself is what Chromium complains of.
  complaints.length = 0;
  await page.getByLabel('Token').fill(ADMIN_TOKEN);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('row', { name: /^smsc · smpp .*● ok bound/ }).waitFor({ timeout: WAIT_MS });

  const words = [
    'echo',
    '--worker-name',
    'words',
    '--set-option',
    'transport_name:words',
    '--data-dir',
    folder,
  ];
  const worker = await startWorker([...words, '--broker-url', url, '--broker-namespace', namespace], {
    VUMI_HEARTBEAT_INTERVAL: '1',
  });
  try {
    const row = page.getByRole('row', { name: /^words worker/ });
    await row.getByText('● ok').waitFor({ timeout: WAIT_MS });
    await row.getByText(String(worker.pid)).waitFor();
    await picture(page, 'well');
    worker.kill('SIGKILL');
    await row.getByText('✖ down').waitFor({ timeout: WAIT_MS });
    await row.getByText(/no process runs it; last heard at .* from process \d+ on/).waitFor();
    // The worst stands first.
    expect(await page.locator('tbody tr').first().getAttribute('class')).toBe('down');
    expect(await page.title()).toBe('✖ down · Vumi');
    await picture(page, 'killed');
    await page.getByLabel('Only what is not well').check();
    await page.getByRole('row', { name: /smsc/ }).first().waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 320, height: 700 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'phone');
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
  } finally {
    worker.kill('SIGKILL');
  }
  expect(complaints).toEqual([]);
  await page.reload();
  await page.getByText('Live').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
  expect(await page.locator('tbody tr').count()).toBe(0);
});
