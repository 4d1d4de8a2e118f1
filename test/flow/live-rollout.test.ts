import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';

/** Enough for 50 of each version at a question, at 50 %. */
const PHONES = '160';
/** The watch looks each half a minute, and is not the only one who wants a processor. */
const WATCHED_MS = 240_000;
const NUMBERS = { worse: '4001', equal: '4002', brief: '4003' } as const;
/** Longer than the test: what becomes of such a stage comes of its talks. */
const HOUR_S = 3600;
type Name = keyof typeof NUMBERS;

let world: TestPlatform;
let folder: string;

/** A survey whose second question takes an age from `least` on. */
const survey = (least: number, note: string): Buffer =>
  zipOf({
    'workers/worker.js': `import { integer } from '@vumi/sdk';
// ${note}
export default {
  async onConversation(app) {
    const name = await app.ask('Your name?', { id: 'name' });
    await app.ask('How old are you?', { id: 'age', as: integer({ min: ${least}, max: 500 }) });
    return 'Thank you, ' + name;
  },
};`,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-rollout-'));
  world = await startTestPlatform();
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'demo' });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const place = (name: Name): string => `/accounts/demo/apps/${name}`;

/** Version 1, and version 2 for a half of the subscribers; more of them when nothing speaks against it. */
async function rollOut(name: Name, second: Buffer, each_s: number): Promise<void> {
  const { client } = world;
  await client.must('PUT', place(name), survey(10, 'first'));
  const route = { app: name, transport: 'smsc', to_addr: NUMBERS[name] };
  await client.must('PUT', `/accounts/demo/routes/${name}`, route);
  await client.must('PUT', `${place(name)}?activate=false`, second);
  const plan = { stages: [50, 100], each_s };
  await client.must('POST', `${place(name)}/versions/2/activate`, { rollout: plan });
}

/** Subscribers who are of age, and some who leave in both versions. */
async function talk(name: Name): Promise<void> {
  const file = join(folder, `${name}.ts`);
  const scenario = {
    app: '.',
    code: NUMBERS[name],
    platform: { app: name },
    phones: { patient: 8, fatThumb: 1, stops: 1 },
    leavesAt: 2,
    answers: { 'How old are you?': '30' },
  };
  await writeFile(file, `export default ${JSON.stringify(scenario)};\n`);
  const { url } = world.client;
  const how = ['--phones', PHONES, '--seed', '7', '--pace', '0'];
  const ended = await vumi(world.client, 'wall', file, '--to', url, ...how);
  expect(ended).toMatchObject({ code: 0, err: '' });
}

interface Rollout {
  readonly state: string;
  readonly decisions: readonly {
    readonly decision: string;
    readonly reason: string;
    readonly numbers: Readonly<Record<string, unknown>>;
  }[];
}

async function rolloutOf(name: Name): Promise<Rollout> {
  const { items } = await world.client.must('GET', `${place(name)}/rollouts`);
  return items[0] as Rollout;
}

/** A processor that others want, too, can make a few messages dear: that only keeps a version from more users. */
const isHeldForCpu = ({ decisions }: Rollout): boolean => decisions.at(-1)?.reason.includes('CPU') ?? false;

it('phones of the wall have a version that loses them taken back, and leave an equal one alone', async () => {
  await rollOut('equal', survey(10, 'second'), HOUR_S);
  await rollOut('brief', survey(10, 'second'), 1);
  await rollOut('worse', survey(100, 'nobody is of age'), HOUR_S);
  await talk('equal');
  await talk('brief');
  await talk('worse');

  const worse = await eventually(
    () => rolloutOf('worse'),
    ({ state }) => state !== 'running',
    WATCHED_MS,
  );
  expect(worse.state).toBe('rolled_back');
  expect(worse.decisions.at(-1)?.reason).toMatch(
    /^at start, ask "age", \d+(?:\.\d+)? % leave, \d+(?:\.\d+)? % with the other version$/,
  );
  expect(await world.client.must('GET', place('worse'))).toMatchObject({ active_version: 1, rollout: null });
  // One look is at all rollouts, and these were talked about before: it was seen, and nothing said of it.
  expect(await rolloutOf('equal')).toMatchObject({ state: 'running', decisions: [{ decision: 'began' }] });

  const brief = await eventually(
    () => rolloutOf('brief'),
    (rollout) => rollout.state !== 'running' || isHeldForCpu(rollout),
    WATCHED_MS,
  );
  expect(brief.decisions.map(({ decision }) => decision)).not.toContain('rolled_back');
  expect(brief.state === 'finished' || isHeldForCpu(brief)).toBe(true);
  // It ended only when the last question, too, had been seen of each version; and both sent as much.
  expect(brief.decisions.at(-1)?.numbers).toMatchObject({ questions: 2, segments: { of: 'conversations' } });
  const { items, sent } = await world.client.must('GET', `${place('brief')}/funnel`);
  for (const { version, segments, conversations } of sent as Sent[]) {
    const asked = (items as Asked[]).find((row) => row.version === version && row.question === 'ask "age"');
    expect(asked?.counts.shown).toBeGreaterThanOrEqual(50);
    expect(segments).toBeGreaterThan(conversations);
    expect(segments).toBeLessThan(6 * conversations);
  }
  expect((sent as Sent[]).map(({ version }) => version)).toEqual([2, 1]);
});

interface Sent {
  readonly version: number;
  readonly segments: number;
  readonly conversations: number;
}

interface Asked {
  readonly version: number;
  readonly question: string;
  readonly counts: { readonly shown?: number };
}
