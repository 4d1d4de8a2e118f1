import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { appFolders } from './app-folders.fixture.ts';

const folders = appFolders();
afterAll(() => folders[Symbol.dispose]());

const GREETS = `
import { defineApp } from '@vumi/sdk';
export default defineApp({ onConversation: async (app) => 'Hello, ' + (await app.ask('Your name?')) });`;

test('a test that fails and leaves its world open ends, and says why', async () => {
  const folder = folders.appOf(GREETS);
  const file = join(folder, 'open.test.mjs');
  writeFileSync(
    file,
    `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorld } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
test('asks', async () => {
  const world = await openWorld(${JSON.stringify(folder)});
  const thandi = world.phone('+27761234567');
  await thandi.text('hi');
  await thandi.text('Thandi');
  assert.equal(thandi.screen?.text, 'something else');
});`,
  );
  const run = spawn(process.execPath, ['--no-node-snapshot', '--disable-warning=ExperimentalWarning', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, [code]] = await Promise.all([text(run.stdout), once(run, 'exit')]);
  expect(said).toContain('Hello, Thandi');
  expect(said).toContain('something else');
  expect(code).toBe(1);
});
