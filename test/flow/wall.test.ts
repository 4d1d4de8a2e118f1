import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WallReport } from '@vumi/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';

const JOIN = `import { integer, text } from '@vumi/sdk';
export default {
  async onConversation(app) {
    const name = await app.ask('Your name?', { id: 'name', as: text({ max: 30 }) });
    if (name === 'boom') throw new Error('it broke');
    const area = await app.choose('Where do you live?', { city: 'In a city', farm: 'On a farm' }, { id: 'area' });
    const age = await app.ask('How old are you?', { id: 'age', as: integer({ min: 10, max: 120 }) });
    return 'Thank you, ' + name;
  },
};`;

let world: TestPlatform;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-wall-'));
  world = await startTestPlatform();
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('PUT', '/transports/peer', { type: 'africastalking_ussd', config: {} });
  await client.must('POST', '/accounts', { name: 'demo' });
  await client.must('PUT', '/accounts/demo/apps/join', zipOf({ 'workers/worker.js': JOIN }));
  for (const [transport, to_addr] of [
    ['smsc', '4000'],
    ['peer', '*384#'],
  ])
    await client.must('PUT', `/accounts/demo/routes/${transport}`, { app: 'join', transport, to_addr });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly err: string;
  readonly report: WallReport;
}

/** A wall of a scenario on the platform, whose phones think for no time. */
async function wall(scenario: object, ...words: readonly string[]): Promise<Ran> {
  const file = join(folder, `${Math.random()}.ts`);
  const whole = { app: '.', platform: { app: 'join', transport: 'peer' }, ...scenario };
  await writeFile(file, `export default ${JSON.stringify(whole)};\n`);
  const { url } = world.client;
  const { code, out, err } = await vumi(
    world.client,
    'wall',
    file,
    '--to',
    url,
    '--pace',
    '0',
    '--json',
    ...words,
  );
  return { code, err, report: JSON.parse(out) as WallReport };
}

/** What became of the phones of a persona. */
const fateOf = ({ personas }: WallReport, persona: string) => personas.find((one) => one.persona === persona);

it('by SMS: what phones of all kinds do comes to the funnel of the platform', async () => {
  const phones = {
    patient: 12,
    fatThumb: 4,
    drops: 4,
    stops: 4,
    scripts: 2,
    twoPhones: 2,
    redials: 2,
    slow: 2,
  };
  const { code, err, report } = await wall(
    { code: '4000', phones, leavesAt: 2, answers: { 'How old are you?': '24' } },
    '--seed',
    '11',
  );
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(report).toMatchObject({ phones: 32, talks: 32, errors: [], unfinished: [] });
  expect(fateOf(report, 'patient')).toMatchObject({ finished: 12 });
  expect(fateOf(report, 'fatThumb')).toMatchObject({ finished: 4 });
  expect(fateOf(report, 'drops')).toMatchObject({ dropped: 4 });
  expect(fateOf(report, 'stops')).toMatchObject({ stopped: 4 });
  const [name, area, age] = report.funnel;
  expect(name).toMatchObject({ screen: 'start', question: 'ask "name"' });
  expect(area).toMatchObject({ question: 'choose "area"', dropped: 8 });
  expect(age).toMatchObject({ question: 'ask "age"', dropped: 0 });
  expect(report.sent.segments).toBeGreaterThan(32 * 2);
  const { replies, cpuMs } = report.measured;
  expect([replies.of, cpuMs]).toEqual(['latency', null]);
  expect(replies.p95).toBeGreaterThanOrEqual(replies.p50);
});

it('by USSD: sessions of the transport, many at once', async () => {
  const { code, report } = await wall(
    { code: '*384#', transport: 'ussd', phones: { patient: 8, slow: 2, redials: 2 }, answers: { age: '24' } },
    '--seed',
    '12',
    '--at-once',
    '3',
  );
  expect(report).toMatchObject({ talks: 12, errors: [], unfinished: [] });
  expect(report.sent).toMatchObject({ segments: 0 });
  expect(report.sent.sessions).toBeGreaterThanOrEqual(14);
  expect(code).toBe(0);
});

it('errors of the app and thresholds end it with 1', async () => {
  const { code, err, report } = await wall(
    {
      code: '*384#',
      transport: 'ussd',
      phones: { patient: 2 },
      answers: { name: 'boom' },
      thresholds: { errors: 0 },
    },
    '--seed',
    '13',
  );
  expect(code).toBe(1);
  expect(err).toContain('the wall does not pass: errors is 2, its limit 0');
  expect(report.errors).toMatchObject([
    { times: 2, place: expect.stringMatching(/^workers\/worker\.js:5:/) as string },
  ]);
});

it('a platform that is not there is told, not talked to', async () => {
  const file = join(folder, 'nowhere.ts');
  await writeFile(file, `export default { app: '.', platform: { app: 'join' } };\n`);
  const ended = await vumi(world.client, 'wall', file, '--to', 'http://127.0.0.1:9', '--phones', '3');
  expect(ended).toMatchObject({ code: 3, err: expect.stringContaining('no platform answers at') as string });
});
