import { expect, it } from 'vitest';
import { defineApp, integer } from '../index.ts';
import { FakePhone } from './fake-phone.fixture.ts';

const survey = defineApp({
  back: true,
  interrupts: { help: 'Call 0800 111.' },
  onHangUp: () => undefined,
  screens: {
    async start(app) {
      await app.ask('Your name?', { id: 'name' });
      await app.ask('Your age?', { id: 'age', as: integer(), tries: 2 });
      return app.goto('end');
    },
    end: async (app) => `Bye ${await app.ask('More?', { id: 'more', within: '1 day', otherwise: '' })}`,
  },
});

function counted(phone: FakePhone): string[] {
  return phone.notes.map(({ what, screen, question }) => [what, screen, question].join(' ').trim());
}

it('what becomes of questions is counted', async () => {
  const phone = new FakePhone(survey);
  for (const text of ['hi', 'Thandi', 'help', 'x', '0', 'Thandi', '24']) await phone.say(text);
  expect(counted(phone)).toEqual([
    'began start',
    'shown start ask "name"',
    'answered start ask "name"',
    'shown start ask "age"',
    'helped start ask "age"',
    'refused start ask "age"',
    'back start ask "age"',
    'shown start ask "name"',
    'answered start ask "name"',
    'shown start ask "age"',
    'answered start ask "age"',
    'shown end ask "more"',
  ]);
  const asked = phone.notes.at(-1)?.at;
  await phone.wait(86_400_000);
  expect(counted(phone).slice(-2)).toEqual(['timed_out end ask "more"', 'ended end']);
  expect(phone.notes.at(-2)?.at).toBe(asked);
});

it('each with when its conversation began, however late it is', async () => {
  const phone = new FakePhone(survey);
  await phone.say('hi');
  const began = phone.notes[0]?.at;
  await phone.wait(3_600_000);
  await phone.say('Thandi');
  expect(phone.notes.map((note) => note.began)).toEqual(phone.notes.map(() => began));
  expect(phone.notes.at(-1)?.at).toBeGreaterThan(began ?? Infinity);
});

it('and how conversations are left', async () => {
  const phone = new FakePhone(survey);
  for (const text of ['hi', 'Thandi', 'x', 'y']) await phone.say(text);
  expect(counted(phone).slice(-2)).toEqual(['refused start ask "age"', 'gave_up start ask "age"']);
  await phone.say('hi');
  await phone.say('stop');
  expect(counted(phone).slice(-2)).toEqual(['shown start ask "name"', 'stopped start ask "name"']);
  await phone.say('hi');
  await phone.say(null, 'close');
  expect(counted(phone).at(-1)).toBe('hung_up start ask "name"');
});

it('a conversation that its app does not fit any more is counted where it was', async () => {
  const phone = new FakePhone(survey);
  for (const text of ['hi', 'Thandi']) await phone.say(text);
  phone.definition = { screens: { start: async (app) => app.ask('Your id?', { id: 'id' }) } };
  await phone.say('24');
  expect(counted(phone).slice(-3)).toEqual([
    'diverged start ask "age"',
    'began start',
    'shown start ask "id"',
  ]);
});
