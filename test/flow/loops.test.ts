import { silentLogger } from '@vumi/core';
import { startSmscSimulator, type PhoneMessage, type Simulator } from '@vumi/transports/smpp/simulator';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

it('two apps that thank each other stop, and each drop is reported once to the operator', async () => {
  sent = [];
  await smsc.inject({ from_addr: '4002', to_addr: '4001', content: 'hello' });
  await standsStill();
  expect(sent.length).toBeGreaterThanOrEqual(2 * AT_ONCE - 1);
  expect(sent.length).toBeLessThanOrEqual(2 * AT_ONCE + 1);
  await world[Symbol.asyncDispose]();
  const failures = await takeFailures(place);
  expect(failures.map(({ reason }) => reason.slice(0, 5))).toEqual(['pace:', 'pace:']);
});
