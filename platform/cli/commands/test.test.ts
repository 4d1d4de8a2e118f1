import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakePlatform } from '../fake-platform.fixture.ts';

let platform: FakePlatform;
const root = mkdtempSync(join(tmpdir(), 'vumi-test-'));
beforeAll(async () => {
  platform = await FakePlatform.start();
});
afterAll(() => {
  platform[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

const WORKER = `export default { async onConversation(app) {
  const rate = await app.choose('Rates', { day: 'Today', ask: 'Ask' });
  if (rate === 'day') return (await app.http.request('https://example.org/rate')).body;
  const name = await app.ask('Name?', { id: 'name' });
  if (name === 'nobody') await app.ask('Really?', { id: 'really' });
  return 'Thank you';
} };`;

function folder(name: string, files: Readonly<Record<string, unknown>>): string {
  const place = join(root, name);
  mkdirSync(join(place, 'workers'), { recursive: true });
  writeFileSync(join(place, 'workers/worker.js'), WORKER);
  for (const [file, value] of Object.entries(files)) writeFileSync(join(place, file), JSON.stringify(value));
  return place;
}

test('an app without tests is tested by its transcript and by all of its places', async () => {
  const app = folder('plain', {
    'transcript.json': [{ from: '1', say: 'hi', expect: 'Rates\n1. Today\n2. Ask' }],
    'package.json': { scripts: { test: 'vumi test' } },
  });
  const { code, out, err } = await platform.vumi(['test', app, '--turns', '60']);
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out).toMatch(/^SCREEN +QUESTION +UNITS\nstart +choose number 1 +51\n/);
  expect(out).toContain('transcript.json: as it must be');
  expect(out).toContain('no fixture answers GET https://example.org/rate');
  expect(out).toContain('workers/worker.js:5 ask "really" was never reached');
  const strict = await platform.vumi(['test', app, '--turns', '60', '--coverage', '90']);
  expect(strict.code).toBe(1);
  expect(strict.err).toContain('66 % of the questions were reached, and --coverage asks for 90 %');
});

test('a transcript that is not as it must be, and tests of its own that fail, fail it', async () => {
  const wrong = folder('wrong', { 'transcript.json': [{ from: '1', say: 'hi', expect: 'Hello' }] });
  const refused = await platform.vumi(['test', wrong]);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('step 1 of transcript.json');
  const own = folder('own', { 'package.json': { scripts: { test: 'echo its own tests ran && exit 3' } } });
  const failed = await platform.vumi(['test', own]);
  expect(failed.code).toBe(1);
  expect(failed.out).toContain('its own tests ran');
  expect(failed.err).toContain("the app's own tests failed");
});

test('a package.json that npm could not read is named', async () => {
  const broken = folder('broken', {});
  writeFileSync(join(broken, 'package.json'), '{ "scripts": ');
  const { code, err } = await platform.vumi(['test', broken]);
  expect(code).toBe(2);
  expect(err).toContain('package.json is no JSON as npm reads it: mend it, then test again');
});
