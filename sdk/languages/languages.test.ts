import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineApp, retry, t } from '../index.ts';
import { FakePhone } from '../talks/fake-phone.fixture.ts';
import { translatorOf, type Catalog } from './catalog.ts';
import { languageCode, ownName } from './codes.ts';
import type { LazyText } from './lazy-text.ts';

const CATALOG: Catalog = {
  languages: ['en', 'zu', 'rw'],
  files: [
    {
      language: 'zu',
      plural: null,
      texts: [
        ['Your name?', ['Igama lakho?']],
        ['Hello {name}', ['Sawubona {name}']],
        ['{n} clinic', ['umtholampilo', 'imitholampilo engu-{n}']],
        ['month\u0004May', ['Meyi']],
        ['Farm', ['Ipulazi']],
        ['Where?', ['Kuphi?']],
        ['Call {number}', ['Shayela {number}']],
        ['Too short', ['Lifushane']],
      ],
    },
    {
      language: 'rw',
      plural: { op: '!=', of: ['n', 1] },
      texts: [['{n} clinic', ['ivuriro', 'amavuriro {n}']]],
    },
  ],
};

describe('a text', () => {
  const { render } = translatorOf(CATALOG);
  it.each([
    [t('Hello {name}', { name: 'Thandi' }), 'zu', 'Sawubona Thandi'],
    [t('Hello {name}', { name: '{name} $&' }), 'zul_ZA', 'Sawubona {name} $&'],
    [t('Hello {name}', { name: 'Thandi' }), 'en', 'Hello Thandi'],
    [t('Hello {name}', { name: t('Farm') }), 'zu', 'Sawubona Ipulazi'],
    [t('Hello {name}', { name: 'Thandi' }), null, 'Hello Thandi'],
    [t('Unknown'), 'zu', 'Unknown'],
    [t.context('month', 'May'), 'zu', 'Meyi'],
    [t.context('may I', 'May'), 'zu', 'May'],
    // Other than in English, 0 is one here.
    [t.plural('{n} clinic', '{n} clinics', 0), 'zu', 'umtholampilo'],
    [t.plural('{n} clinic', '{n} clinics', 2), 'zu', 'imitholampilo engu-2'],
    [t.plural('{n} clinic', '{n} clinics', 1), 'en', '1 clinic'],
    [t.plural('{n} clinic', '{n} clinics', 0), 'en', '0 clinics'],
    [t.plural('{n} clinic', '{n} clinics', 1), 'rw', 'ivuriro'],
    [t.plural('{n} clinic', '{n} clinics', 0), 'rw', 'amavuriro 0'],
  ])('%o in %s is %j', (text, language, said) => {
    expect(render(text, language)).toBe(said);
  });

  it('needs what its placeholders stand for, which its type knows', () => {
    // @ts-expect-error a value is missing
    expect(() => render(t('Hello {name}'), 'zu')).toThrow('needs a value for {name}');
    // @ts-expect-error another value is meant
    expect(() => render(t('Hello {name}', { nam: 'x' }), 'zu')).toThrow('{name}');
    expectTypeOf(t.plural('{n} of {all}', '{n} of {all}', 2, { all: 3 })).toEqualTypeOf<LazyText>();
  });

  it('cannot be made part of another before it is known who reads it', () => {
    expect(() => `${String(t('Farm'))}!`).toThrow('app.t');
  });
});

it.each([
  ['zul', 'zu', 'isiZulu'],
  ['eng_ZA', 'en-ZA', 'South African English'],
  ['swa', 'sw', 'Kiswahili'],
  ['fr', 'fr', 'Français'],
])('the language %s is %s, which calls itself %s', (code, known, name) => {
  expect(languageCode(code)).toBe(known);
  if (known !== 'en-ZA') expect(ownName(known)).toBe(name);
});

it('a code that means nothing is none', () => {
  expect([languageCode('not a language'), languageCode(7), languageCode('')]).toEqual([null, null, null]);
});

/** A text at module level: nobody has written yet. */
const WHERE = t('Where?');
const clinic = defineApp({
  interrupts: { help: t('Call {number}', { number: '0800' }) },
  async onConversation(app) {
    if (app.language === null) await app.chooseLanguage({ languages: ['en', 'zu'] });
    const name = await app.ask(t('Your name?'), {
      retry: t('Too short'),
      as: (s) => (s.length > 1 ? s : retry()),
    });
    app.say(t('Hello {name}', { name }));
    const area = await app.choose(WHERE, { farm: t('Farm'), city: 'City' });
    return t.context('month', area === 'farm' ? 'May' : 'June');
  },
});

describe('a conversation', () => {
  it('asks for a language, and speaks it from then on, also the next time', async () => {
    const phone = new FakePhone(clinic);
    phone.catalog = CATALOG;
    expect(await phone.say('hi')).toBe('1. English\n2. isiZulu');
    expect(await phone.say('2')).toBe('Igama lakho?');
    expect(await phone.say('help')).toBe('Shayela 0800\nIgama lakho?');
    expect(await phone.say('Thandi')).toBe('Sawubona Thandi\nKuphi?\n1. Ipulazi\n2. City');
    expect(await phone.say('ipulazi')).toBe('Meyi [end]');
    expect(await phone.say('hi')).toBe('Igama lakho?');
  });

  it('speaks as the contact says, where nobody has chosen', async () => {
    const phone = new FakePhone(clinic);
    phone.catalog = CATALOG;
    phone.extra = { language: 'zul_ZA' };
    expect(await phone.say('hi')).toBe('Igama lakho?');
  });

  it('knows what a visit has set, when it goes on after it', async () => {
    const phone = new FakePhone({
      screens: {
        async start(app) {
          await app.visit('language');
          await app.ask(t('Your name?'));
          return app.goto('last');
        },
        async language(app) {
          return app.value(await app.chooseLanguage());
        },
        async last(app) {
          const first = app.language;
          await app.ask(t('Where?'));
          return `${first} ${app.language} ${app.t('Farm')}`;
        },
      },
    });
    phone.catalog = CATALOG;
    for (const text of ['hi', '2']) await phone.say(text);
    expect(await phone.say('Thandi')).toBe('Kuphi?');
    expect(await phone.say('here')).toBe('zu zu Ipulazi [end]');
  });
});

it('a handler that begins a conversation hands its language on', async () => {
  const phone = new FakePhone({
    onMessage(_message, app) {
      app.setLanguage('zul');
      if (app.language === 'zu') app.converse('start');
    },
    onConversation: async (app) => `${app.language} ${await app.ask(t('Your name?'))}`,
  });
  phone.catalog = CATALOG;
  expect(await phone.say('hi')).toBe('Igama lakho?');
  expect(await phone.say('Thandi')).toBe('zu Thandi [end]');
});

it('handlers answer in the language of the user, and remember what they set', async () => {
  const phone = new FakePhone({
    async onMessage(message, app) {
      if (message.content === 'zu') app.setLanguage('zul');
      await message.reply(t('Hello {name}', { name: app.t('Farm') }), { end: true });
    },
  });
  phone.catalog = CATALOG;
  expect(await phone.say('hi')).toBe('Hello Farm [end]');
  expect(await phone.say('zu')).toBe('Sawubona Ipulazi [end]');
  expect(await phone.say('hi')).toBe('Sawubona Ipulazi [end]');
});
