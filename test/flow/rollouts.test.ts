import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';

const APP = '/accounts/clinic/apps/survey';
const NUMBER = '4000';
const NEWCOMERS = 100;

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform({ sandbox: { idle_ms: 1000 } });
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'clinic' });
});

afterAll(() => world[Symbol.asyncDispose]());

/** `bye` ends the session. */
const survey = (version: number): Buffer =>
  zipOf({
    'workers/worker.js': `export default { async onMessage(message, app) {
  const end = message.content === 'bye';
  await message.reply('version ${version}', { end });
} };`,
  });

const phoneOf = (group: number, n: number): string => `+2771${group}${String(n).padStart(6, '0')}`;

/** Says something; resolves to the version that answers. */
async function say(phone: string, content: string): Promise<number> {
  const path = `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`;
  const before = (await world.client.must('GET', path)).items.length as number;
  await world.client.must('POST', '/simulators/smsc/messages', {
    from_addr: phone,
    to_addr: NUMBER,
    content,
  });
  const { items } = await eventually(
    () => world.client.must('GET', path),
    (answer) => answer.items.length > before,
  );
  return Number((items as { content: string }[]).at(-1)?.content.replace('version ', ''));
}

async function sayAll(phones: readonly string[], content: string): Promise<number[]> {
  const versions: number[] = [];
  for (let first = 0; first < phones.length; first += 10)
    versions.push(
      ...(await Promise.all(phones.slice(first, first + 10).map((phone) => say(phone, content)))),
    );
  return versions;
}

const all = (version: number, phones: readonly string[]): number[] => phones.map(() => version);

it('a rollout: a share of newcomers, open sessions stay, back at once, and on to everybody', async () => {
  const { client } = world;
  await client.must('PUT', APP, survey(1));
  await client.must('PUT', '/accounts/clinic/routes/survey', {
    app: 'survey',
    transport: 'smsc',
    to_addr: NUMBER,
  });
  const early = Array.from({ length: 10 }, (_, n) => phoneOf(1, n));
  expect(await sayAll(early, 'hi')).toEqual(all(1, early));

  await client.must('PUT', `${APP}?activate=false`, survey(2));
  expect(await vumi(client, 'app', 'activate', 'survey', '2', '--percent', '30')).toMatchObject({ code: 0 });
  const newcomers = Array.from({ length: NEWCOMERS }, (_, n) => phoneOf(2, n));
  const first = await sayAll(newcomers, 'hi');
  const onSecond = newcomers.filter((_, index) => first[index] === 2);
  expect(onSecond.length).toBeGreaterThan(0.15 * NEWCOMERS);
  expect(onSecond.length).toBeLessThan(0.45 * NEWCOMERS);
  expect(await sayAll(early, 'still me')).toEqual(all(1, early));
  // The session ends; the next one of the same user falls on the same side.
  expect(await sayAll(newcomers, 'bye')).toEqual(first);
  expect(await sayAll(newcomers, 'hi again')).toEqual(first);
  expect((await vumi(client, 'app', 'list')).out).toMatch(/survey +1, and 2 for 30 %/);

  expect(await vumi(client, 'app', 'rollback', 'survey')).toMatchObject({ out: 'survey is on version 1.\n' });
  expect(await sayAll(onSecond, 'what now')).toEqual(all(1, onSecond));

  await vumi(client, 'app', 'activate', 'survey', '2');
  const [one = '', ...others] = early;
  expect(await sayAll(others, 'still me')).toEqual(all(1, others));
  expect(await sayAll(early, 'bye')).toEqual(all(1, early));
  expect(await say(one, 'hi')).toBe(2);
});

it('the isolates of a version that nobody uses any more are given up', async () => {
  let users = 0;
  const loaded = async (): Promise<number> => {
    expect(await say(phoneOf(3, users++), 'hi')).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const metrics = await (await fetch(`${world.client.url}/metrics`)).text();
    return Number(/^vumi_sandbox_apps\{.*\} (\d+)$/m.exec(metrics)?.[1]);
  };
  await eventually(loaded, (apps) => apps === 1, 40_000);
});

describe('a bundle whose self-test fails', () => {
  const transcript = JSON.stringify([
    { from: '+1', say: 'hi', expect: 'version 9' },
    { from: '+1', say: 'more', expect: 'version 10' },
  ]);
  const bundle = { 'workers/worker.js': survey9(), 'transcript.json': transcript };

  it('is refused over HTTP with the step, and nothing is stored', async () => {
    const answer = await world.client.call('PUT', '/accounts/clinic/apps/tested', zipOf(bundle));
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'app.self_test_failed',
        step: 2,
        say: 'more',
        expected: ['version 10'],
        got: ['version 9'],
      },
    });
    expect((await world.client.call('GET', '/accounts/clinic/apps/tested')).status).toBe(404);
  });

  it('is refused when its transcript is none, unless nobody wants it to be run', async () => {
    const path = '/accounts/clinic/apps/untested';
    const faulty = zipOf({ ...bundle, 'transcript.json': '[{"from": "+1", "say": "hi"}]' });
    expect(await world.client.call('PUT', path, faulty)).toMatchObject({
      status: 422,
      body: { code: 'bundle.refused', reason: 'transcript-invalid', file: 'transcript.json' },
    });
    expect((await world.client.call('GET', path)).status).toBe(404);
    expect((await world.client.call('PUT', `${path}?self_test=false`, faulty)).status).toBe(201);
  });

  it('is refused by the command line, which ends with 1 and tells the step; --no-self-test deploys it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vumi-self-test-'));
    await mkdir(join(folder, 'workers'));
    for (const [path, text] of Object.entries(bundle)) await writeFile(join(folder, path), text);
    const deploy = ['app', 'deploy', folder, '--name', 'tested', '--account', 'clinic'];
    expect(await vumi(world.client, ...deploy)).toEqual({
      code: 1,
      out: '',
      err: [
        'vumi: step 2 of transcript.json: to "more" from +1 the app must answer "version 10", but it answered "version 9"',
        `      see ${world.client.url}/docs/errors/#app.self_test_failed\n`,
      ].join('\n'),
    });
    expect(await vumi(world.client, ...deploy, '--no-self-test')).toMatchObject({ code: 0 });
    await rm(folder, { recursive: true });
  });
});

function survey9(): string {
  return `export default { onMessage: (message) => message.reply('version 9') };`;
}
