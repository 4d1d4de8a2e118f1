import { expect, it } from 'vitest';
import { defineApp, integer, retry, type Talk } from '../index.ts';
import { FakePhone } from './fake-phone.fixture.ts';

const name = defineApp({ onConversation: async (app: Talk) => `Thank you, ${await app.ask('Your name?')}.` });

const spoken = (languages: readonly string[], definition = name): FakePhone => {
  const phone = new FakePhone(definition);
  phone.catalog = { languages, files: [] };
  return phone;
};

it.each([
  [['fr'], 'ARRÊT', 'Vous ne recevrez plus de messages de nous. [end]'],
  [['en', 'pt'], 'Parar!', 'You will get no more messages from us. [end]'],
  [['sw'], 'acha', 'Hutapata ujumbe mwingine kutoka kwetu. [end]'],
  [['fr'], 'Stop all', 'Vous ne recevrez plus de messages de nous. [end]'],
  [['en'], 'acha', 'Thank you, acha. [end]'],
  [['fr'], 'Arret Dupont', 'Thank you, Arret Dupont. [end]'],
] as const)('in an app that speaks %j, %s is answered by %s', async (languages, text, answer) => {
  const phone = spoken(languages);
  await phone.say('hi');
  expect(await phone.say(text)).toBe(answer);
});

it('a stop word of the user is one in an app that does not speak his language, and an app may have its own', async () => {
  const phone = spoken(['en', 'zu'], { ...name, texts: { zu: { stopWords: 'yima yeka' } } });
  phone.extra = { language: 'sw' };
  await phone.say('hi');
  expect(await phone.say('sitisha')).toContain('Hutapata');
  await phone.say('hi');
  expect(await phone.say('YEKA')).toContain('Hutapata');
});

it('a text without letters is no stop word, whatever an app says of them', async () => {
  const phone = spoken(['en'], { ...name, texts: { stopWords: 'leave  ' } });
  await phone.say('hi');
  expect(await phone.say('👍')).toBe('Thank you, 👍. [end]');
  await phone.say('hi');
  expect(await phone.say('Leave!')).toContain('You will get no more messages');
});

it('a time that is over, and that the app says nothing of, ends the conversation without a word', async () => {
  const late = new FakePhone({ onConversation: async (app) => app.ask('Well?', { within: '1 hour' }) });
  await late.say('hi');
  await late.wait(3_600_000);
  expect(late.sent).toEqual([]);
  expect(late.notes.map(({ what }) => what)).toEqual(['began', 'shown', 'timed_out']);
  expect(await late.say('x')).toBe('Well?');
});

it('in an interrupt it leads back to the question that was open', async () => {
  const phone = new FakePhone({
    ...name,
    interrupts: { help: 'helpdesk' },
    screens: { helpdesk: async (app) => app.ask('What about?', { within: '1 hour' }) },
  });
  await phone.say('hi');
  await phone.say('help');
  await phone.wait(3_600_000);
  expect(phone.sent.map(({ text }) => text)).toEqual(['Your name?']);
  expect(await phone.say('Thandi')).toBe('Thank you, Thandi. [end]');
});

it('what is said alone is a message of its own, in the order in which it was said, but not on USSD', async () => {
  const app = defineApp({
    async onConversation(app: Talk) {
      app.say('One');
      app.say('Two', { alone: true });
      app.say('Three');
      const name = await app.ask('Your name?', { retry: 'Again:', as: (answer) => answer || retry() });
      app.say('Thank you.', { alone: true });
      return `Goodbye, ${name}.`;
    },
  });
  const sms = new FakePhone(app);
  expect(await sms.say('hi')).toBe('One\n---\nTwo\n---\nThree\nYour name?');
  expect(await sms.say('Thandi')).toBe('Thank you.\n---\nGoodbye, Thandi. [end]');
  const ussd = new FakePhone(app, 'ussd');
  expect(await ussd.dial()).toBe('One\nTwo\nThree\nYour name?');
});

it('a question has a help of its own, in the words of the user, which costs no try', async () => {
  const app = defineApp({
    interrupts: { help: 'Call 0800.' },
    async onConversation(app: Talk) {
      const code = await app.ask('Code?', { as: integer(), tries: 1, help: 'It is on your card.' });
      return `${code} ${await app.ask('Name?')}`;
    },
  });
  const phone = spoken(['fr'], app);
  await phone.say('hi');
  expect(await phone.say('Help!')).toBe('It is on your card.\nCode?');
  expect(await phone.say('AIDE')).toBe('It is on your card.\nCode?');
  expect(phone.notes.map(({ what }) => what)).toEqual(['began', 'shown', 'helped', 'helped']);
  await phone.say('7');
  expect(await phone.say('help')).toBe('Call 0800.\nName?');
  const menu = defineApp({
    onConversation: async (app: Talk) => app.choose('What?', { a: 'Clinic', b: 'Help' }, { help: 'Choose.' }),
  });
  await expect(new FakePhone(menu).say('hi')).rejects.toThrow('takes "Help", which is a word of help');
});
