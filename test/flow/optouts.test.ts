import { afterAll, beforeAll, expect, it } from 'vitest';
import { rawApp } from '../classic/raw-app.ts';
import { Client, eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';

const NEWS = '/accounts/clinic/apps/news';
const FRIEND = '+27760000009';

/** `stop` opts out; `tell` sends news to the friend. What becomes of them is in the state. */
const WORKER = `export default {
  async onMessage(message, app) {
    if (message.content === 'stop') await app.optouts.optOut(message.from_addr);
    if (message.content === 'tell') await app.send('${FRIEND}', 'news');
    await message.reply('done: ' + message.content);
  },
  async onEvent(event, app) {
    if (event.event_type === 'nack') app.log.warn(event.nack_reason);
  },
};`;
const CLASSIC = rawApp(`
  if (/^tell/.test(msg.content)) {
    api.request('outbound.send_to', { to_addr: msg.content.slice(5), content: 'from the old app' }, function () {});
    return reply('told');
  }
  var who = { address_type: 'msisdn', address_value: msg.from_addr };
  api.request('optout.status', who, function (answer) {
    reply(answer.success ? 'out: ' + answer.opted_out : answer.reason);
  });
`);

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform();
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'clinic' });
  for (const [app, to_addr, code] of [
    ['news', '4000', WORKER],
    ['old', '4001', CLASSIC],
  ] as const) {
    await client.must('PUT', `/accounts/clinic/apps/${app}`, zipOf({ 'workers/worker.js': code }));
    await client.must('PUT', `/accounts/clinic/routes/${app}`, { app, transport: 'smsc', to_addr });
  }
});

afterAll(() => world[Symbol.asyncDispose]());

async function screen(phone: string, messages: number): Promise<string[]> {
  const path = `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`;
  const { items } = await eventually(
    () => world.client.must('GET', path),
    (answer) => answer.items.length >= messages,
  );
  return (items as { content: string }[]).map(({ content }) => content);
}

async function say(from_addr: string, content: string, to_addr = '4000'): Promise<void> {
  await world.client.must('POST', '/simulators/smsc/messages', { from_addr, to_addr, content });
}

it('who opts out gets replies and nothing else, and apps and the API are told', async () => {
  await say(FRIEND, 'stop');
  expect(await screen(FRIEND, 1)).toEqual(['done: stop']);
  // The reply does not wait for the row.
  await eventually(
    () => world.client.must('GET', '/accounts/clinic/optouts'),
    (page) => page.items.length === 1,
  );
  await say('+27760000001', 'tell');
  const { items } = await eventually(
    () => world.client.must('GET', `${NEWS}/logs`),
    (logs) => logs.items.length > 0,
  );
  expect(items).toMatchObject([{ level: 'warn', text: expect.stringContaining('has opted out') }]);

  const body = { to_addr: FRIEND, content: 'more news', app: 'news' };
  const sent = await world.client.must('POST', '/accounts/clinic/messages', body);
  const message = await eventually(
    () => world.client.call('GET', `/accounts/clinic/messages/${sent.message_id}`),
    (answer) => answer.status === 200 && answer.body.events.length > 0,
  );
  expect(message.body.events).toMatchObject([{ event_type: 'nack' }]);
  await say(FRIEND, 'hello');
  expect(await screen(FRIEND, 2)).toEqual(['done: stop', 'done: hello']);
});

/** What becomes of a message of the API. */
async function sendAndWait(to_addr: string, content: string): Promise<{ status: string; reason: string }> {
  const sent = await world.client.must('POST', '/accounts/clinic/messages', {
    to_addr,
    content,
    app: 'news',
  });
  const { body } = await eventually(
    () => world.client.call('GET', `/accounts/clinic/messages/${sent.message_id}`),
    (answer) => answer.status === 200 && answer.body.events.length > 0,
  );
  return { status: body.status, reason: body.events[0].nack_reason ?? '' };
}

it('STOP and START work in an app that knows nothing of them, however the number is written', async () => {
  const person = '+27760000021';
  await say(person, 'Stop!');
  expect(await screen(person, 1)).toEqual(['done: Stop!']);
  for (const written of [person, person.slice(1), `00${person.slice(1)}`]) {
    const { status, reason } = await sendAndWait(written, 'an offer');
    expect([status, reason]).toEqual(['nack', expect.stringContaining('has opted out')]);
  }
  await say(person, 'START');
  expect(await screen(person, 2)).toEqual(['done: Stop!', 'done: START']);
  expect((await sendAndWait(person, 'an offer')).status).not.toBe('nack');
  expect((await screen(person, 3)).at(-1)).toBe('an offer');
});

it("a classic app's own messages reach who has opted out, as on Vumi Go", async () => {
  await say('+27760000022', `tell ${FRIEND}`, '4001');
  expect((await screen(FRIEND, 3)).at(-1)).toBe('from the old app');
});

it('an account may switch that off, and its trail tells who did', async () => {
  const { token } = await world.client.must('POST', '/accounts/clinic/tokens', { label: 'boss' });
  const tenant = new Client(world.client.url, token as string);
  expect((await tenant.call('PATCH', '/accounts/clinic', { active: false })).status).toBe(403);
  await tenant.must('PATCH', '/accounts/clinic/settings', { respect_optouts: false });
  await say('+27760000001', 'tell');
  expect((await screen(FRIEND, 4)).at(-1)).toBe('news');
  const { items } = await tenant.must('GET', '/accounts/clinic/audit');
  expect(items[0]).toMatchObject({
    action: 'account.changed',
    actor: expect.stringContaining('token "boss"'),
    details: { respect_optouts: false },
  });
});

it('a classic app manages opt-outs unless its account may not, with the answer of Vumi Go', async () => {
  await say('+27760000003', 'hi', '4001');
  expect(await screen('+27760000003', 1)).toEqual(['out: false']);
  await world.client.must('PATCH', '/accounts/clinic', { can_manage_optouts: false });
  await say('+27760000002', 'hi', '4001');
  expect(await screen('+27760000002', 1)).toEqual(['Account not allowed to manage optouts.']);
});
