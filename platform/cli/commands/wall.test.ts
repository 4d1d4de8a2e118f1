import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakePlatform } from '../fake-platform.fixture.ts';

const WORKER = `export default { async onConversation(app) {
  const name = await app.ask('Name?', { id: 'name', examples: ['Thandi', 'Sipho', 'Zanele'] });
  const area = await app.choose('Where?', { city: 'In a city', farm: 'On a farm' }, { id: 'area' });
  if (area === 'farm') throw new Error('no farms');
  return 'Thank you, ' + name;
} };`;

let platform: FakePlatform;
const root = mkdtempSync(join(tmpdir(), 'vumi-wall-'));
beforeAll(async () => {
  mkdirSync(join(root, 'workers'));
  writeFileSync(join(root, 'workers/worker.js'), WORKER);
  platform = await FakePlatform.start();
});
afterAll(() => {
  platform[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

let scenarios = 0;

/** A module with this default export; a module is loaded once, so each is another. */
function scenarioOf(text: string): string {
  const file = join(root, `scenario${(scenarios += 1)}.ts`);
  writeFileSync(file, `export default ${text};\n`);
  return file;
}

test('a wall that passes ends with 0, and its JSON is the same for the same seed', async () => {
  const file = scenarioOf(`{ app: '.', answers: { area: '1' }, thresholds: { unfinished: '0%' } }`);
  const passed = await platform.vumi(['wall', file, '--phones', '20', '--seed', '7']);
  expect(passed.err).toBe('');
  expect(passed.code).toBe(0);
  expect(passed.out).toMatch(/^20 phones, seed 7, local: 20 talks, \d+ messages\n\nPERSONA +PHONES/);
  expect(passed.out).toMatch(/^patient +12 +12 +0 +0 +0$/m);
  expect(passed.out).toMatch(/^start +ask "name" +2\d +/m);
  expect(passed.out).toMatch(/^unfinished +0% +0% +yes$/m);
  const [one, again] = [
    await platform.vumi(['wall', file, '--phones', '20', '--seed', '7', '--json']),
    await platform.vumi(['wall', file, '--phones', '20', '--seed', '7', '--json']),
  ];
  const plain = (json: string) => ({ ...(JSON.parse(json) as object), measured: null });
  expect(plain(again.out)).toEqual(plain(one.out));
});

test('errors fail it without a word of the scenario, and are shown with the place and the talk', async () => {
  const file = scenarioOf(`{ app: '.', transport: 'ussd', phones: { patient: 8 } }`);
  const { code, out, err } = await platform.vumi(['wall', file]);
  expect(code).toBe(1);
  expect(err).toMatch(/the wall does not pass: errors is \d+, its limit 0/);
  expect(out).toMatch(/✗ failures, \d+ times?, first \+27\d+ \(patient\)/);
  expect(out).toContain('Error: no farms');
  expect(out).toContain(`> 4 |   if (area === 'farm') throw new Error('no farms');`);
  expect(out).toMatch(/^ {4}< Where\?\n {6}1\. In a city/m);
  expect(out).toMatch(
    /^… \d talks? did not finish at start, choose "area": the app failed: Error: no farms\n {2}first \+27\d+ \(patient\)$/m,
  );
});

test('a threshold that is not kept fails it, and errors may be allowed', async () => {
  const file = scenarioOf(`{ app: '.', phones: { patient: 8 }, thresholds: { errors: 99, unfinished: 0 } }`);
  const { code, err } = await platform.vumi(['wall', file]);
  expect(code).toBe(1);
  expect(err).toMatch(/^vumi: the wall does not pass: unfinished is [1-8], its limit 0\n$/);
});

test.each([
  ['there is none', join(root, 'nothing.ts'), /there is no scenario .*nothing\.ts: write one/],
  ['it has no app', scenarioOf(`{ phones: 3 }`), /exports no scenario: export default \{ app: '\.' \}/],
  ['a member is misspelt', scenarioOf(`{ app: '.', phone: 3 }`), /has no "phone"; is it "phones"\?/],
  ['a persona is misspelt', scenarioOf(`{ app: '.', phones: { pacient: 3 } }`), /is it "patient"\?/],
  [
    'a value is none',
    scenarioOf(`{ app: '.', thresholds: { unfinished: 'few' } }`),
    /"thresholds" cannot be/,
  ],
])('a scenario is refused when %s', async (_name, file, text) => {
  const { code, err } = await platform.vumi(['wall', file]);
  expect(code).toBe(2);
  expect(err).toMatch(text);
});

test('a number of phones that is none is refused', async () => {
  const file = scenarioOf(`{ app: '.' }`);
  for (const phones of ['0', '10001', 'many']) {
    const { code, err } = await platform.vumi(['wall', file, '--phones', phones]);
    expect(code).toBe(2);
    expect(err).toContain(phones);
  }
});
