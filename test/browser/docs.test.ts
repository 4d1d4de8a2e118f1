import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, startTestPlatform, type TestPlatform } from '../platform.ts';
import { openBrowser } from './open-browser.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SITE = join(ROOT, 'docs/site/dist');
/** What vitest says of itself, which the site's build would take for its own. */
const OF_TEST_RUNNER = new Set(['BASE_URL', 'DEV', 'MODE', 'NODE_ENV', 'PROD', 'SSR', 'TEST', 'VITEST']);
const PHONE = { width: 360, height: 740 };

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** A page of the documentation, and all that its browser complains of. */
async function read(
  world: TestPlatform,
  path: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${world.client.url}${path}`);
  return { page, complaints };
}

async function picture(page: Page, name: string): Promise<void> {
  const path = process.env['VUMI_SCREENSHOT'];
  if (path !== undefined) await page.screenshot({ path: `${path}.${name}.png` });
}

/** Whether something on the page is wider than it. */
const overflows = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe('/docs where nobody has built the site', () => {
  let world: TestPlatform;
  beforeAll(async () => {
    rmSync(SITE, { recursive: true, force: true });
    world = await startTestPlatform();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('is read, searched and followed without a script', async () => {
    const { page, complaints } = await read(world, '/docs/', { javaScriptEnabled: false });
    await page.getByRole('searchbox').fill('uncertain_policy');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: /Exactly once/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Exactly once' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('fits a phone, %s', async (colorScheme) => {
    const { page, complaints } = await read(world, '/docs/errors/#request.invalid', {
      viewport: PHONE,
      colorScheme,
    });
    await page.getByRole('heading', { name: 'request.invalid' }).waitFor();
    await picture(page, `docs-plain-phone-${colorScheme}`);
    expect(await overflows(page)).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('is wide on a wide screen, with its menu beside it', async () => {
    const { page } = await read(world, '/docs/reference/sdk/people/', {
      viewport: { width: 1300, height: 900 },
    });
    await page.getByRole('navigation').getByText('Tutorial', { exact: true }).waitFor();
    await picture(page, 'docs-plain-wide');
    await page.close();
  });

  test('an error of the API leads to what its code means', async () => {
    const answer = await fetch(`${world.client.url}/api/v1/accounts?limit=x`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    const { docs, code } = (await answer.json()) as { docs: string; code: string };
    const { page } = await read(world, docs.replace(world.client.url, ''));
    await page.getByRole('heading', { name: code }).waitFor();
    expect(await page.evaluate("document.querySelector(':target').id")).toBe(code);
    await page.close();
  });
});

describe('/docs where "npm run docs" has built the site', () => {
  let world: TestPlatform;
  beforeAll(async () => {
    const env = Object.entries(process.env).filter(([name]) => !OF_TEST_RUNNER.has(name));
    await promisify(execFile)('npm', ['run', 'docs'], { cwd: ROOT, env: Object.fromEntries(env) });
    world = await startTestPlatform();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('its search finds a page, and nothing that it runs is refused', async () => {
    const { page, complaints } = await read(world, '/docs/conversations/', {
      viewport: { width: 1300, height: 900 },
    });
    await picture(page, 'docs-built-wide');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByPlaceholder('Search').fill('exactly once');
    const found = page.getByRole('dialog').getByRole('link', { name: 'Exactly once', exact: true }).first();
    await found.waitFor();
    await picture(page, 'docs-built-search');
    await found.click();
    await page.getByRole('heading', { level: 1, name: 'Exactly once' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('fits a phone, %s', async (colorScheme) => {
    const { page, complaints } = await read(world, '/docs/errors/#request.invalid', {
      viewport: PHONE,
      colorScheme,
    });
    await page.getByRole('heading', { name: 'request.invalid' }).waitFor();
    await picture(page, `docs-built-phone-${colorScheme}`);
    expect(await overflows(page)).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('no other page of the platform may do more for it', async () => {
    const policies = await Promise.all(
      ['/', '/status', '/docs/'].map(async (path) =>
        (await fetch(`${world.client.url}${path}`)).headers.get('content-security-policy'),
      ),
    );
    const [front, status, docs] = policies.map((policy) => policy ?? '');
    expect(front).not.toContain('script-src');
    expect(status).not.toMatch(/unsafe|sha256/);
    expect(docs).toContain("'wasm-unsafe-eval'");
  });
});
