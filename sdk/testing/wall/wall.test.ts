import { afterAll, expect, test } from 'vitest';
import { appFolders } from '../app-folders.fixture.ts';
import { playLocally, type PersonaName, type Scenario, type WallReport } from '../index.ts';
import { PERSONA_NAMES, cast } from './personas.ts';

const folders = appFolders();
afterAll(() => folders[Symbol.dispose]());

const JOIN = `
import { defineApp, integer, text } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const name = await app.ask('Your name?', { id: 'name', as: text({ max: 30 }) });
    const area = await app.choose('Where do you live?', { city: 'In a city', farm: 'On a farm' }, { id: 'area' });
    const age = await app.ask('How old are you?', { id: 'age', as: integer({ min: 10, max: 120 }) });
    await app.state.increment('joined');
    return 'Thank you, ' + name;
  },
});`;

const joining = folders.appOf(JOIN);

function play(folder: string, scenario: Partial<Scenario>, seed = 7): Promise<WallReport> {
  const phones = typeof scenario.phones === 'object' ? scenario.phones : { patient: 1 };
  const count = Object.values(phones).reduce((sum, one) => sum + one, 0);
  return playLocally(folder, { app: '.', phones, ...scenario }, { phones: count, seed });
}

/** What talks of one persona came to, and what was said in the first. */
async function talksOf(persona: PersonaName, scenario: Partial<Scenario> = {}) {
  const transcripts: string[] = [];
  const report = await playLocally(
    joining,
    { app: '.', phones: { [persona]: 4 }, ...scenario },
    {
      phones: 4,
      seed: 3,
      onChange: ({ end, phone, transcript }) => {
        if (end !== null) transcripts[phone] = transcript;
      },
    },
  );
  const [{ persona: _persona, ...count } = {}] = report.personas;
  return { count, report, transcripts };
}

const ENDED = { phones: 4, finished: 4, dropped: 0, stopped: 0, unfinished: 0 };

test('patient phones answer as the questions want it, by SMS and by USSD', async () => {
  const sms = await talksOf('patient');
  expect(sms.count).toEqual(ENDED);
  expect(sms.report.funnel).toEqual([
    { screen: 'start', question: 'ask "name"', shown: 4, answered: 4, dropped: 0 },
    { screen: 'start', question: 'choose "area"', shown: 4, answered: 4, dropped: 0 },
    { screen: 'start', question: 'ask "age"', shown: 4, answered: 4, dropped: 0 },
  ]);
  const ussd = await talksOf('patient', { transport: 'ussd' });
  expect(ussd.count).toEqual(ENDED);
  expect(ussd.report.sent).toMatchObject({ segments: 0, sessions: 4 });
});

test('a slow phone answers when its session is over, and dials again', async () => {
  const { count, report, transcripts } = await talksOf('slow', { transport: 'ussd' });
  expect(count).toEqual(ENDED);
  expect(report.sent.sessions).toBeGreaterThan(4);
  const all = transcripts.join('\n');
  expect(all).toContain('(the network has forgotten the session)\n(dials)');
  expect(all).toContain('(the network ends the session)\n(dials)');
  expect(all).toContain('Welcome back');
});

test('a fat thumb hits other keys first, and gets to the end', async () => {
  const { count, transcripts } = await talksOf('fatThumb');
  expect(count).toEqual(ENDED);
  expect(transcripts.join('\n')).toMatch(/< Sorry, that is not an answer/);
});

test('who drops out leaves at the question that the scenario names', async () => {
  const { count, report } = await talksOf('drops', { leavesAt: 2 });
  expect(count).toEqual({ ...ENDED, finished: 0, dropped: 4 });
  expect(report.funnel).toContainEqual({
    screen: 'start',
    question: 'choose "area"',
    shown: 4,
    answered: 0,
    dropped: 4,
  });
});

test('who dials again at once goes on where he was', async () => {
  const { count, transcripts } = await talksOf('redials', { transport: 'ussd' });
  expect(count).toEqual(ENDED);
  for (const transcript of transcripts) expect(transcript).toContain('(hangs up)\n(dials)\n< Welcome back');
});

test('who writes STOP is left alone', async () => {
  const { count, transcripts } = await talksOf('stops', { leavesAt: 2 });
  expect(count).toEqual({ ...ENDED, finished: 0, stopped: 4 });
  expect(transcripts[0]).toMatch(/> STOP\n< You will get no more messages from us\.$/);
});

test('names come with emoji and in Amharic letters, and cost what they cost', async () => {
  const { count, report, transcripts } = await talksOf('scripts');
  expect(count).toEqual(ENDED);
  expect(transcripts.join('\n')).toMatch(/> (?:Thandi 😀|ሰላም|Zoë 🌸|አበበ በቀለ)/);
  expect(report.errors).toEqual([]);
});

test('one person goes on with another phone, and comes back to the first', async () => {
  const { count, transcripts } = await talksOf('twoPhones');
  expect(count).toEqual(ENDED);
  const [, first = '', second = ''] = /\(takes (.+)\)[^]*\(takes (.+)\)/.exec(transcripts[0] ?? '') ?? [];
  expect(first).not.toBe(second);
  expect(transcripts[0]?.match(/< Thank you/g)).toHaveLength(2);
});

test('a message that comes twice has one effect', async () => {
  const { count, report } = await talksOf('twice', { answers: { age: '24' } });
  expect(count).toEqual(ENDED);
  expect(report.errors).toEqual([]);
  expect(report.sent.segments).toBe(16);
});

test('phones are dealt as exactly as the shares say, and all of them at the usual mixture', () => {
  const dealt = cast({ phones: { patient: 2, drops: 1 } }, 100, 7);
  expect(dealt.filter((name) => name === 'patient')).toHaveLength(67);
  expect(dealt.filter((name) => name === 'drops')).toHaveLength(33);
  expect(new Set(cast({}, 100, 7))).toEqual(new Set(PERSONA_NAMES));
});

test('the same seed gives the same report, another one other people', async () => {
  const phones = {
    patient: 10,
    slow: 3,
    fatThumb: 4,
    drops: 3,
    redials: 3,
    stops: 2,
    scripts: 3,
    twoPhones: 2,
  };
  const [one, again, other] = [
    await play(joining, { phones }),
    await play(joining, { phones }),
    await play(joining, { phones }, 8),
  ];
  const { measured: _of, ...plain } = one;
  const { measured: _and, ...same } = again;
  expect(same).toEqual(plain);
  expect(one.measured.replies).toMatchObject({ of: 'cpu' });
  const { measured: _not, seed: _seed, ...different } = other;
  expect(different).not.toMatchObject({ messages: one.messages, funnel: one.funnel, sent: one.sent });
});

test('answers of the scenario are given by the name of the question, or by its text', async () => {
  const said: string[] = [];
  await playLocally(
    joining,
    {
      app: '.',
      answers: {
        name: 'Zanele',
        'Where do you live?': '2',
        'start/age': ({ at, times }) => (at === null ? 'x' : String(40 + times)),
      },
    },
    { phones: 1, seed: 1, onChange: ({ lines }) => said.splice(0, Infinity, ...lines) },
  );
  expect(said.filter((line) => line.startsWith('> '))).toEqual(['> hi', '> Zanele', '> 2', '> 40']);
});

test('a talk that never ends, a handler that fails and a page that overflows are told by their place', async () => {
  const broken = folders.appOf(
    JOIN.replace(
      `await app.state.increment('joined');`,
      `if (/[^\\x00-\\x7f]/.test(name)) throw new Error('no such letter');
    if (name.startsWith('W')) return 'W'.repeat(200);
    while (area === 'farm') await app.ask('Which farm?', { id: 'farm' });`,
    ),
  );
  const phones = { patient: 24, scripts: 4 };
  const report = await play(broken, { phones, transport: 'ussd', turns: 15 });
  expect(report.errors).toContainEqual(
    expect.objectContaining({
      check: 'failures',
      place: expect.stringMatching(/^workers\/worker\.js:8:/) as string,
      text: expect.stringContaining('no such letter') as string,
      persona: 'scripts',
      transcript: expect.stringContaining('Your name?') as string,
    }),
  );
  expect(report.errors).toContainEqual(
    expect.objectContaining({ check: 'pages', place: 'workers/worker.js:7', persona: 'patient' }),
  );
  expect(report.unfinished).toContainEqual(
    expect.objectContaining({
      at: { screen: 'start', question: 'ask "farm"' },
      reason: 'it goes on after 15 messages',
      transcript: expect.stringContaining('< Which farm?') as string,
    }),
  );
});

test('thresholds are kept or not, each by its own measure', async () => {
  const phones = { patient: 3, drops: 1 };
  const report = await play(joining, {
    phones,
    leavesAt: 1,
    answers: { age: '24' },
    price: { segment: 0.5 },
    thresholds: { unfinished: '5%', segmentsPerTalk: 1, dropOff: '30%', cpuP95Ms: 0 },
  });
  expect(report.thresholds).toEqual([
    { name: 'unfinished', limit: '5%', value: '0%', kept: true },
    { name: 'errors', limit: '0', value: '0', kept: true },
    { name: 'segmentsPerTalk', limit: '1', value: '3.25', kept: false },
    { name: 'dropOff', limit: '30%', value: '25%', kept: true },
    { name: 'cpuP95Ms', limit: '0', value: String(report.measured.replies.p95), kept: false },
  ]);
  expect(report.sent.cost).toBe(6.5);
});

test('who dials again says whether to go on, whatever the scenario answers to the open question', async () => {
  const answers = { name: 'Thandi', area: '1', age: '24' };
  const { count, transcripts } = await talksOf('redials', { transport: 'ussd', answers });
  expect(transcripts.join()).toContain('Welcome back.');
  expect(count).toEqual(ENDED);
});

test('where nobody tells what a question takes, options are chosen by their letters', async () => {
  const quiz = folders.appOf(
    `export default { onMessage: (message) => /^[ab]$/.test(message.content ?? '') ? message.reply('Right', { end: true }) : message.reply('Soap?\\na) yes\\nb) no') };`,
  );
  const report = await play(quiz, { phones: { patient: 2 } });
  expect(report).toMatchObject({ messages: 4, personas: [{ finished: 2 }] });
});

test('an app without conversations has talks, too, and texts stand for its questions', async () => {
  const echo = folders.appOf(
    `export default { onMessage: (message) => message.reply(message.content === null ? 'Say something.' : 'You said ' + message.content) };`,
  );
  const report = await play(echo, { phones: { patient: 2 }, turns: 5 });
  expect(report.personas).toMatchObject([{ finished: 2 }]);
  expect(report.funnel[0]).toMatchObject({
    screen: '',
    question: expect.stringContaining('You said') as string,
  });
});

test('what fails when somebody has opted out is in the report, with his phone', async () => {
  const app = folders.appOf(
    JOIN.replace(
      'async onConversation',
      "async onOptOut() { throw new Error('nobody leaves'); },\n  async onConversation",
    ),
  );
  const { errors, personas } = await play(app, { phones: { stops: 2 }, leavesAt: 2 });
  expect(personas).toMatchObject([{ persona: 'stops', stopped: 2 }]);
  expect(errors).toMatchObject([
    { check: 'failures', text: expect.stringContaining('nobody leaves') as string },
  ]);
  expect(errors[0]?.phone).toMatch(/^\+/);
});
