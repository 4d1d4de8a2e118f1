import { expect, test } from 'vitest';
import { librariesOfPackage } from './package-libraries.ts';

function choiceOf(dependencies: Record<string, unknown>, list = 'dependencies') {
  return librariesOfPackage(JSON.stringify({ name: 'app', [list]: dependencies })).choice;
}

test.each([
  ['~0.2', 'legacy'],
  ['~0.2.18', 'legacy'],
  ['0.2.0-alpha.1', 'legacy'],
  ['0.2.x', 'legacy'],
  ['>=0.2.10 <0.3', 'legacy'],
  ['v0.2.18', 'legacy'],
  ['^0.3.0', 'modern'],
  ['0.3.2', 'modern'],
  ['0.3.x || 0.4.x', 'modern'],
  ['npm:vumigo_v02@0.2.18', 'legacy'],
  ['praekelt/vumi-jssandbox-toolkit#v0.3.1', 'modern'],
  ['git+https://github.com/praekelt/vumi-jssandbox-toolkit.git#release/0.2.x', 'legacy'],
  ['git://github.com/praekelt/vumi-jssandbox-toolkit.git#semver:~0.2', 'legacy'],
  ['https://github.com/praekelt/vumi-jssandbox-toolkit/archive/0.2.18.tar.gz', 'legacy'],
])('vumigo_v02 %s is of the %s set', (range, libraries) => {
  expect(choiceOf({ vumigo_v02: range })).toEqual({
    libraries,
    reason: `package.json asks for vumigo_v02 ${range}`,
  });
});

test.each([
  ['>=0.2'],
  ['*'],
  [''],
  ['latest'],
  ['praekelt/vumi-jssandbox-toolkit'],
  ['file:../toolkit'],
  [3],
])('vumigo_v02 %j says nothing', (range) => {
  expect(choiceOf({ vumigo_v02: range })).toBeNull();
});

test('what says nothing leaves it to the next package', () => {
  expect(choiceOf({ vumigo_v02: '*', lodash: '~2.4.1' })?.libraries).toBe('legacy');
  expect(choiceOf({ lodash: '^4.17.21' })?.libraries).toBe('modern');
  expect(choiceOf({ 'go-jsbox-metrics-helper': '~0.1.1' })?.libraries).toBe('legacy');
  expect(choiceOf({ 'seed-jsbox-utils': '^0.5.0', 'go-jsbox-ona': '0.0.2' })?.libraries).toBe('modern');
  expect(choiceOf({ vumigo_v01: '0.1.x', jed: '0.5.x' })?.libraries).toBe('legacy');
  expect(choiceOf({ moment: '2.5.1' })).toBeNull();
});

test('the toolkit goes before the libraries that came with it', () => {
  expect(choiceOf({ 'seed-jsbox-utils': '^0.4.1', vumigo_v02: '^0.3.0' })?.libraries).toBe('modern');
});

test('a list of another kind counts, and the dependencies go before the others', () => {
  expect(choiceOf({ vumigo_v02: '~0.2' }, 'devDependencies')?.libraries).toBe('legacy');
  const both = { devDependencies: { vumigo_v02: '~0.2' }, dependencies: { vumigo_v02: '~0.3' } };
  expect(librariesOfPackage(JSON.stringify(both)).choice?.libraries).toBe('modern');
});

test.each([['no json'], ['null'], ['[]'], ['{"dependencies": "vumigo_v02"}'], ['{"dependencies": null}']])(
  '%s is no package.json that says anything',
  (text) => {
    expect(librariesOfPackage(text).choice).toBeNull();
  },
);

test('an author learns that his package.json cannot be read', () => {
  expect(librariesOfPackage('{').warnings).toEqual([expect.stringMatching(/^package\.json is not JSON/)]);
  expect(librariesOfPackage(null)).toEqual({ choice: null, warnings: [] });
});
