import { createAck, deriveId, VumiError, type UserMessage } from '@vumi/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SandboxPlace, SECOND_TRY } from './testing/index.ts';

let place: SandboxPlace;
beforeAll(async () => {
  place = await SandboxPlace.start();
});
afterAll(() => place[Symbol.asyncDispose]());

const APOLOGY = 'Sorry, something went wrong. Please try again later.';

test('an app answers a message', async () => {
  const ref = await place.installHandler('hello', "await reply('Hello ' + message.from_addr)");
  const message = place.message({ from_addr: '+27761' });
  expect(await place.ask(ref, message)).toEqual(['Hello +27761']);
});

test('an app written in CommonJS answers', async () => {
  const ref = await place.install(
    'cjs',
    'module.exports = { onMessage(message) { message.reply("old style"); } };',
  );
  expect(await place.ask(ref)).toEqual(['old style']);
});

test('a reply goes back where the message came from, under an id that a rerun makes again', async () => {
  const ref = await place.installHandler(
    'ids',
    "app.log.info(await reply('one')); app.log.info(await reply('two', { end: true }))",
  );
  const message = place.message({ session_event: 'resume', helper_metadata: { voice: {} } });
  await place.ask(ref, message);
  const answers = place.sent.filter(({ in_reply_to }) => in_reply_to === message.message_id);
  const ids = [0, 1].map((index) => deriveId(message.message_id, 'out', index));
  expect(answers).toMatchObject([
    { message_id: ids[0], to_addr: message.from_addr, from_addr: '12345', session_event: null },
    { message_id: ids[1], session_event: 'close', helper_metadata: { voice: {}, vumi: ref } },
  ]);
  expect(place.logOf(ref)).toEqual(ids);
});

test('what goes beside a text is in helper_metadata.send, and what came beside it in message.received', async () => {
  const ref = await place.installHandler(
    'rich',
    `app.log.info(JSON.stringify(message.received));
    await reply('Coming?', { buttons: ['Yes', { title: 'No', payload: 'n' }], helper_metadata: { voice: 1 } });
    await app.send('+1', '', { attachments: [{ url: 'https://vumi.example/a.png' }],
      template: { name: 'hello', language: 'en', variables: ['Ann'] } });
    await reply('bye');`,
  );
  const received = { payload: 'p', attachments: [{ content_type: 'image/png', id: '1' }] };
  await place.ask(ref, place.message({ helper_metadata: { received, send: { quick_replies: [] } } }));
  expect(place.logOf(ref)).toEqual([JSON.stringify(received)]);
  expect(place.sent.slice(-3).map(({ helper_metadata: { vumi: _stamp, ...own } }) => own)).toEqual([
    { received, voice: 1, send: { quick_replies: [{ title: 'Yes' }, { title: 'No', payload: 'n' }] } },
    {
      send: {
        attachments: [{ url: 'https://vumi.example/a.png' }],
        template: { name: 'hello', language: 'en', variables: ['Ann'] },
      },
    },
    { received },
  ]);
});

test.each([
  ["{ buttons: 'Yes' }", 'buttons is a list'],
  ["{ buttons: new Array(11).fill('x') }", 'buttons are 10 at most, not 11'],
  ["{ buttons: [''] }", 'the title of a button is a text'],
  ['{ buttons: [1] }', 'a button is its title, or { title, payload }'],
  ["{ buttons: [{ title: 'x'.repeat(73) }] }", 'the title of a button has 72 characters at most, not 73'],
  ["{ buttons: [{ title: 'x', payload: 'é'.repeat(33) }] }", 'the payload of a button has 64 bytes at most'],
  ['{ attachments: [{}] }', 'the url of an attachment is a text'],
  ["{ template: { name: 'x' } }", 'the language of a template is a text'],
  ["{ template: { name: 'x', language: 'en', variables: [1] } }", 'a variable is a text of 1024 characters'],
])('%s beside a text is refused at the call: %s', async (options, reason) => {
  const ref = await place.installHandler(
    'wrong-rich',
    `try { await reply('x', ${options}) } catch (error) { await reply(error.message) }`,
  );
  expect(await place.ask(ref)).toEqual([expect.stringContaining(reason)]);
});

test('a sent message carries its endpoint and the stamp of the app, whatever the app says', async () => {
  const ref = await place.installHandler(
    'sender',
    "await app.send('+1', 'psst', { endpoint: 'alerts', helper_metadata: { a: 1, vumi: { account: 'other' } } })",
  );
  await place.ask(ref);
  expect(place.sent.at(-1)).toMatchObject({
    to_addr: '+1',
    content: 'psst',
    in_reply_to: null,
    routing_metadata: { endpoint_name: 'alerts' },
    helper_metadata: { a: 1, vumi: { account: 'tests', app: 'sender' } },
  });
});

test('a send by an endpoint without a route is refused at the call, with what is to be done', async () => {
  const ref = await place.installHandler(
    'wayless',
    `const said = [];
     for (const options of [undefined, {}, { endpoint: 'sms' }, { endpoint: 'voice' }, { endpoint: '__proto__' }])
       try { await app.send('+1', 'x', options); said.push('sent'); } catch (error) { said.push(error.message); }
     await reply(JSON.stringify(said));`,
  );
  place.endpoints = { default: null, voice: 'several routes' };
  try {
    const [answer = ''] = await place.ask(ref);
    expect(JSON.parse(answer)).toEqual([
      'sent',
      'sent',
      expect.stringMatching(/^the endpoint "sms" of this app has no route to send by: .*--endpoint sms"/),
      'several routes',
      expect.stringMatching(/^the endpoint "__proto__" of this app has no route/),
    ]);
  } finally {
    place.endpoints = null;
  }
});

test('the guest does not see the stamp of the platform', async () => {
  const ref = await place.installHandler('stamp', 'await reply(JSON.stringify(message.helper_metadata))');
  expect(await place.ask(ref, place.message({ helper_metadata: { vumi: ref, tag: 'x' } }))).toEqual([
    '{"tag":"x"}',
  ]);
});

test('a handler reads its own writes', async () => {
  const ref = await place.installHandler(
    'own-writes',
    `await app.user.set('name', { first: 'Thandi' });
     const seen = [await app.user.get('name'), await app.user.increment('n'), await app.user.increment('n', 4)];
     await app.user.delete('name');
     seen.push(await app.user.get('name'), await app.user.get('n'), await app.user.increment('fresh'));
     await reply(JSON.stringify(seen));`,
  );
  expect(await place.ask(ref)).toEqual(['[{"first":"Thandi"},1,5,null,5,1]']);
});

test('state of users is apart, state of the app is shared', async () => {
  const ref = await place.installHandler(
    'scopes',
    "await reply(`${await app.user.increment('n')} ${await app.state.increment('n')}`)",
  );
  const from = (from_addr: string): UserMessage => place.message({ from_addr });
  expect(await place.ask(ref, from('+1'))).toEqual(['1 1']);
  expect(await place.ask(ref, from('+1'))).toEqual(['2 2']);
  expect(await place.ask(ref, from('+2'))).toEqual(['1 3']);
});

test('an address with a slash does not reach into another user', async () => {
  const ref = await place.installHandler(
    'slash',
    "await app.user.set('b/c', 1); await app.user.set('c', 2); await reply('ok')",
  );
  await place.ask(ref, place.message({ from_addr: 'a' }));
  await place.ask(ref, place.message({ from_addr: 'a/b' }));
  const keys = [...place.state.values.keys()].filter((key) => key.startsWith('app/tests/slash'));
  expect(keys.toSorted()).toEqual([
    'app/tests/slash/user/a%2Fb/b/c',
    'app/tests/slash/user/a%2Fb/c',
    'app/tests/slash/user/a/b/c',
    'app/tests/slash/user/a/c',
  ]);
});

test('counters are right when many users write at once', async () => {
  const ref = await place.installHandler('counter', "await app.state.increment('n'); await reply('ok')");
  await Promise.all(Array.from({ length: 50 }, () => place.ask(ref)));
  expect(await place.state.get('app/tests/counter/shared/n')).toBe('50');
});

test('messages of one user are handled in the order of their coming', async () => {
  const ref = await place.installHandler(
    'order',
    "const seen = (await app.user.get('seen')) ?? ''; await app.user.set('seen', seen + message.content); await reply(seen)",
  );
  await Promise.all(
    Array.from('abcdefgh', (content) => place.ask(ref, place.message({ from_addr: '+5', content }))),
  );
  expect(await place.state.get('app/tests/order/user/+5/seen')).toBe('"abcdefgh"');
});

test('a handler that throws leaves an apology, a log that points into its source, and nothing else', async () => {
  const source = `export default {
  async onMessage(message, app) {
    await app.state.set('half', 1);
    await message.reply('never sent');
    explode(message);
  },
};
function explode(message) {
  throw new TypeError('boom ' + message.content);
}`;
  const ref = await place.install('thrower', source, { manifest: { apology: 'Out of order.' } });
  const message = place.message({ content: 'x' });
  expect(await place.ask(ref, message)).toEqual(['Out of order.']);
  expect(place.sent.at(-1)).toMatchObject({ session_event: 'close' });
  expect(await place.state.get('app/tests/thrower/shared/half')).toBeNull();
  const text = place.logOf(ref).at(-1) ?? '';
  expect(text).toContain('TypeError: boom x\n');
  expect(text).toContain('workers/worker.js:9:9');
  expect(text).toContain('workers/worker.js:5:5');
  expect(text).not.toContain('vumi:sandbox');
  expect(place.failures.at(-1)).toMatchObject({
    failure_code: 'permanent',
    message: { message_id: message.message_id },
  });
});

test('a text that a handler returns reaches nobody, and its author is told', async () => {
  const lost = await place.installHandler('lost', "return 'Hello';");
  expect(await place.ask(lost)).toEqual([]);
  expect(place.logOf(lost)).toEqual([
    expect.stringContaining('the handler returned a text, which nobody gets'),
  ]);
  const sent = await place.installHandler('sent', "return reply('Hello');");
  expect(await place.ask(sent)).toEqual(['Hello']);
  expect(place.logOf(sent)).toEqual([]);
});

test('nobody apologises for a session that is closed', async () => {
  const ref = await place.installHandler('closer', 'throw new Error("late")');
  expect(await place.ask(ref, place.message({ session_event: 'close' }))).toEqual([]);
});

test('an app that does not load apologises and says why', async () => {
  const ref = await place.install('unloadable', 'export default {}; throw new Error("at the top");');
  expect(await place.ask(ref)).toEqual([APOLOGY]);
  expect(place.logOf(ref).at(-1)).toContain('Error: at the top');
  expect(place.logOf(ref).at(-1)).toContain('workers/worker.js:1:26');
});

test('a redelivered message whose effects are there is not run again: its outbox is published again', async () => {
  const ref = await place.installHandler('twice', "await app.state.increment('runs'); await reply('once')");
  const message = place.message();
  await place.ask(ref, message);
  expect(await place.ask(ref, message, SECOND_TRY)).toEqual(['once', 'once']);
  expect(await place.state.get('app/tests/twice/shared/runs')).toBe('1');
  const [first, second] = place.sent.filter(({ in_reply_to }) => in_reply_to === message.message_id);
  expect(second).toEqual(first);
});

test('a redelivered message without a marker is run', async () => {
  const ref = await place.installHandler('again', "await reply('now')");
  expect(await place.ask(ref, place.message(), SECOND_TRY)).toEqual(['now']);
});

test('a message comes again when its effects could not be committed or published', async () => {
  const ref = await place.installHandler('outage', "await app.state.increment('runs'); await reply('ok')");
  const message = place.message();
  place.state.failNextCommit = new VumiError('state.unavailable', 'no state');
  await expect(place.ask(ref, message)).rejects.toMatchObject({ code: 'state.unavailable' });
  const publish = place.publishOutbound;
  place.publishOutbound = () => Promise.reject(new VumiError('broker.unavailable', 'no broker'));
  await expect(place.ask(ref, message)).rejects.toMatchObject({ code: 'broker.unavailable' });
  place.publishOutbound = publish;
  expect(await place.ask(ref, message, SECOND_TRY)).toEqual(['ok']);
  expect(await place.state.get('app/tests/outage/shared/runs')).toBe('1');
});

test('incrementing what is no number fails the handler', async () => {
  const ref = await place.installHandler('no-number', "await app.state.set('x', 'text'); await reply('set')");
  await place.ask(ref);
  const next = await place.installHandler(
    'no-number',
    "await app.state.increment('x'); await reply('never')",
  );
  expect(await place.ask(next)).toEqual([APOLOGY]);
  const silent = await place.installHandler(
    'no-number',
    "app.state.increment('x').catch(() => {}); await reply('never')",
  );
  expect(await place.ask(silent)).toEqual([APOLOGY]);
});

test('a new version takes over at the next message', async () => {
  const ref = await place.installHandler('version', "await reply('one')");
  expect(await place.ask(ref)).toEqual(['one']);
  await place.installHandler('version', "await reply('two')");
  expect(await place.ask(ref)).toEqual(['two']);
});

test('configuration and secrets reach the app, and changed ones at the next message', async () => {
  const body =
    "await reply(`${app.config.greeting} ${await app.secrets.get('key')} ${await app.secrets.get('toString')}`)";
  const ref = await place.installHandler('settings', body, {
    settings: { config: { greeting: 'Hi' }, secrets: { key: 'k-1' } },
  });
  expect(await place.ask(ref)).toEqual(['Hi k-1 null']);
  await place.installHandler('settings', body, {
    settings: { config: { greeting: 'Yo' }, secrets: { key: 'k-2' } },
  });
  expect(await place.ask(ref)).toEqual(['Yo k-2 null']);
});

test('secrets and bearer tokens do not reach the log', async () => {
  const ref = await place.installHandler(
    'leaky',
    `const key = await app.secrets.get('key');
     app.log.info('key ' + key + ' and Bearer abcdefghijkl', { nested: [key] });
     console.warn('again', key, '\\u001b[31m');
     await reply('ok');`,
    { settings: { config: {}, secrets: { key: 'tops"cret' } } },
  );
  await place.ask(ref);
  const lines = place.log.filter(({ app }) => app === ref.app);
  expect(lines).toMatchObject([
    { level: 'info', text: 'key [secret] and Bearer [secret]', fields: { nested: ['[secret]'] } },
    { level: 'warn', text: 'again [secret] �[31m' },
  ]);
});

test('an event reaches onEvent, once', async () => {
  const ref = await place.install(
    'events',
    `export default { async onEvent(event, app) {
       const n = await app.state.increment(event.event_type);
       if (app.user !== undefined) throw new Error('no user here');
       await app.send('+9', event.user_message_id + ' ' + n);
     } };`,
  );
  const event = createAck({ user_message_id: 'm1', transport_name: 'smpp' }, 'sent-1');
  await place.sandbox.handleEvent(ref, event, { redelivered: false, attempt: 1 });
  await place.sandbox.handleEvent(ref, event, SECOND_TRY);
  const sent = place.sent.filter(({ to_addr }) => to_addr === '+9');
  expect(sent.map(({ content }) => content)).toEqual(['m1 1', 'm1 1']);
  expect(await place.state.get('app/tests/events/shared/ack')).toBe('1');
});

test('an app without onEvent ignores events, one without onMessage ignores messages', async () => {
  const ref = await place.installHandler('deaf', "await reply('x')");
  const event = createAck({ user_message_id: 'm1', transport_name: 'smpp' }, 'sent-1');
  await place.sandbox.handleEvent(ref, event, { redelivered: false, attempt: 1 });
  const other = await place.install('mute', 'export default { onEvent() {} };');
  expect(await place.ask(other)).toEqual([]);
  expect(place.failures.filter(({ reason }) => reason.includes('deaf'))).toEqual([]);
});

test('a message for an app without a version is a failure and is not kept', async () => {
  await place.ask({ account: 'tests', app: 'nobody' });
  expect(place.failures.at(-1)?.reason).toBe('app tests/nobody has no active version');
});

test('time stands still and chance repeats itself for the same message', async () => {
  const ref = await place.installHandler(
    'frozen',
    `const a = Date.now(); let x = 0; for (let i = 0; i < 1e5; i++) x += i;
     await app.user.get('k');
     await reply([a === Date.now(), +new Date() === app.now, typeof Date(), new Date(0).getTime(), Math.random()].join(' ')
       + ' ' + crypto.randomUUID() + new URL('/a', 'http://b.example').pathname);`,
  );
  const message = place.message();
  const [first = ''] = await place.ask(ref, message);
  expect(first).toMatch(/^true true string 0 0\.\d+ [\da-f]{8}-[\da-f-]{27}\/a$/);
  place.state.outboxes.clear();
  const answers = await place.ask(ref, message);
  expect(answers).toEqual([first, first]);
});

test('a handler that never settles ends by the clock, and the app goes on', async () => {
  const body = "if (message.content === 'hang') await new Promise(() => {}); await reply('fine')";
  const ref = await place.installHandler('hanger', body, { manifest: { limits: { wall_ms: 200 } } });
  const [hung, fine] = await Promise.all([
    place.ask(ref, place.message({ content: 'hang' })),
    place.ask(ref),
  ]);
  expect([hung, fine]).toEqual([[APOLOGY], ['fine']]);
  expect(place.logOf(ref).at(-1)).toBe('the handler did not finish within 0.2 s');
});

test('a rejection that nobody handles harms nobody', async () => {
  const ref = await place.installHandler(
    'careless',
    "Promise.reject(new Error('lost')); await reply('fine')",
  );
  expect(await place.ask(ref)).toEqual(['fine']);
  expect(await place.ask(ref)).toEqual(['fine']);
});

test('the status tells of runners and apps', () => {
  const { runners, apps, turns } = place.sandbox.status();
  expect(runners).toHaveLength(2);
  expect(apps).toBeGreaterThan(5);
  expect(turns).toBe(0);
});

test('a full runner gives up the app that was used the longest ago, which comes back when it is needed', async () => {
  await using small = await SandboxPlace.start({ runners: 1, isolates_per_runner: 2 });
  const refs = await Promise.all(
    ['a', 'b', 'c'].map((app) => small.installHandler(app, `await reply('${app}')`)),
  );
  for (const ref of [...refs, ...refs]) expect(await small.ask(ref)).toEqual([ref.app]);
  expect(small.sandbox.status().apps).toBe(2);
});

test('a closed sandbox takes no messages', async () => {
  const closed = await SandboxPlace.start({ runners: 1 });
  const ref = await closed.installHandler('late', "await reply('x')");
  await closed[Symbol.asyncDispose]();
  await expect(closed.ask(ref)).rejects.toMatchObject({ code: 'runner.lost' });
});

test('a session stays on the version that it began with while others begin with the new one', async () => {
  const ref = await place.installHandler('pinned', `await reply('one'); await app.state.increment('n');`);
  const [ann, bob] = ['+27760000001', '+27760000002'];
  const say = async (from_addr: string): Promise<string[]> => place.ask(ref, place.message({ from_addr }));
  expect(await say(ann)).toEqual(['one']);
  await place.installHandler('pinned', `await reply('two', { end: true });`);
  expect([await say(ann), await say(bob), await say(ann)]).toEqual([['one'], ['two'], ['one']]);
  expect(place.runs.filter(({ app }) => app === 'pinned').map(({ version }) => version)).toEqual([
    1, 1, 2, 1,
  ]);
  place.activate('pinned', 1);
  expect(await say(bob)).toEqual(['one']);
  place.activate('pinned', 2, 100);
  place.activate('pinned', 2);
  expect(await say('+27760000003')).toEqual(['two']);
});
