import { expect, test } from 'vitest';
import { compileClassic } from '../bundle/compile-classic.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { settleLibraries } from './library-trial.ts';

const PATH = 'workers/worker.js';

/** An app of the toolkit whose start state is this. */
function appThat(start: string): string {
  return `var vumigo = require('vumigo_v02'), _ = require('lodash');
    var App = vumigo.App.extend(function(self) {
      vumigo.App.call(self, 'start');
      self.states.add('start', function(name) { ${start} });
      self.states.add('end', function(name) {
        return new vumigo.states.EndState(name, { text: 'Bye', next: 'start' });
      });
    });
    new vumigo.interact(api, App);
    new vumigo.InteractionMachine(api, new App());`;
}

const ASK = "return new vumigo.states.FreeText(name, { question: 'Name?', next: 'end' });";

async function settle(source: string, given: { packageJson?: string; manifest?: Manifest } = {}) {
  const { packageJson = null, manifest = {} } = given;
  const compiled = await compileClassic(
    {
      manifest: null,
      packageJson,
      transcript: null,
      entry: PATH,
      sources: new Map([[PATH, source]]),
      languages: new Map(),
      assets: new Map(),
      warnings: [],
    },
    manifest,
  );
  if (compiled === null) throw new Error('the app was not taken for a classic one');
  const settings = { config: {}, secrets: {} };
  const settled = await settleLibraries(compiled, { account: 'demo', settings });
  return { ...settled, libraries: settled.manifest.libraries, reason: settled.manifest.libraries_reason };
}

test('libraries with which an app answers are taken, whatever its code looks like', async () => {
  // Not called by name: no look at the code tells.
  const old = await settle(appThat(`_['contains']([1], 1); ${ASK}`));
  expect(old).toMatchObject({
    libraries: 'legacy',
    reason: 'in a trial with the modern ones it came less far: _.contains is not a function',
    warnings: [expect.stringMatching(/with the legacy libraries: in a trial .*"libraries": "legacy" }$/)],
  });
  const recent = await settle(appThat(`_['padStart']('1', 2); ${ASK}`));
  expect(recent).toMatchObject({ libraries: 'modern', warnings: [expect.stringMatching(/modern/)] });
});

test('a conversation goes on until one set fails it', async () => {
  const next = "next: function() { return _['any']([1]) ? 'end' : 'start'; }";
  const app = appThat(`return new vumigo.states.FreeText(name, { question: 'Name?', ${next} });`);
  expect((await settle(app)).reason).toMatch(/modern ones it came less far: _\.any is not a function$/);
});

test('an app that answers with both gets what its code was written for', async () => {
  expect(await settle(appThat(ASK))).toMatchObject({
    libraries: 'legacy',
    reason: 'most apps of Vumi Go were written for them',
  });
  const unused = appThat(`if (name === '') _.includes([], 1); ${ASK}`);
  expect((await settle(unused)).libraries).toBe('modern');
});

test('HTTP calls of a trial are answered and do not leave', async () => {
  const call = `return new vumigo.http.api.JsonApi(self.im).get('http://127.0.0.1:9/people').then(function(r) {
    return new vumigo.states.FreeText(name, { question: 'People: ' + r.data.objects.length, next: 'end' });
  });`;
  expect((await settle(appThat(call))).warnings).toEqual([expect.stringMatching(/^Taken/)]);
});

test('an author learns why neither set answers', async () => {
  const { libraries, warnings } = await settle(appThat("throw new Error('no luck ' + _.VERSION[0]);"));
  expect(libraries).toBe('legacy');
  expect(warnings).toEqual([
    expect.stringMatching(/^Taken for a classic app/),
    expect.stringMatching(
      /neither set of libraries.* with the modern libraries: .*no luck 4; with the legacy libraries: .*no luck 2/,
    ),
  ]);
});

test('an app that does not load with either is told of, and the deploy goes on to refuse it', async () => {
  const { warnings } = await settle("api.on_unknown_command; throw new Error('broken');");
  expect(warnings[1]).toMatch(/with the modern libraries: .*broken; with the legacy libraries: .*broken/);
});

test('an app that does not end its run tells nothing, and its deploy does not wait for long', async () => {
  const { libraries, warnings } = await settle('api.on_inbound_message = function() {};');
  expect(libraries).toBe('legacy');
  expect(warnings[1]).toMatch(/with neither set/);
});

test('what package.json and vumi.json ask for is not tried', async () => {
  const packageJson = '{"devDependencies": {"vumigo_v02": "~0.3"}}';
  const source = appThat(`_['contains']([1], 1); ${ASK}`);
  expect(await settle(source, { packageJson })).toMatchObject({
    libraries: 'modern',
    reason: 'package.json asks for vumigo_v02 ~0.3',
  });
  const manifest = { api: 'classic', libraries: 'legacy' } as const;
  expect(await settle(source, { packageJson, manifest })).toMatchObject({
    libraries: 'legacy',
    warnings: [],
  });
});
