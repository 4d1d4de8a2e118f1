import { describe, expect, test } from 'vitest';
import { compileClassic } from './compile-classic.ts';
import type { Manifest } from './manifest.ts';
import type { BundleParts } from './parts.ts';

const ENTRY = 'workers/worker.js';
const TOOLKIT = "var vumigo = require('vumigo_v02');\nnew vumigo.InteractionMachine(api, 1);";

function compile(source: string, more: Partial<BundleParts> = {}, manifest: Manifest = {}) {
  const entry = more.entry ?? ENTRY;
  return compileClassic(
    {
      manifest: null,
      packageJson: null,
      transcript: null,
      entry,
      sources: new Map([[entry, source]]),
      languages: new Map(),
      assets: new Map(),
      warnings: [],
      ...more,
    },
    manifest,
  );
}

function packageJson(range: string): Partial<BundleParts> {
  return { packageJson: JSON.stringify({ dependencies: { vumigo_v02: range } }) };
}

describe('a worker is taken for what it is', () => {
  test.each([
    ['an app of the toolkit', TOOLKIT, 'classic'],
    ['an app without it', 'api.on_inbound_message = function(c) { this.done(); };', 'classic'],
    ['an app that only makes a machine', 'function f() { new InteractionMachine(api, x); }', 'classic'],
    [
      'a module',
      "import { defineApp } from '@vumi/sdk'; export default defineApp({ onMessage() {} });",
      null,
    ],
    ['a module in one line', 'export default{onMessage(m){m.reply("api.request")}}', null],
    ['a CommonJS module', 'module.exports = { onMessage(m) { m.reply("call api.request()"); } };', null],
    ['a module that speaks of the classic api in a comment', '// like api.request\nexport default {};', null],
    ['a script that does neither', 'var x = 1;', null],
  ])('%s', async (_label, source, kind) => {
    const compiled = await compile(source);
    expect(compiled?.manifest.api ?? null).toBe(kind);
  });

  test('what the manifest says goes before what the code looks like', async () => {
    expect(await compile(TOOLKIT, {}, { api: 'sdk' })).toBeNull();
    expect((await compile('var x = 1;', {}, { api: 'classic' }))?.manifest.api).toBe('classic');
  });
});

test('what tells the libraries comes with the app', async () => {
  const libraries = async (...args: Parameters<typeof compile>) => (await compile(...args))?.libraries;
  expect(await libraries(TOOLKIT, packageJson('~0.2.1'), { libraries: 'modern' })).toMatchObject({
    asked: { libraries: 'modern', reason: 'vumi.json says so' },
    isWritten: false,
  });
  expect(await libraries(TOOLKIT, packageJson('~0.3'))).toMatchObject({ asked: { libraries: 'modern' } });
  expect(await libraries(`${TOOLKIT}\nvar _ = require('lodash'); _.get(1);`)).toMatchObject({
    asked: null,
    likely: { libraries: 'modern' },
  });
  expect(await libraries(TOOLKIT, {}, { api: 'classic', libraries: 'legacy' })).toMatchObject({
    isWritten: true,
  });
});

test('the code is left as it is, and stacks name its file', async () => {
  const compiled = await compile(TOOLKIT);
  expect(compiled?.worker).toEqual({ code: `${TOOLKIT}\n//# sourceURL=${ENTRY}`, map: null });
});

test('an author learns what of his app is left out, and that his package.json cannot be read', async () => {
  const sources = new Map([
    [ENTRY, TOOLKIT],
    ['workers/other.js', ''],
  ]);
  expect((await compile(TOOLKIT, { sources, packageJson: '{' }))?.warnings).toEqual([
    'Left out, because a classic app is one file: workers/other.js',
    expect.stringMatching(/^package\.json is not JSON/),
  ]);
  expect((await compile(TOOLKIT, {}, { api: 'classic', libraries: 'legacy' }))?.warnings).toEqual([]);
});

test('an author learns which modules his app asks for in vain', async () => {
  const source = `${TOOLKIT}\nvar a = require('libxmljs'), b = require ( "lodash" ), c = x.require('y'); // require('z')\nvar d = require('libxmljs'), e = require("underscore");`;
  const { warnings } = (await compile(source, {}, { api: 'classic', libraries: 'modern' })) ?? {};
  expect(warnings).toEqual([
    expect.stringMatching(
      /^require gives null for "libxmljs", "underscore": .* There are crypto, assert, .*vumigo_v02$/,
    ),
  ]);
});

test('names that only the script itself would see are told by its last statement', async () => {
  const tail = async (source: string) =>
    (await compile(source, {}, { api: 'classic' }))?.worker.code
      .slice(source.length + 1)
      .replace(`//# sourceURL=${ENTRY}`, '');
  expect(await tail('var a; function b() { let c; } { const d = 1; }')).toBe('');
  expect(await tail('let a, { b, c: [d, ...e], f = 1, ...g } = {}; class H {} const given = 1')).toBe(
    `;["vumi:kept-names",${['a', 'b', 'd', 'e', 'f', 'g', 'H']
      .map((name) => `["${name}",()=>${name},(given)=>{${name}=given}]`)
      .join(',')},["given",()=>given,(value)=>{given=value}]]\n`,
  );
  expect(await tail('"use strict"; var a; function b() {}')).toContain('["b",()=>b,');
});

test('a syntax error is told by its place', async () => {
  await expect(compile(`${TOOLKIT}\nvar a = ;\n`)).rejects.toMatchObject({
    code: 'bundle.does_not_compile',
    details: { file: ENTRY, line: 3, column: 9 },
  });
});

test('a classic app in TypeScript is refused', async () => {
  const entry = 'workers/worker.ts';
  await expect(compile(TOOLKIT, { entry }, { api: 'classic' })).rejects.toMatchObject({
    code: 'bundle.does_not_compile',
  });
  expect(await compile(TOOLKIT, { entry })).toBeNull();
});
