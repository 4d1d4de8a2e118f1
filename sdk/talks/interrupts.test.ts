import { expect, it } from 'vitest';
import { defineApp, t, type Talk } from '../index.ts';
import { FakePhone } from './fake-phone.fixture.ts';

const app = defineApp({
  interrupts: { help: 'helpdesk', more: 'Call 0800.', language: 'language' },
  screens: {
    async start(talk: Talk) {
      const name = await talk.ask(t('Your name?'), { within: '2 days', otherwise: 'nobody' });
      const area = await talk.choose('Where?', { farm: 'Farm', city: 'City' });
      const spoken = talk.language;
      await talk.ask(t('Done?'));
      return `${name} ${area} ${spoken} ${talk.language}`;
    },
    async helpdesk(talk: Talk) {
      const about = await talk.ask('What about?', { within: '1 day', otherwise: 'nothing' });
      await talk.state.increment('asked');
      return `We will call about ${about}.`;
    },
    async language(talk: Talk) {
      await talk.chooseLanguage({ languages: ['en', 'zu'] });
    },
  },
});

it('a word leads to a screen, and back to the question that was open', async () => {
  const phone = new FakePhone(app);
  expect(await phone.say('hi')).toBe('Your name?');
  expect(await phone.say('Help')).toBe('What about?');
  expect(await phone.say('more')).toBe('Call 0800.\nWhat about?');
  expect(await phone.say('a birth')).toBe('We will call about a birth.\nYour name?');
  expect(await phone.say('Thandi')).toBe('Where?\n1. Farm\n2. City');
  // It costs no try, and an interrupt of an interrupt takes its place.
  expect(await phone.say('help')).toBe('What about?');
  expect(await phone.say('help')).toBe('What about?');
  expect(await phone.say('death')).toBe('We will call about death.\nWhere?\n1. Farm\n2. City');
  expect(phone.state.get('state asked')).toBe(2);
  await phone.say('1');
  expect(await phone.say('yes')).toBe('Thandi farm null null [end]');
});

it('what a screen in between sets lasts, and the answers before it stay what they were', async () => {
  const phone = new FakePhone(app);
  const texts = [
    ['Your name?', ['Igama?']],
    ['Done?', ['Kuphelile?']],
  ] as const;
  phone.catalog = { languages: ['en', 'zu'], files: [{ language: 'zu', plural: null, texts }] };
  expect(await phone.say('hi')).toBe('Your name?');
  expect(await phone.say('language')).toBe('1. English\n2. isiZulu');
  expect(await phone.say('2')).toBe('Igama?');
  expect(await phone.say('Thandi')).toBe('Where?\n1. Farm\n2. City');
  expect(await phone.say('1')).toBe('Kuphelile?');
  expect(await phone.say('yes')).toBe('Thandi farm zu zu [end]');
});

it('the time of a question goes on while a screen is in between', async () => {
  const phone = new FakePhone(app);
  await phone.say('hi');
  await phone.say('help');
  await phone.wait(3 * 24 * 3_600_000);
  expect(phone.sent.map(({ text }) => text).at(-1)).toBe('Where?\n1. Farm\n2. City');
});
