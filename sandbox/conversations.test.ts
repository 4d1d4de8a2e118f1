import type { AppRef, UserMessage } from '@vumi/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileApp } from './bundle/compile-app.ts';
import { SandboxPlace } from './testing/index.ts';

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

test('a version that asks otherwise begins again; one that words it otherwise goes on', async () => {
  const ref = await place.install('changing', REGISTRATION);
  const phone = phoneOf(ref, '+27761000011');
  for (const text of ['hi', 'Thandi']) await phone.say(text);
  await place.install('changing', REGISTRATION.replace('How old are you?', 'Your age?'));
  // Nobody is kept by a version any more when its pin has ended.
  place.activate('changing', 2);
  expect(await phone.say('1')).toEqual([expect.stringMatching(/How old are you\?|Your age\?/)]);
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

test('an app without conversations has none of it in its code', async () => {
  const size = async (text: string): Promise<number> => {
    const { worker } = await compileApp('workers/worker.js', new Map([['workers/worker.js', text]]));
    return worker.code.length;
  };
  const plain = `import { defineApp } from '@vumi/sdk'; export default defineApp({ onMessage() {} });`;
  expect(await size(plain)).toBeLessThan(1500);
  expect(await size(REGISTRATION)).toBeGreaterThan(10_000);
});
