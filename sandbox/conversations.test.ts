import { scheduleMessage, stampMessage, type AppRef, type TalkPolicy, type UserMessage } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileApp } from './bundle/compile-app.ts';
import { FIRST_TRY, SandboxPlace } from './testing/index.ts';

/** An event or a schedule that fails is not tried again. */
const LAST_TRY = { redelivered: true, attempt: 5 };

let place: SandboxPlace;
beforeAll(async () => {
  place = await SandboxPlace.start();
});
afterAll(() => place[Symbol.asyncDispose]());

const REGISTRATION = `
import { defineApp, integer } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const visits = await app.state.increment('visits');
    const name = await app.ask('Your name?');
    const area = await app.choose('Where do you live?', { city: 'In a city', farm: 'On a farm' });
    const age = await app.ask('How old are you?', { as: integer({ min: 10 }) });
    return \`\${visits} \${name} \${area} \${age}\`;
  },
});`;

interface Texts {
  say(content: string | null, fields?: Partial<UserMessage>): Promise<string[]>;
}

function phoneOf(ref: AppRef, from_addr: string, transport_type = 'sms'): Texts {
  return {
    say: (content, fields = {}) =>
      place.ask(ref, place.message({ from_addr, content, transport_type, ...fields })),
  };
}

test('a conversation runs in the sandbox, each message by itself', async () => {
  const ref = await place.install('registration', REGISTRATION);
  const phones = Array.from({ length: 5 }, (_, index) => phoneOf(ref, `+2776100000${index}`));
  for (const [say, hear] of [
    ['hi', 'Your name?'],
    ['Thandi', 'Where do you live?\n1. In a city\n2. On a farm'],
    ['2', 'How old are you?'],
    ['x', 'Sorry, that is not an answer.\nHow old are you?'],
  ] as const)
    for (const phone of phones) expect(await phone.say(say)).toEqual([hear]);
  const last = await Promise.all(phones.map((phone) => phone.say('24')));
  expect(last.flat().sort()).toEqual([1, 2, 3, 4, 5].map((visits) => `${visits} Thandi farm 24`));
});

test('what a conversation remembers is sent along with its message, and not asked for', async () => {
  const ref = await place.install('kept', REGISTRATION);
  const phone = phoneOf(ref, '+27761000008');
  for (const text of ['hi', 'Thandi', '1']) await phone.say(text);
  const costs = place.runs.filter(({ app }) => app === 'kept').map(({ cost }) => cost.calls);
  expect(costs).toEqual([{ get: 1 }, {}, {}]);
  expect(await phone.say('24')).toEqual(['1 Thandi city 24']);
});

test.each([
  ['with a control character', '+27\u000176'],
  ['that is too long', 'x'.repeat(600)],
])(
  'a user whose address is one %s gets the apology, and his message does not come again and again',
  async (_what, from) => {
    const ref = await place.install('strange', REGISTRATION);
    expect(await phoneOf(ref, from).say('hi')).toEqual([expect.stringContaining('Sorry')]);
  },
);

test('a message that comes twice is answered once', async () => {
  const ref = await place.install('twice', REGISTRATION);
  const from_addr = '+27761000009';
  await place.ask(ref, place.message({ from_addr, content: 'hi' }));
  const message = place.message({ from_addr, content: 'Thandi' });
  const first = await place.ask(ref, message);
  const again = await place.ask(ref, message, { redelivered: true, attempt: 2 });
  expect(new Set(again)).toEqual(new Set(first));
  const answers = place.sent.filter(({ in_reply_to }) => in_reply_to === message.message_id);
  expect(new Set(answers.map(({ message_id }) => message_id)).size).toBe(1);
  expect(await place.ask(ref, place.message({ from_addr, content: '1' }))).toEqual(['How old are you?']);
});

test('on USSD a session that breaks off can be gone on with', async () => {
  const ref = await place.install('ussd', REGISTRATION);
  const phone = phoneOf(ref, '+27761000010', 'ussd');
  expect(await phone.say(null, { session_event: 'new' })).toEqual(['Your name?']);
  await phone.say('Thandi', { session_event: 'resume' });
  expect(await phone.say(null, { session_event: 'close' })).toEqual([]);
  expect(await phone.say(null, { session_event: 'new' })).toEqual([
    'Welcome back.\n1. Go on where you were\n2. Start again',
  ]);
  expect(await phone.say('1', { session_event: 'resume' })).toEqual([
    'Where do you live?\n1. In a city\n2. On a farm',
  ]);
});

describe('a new version while a conversation is open', () => {
  const REWORDED = REGISTRATION.replace('How old are you?', 'Your age?');
  const LONGER = REGISTRATION.replace(
    'const area',
    "const surname = await app.ask('Your surname?', { id: 'surname' });\n    const area",
  );

  async function changed(app: string, to: string, talks?: TalkPolicy): Promise<readonly [AppRef, Texts]> {
    const ref = await place.install(app, REGISTRATION);
    const phone = phoneOf(ref, '+27761000011');
    for (const text of ['hi', 'Thandi']) await phone.say(text);
    await place.install(app, to, talks === undefined ? {} : { talks });
    return [ref, phone];
  }

  test('leaves it on its own until it has ended', async () => {
    const [, phone] = await changed('pinning', LONGER);
    expect(await phone.say('2')).toEqual(['How old are you?']);
    expect(await phone.say('24')).toEqual(['1 Thandi farm 24']);
    for (const text of ['hi', 'Thandi']) await phone.say(text);
    expect(await phone.say('Dube')).toEqual([expect.stringContaining('Where do you live?')]);
  });

  test('takes it over where it fits', async () => {
    const [, phone] = await changed('moving', REWORDED, 'move');
    expect(await phone.say('2')).toEqual(['Your age?']);
    expect(await phone.say('24')).toEqual(['1 Thandi farm 24']);
  });

  test('leaves it where it does not fit, and says so once', async () => {
    const [ref, phone] = await changed('staying', LONGER, 'move');
    const failures = [...place.failures];
    expect(await phone.say('2')).toEqual(['How old are you?']);
    expect(await phone.say('24')).toEqual(['1 Thandi farm 24']);
    expect(place.failures).toEqual(failures);
    expect(place.logOf(ref).filter((line) => line.includes('stays on version 1'))).toHaveLength(1);
  });

  test('begins it again where that is asked for and it does not fit', async () => {
    const [ref, phone] = await changed('restarting', LONGER, 'restart');
    expect(await phone.say('2')).toEqual([expect.stringContaining('Your name?')]);
    expect(place.logOf(ref).join('\n')).toContain('conversation diverged');
  });

  test('leaves its timers on its own', async () => {
    const asks = (text: string): string => `export default { async onConversation(app) {
      return String(await app.ask('${text}?', { within: '1 day', otherwise: '${text} is late' }));
    } };`;
    const ref = await place.install('timers', asks('old'));
    const phone = phoneOf(ref, '+27761000012');
    await phone.say('hi');
    const put = [...place.records.schedules.values()].find(({ name }) => name.endsWith(':within'));
    await place.install('timers', asks('new'));
    if (put === undefined) throw new Error('the question has no timer');
    const { name, user, data } = put;
    const due = { id: 'within', name, user, due: Date.now(), data };
    await place.sandbox.handleInbound(ref, scheduleMessage(ref, due), FIRST_TRY);
    expect(place.sent.at(-1)?.content).toBe('old is late');
  });
});

test('an app writes first, and the conversation stays on the version that began it', async () => {
  const asks = (text: string): string => `export default {
    onSchedule: (timer, app) => app.converse('start', { n: '2' }, { user: '+27761000021' }),
    screens: { start: async (app, { n }) => '${text} ' + n + (await app.ask('${text}?')) + (await app.ask('More?')) },
  };`;
  const ref = await place.install('writing', asks('old'));
  const daily = { id: 'daily', name: 'daily', user: null, due: Date.now(), data: null };
  await place.sandbox.handleInbound(ref, scheduleMessage(ref, daily), FIRST_TRY);
  const put = [...place.records.schedules.values()].find(({ user }) => user === '+27761000021');
  if (put === undefined) throw new Error('no conversation was asked for');
  const { id, name, user, due, data } = put;
  await place.sandbox.handleInbound(ref, scheduleMessage(ref, { id, name, user, due, data }), FIRST_TRY);
  expect(place.sent.at(-1)).toMatchObject({ content: 'old?', to_addr: user, in_reply_to: null });
  await place.install('writing', asks('new'));
  const phone = phoneOf(ref, '+27761000021');
  expect(await phone.say('a')).toEqual(['More?']);
  expect(await phone.say('b')).toEqual(['old 2ab']);
});

test('no app writes first over USSD', async () => {
  const ref = await place.install(
    'dialled',
    `export default {
      onSchedule: (timer, app) => app.converse('start', {}, { user: '+27761000022', endpoint: 'menu' }),
      screens: { start: async (app) => app.ask('Name?') },
    };`,
  );
  place.networks = { menu: 'ussd' };
  const daily = { id: 'dialled', name: 'daily', user: null, due: Date.now(), data: null };
  await place.sandbox.handleInbound(ref, scheduleMessage(ref, daily), LAST_TRY);
  expect(place.logOf(ref).join('\n')).toContain('endpoint "menu" leads to USSD, which cannot be written to');
});

test("the app's own keyword alone is no answer", async () => {
  const ref = await place.install('keyword', REGISTRATION);
  const from_addr = '+27761000023';
  const phone = phoneOf(ref, from_addr);
  for (const text of ['join', 'Thandi']) await phone.say(text);
  const message = place.message({ from_addr, content: 'join' });
  const stamped = stampMessage(message, { ...ref, route: 'join', isKeyword: true });
  expect(await place.ask(ref, stamped)).toEqual([expect.stringContaining('1. Go on where you were')]);
});

test('what is counted of conversations is among the runs, and of a message that failed', async () => {
  const ref = await place.install(
    'counted',
    REGISTRATION.replace('const age', 'if (name === "x") throw new Error("no"); const age'),
  );
  const phone = phoneOf(ref, '+27761000024');
  for (const text of ['hi', 'x', '1']) await phone.say(text);
  const notes = place.runs
    .filter(({ app }) => app === 'counted')
    .flatMap(({ talk, version }) => talk.map((one) => ({ ...one, version })));
  expect(notes.map(({ what, screen, question, version }) => [what, screen, question, version])).toEqual([
    ['began', 'start', '', 1],
    ['shown', 'start', 'ask number 1', 1],
    ['answered', 'start', 'ask number 1', 1],
    ['shown', 'start', 'choose number 2', 1],
    ['failed', '', '', 1],
  ]);
});

test('the author sees what was wrong, with his own line', async () => {
  const ref = await place.install(
    'broken',
    `export default { screens: { start: async (app) => {\n  await app.ask('?');\n  return app.goto('pay');\n} } };`,
  );
  const phone = phoneOf(ref, '+27761000012');
  await phone.say('hi');
  await phone.say('x');
  expect(place.logOf(ref).join('\n')).toContain('"pay" is no screen; there are start');
});

test('replay costs what its answers are worth: the last of 200 is within the limits of a message', async () => {
  const ref = await place.install(
    'long',
    `export default { async onConversation(app) {
      let sum = 0;
      for (let i = 0; i < 200; i++) { await app.user.get('a'); sum += Number(await app.ask('Next?', { id: 'q' })); }
      return String(sum);
    } };`,
  );
  const phone = phoneOf(ref, '+27761000013');
  for (let turn = 0; turn < 200; turn += 1) expect(await phone.say('1')).toEqual(['Next?']);
  expect(await phone.say('1')).toEqual(['200']);
});

test('a word of interrupts leads to a screen and back', async () => {
  const ref = await place.install(
    'interrupts',
    `export default { interrupts: { help: 'desk' }, screens: {
      start: async (app) => 'Hello ' + (await app.ask('Your name?')),
      desk: async (app) => 'Noted: ' + (await app.ask('What about?')),
    } };`,
  );
  const phone = phoneOf(ref, '+27761000031');
  for (const [say, hear] of [
    ['hi', 'Your name?'],
    ['HELP', 'What about?'],
    ['a birth', 'Noted: a birth\nYour name?'],
    ['Thandi', 'Hello Thandi'],
  ] as const)
    expect(await phone.say(say)).toEqual([hear]);
});

test('an app without conversations has none of it in its code', async () => {
  const size = async (text: string): Promise<number> => {
    const { worker } = await compileApp('workers/worker.js', new Map([['workers/worker.js', text]]));
    return worker.code.length;
  };
  const plain = `import { defineApp } from '@vumi/sdk'; export default defineApp({ onMessage() {} });`;
  expect(await size(plain)).toBeLessThan(1500);
  expect(await size(REGISTRATION)).toBeGreaterThan(10_000);
});
