import { describe, expect, it } from 'vitest';
import { decimal, defineApp, integer, type Talk } from '../index.ts';
import { FakePhone } from './fake-phone.fixture.ts';

const asks = (work: (app: Talk) => Promise<string>, settings = {}) =>
  new FakePhone(defineApp({ onConversation: work, ...settings }), 'ussd');

const dialled = async (phone: FakePhone, ...answers: readonly string[]): Promise<string> => {
  let last = await phone.dial();
  for (const answer of answers) last = await phone.say(answer, 'resume');
  return last;
};

describe('what an option accepts', () => {
  const menu = (accept: readonly string[], settings = {}, options = {}) =>
    asks(async (app) => {
      const one = await app.choose(
        'Menu',
        [
          { value: 'a', label: 'First' },
          { value: 'b', label: 'Exit', accept },
        ],
        options,
      );
      return `You chose ${one}.`;
    }, settings);

  it.each(['00', '99', '*', '#', '٩٩'])('may be %s', async (key) => {
    expect(await dialled(menu(['00', '99', '*', '#']), key)).toBe('You chose b. [end]');
  });

  it('leaves the numbers of the menu what they are', async () => {
    expect(await dialled(menu(['00', '99']), '1')).toBe('You chose a. [end]');
    expect(await dialled(menu(['00', '99']), '02')).toBe('You chose b. [end]');
    expect(await dialled(menu(['00', '99']), '3')).toMatch(/^Sorry/);
  });

  it('may be no number of the menu', async () => {
    await expect(menu(['1']).dial()).rejects.toThrow(
      'the option "Exit" accepts "1", which is the number of "First"',
    );
  });

  it.each([
    ['00', { home: true }, 'the key for home'],
    ['help', { interrupts: { HELP: 'Call us.' } }, 'a word of help or of interrupts, "HELP",'],
  ])('may not be %s where that is heeded', async (word, settings, what) => {
    const menus = [[{ value: 'a', label: 'Exit', accept: [word] }], [{ value: 'a', label: word }]];
    for (const menu of menus) {
      const app = async (talk: Talk): Promise<string> => {
        await talk.ask('First?');
        return talk.choose('Menu', menu);
      };
      await expect(dialled(asks(app, settings), 'x')).rejects.toThrow(
        `of choose number 2 takes "${word}", which is ${what} at this question: give one of them another word`,
      );
    }
  });

  it('may not be a stop word where that stops', async () => {
    const work = (app: Talk) => app.choose('Menu', [{ value: 'a', label: 'Exit', accept: ['quit'] }]);
    await expect(new FakePhone(defineApp({ onConversation: work })).say('hi')).rejects.toThrow(
      'the option "Exit" of choose number 1 takes "quit", which is a stop word',
    );
    const labelled = asks((app: Talk) => app.choose('Menu', { a: 'Go on', b: 'Cancel' }));
    await expect(new FakePhone(labelled.definition).say('hi')).rejects.toThrow(
      'takes "Cancel", which is a stop word',
    );
    const left = new FakePhone(defineApp({ onConversation: work, stop: false }));
    await left.say('hi');
    expect(await left.say('quit')).toBe('a [end]');
    expect(await dialled(asks(work), 'quit')).toBe('a [end]');
  });
});

describe('a long text', () => {
  const rules = 'Be kind to everybody here, and to yourself. '.repeat(9).trim();
  const reads = (options = {}, settings = {}) =>
    asks(async (app) => {
      const name = await app.ask('Your name?');
      await app.read(rules, options);
      await app.ask('Agreed?');
      return `Thank you, ${name}.`;
    }, settings);

  it('leads back to the question before it where that is asked for', async () => {
    for (const phone of [reads({ back: true }), reads({}, { back: true })]) {
      expect(await dialled(phone, 'Tandi')).toMatch(/98\. More\n0\. Back$/);
      expect(await phone.say('0', 'resume')).toBe('Your name?');
      expect(await phone.say('Thandi', 'resume')).toMatch(/98\. More\n0\. Back$/);
    }
  });

  it('leads back from a later page to the one before, and on by any other key', async () => {
    const phone = reads();
    const first = await dialled(phone, 'Thandi');
    expect(first).toMatch(/98\. More$/);
    const second = await phone.say('98', 'resume');
    expect(second).toMatch(/98\. More\n0\. Back$/);
    expect(await phone.say('0', 'resume')).toBe(first);
    expect(await phone.say('1', 'resume')).toBe(second);
    expect(await phone.say('98', 'resume')).toMatch(/Agreed\?$/);
    expect(await phone.say('yes', 'resume')).toBe('Thank you, Thandi. [end]');
  });

  it('shows no key on its first page where nothing was answered before', async () => {
    const phone = asks(async (app) => {
      await app.read(rules, { back: true });
      return 'Done.';
    });
    expect(await phone.dial()).toMatch(/98\. More$/);
  });
});

describe('a question that 0 answers', () => {
  const counted = (as: Parameters<typeof integer>[0], make = integer) =>
    asks(async (app) => `${await app.ask('Name?')}: ${await app.ask('Children?', { as: make(as) })}`, {
      back: true,
    });

  it.each([{ min: 0, max: 9 }, { min: -5, max: 5 }, { min: 0 }])('has no key for back: %j', async (as) => {
    for (const make of [integer, decimal]) {
      expect(await dialled(counted(as, make), 'Thandi')).toBe('Children?');
      expect(await dialled(counted(as, make), 'Thandi', '0')).toBe('Thandi: 0 [end]');
    }
  });

  it.each([{ min: 1 }, {}, { max: 9 }, { min: -9, max: -1 }])(
    'is none where its author does not count from 0: %j',
    async (as) => {
      expect(await dialled(counted(as), 'Thandi')).toBe('Children?\n0. Back');
      expect(await dialled(counted(as), 'Thandi', '0')).toBe('Name?');
    },
  );
});

describe('home', () => {
  const clinics = (settings = {}) =>
    new FakePhone(
      defineApp({
        home: true,
        ...settings,
        screens: {
          start: async (app) => app.goto(await app.choose('Clinics', { find: 'Find', list: 'List' })),
          async find(app) {
            return `In ${await app.visit<string>('town')}.`;
          },
          town: async (app) => app.value(await app.ask('Which town?', { within: '1 hour' })),
          async list(app) {
            const towns = Array.from({ length: 30 }, (_, index) => ({
              value: index,
              label: `Clinic of town ${index}`,
            }));
            return String(await app.choose('Which?', towns));
          },
        },
      }),
      'ussd',
    );

  it('leads to the first screen, and forgets the way there and what waited', async () => {
    const phone = clinics();
    expect(await phone.dial()).toBe('Clinics\n1. Find\n2. List');
    expect(await phone.say('1', 'resume')).toBe('Which town?\n00. Home');
    expect(phone.timers.size).toBe(1);
    expect(await phone.say('00', 'resume')).toBe('Clinics\n1. Find\n2. List');
    expect(phone.timers.size).toBe(0);
    expect(await phone.say('1', 'resume')).toBe('Which town?\n00. Home');
    expect(await phone.say('Delft', 'resume')).toBe('In Delft. [end]');
  });

  it('stands on each page, which has room for it', async () => {
    const phone = clinics();
    let page = await dialled(phone, '2');
    for (let count = 0; count < 3; count += 1) {
      expect(page).toMatch(/\n00\. Home$/);
      expect(page.length).toBeLessThanOrEqual(182);
      page = await phone.say('98', 'resume');
    }
    expect(await phone.say('00', 'resume')).toBe('Clinics\n1. Find\n2. List');
  });

  it('is for one question, too, and in the language of the user', async () => {
    const phone = new FakePhone(
      defineApp({
        texts: { home: 'Ekhaya' },
        screens: {
          async start(app) {
            const one = await app.ask('One?', { home: true });
            return `${one} ${await app.ask('Two?', { home: true })}`;
          },
        },
      }),
      'ussd',
    );
    expect(await dialled(phone, 'a')).toBe('Two?\n00. Ekhaya');
    expect(await phone.say('00', 'resume')).toBe('One?');
  });
});

it('a screen that is not there is named from the line that leads to it', async () => {
  const phone = asks(async (app) => {
    await app.ask('Where?');
    return leadsAstray(app) as never;
  });
  await phone.dial();
  const error = await phone.say('x', 'resume').catch((thrown: unknown) => thrown as Error);
  expect((error as Error).message).toBe('"nowhere" is no screen; there are start');
  expect((error as Error).stack).toContain('leadsAstray');
});

function leadsAstray(app: Talk): unknown {
  return app.goto('nowhere');
}
