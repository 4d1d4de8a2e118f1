import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';

const MANIFEST = JSON.stringify({ languages: ['en', 'zu', 'rw'] });
const ZULU = `msgid ""
msgstr "Language: zu\\n"

msgid "Your name?"
msgstr "Igama lakho?"

msgid "Thank you, {name}."
msgstr "Ngiyabonga, {name}."
`;
const CLINIC = `import { t } from '@vumi/sdk';
const NAME = t('Your name?');
export default {
  async onConversation(app) {
    if (app.language === null) await app.chooseLanguage();
    const name = await app.ask(NAME);
    return t('Thank you, {name}.', { name });
  },
};`;
const GREETER = `import { t } from '@vumi/sdk';
export default {
  async onMessage(message, app) {
    if (message.content === 'zulu') app.setLanguage('zul');
    await message.reply(t('Thank you, {name}.', { name: app.language ?? '?' }), { end: true });
  },
};`;

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform();
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'demo' });
});

afterAll(() => world[Symbol.asyncDispose]());

function zip(worker: string, po: string): Buffer {
  return zipOf({ 'vumi.json': MANIFEST, 'workers/worker.js': worker, 'languages/zul.po': po });
}

let numbers = 0;

async function deploy(app: string, worker: string): Promise<(content: string) => Promise<string>> {
  const to_addr = `${4000 + (numbers += 1)}`;
  const from_addr = `+2776123456${numbers}`;
  const { client } = world;
  const { warnings } = await client.must('PUT', `/accounts/demo/apps/${app}`, zip(worker, ZULU));
  expect(warnings).toContainEqual(expect.stringMatching(/^rw: \d of \d texts have no translation/));
  await client.must('PUT', `/accounts/demo/routes/${app}`, { app, transport: 'smsc', to_addr });
  let seen = 0;
  const path = `/simulators/smsc/messages?address=${encodeURIComponent(from_addr)}`;
  return async (content) => {
    await client.must('POST', '/simulators/smsc/messages', { from_addr, to_addr, content });
    const { items } = await eventually(
      () => client.must('GET', path),
      (answer) => answer.items.length > seen,
    );
    seen = items.length;
    return items.at(-1).content as string;
  };
}

it('a conversation speaks the language that its user chose', async () => {
  const say = await deploy('clinic', CLINIC);
  expect(await say('hi')).toBe('1. English\n2. isiZulu\n3. Ikinyarwanda');
  expect(await say('isizulu')).toBe('Igama lakho?');
  expect(await say('Thandi')).toBe('Ngiyabonga, Thandi.');
  expect(await say('hi')).toBe('Igama lakho?');
});

it('so does a handler without conversations', async () => {
  const say = await deploy('greeter', GREETER);
  expect(await say('hi')).toBe('Thank you, ?.');
  expect(await say('zulu')).toBe('Ngiyabonga, zu.');
  expect(await say('hi')).toBe('Ngiyabonga, zu.');
});

it('a translation that lacks a placeholder is refused with its file', async () => {
  const bundle = zip(CLINIC, ZULU.replace('Ngiyabonga, {name}', 'Ngiyabonga'));
  const { status, body } = await world.client.call('PUT', '/accounts/demo/apps/wrong', bundle);
  expect([status, body.code]).toEqual([422, 'bundle.refused']);
  expect(body.detail).toBe(
    'languages/zul.po: the translation of "Thank you, {name}." lacks {name}. Correct it.',
  );
});
