import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { takeFailures } from '../failures.ts';
import {
  createPlace,
  eventually,
  startPlatformAt,
  startTestPlatform,
  zipOf,
  type TestPlatform,
} from '../platform.ts';

const APOLOGY = 'Sorry, something went wrong. Please try again later.';
/** No timeout of V8 stops this: the process has to be killed. */
const KILL = 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);';
const FORM = '/accounts/clinic/apps/form';

function form(onPoison: string): Buffer {
  return zipOf({
    'workers/worker.js': `import { check } from './lib/check.js';
export default { async onMessage(message, app) {
  const steps = await app.user.increment('steps');
  check(message.content);
  await message.reply('step ' + steps);
} };`,
    'workers/lib/check.js': `export function check(text) {
  if (text === 'poison') {
    ${onPoison}
  }
}`,
  });
}

async function open(world: TestPlatform, onPoison: string): Promise<void> {
  await world.client.must('POST', '/accounts', { name: 'clinic' });
  await world.client.must('PUT', FORM, form(onPoison));
  const port = world.platform.api?.smscPort;
  const config = { host: '127.0.0.1', port, system_id: 'vumi', password: 'secret' };
  await world.client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  const route = { app: 'form', transport: 'smsc', to_addr: '4000', keyword: 'form' };
  await world.client.must('PUT', '/accounts/clinic/routes/form', route);
}

async function inject(world: TestPlatform, from_addr: string, content: string): Promise<void> {
  await world.client.must('POST', '/simulators/smsc/messages', { from_addr, to_addr: '4000', content });
}

/** Says something and waits for that many answers in all. */
async function say(world: TestPlatform, from: string, content: string, answers: number): Promise<string[]> {
  await inject(world, from, content);
  const path = `/simulators/smsc/messages?address=${encodeURIComponent(from)}`;
  const { items } = await eventually(
    () => world.client.must('GET', path),
    (seen) => seen.items.length >= answers,
  );
  return (items as { content: string }[]).map(({ content }) => content);
}

async function idOf(world: TestPlatform, content: string): Promise<string> {
  const { items } = await world.client.must('GET', '/accounts/clinic/messages?direction=inbound');
  const found = (items as { message_id: string; content: string }[]).find((item) => item.content === content);
  return found?.message_id ?? '';
}

interface Poison {
  readonly what: string;
  readonly code: string;
  readonly outcome: string;
  readonly settings?: Record<string, unknown>;
  /** What happens from outside while it runs. */
  readonly meanwhile?: (signal: AbortSignal) => Promise<void>;
}

const LOOP_LIMITS = { cpu_ms: 30_000, entry_cpu_ms: 30_000, wall_ms: 40_000 };
const poisons: Poison[] = [
  { what: 'throws', code: "throw new Error('bad form');", outcome: 'threw' },
  { what: 'makes its process one to be killed', code: KILL, outcome: 'cpu' },
  {
    what: 'is in its process whenever that dies',
    code: 'for (;;) {}',
    outcome: 'runner',
    settings: { limits: LOOP_LIMITS },
    meanwhile: killRunners,
  },
];

it.each(poisons)(
  'a message that $what is given up: one apology ends the session, nothing of it stays, the failure is kept',
  async ({ code, outcome, settings = {}, meanwhile }) => {
    await using place = await createPlace();
    const user = '+27760000001';
    let poisonId = '';
    {
      await using world = await startPlatformAt(place, settings);
      await open(world, code);
      expect(await say(world, user, 'form', 1)).toEqual(['step 1']);
      const over = new AbortController();
      const harm = meanwhile?.(over.signal);
      expect(await say(world, user, 'poison', 2)).toEqual(['step 1', APOLOGY]);
      over.abort();
      await harm;
      poisonId = await idOf(world, 'poison');
      const run = await eventually(
        () => world.client.call('GET', `${FORM}/runs/${poisonId}`),
        ({ status }) => status === 200,
      );
      expect(run.body).toMatchObject({ outcome, recorded: true, cost: { sends: 1 } });
      if (meanwhile !== undefined) expect(run.body.cost.runs).toBeGreaterThanOrEqual(3);
      const sent = await world.client.must('GET', '/accounts/clinic/messages?direction=outbound');
      expect(sent.items[0]).toMatchObject({
        content: APOLOGY,
        session_event: 'close',
        in_reply_to: poisonId,
      });

      // The session is over: without its keyword nobody gets the next message.
      await inject(world, user, 'lost');
      await eventually(
        () => world.client.must('GET', `/messages?address=${encodeURIComponent(user)}`),
        ({ items }) => items[0]?.content === 'lost' && items[0].status === 'unrouted',
      );
      expect(await say(world, user, 'form', 3)).toEqual(['step 1', APOLOGY, 'step 2']);
    }
    const failures = await takeFailures(place);
    expect(failures).toMatchObject([{ failure_code: 'permanent', message: { message_id: poisonId } }]);
    expect(failures[0]?.reason).toMatch(new RegExp(`^${outcome}: `));
  },
);

/**
 * Kills this platform's runners twice a second, as somebody outside who has gone mad would; then less and less often, for
 * on a slow machine none would be up yet.
 */
async function killRunners(signal: AbortSignal): Promise<void> {
  for (let pauseMs = 500; !signal.aborted; pauseMs *= 1.2) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (signal.aborted) return;
    for (const pid of await childrenOf(process.pid)) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (command.includes('--jitless')) process.kill(Number(pid), 'SIGKILL');
    }
  }
}

async function childrenOf(pid: number): Promise<string[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter((child) => child !== ''));
}

it('the author of a message that threw sees where, in his own files', async () => {
  await using world = await startTestPlatform();
  await open(world, "throw new Error('bad form');");
  await say(world, '+27760000002', 'form', 1);
  await say(world, '+27760000002', 'poison', 2);
  const { items } = await eventually(
    () => world.client.must('GET', `${FORM}/logs`),
    (seen) => seen.items.length > 0,
  );
  expect(items.at(-1)).toMatchObject({ level: 'error', message_id: await idOf(world, 'poison') });
  expect(items.at(-1).text).toMatch(
    /^Error: bad form\n +at check \(workers\/lib\/check\.js:3:11\)\n +at .*workers\/worker\.js:4:3/,
  );
});

it('the message that killed a runner is a test case for the next version', async () => {
  await using world = await startTestPlatform();
  const { client } = world;
  await open(world, KILL);
  await say(world, '+27760000003', 'form', 1);
  await say(world, '+27760000003', 'poison', 2);
  const message_id = await idOf(world, 'poison');
  const { items } = await eventually(
    () => client.must('GET', `${FORM}/logs`),
    (seen) => seen.items.some(({ text }: { text: string }) => text.includes('ended the process')),
  );
  for (const line of items) expect(line).toMatchObject({ level: 'error', message_id });

  const cured = await client.must('PUT', `${FORM}?activate=false`, form("throw new Error('not this form');"));
  const again = await client.must('POST', `${FORM}/replay`, { message_id, version: cured.version });
  expect(again).toMatchObject({
    same: false,
    recorded: { outcome: 'cpu', effects: null },
    replayed: { version: cured.version, outcome: 'threw' },
  });
  expect(again.replayed.error).toContain('workers/lib/check.js:3:11');

  // The version that kills does it again, to nobody's harm.
  const killed = await client.must('POST', `${FORM}/replay`, { message_id });
  expect(killed).toMatchObject({ replayed: { version: 1, outcome: 'cpu', effects: null } });
  expect((await client.call('GET', '/status')).status).toBe(200);
});
