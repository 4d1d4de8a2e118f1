import { afterAll, expect, test } from 'vitest';
import { appFolders } from './app-folders.fixture.ts';
import { openWorld } from './index.ts';

const folders = appFolders();
afterAll(() => folders[Symbol.dispose]());

/** The fault is in the sixth line of the author's file, after whatever types it has. */
const faults: readonly [what: string, line: string, text: RegExp, transport?: string][] = [
  [
    'two questions at once',
    `await Promise.all([app.ask('A?'), app.ask('B?')]);`,
    /a question was asked while another is open/,
  ],
  [
    'a call that is not awaited',
    `void app.http.request('https://e.org/a'); await app.ask('B?');`,
    /not awaited before the next question or the end: app\.http GET e\.org\/a/,
  ],
  [
    'a call that is not awaited before the end',
    `void app.contacts.get('+27761234567');`,
    /not awaited before the next question or the end: app\.contacts\.get\("\+27761234567"\)/,
  ],
  [
    'a value that is no JSON',
    `await app.once('a', async () => 10n as never);`,
    /what a gave has no form in JSON/,
  ],
  [
    'a screen that is none',
    `return app.goto('pay');`,
    /"pay" is no screen; there are find, clinic\/:id, start/,
  ],
  ['a goto that is not returned', `app.goto('find');`, /app\.goto must be returned/],
  ['a key of a menu', `await app.choose('A?', { 1: 'One', 2: 'Two' });`, /"1" looks like a number/],
  [
    'a clash of words',
    `await app.choose('A?', { a: 'Help' });`,
    /takes "Help", which is a word of help or of interrupts, "help",/,
  ],
  [
    'a time that is none',
    `await app.ask('A?', { within: '30 seconds' as never });`,
    /"30 seconds" is no time to wait/,
  ],
  ['a reminder by USSD', `await app.ask('A?', { remind: ['1 hour'] });`, /USSD cannot be written to/, 'ussd'],
];

test.each(faults)(
  '%s is told with its place in the author’s file',
  async (_, line, text, transport = 'sms') => {
    const worker = `import { defineApp, type Talk } from '@vumi/sdk';
interface Unused {
  readonly of: string;
}
const work = async (app: Talk) => {
  ${line}
};
export default defineApp({
  onConversation: work,
  interrupts: { help: 'Call us.' },
  screens: { find: () => 'x', 'clinic/:id': () => 'y' },
});`;
    const folder = folders.appOf(`export { default } from './app.ts';`, { 'workers/app.ts': worker });
    await using world = await openWorld(folder, {
      transport,
      checks: { isolates: false, awaited: false, http: false },
    });
    const phone = world.phone('+27761234567');
    const error = await (transport === 'ussd' ? phone.dial() : phone.text('hi')).then(String, String);
    expect(error).toMatch(text);
    expect(error).toMatch(/workers\/app\.ts:6:\d+/);
    expect(error).not.toContain('@vumi/sdk:');
  },
);

test('of a conversation that has diverged it is told which step, and where that is', async () => {
  const app = `import { defineApp } from '@vumi/sdk';
let turns = 0;
export default defineApp({
  async onConversation(app) {
    turns += 1;
    if (turns === 1) await app.user.get('name');
    await app.ask('Age?', { id: 'age' });
  },
});`;
  await using world = await openWorld(folders.appOf(app), { checks: { isolates: false } });
  const phone = world.phone('+27761234567');
  await phone.text('hi');
  expect((await phone.text('24'))?.text).toBe('This service has changed, so we begin again.\nAge?');
  expect(world.log.at(-1)?.text).toMatch(
    /^conversation diverged: screen "start", step 1 was app\.user\.get\("name"\) and is now ask "age"[^]*\n {4}at onConversation \(workers\/worker\.js:7:\d+\)$/,
  );
});
