import { afterAll, expect, test } from 'vitest';
import { appFolders } from './app-folders.fixture.ts';
import { openWorld } from './index.ts';

const folders = appFolders();
const { appOf } = folders;
afterAll(() => folders[Symbol.dispose]());

const CLINIC = `
import { defineApp, integer } from '@vumi/sdk';
export default defineApp({
  back: true,
  interrupts: { help: 'Call 0800 111.' },
  screens: {
    async start(app) {
      const what = await app.choose('Clinics', { join: 'Join', find: 'Find one', leave: 'Leave' });
      return app.goto(what);
    },
    async join(app) {
      const name = await app.ask('Your name?', { id: 'name' });
      const age = await app.ask('Your age?', { id: 'age', as: integer({ min: 10, max: 120 }) });
      if (age === 120) {
        if (await app.confirm('Really?', { id: 'really' })) return 'Well done, ' + name;
        return app.goto('start');
      }
      return 'Thank you, ' + name;
    },
    async find(app) {
      const where = await app.choose('Where?', { north: 'North', south: 'South' });
      if (where === 'south') return app.goto('start');
      return 'The clinic of the ' + where;
    },
    leave: () => 'Goodbye',
  },
});`;

test('the explorer sees all places of an app that is right, and all its questions', async () => {
  await using world = await openWorld(appOf(CLINIC), { transport: 'ussd' });
  const seen = await world.explore({ turns: 400 });
  expect(seen).toMatchObject({ isComplete: true, turns: 400, questions: { missed: [], coverage: 100 } });
  expect(seen.questions.reached).toContainEqual({
    place: 'workers/worker.js:15',
    verb: 'confirm',
    id: 'really',
  });
  expect(seen.places.map(({ at }) => at?.question ?? 'the end')).toEqual(
    expect.arrayContaining(['choose number 1', 'ask "name"', 'ask "age"', 'confirm "really"', 'the end']),
  );
  const phone = world.phone('+27761234567');
  expect(await phone.dial()).toMatchObject({ text: expect.stringContaining('Clinics') as string });
});

test('a question that nothing leads to is named', async () => {
  const app = appOf(`export default { async onConversation(app) {
    const name = await app.ask('Name?', { id: 'name' });
    if (name === 'Zanele the second') await app.ask('Which one?', { id: 'which' });
    return 'Thanks';
  } };`);
  await using world = await openWorld(app, { transport: 'ussd' });
  const { questions } = await world.explore({ turns: 50 });
  expect(questions.missed).toEqual([{ place: 'workers/worker.js:3', verb: 'ask', id: 'which' }]);
  expect(questions.coverage).toBe(50);
});

const planted: readonly [string, (worker: string) => string, RegExp][] = [
  [
    'a dead end',
    (worker) =>
      worker
        .replace(`return 'The clinic of the ' + where;`, `return app.goto('find');`)
        .replace(`if (where === 'south') return app.goto('start');`, ''),
    /no answer ends the conversation from here: "Where\?[^]*await phone\.dial\(\);\n {2}await phone\.type\('2'\);/,
  ],
  [
    'a page that overflows',
    (worker) => worker.replace(`'Thank you, ' + name`, `'Thank you, ' + name + '. '.repeat(80)`),
    /a USSD page has no room for[^]*await phone\.dial\(\);\n {2}await phone\.type\('1', 'W+', '10'\);/,
  ],
  [
    'a variable of the module',
    (worker) => `let seen = 0;\n${worker.replace(`'Goodbye'`, `'Goodbye ' + (seen += 1)`)}`,
    /in a new isolate the app says[^]*it keeps something in a variable[^]*dial\(\);\n {2}await phone\.type\('3'\);\n {2}await phone\.dial/,
  ],
];

test.each(planted)('the explorer finds %s', async (_name, plant, text) => {
  await using world = await openWorld(appOf(plant(CLINIC)), { transport: 'ussd' });
  await expect(world.explore()).rejects.toThrow(text);
});

const IN_TWO_LANGUAGES = `
import { defineApp, t } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const name = await app.ask(t('Your name?'), { examples: ['Zanele'] });
    if (name === 'Zanele') await app.ask(t('Which one?'), { id: 'which' });
    return t('Thank you.');
  },
});`;

test('a page that overflows in one language only is found in that language, and examples of the author are tried', async () => {
  const po = (thanks: string) => `msgid ""
msgstr "Language: zu\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Your name?"
msgstr "Igama lakho?"

msgid "Which one?"
msgstr "Yimuphi?"

msgid "Thank you."
msgstr "${thanks}"
`;
  const files = (thanks: string) => ({
    'vumi.json': JSON.stringify({ languages: ['en', 'zu'] }),
    'languages/zu.po': po(thanks),
  });
  await using fits = await openWorld(appOf(IN_TWO_LANGUAGES, files('Siyabonga.')), { transport: 'ussd' });
  const seen = await fits.explore({ turns: 200, languages: ['en', 'zu'] });
  expect(seen.questions.missed).toEqual([]);
  expect(seen.places.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['Thank you.', 'Siyabonga.', 'Yimuphi?']),
  );
  const long = appOf(IN_TWO_LANGUAGES, files('Siyabonga kakhulu. '.repeat(10)));
  await using world = await openWorld(long, { transport: 'ussd' });
  await expect(world.explore({ languages: ['en', 'zu'] })).rejects.toThrow(
    /a USSD page has no room for 19\d units[^]*Siyabonga[^]*language: 'zu'/,
  );
});

test('two phones take turns, and what one does to the other is found', async () => {
  const app = appOf(`export default {
    async onConversation(app) {
      const before = await app.state.get('first');
      const name = await app.ask('Name?', { examples: ['x'] });
      if (before === null && (await app.state.get('first')) !== null) throw new Error('somebody came in between');
      await app.state.set('first', name);
      return 'Thanks';
    } };`);
  await using world = await openWorld(app, { transport: 'ussd' });
  await expect(world.explore({ phones: 2 })).rejects.toThrow(
    /somebody came in between[^]*await phone2\.type\('x'\);\n {2}await phone\.type\('x'\);/,
  );
});

test('what fails only when a question is over is found with its script', async () => {
  const app = appOf(`export default {
    async onConversation(app) {
      const answer = await app.ask('Name?', { within: '1 day', otherwise: null });
      if (answer === null) throw new Error('too late');
      return 'Thanks';
    } };`);
  await using world = await openWorld(app);
  await expect(world.explore()).rejects.toThrow(
    /too late[^]*await phone\.type\('hi'\);\n {2}await world\.advance\('1440 minutes'\);/,
  );
});

const DIRECTORY = `
import { defineApp, t } from '@vumi/sdk';
const clinics = Array.from({ length: 22 }, (_, index) => ({ value: index, label: 'Clinic ' + index }));
export default defineApp({
  back: true,
  async onConversation(app) {
    if (app.language === null) await app.chooseLanguage({ languages: ['en', 'zu'] });
    const clinic = await app.choose(t('Which clinic?'), clinics);
    const way = await app.choose(t('What of it?'), { hours: 'Hours', address: 'Address' });
    const name = await app.ask(t('Your name?'));
    const well = await app.confirm(t('Send it?'));
    const last = await app.ask('Anything else?', { id: 'last' });
    return [clinic, way, name, well, last].join(' ');
  },
});`;

test('questions behind a long menu are reached before all of its options are tried, in the same order each time', async () => {
  const app = appOf(DIRECTORY, {
    'vumi.json': JSON.stringify({ name: 'directory', languages: ['en', 'zu'] }),
  });
  const seen = [];
  for (let round = 0; round < 2; round += 1) {
    await using world = await openWorld(app, { transport: 'ussd', checks: { isolates: false } });
    seen.push(await world.explore({ turns: 150, languages: ['en', 'zu'] }));
  }
  expect(seen[0]?.questions.missed).toEqual([]);
  expect(seen[0]).toEqual(seen[1]);
});

const REMINDS = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  screens: {
    async start(app) {
      await app.schedule.once('later', { in: 60, user: app.address });
      return 'Until ' + (await app.ask('When?', { id: 'when' }));
    },
    checkup: async (app) => ((await app.confirm('Come?', { id: 'come' })) ? 'Good.' : 'A pity.'),
    never: async (app) => app.ask('Nobody asks this', { id: 'never' }),
  },
  async onSchedule(timer, app) {
    await app.converse('checkup', {}, { user: timer.user, busy: 'replace' });
  },
});`;

test('what was asked before the explorer came, and what a timer has begun, counts as reached', async () => {
  await using world = await openWorld(appOf(REMINDS));
  const thandi = world.phone('+27829990000');
  await thandi.text('hi');
  await world.advance('2 minutes');
  expect(thandi.at).toEqual({ screen: 'checkup', question: 'confirm "come"' });
  const { questions } = await world.explore({ turns: 1 });
  expect(questions.missed.map(({ id }) => id)).toEqual(['never']);
  expect(world.log).toEqual([]);
});
