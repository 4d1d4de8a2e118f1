import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakePlatform } from '../fake-platform.fixture.ts';

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
let platform: FakePlatform;
const root = mkdtempSync(join(tmpdir(), 'vumi-init-'));

beforeAll(async () => {
  platform = await FakePlatform.start();
  symlinkSync(MODULES, join(root, 'node_modules'));
});
afterAll(() => {
  platform[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

test.each([
  ['hello', 'sms', []],
  ['survey', 'sms', []],
  ['menu', 'ussd', ['--ts']],
  ['service', 'sms', ['--ts']],
])(
  'the template %s has tests that pass, and all of its places are right by %s',
  async (name, network, flags) => {
    const folder = join(root, name);
    const made = await platform.vumi(['init', folder, '--template', name, ...flags]);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toMatch(/"npx vumi test" [^]* && npx vumi dev\n$/);
    expect(made.out).not.toContain('npm install');
    expect(existsSync(join(folder, `workers/worker.${flags.length === 0 ? 'js' : 'ts'}`))).toBe(true);
    const manifest = JSON.parse(readFileSync(join(folder, 'vumi.json'), 'utf8')) as { $schema: string };
    expect(manifest).toMatchObject({ name });
    // The SDK is found above: npm, which installs a package for the app, must not look for it.
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).not.toHaveProperty(
      'devDependencies',
    );
    const schema = readFileSync(join(realpathSync(folder), manifest.$schema), 'utf8');
    expect(JSON.parse(schema)).toMatchObject({ title: 'vumi.json' });
    const tested = await platform.vumi(['test', folder, '--transport', network, '--turns', '60']);
    expect(tested.err).toBe('');
    expect(tested.code).toBe(0);
    expect(tested.out).toMatch(/questions reached: [1-9]/);
  },
);

test('nobody is asked without a terminal, and what is there stays', async () => {
  const folder = join(root, 'asked');
  expect(await platform.vumi(['init', folder])).toMatchObject({ code: 0 });
  const again = await platform.vumi(['init', folder]);
  expect(again.code).toBe(2);
  expect(again.err).toContain('is not empty; name a new folder');
  const unknown = await platform.vumi(['init', join(root, 'other'), '--template', 'bank']);
  expect(unknown.err).toContain('there is no template "bank"; there are hello, survey, menu, service');
  expect((await platform.vumi(['init', join(root, 'My App')])).code).toBe(2);
});

const GLOBALS = `import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    console.log(new URL('https://e.org/?q=1').searchParams.get('q'), new URLSearchParams({ a: '1' }).toString());
    const text = new TextDecoder().decode(new TextEncoder().encode(atob(btoa('x'))));
    await message.reply(structuredClone({ text, id: crypto.randomUUID() }).text);
  },
});
`;

test.each([
  ['js', [], GLOBALS + 'export function words(text) { return text.split(" "); }\n', 'window.alert("x");\n'],
  ['ts', ['--ts'], GLOBALS, 'window.alert("x");\n'],
])('the types of a new app in %s know what its code has, and no more', async (ext, flags, right, wrong) => {
  const folder = join(root, `globals-${ext}`);
  expect(await platform.vumi(['init', folder, ...flags])).toMatchObject({ code: 0 });
  const check = (code: string) => {
    writeFileSync(join(folder, `workers/worker.${ext}`), code);
    const compiler = join(
      dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
      'bin/tsc',
    );
    const { status, stdout } = spawnSync(
      process.execPath,
      [compiler, '-p', '.', '--skipLibCheck', '--allowImportingTsExtensions'],
      { cwd: folder, encoding: 'utf8' },
    );
    return { status, stdout };
  };
  expect(check(right)).toEqual({ status: 0, stdout: '' });
  expect(check(right + wrong).stdout).toContain("Cannot find name 'window'");
});
