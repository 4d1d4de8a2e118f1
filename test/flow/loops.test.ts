import { silentLogger } from '@vumi/core';
import { startSmscSimulator, type PhoneMessage, type Simulator } from '@vumi/transports/smpp/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeFailures } from '../failures.ts';
import {
  createPlace,
  eventually,
  startPlatformAt,
  zipOf,
  type Place,
  type TestPlatform,
} from '../platform.ts';

/** As in an account's plan: without it an author is only told. */
const PER_HOUR = 100;
const AT_ONCE = PER_HOUR / 5;
const ECHO_NUMBER = '4000';
const CHATTY: Record<string, string> = { '4001': 'ann', '4002': 'bob' };
const POLITE = zipOf({
  'workers/worker.js':
    'export default { onMessage: (message) => message.reply("Thank you for: " + message.content.slice(0, 20)) };',
});

let place: Place;
let world: TestPlatform;
let smsc: Simulator;
let sent: PhoneMessage[] = [];

beforeAll(async () => {
  smsc = await startSmscSimulator({ port: 0, logger: silentLogger });
  place = await createPlace();
  world = await startPlatformAt(place, { simulators: { smsc: { enabled: false } } });
  const { client } = world;
  const config = { host: '127.0.0.1', port: smsc.port, system_id: 'vumi', password: 'secret' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PATCH', '/accounts/clinic', { limits: { user_messages: PER_HOUR } });
  for (const [number, app] of [[ECHO_NUMBER, 'polite'], ...Object.entries(CHATTY)]) {
    await client.must('PUT', `/accounts/clinic/apps/${app}`, POLITE);
    await client.must('PUT', `/accounts/clinic/routes/${app}`, { app, transport: 'smsc', to_addr: number });
  }
  smsc.onMessage((message) => {
    sent.push(message);
    if (!isPerson(message.to_addr)) void network(message);
  });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await smsc[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const isPerson = (number: string): boolean => number.replace('+', '').startsWith('2770');

/** Sends back what it is sent; what goes to one of our numbers it delivers there. */
function network({ from_addr, to_addr, content }: PhoneMessage): Promise<object> {
  const number = to_addr.replace('+', '');
  return number in CHATTY
    ? smsc.inject({ from_addr, to_addr: number, content })
    : smsc.inject({ from_addr: to_addr, to_addr: from_addr, content });
}

async function standsStill(): Promise<void> {
  let before = -1;
  await eventually(
    async () => {
      const same = sent.length === before;
      before = sent.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return same && sent.length === before && before > 0;
    },
    (still) => still,
  );
}

async function logOf(app: string): Promise<{ text: string; level: string }[]> {
  return (await world.client.must('GET', `/accounts/clinic/apps/${app}/logs`)).items as {
    text: string;
    level: string;
  }[];
}

it('an echo that answers an app is not answered for ever, and people are', async () => {
  sent = [];
  const echo = '+27990000001';
  await smsc.inject({ from_addr: echo, to_addr: ECHO_NUMBER, content: 'hello' });
  await standsStill();
  expect(sent.length).toBe(AT_ONCE);
  await smsc.inject({ from_addr: '+27700000001', to_addr: ECHO_NUMBER, content: 'I am a person' });
  const answer = await eventually(
    () => sent.at(-1),
    (last) => last?.to_addr.endsWith('27700000001') === true,
  );
  expect(answer?.content).toBe('Thank you for: I am a person');

  const log = await eventually(
    () => logOf('polite'),
    (lines) => lines.length > 0,
  );
  expect(log).toMatchObject([{ level: 'error' }]);
  expect(log[0]?.text).toMatch(/^more than 100 messages within an hour from \+?27990000001.*loop/);
  const { items } = await eventually(
    () => world.client.must('GET', '/accounts/clinic/apps/polite/runs?outcome=pace'),
    (page) => page.items.length > 0,
  );
  expect(items).toMatchObject([{ outcome: 'pace', recorded: false, cost: { sends: 0 } }]);
});

it('who writes faster than a person is only told of while the limit allows it', async () => {
  await world.client.must('POST', '/accounts', { name: 'school' });
  await world.client.must('PUT', '/accounts/school/apps/gate', POLITE);
  const route = { app: 'gate', transport: 'smsc', to_addr: '4003' };
  await world.client.must('PUT', '/accounts/school/routes/gate', route);
  sent = [];
  const machine = { from_addr: '+27700000009', to_addr: '4003', content: 'open' };
  await Promise.all(Array.from({ length: 100 }, () => smsc.inject(machine)));
  await eventually(
    () => sent.length,
    (count) => count === 100,
  );
  const { items } = await eventually(
    () => world.client.must('GET', '/accounts/school/apps/gate/logs'),
    (page) => page.items.length > 0,
  );
  expect(items).toMatchObject([{ level: 'warn', text: expect.stringMatching(/^more than 300 messages/) }]);
});

describe('an app that goes round by itself', () => {
  it('is stopped when it sends at each event of what it sent', async () => {
    const echo = `export default {
      async onMessage(message, app) { await message.reply('begin'); },
      async onEvent(event, app) { if (event.event_type === 'ack') await app.send('+27700000077', 'again'); },
    };`;
    await world.client.must('PUT', '/accounts/school/apps/round', zipOf({ 'workers/worker.js': echo }));
    const route = { app: 'round', transport: 'smsc', to_addr: '4004' };
    await world.client.must('PUT', '/accounts/school/routes/round', route);
    sent = [];
    await smsc.inject({ from_addr: '+27700000076', to_addr: '4004', content: 'go' });
    const log = await eventually(
      async () =>
        (await world.client.must('GET', '/accounts/school/apps/round/logs')).items as { level: string }[],
      (lines) => lines.some(({ level }) => level === 'error'),
    );
    expect(log).toMatchObject([
      { level: 'warn', text: expect.stringContaining('it ends at 20') },
      { level: 'error', text: expect.stringContaining('its events are dropped') },
    ]);
    expect(sent.filter(({ content }) => content === 'again').length).toBeLessThan(30);
  });

  it('is slowed down when its schedules make the next for the same moment', async () => {
    const ticks = `export default {
      onMessage: (message, app) => app.schedule.once('tick', { in: 0 }),
      async onSchedule(timer, app) {
        await app.schedule.once('tick', { in: 0 });
        await app.state.increment('ticks');
      },
    };`;
    await world.client.must('PUT', '/accounts/school/apps/ticks', zipOf({ 'workers/worker.js': ticks }));
    const route = { app: 'ticks', transport: 'smsc', to_addr: '4005' };
    await world.client.must('PUT', '/accounts/school/routes/ticks', route);
    await smsc.inject({ from_addr: '+27700000075', to_addr: '4005', content: 'go' });
    const log = await eventually(
      async () => (await world.client.must('GET', '/accounts/school/apps/ticks/logs')).items as object[],
      (lines) => lines.length > 0,
    );
    expect(log).toMatchObject([{ level: 'warn', text: expect.stringContaining('it now waits') }]);
    const { items } = await world.client.must('GET', '/accounts/school/apps/ticks/runs?limit=100');
    expect(items.length).toBeLessThan(20);
  });
});

it('two apps that thank each other stop, and each drop is reported once to the operator', async () => {
  sent = [];
  await smsc.inject({ from_addr: '4002', to_addr: '4001', content: 'hello' });
  await standsStill();
  expect(sent.length).toBeGreaterThanOrEqual(2 * AT_ONCE - 1);
  expect(sent.length).toBeLessThanOrEqual(2 * AT_ONCE + 1);
  await world[Symbol.asyncDispose]();
  const failures = await takeFailures(place);
  const limits = failures.map(({ reason }) => /\(limit (\w+)\)$/.exec(reason)?.[1]);
  expect(limits).toHaveLength(3);
  expect(limits).toEqual(expect.arrayContaining(['generations', 'user_messages']));
});
