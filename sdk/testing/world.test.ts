import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { appFolders } from './app-folders.fixture.ts';
import { openWorld } from './index.ts';

const folders = appFolders();
const { appOf, root } = folders;
afterAll(() => folders[Symbol.dispose]());

const MOTHERS = `
import { defineApp, integer } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const name = await app.ask('Igama lakho?', { id: 'name' });
    const area = await app.choose('Uhlala kuphi?', { city: 'Edolobheni', farm: 'Epulazini' });
    const age = await app.ask('Uneminyaka emingaki?', { as: integer({ min: 10, max: 120 }) });
    await app.user.set('profile', { name, area, age });
    await app.metrics.sum('registrations', 1);
    const { name: clinic } = (await app.http.request('https://api.example.org/clinics/42')).json();
    await app.schedule.once('visit', { in: 20 * 3600, user: app.address, data: { clinic } });
    return 'Siyabonga, ' + name + '.';
  },
  async onSchedule(timer, app) {
    await app.send(timer.user, 'Your visit to ' + timer.data.clinic + ' is tomorrow.', { endpoint: 'sms' });
  },
});`;

test('a mother registers and is reminded', async () => {
  await using world = await openWorld(appOf(MOTHERS), { transport: 'ussd', at: '2026-03-01T08:00:00Z' });
  world.http.on('GET', 'https://api.example.org/clinics/42', { json: { name: 'Site C' } });
  const thandi = world.phone('+27761234567', { language: 'zu' });
  await thandi.dial('*120*8864#');
  expect(thandi.screen).toMatchObject({ text: 'Igama lakho?', units: 12, ends: false });
  expect(thandi.at).toEqual({ screen: 'start', question: 'ask "name"' });
  await thandi.type('Thandi', '2', '24');
  expect(thandi.at).toBeNull();
  expect(thandi.screen).toMatchObject({ ends: true });
  expect(await world.user(thandi).get('profile')).toEqual({ name: 'Thandi', area: 'farm', age: 24 });
  await world.advance('1 day');
  expect(thandi.inbox.at(-1)).toMatchObject({
    text: 'Your visit to Site C is tomorrow.',
    segments: 1,
    encoding: 'gsm0338',
    endpoint: 'sms',
  });
  expect(world.metrics.sum('registrations')).toBe(1);
  expect(thandi.transcript).toMatchInlineSnapshot(`
    "[
      {"from":"+27761234567","say":null,"session_event":"new","transport_type":"ussd","expect":"Igama lakho?"},
      {"from":"+27761234567","say":"Thandi","session_event":"resume","transport_type":"ussd","expect":"Uhlala kuphi?\\n1. Edolobheni\\n2. Epulazini"},
      {"from":"+27761234567","say":"2","session_event":"resume","transport_type":"ussd","expect":"Uneminyaka emingaki?"},
      {"from":"+27761234567","say":"24","session_event":"resume","transport_type":"ussd","expect":"Siyabonga, Thandi."}
    ]
    "
  `);
});

const failing: readonly [string, string, RegExp][] = [
  [
    'a handler that throws, with its place',
    `export default { async onMessage(message) {\n  throw new Error('no luck');\n} };`,
    /no luck[^]*workers\/worker\.js:2/,
  ],
  [
    'a page that is too long',
    `export default { async onMessage(message) { await message.reply('x'.repeat(183)); } };`,
    /a USSD page has no room for 183 units/,
  ],
  [
    'a USSD session that nobody answers',
    `export default { async onMessage() {} };`,
    /nothing answers null, and the user of a USSD session waits/,
  ],
  [
    'a call that is not awaited',
    `export default { async onMessage(message, app) { void app.contacts.getOrCreate('+27761234567'); await message.reply('a'); } };`,
    /Await what a handler starts/,
  ],
  [
    'an HTTP call without a fixture',
    `export default { async onMessage(message, app) {
      await app.http.request('https://example.org/ratez').catch(() => null);
      await message.reply('a');
    } };`,
    /no fixture answers GET https:\/\/example\.org\/ratez; the nearest is GET https:\/\/example\.org\/rates; there are POST/,
  ],
];

test.each(failing)('is refused: %s', async (_name, worker, text) => {
  await using world = await openWorld(appOf(worker), { transport: 'ussd' });
  world.http.on('GET', 'https://example.org/rates', { json: {} });
  world.http.on('POST', 'https://example.org/a/longer/address', { json: {} });
  await expect(world.phone('+27761234567').dial()).rejects.toThrow(text);
});

test('a variable that outlives a message is found, and random and time are no such thing', async () => {
  const counting = `let count = 0; export default { async onMessage(message) { await message.reply(String(++count)); } };`;
  await using world = await openWorld(appOf(counting));
  const phone = world.phone('+27761234567');
  await phone.text('a');
  await expect(phone.text('b')).rejects.toThrow(/in a new isolate the app says "1", where it said "2"/);
  const chance = `export default { async onMessage(message) { await message.reply(Math.random() + ' ' + Date.now()); } };`;
  await using other = await openWorld(appOf(chance));
  for (const text of ['a', 'b']) await other.phone('+27761234567').text(text);
  await using unchecked = await openWorld(appOf(counting), { checks: { isolates: false } });
  await unchecked.phone('+27761234567').type('a', 'b');
  expect(unchecked.phone('+27761234567').screen?.text).toBe('2');
});

test('a contact and a group are the same in a new isolate', async () => {
  const app = appOf(`export default { async onConversation(app) {
    const contact = await app.contacts.getOrCreate(app.address);
    const group = await app.groups.getOrCreateByName('Mothers');
    await app.ask('Name?');
    await app.user.set('kept', { contact, group });
    return 'Thanks';
  } };`);
  await using world = await openWorld(app);
  await world.phone('+27761234567').type('hi', 'Thandi');
  expect(world.contacts).toHaveLength(1);
});

const COUNTER = `export default { async onMessage(message, app) {
  const count = await app.user.increment('count');
  await message.reply(app.config.word + ' ' + count + ' ' + (await app.secrets.get('key')));
} , async onEvent(event, app) { await app.state.set(event.event_type, event.nack_reason ?? event.delivery_status ?? ''); } };`;

test('a runner that dies, a message that comes twice and events leave what they must', async () => {
  await using world = await openWorld(appOf(COUNTER), { config: { word: 'one' }, secrets: { key: 's' } });
  const phone = world.phone('+27761234567');
  expect(await phone.text('a')).toMatchObject({ text: 'one 1 s' });
  world.kill();
  expect(await phone.text('b')).toMatchObject({ text: 'one 2 s' });
  await world.twice();
  expect(phone.inbox).toHaveLength(2);
  world.config.set('word', 'two');
  world.secrets.set('key', 't');
  expect(await phone.text('c')).toMatchObject({ text: 'two 3 t' });
  await world.events.deliver();
  await world.events.fail(undefined, 'no credit');
  expect(await world.state.get('delivery_report')).toBe('delivered');
  expect(await world.state.get('nack')).toBe('no credit');
  expect(world.runs.map(({ kind }) => kind)).toEqual([
    'message',
    'message',
    'message',
    'event',
    'event',
    'event',
  ]);
});

test('a version that comes in the middle of a session is for the next one', async () => {
  const version = (word: string): string =>
    appOf(`export default { async onConversation(app) { await app.ask('${word}?'); return '${word}!'; } };`);
  await using world = await openWorld(version('old'), { transport: 'ussd' });
  const phone = world.phone('+27761234567');
  await phone.dial();
  await world.deploy(version('new'));
  expect(await phone.text('x')).toMatchObject({ text: 'old!', ends: true });
  expect(await phone.redial()).toMatchObject({ text: 'new?', ends: false });
  await phone.hangUp();
  await expect(phone.text('x')).rejects.toThrow('has no open session');
});

test('an app that does not load is refused with its reason', async () => {
  await expect(openWorld(appOf(`throw new Error('not today');`))).rejects.toThrow('not today');
  await expect(openWorld(join(root, 'nowhere'))).rejects.toThrow('there is no');
});

test('fixtures answer as often as they are to, and fail', async () => {
  const calling = `export default { async onMessage(message, app) {
    const said = await app.http.request('https://example.org/' + message.content, { method: 'POST', body: message.content })
      .then((answer) => answer.status + ' ' + answer.body, (error) => error.message);
    await message.reply(said);
  } };`;
  await using world = await openWorld(appOf(calling));
  world.http.on('POST', /example/, { status: 503, body: 'later' });
  world.http.on('POST', 'https://example.org/a', { fails: 'no answer within 10 s' }, { times: 1 });
  world.http.on('POST', /./, ({ body }) => ({ json: { body } }), { when: ({ body }) => body === 'b' });
  const phone = world.phone('+27761234567');
  await phone.type('a', 'a', 'b');
  expect(phone.inbox.map(({ text }) => text)).toEqual([
    expect.stringContaining('no answer within 10 s'),
    '503 later',
    '200 {"body":"b"}',
  ]);
  expect(world.http.calls).toHaveLength(3);
});

test('an answer that is too long rejects, as on a platform, and the handler goes on', async () => {
  const calling = `export default { async onMessage(message, app) {
    const error = await app.http.request('https://example.org/all').catch(({ message }) => message);
    await app.state.get('last');
    await message.reply(error);
  } };`;
  await using world = await openWorld(appOf(calling));
  world.http.on('GET', /all/, { body: 'x'.repeat(10_000_000) });
  expect((await world.phone('+27761234567').text('hi'))?.text).toBe(
    'http: the answer is longer than 262144 bytes',
  );
});

test('an app speaks the languages that it lists, though there is no file of translations yet', async () => {
  const app = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  texts: { zu: { yes: 'Yebo', no: 'Cha' } },
  async onConversation(app) {
    return (await app.confirm('Well?')) + ' ' + app.language;
  },
});`;
  const manifest = JSON.stringify({ name: 'well', languages: ['en', 'zu'] });
  await using world = await openWorld(appOf(app, { 'vumi.json': manifest }));
  const thandi = world.phone('+27761234567', { language: 'zu' });
  expect((await thandi.text('hi'))?.text).toBe('Well?\n1. Yebo\n2. Cha');
  expect((await thandi.text('yebo'))?.text).toBe('true zu');
});
