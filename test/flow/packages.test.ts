import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pack } from '@vumi/packing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InstalledRegistry } from '../installed-registry.ts';
import { ADMIN_TOKEN, startTestPlatform } from '../platform.ts';

const run = promisify(execFile);
const root = mkdtempSync(join(tmpdir(), 'vumi-author-'));
const project = join(root, 'mothers');
/** Nothing of this repository is in it, and Node 24 comes first. */
const env = {
  HOME: root,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
  npm_config_cache: join(root, 'cache'),
  npm_config_update_notifier: 'false',
};

const WORKER = `import { defineApp, integer } from '@vumi/sdk';

export default defineApp({
  async onConversation(app) {
    const name = await app.ask('Your name?', { id: 'name' });
    const age: number = await app.ask('Your age?', { as: integer({ min: 10 }) });
    await app.user.set('profile', { name, age });
    return \`Thank you, \${name}.\`;
  },
});
`;

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorld, type Shown } from '@vumi/sdk/testing';

test('a mother registers', async () => {
  await using world = await openWorld('.', { transport: 'ussd' });
  const thandi = world.phone('+27761234567');
  await thandi.dial();
  const last: Shown | null = await thandi.type('Thandi', '24');
  assert.equal(last?.text, 'Thank you, Thandi.');
  assert.deepEqual(await world.user(thandi).get('profile'), { name: 'Thandi', age: 24 });
});
`;

const SCENARIO = `import { defineScenario } from '@vumi/sdk/testing';

export default defineScenario({
  app: '.',
  phones: { patient: 4, fatThumb: 1 },
  answers: { name: ({ times }) => (times === 0 ? 'Thandi' : 'Sipho') },
  thresholds: { unfinished: '0%' },
});
`;

const FILES: Readonly<Record<string, string>> = {
  'scenario.ts': SCENARIO,
  'workers/worker.ts': WORKER,
  'test/app.test.ts': TEST,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      strict: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(import.meta.dirname, '../../node_modules/@types')],
    },
    include: ['workers', 'test', 'scenario.ts'],
  }),
};

beforeAll(async () => {
  await using registry = await InstalledRegistry.start();
  const [sdk, cli, platform] = await pack(join(root, 'packages'));
  mkdirSync(join(project, 'workers'), { recursive: true });
  mkdirSync(join(project, 'test'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(project, name), text);
  const manifest = {
    name: 'mothers',
    private: true,
    type: 'module',
    scripts: { test: 'node --test "test/*.test.ts"' },
    devDependencies: {
      '@vumi/sdk': `file:${sdk}`,
      '@vumi/cli': `file:${cli}`,
      '@vumi/platform': `file:${platform}`,
    },
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  // No script has to run for any of them.
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--registry', registry.url];
  await run('npm', ['install', ...options], { cwd: project, env });
});
afterAll(() => rmSync(root, { recursive: true }));

function vumi(...words: string[]): Promise<{ stdout: string }> {
  return run(join(project, 'node_modules/.bin/vumi'), words, { cwd: project, env });
}

test('an app type-checks against what was installed, and a wrong one does not', async () => {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  /** What it has to say. */
  const tsc = () =>
    run(process.execPath, [join(dirname(typescript), 'bin/tsc'), '-p', '.'], { cwd: project }).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr, message }: { stdout: string; stderr: string; message: string }) =>
        stdout + stderr || message,
    );
  expect(await tsc()).toBe('');
  writeFileSync(join(project, 'workers/worker.ts'), WORKER.replace('age: number', 'age: string'));
  expect(await tsc()).toContain('worker.ts(6,11)');
  writeFileSync(join(project, 'workers/worker.ts'), WORKER);
});

test('its own tests run with the kit, and vumi test sees its places', async () => {
  const { stdout } = await vumi('test', '--transport', 'ussd', '--turns', '40', '--coverage', '100');
  expect(stdout).toContain('a mother registers');
  expect(stdout).toMatch(/start +ask "name"/);
});

test('phones of a wall talk with it', async () => {
  const { stdout } = await vumi('wall', 'scenario.ts', '--seed', '7');
  expect(stdout).toMatch(/^patient +4 +4 +0 +0 +0$/m);
  expect(stdout).toMatch(/^unfinished +0% +0% +yes$/m);
});

test('it is deployed to a platform that runs', async () => {
  await using world = await startTestPlatform();
  await world.client.must('POST', '/accounts', { name: 'acme' });
  const { stdout } = await run(
    join(project, 'node_modules/.bin/vumi'),
    ['app', 'deploy', '.', '--account', 'acme'],
    { cwd: project, env: { ...env, VUMI_URL: world.client.url, VUMI_ADMIN_TOKEN: ADMIN_TOKEN } },
  );
  expect(stdout).toContain('acme/mothers version 1 is active');
});

test('vumi dev runs the platform that was installed beside it, and the app answers', async () => {
  const child = spawn(join(project, 'node_modules/.bin/vumi'), ['dev', '.'], { cwd: project, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const says = (text: string) =>
    expect.poll(() => output, { timeout: 300_000, interval: 100 }).toContain(text);
  try {
    await says('you are +27761234567');
    child.stdin.write('hi\n');
    await says('< Your name?');
    child.stdin.write('Thandi\n');
    await says('< Your age?');
    child.stdin.write('24\n');
    await says('< Thank you, Thandi.');
    const [, url] = /(http:\/\/127\.0\.0\.1:\d+) · you are/.exec(output) ?? [];
    const docs = await fetch(`${url}/docs/errors/`);
    expect([docs.status, await docs.text()]).toEqual([200, expect.stringContaining('request.invalid')]);
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
});
