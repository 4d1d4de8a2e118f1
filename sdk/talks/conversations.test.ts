import { describe, expect, it } from 'vitest';
import { defineApp, integer, retry, TimedOut, type Talk } from '../index.ts';
import { FakePhone } from './fake-phone.fixture.ts';

const registration = defineApp({
  async onConversation(app) {
    const name = await app.ask('Your name?');
    const area = await app.choose('Where do you live?', { city: 'In a city', farm: 'On a farm' });
    const age = await app.ask('How old are you?', { as: integer({ min: 10, max: 120 }) });
    await app.user.set('profile', { name, area, age });
    return `Thank you, ${name}.`;
  },
});

describe('a conversation', () => {
  it('goes from question to question, and keeps what it was told', async () => {
    const phone = new FakePhone(registration);
    expect(await phone.say('hi')).toBe('Your name?');
    expect(await phone.say(' Thandi ')).toBe('Where do you live?\n1. In a city\n2. On a farm');
    expect(await phone.say('2')).toBe('How old are you?');
    expect(await phone.say('24')).toBe('Thank you, Thandi. [end]');
    expect(phone.state.get('user profile')).toEqual({ name: 'Thandi', area: 'farm', age: 24 });
    expect([...phone.state.keys()]).toEqual(['user profile']);
    expect(await phone.say('hi')).toBe('Your name?');
  });

  it('asks again what was not answered, three times, and then gives up', async () => {
    const phone = new FakePhone(registration);
    for (const text of ['hi', 'Thandi', '2']) await phone.say(text);
    expect(await phone.say('nine')).toBe('Sorry, that is not an answer.\nHow old are you?');
    expect(await phone.say('9')).toBe('Sorry, that is not an answer.\nHow old are you?');
    expect(await phone.say('900')).toBe('Sorry, we could not understand. Please try again later. [end]');
    expect(phone.state.size).toBe(0);
  });

  it('takes choices by number, label, word and the beginning of one, in any script', async () => {
    for (const answer of ['2', ' 2. ', '٢', 'On a farm', 'ON A FARM!', 'on a', 'Ön á fárm']) {
      const phone = new FakePhone(registration);
      for (const text of ['hi', 'Thandi']) await phone.say(text);
      expect(await phone.say(answer)).toBe('How old are you?');
    }
    const phone = new FakePhone({
      onConversation: async (app) =>
        `You are from ${await app.choose('From?', [
          { value: 1, label: 'Kwa Dlangezwa' },
          { value: 2, label: 'Kwa Mashu', accept: ['mashu'] },
        ])}`,
    });
    await phone.say('hi');
    expect(await phone.say('kwa')).toBe(
      'Which one do you mean? 1. Kwa Dlangezwa, 2. Kwa Mashu\nFrom?\n1. Kwa Dlangezwa\n2. Kwa Mashu',
    );
    expect(await phone.say('Mashu')).toBe('You are from 2 [end]');
  });

  it('asks nothing twice: what it read and did is remembered, also what failed', async () => {
    const phone = new FakePhone({
      async onConversation(app) {
        const visits = await app.state.increment('visits');
        const { url } = (await app.http.request('https://e.org/a')).json<{ url: string }>();
        let problem = '';
        try {
          await app.once('fails', () => Promise.reject(new Error('no luck')));
        } catch (error) {
          problem = (error as Error).message;
        }
        app.log.info('once');
        const first = await app.ask('First?');
        const [a, b] = await Promise.all([app.state.get<string>('a'), app.http.request('https://e.org/b')]);
        const second = await app.ask('Second?');
        return [visits, url, problem, first, second, a, b.status].join(' ');
      },
    });
    for (const text of ['hi', 'one']) await phone.say(text);
    expect(await phone.say('two')).toBe('1 https://e.org/a no luck one two  200 [end]');
    expect(phone.calls).toEqual([
      'state.increment visits',
      'http https://e.org/a',
      'state.get a',
      'http https://e.org/b',
    ]);
    expect(phone.logged).toEqual(['once']);
  });

  it('is told the same again, whatever its code has made of what it was told', async () => {
    const phone = new FakePhone({
      async onConversation(app) {
        const list = (await app.state.get<string[]>('list')) ?? [];
        list.push('more');
        const choice: { name: string } = await app.choose('Which?', [
          { value: { name: 'one' }, label: 'One' },
        ]);
        choice.name += '!';
        const own = await app.visit<string[]>('own');
        own.push('changed');
        await app.ask('First?');
        await app.ask('Second?');
        return [...list, choice.name, ...own].join(' ');
      },
      screens: { own: (app) => app.value(['own']) },
    });
    phone.state.set('state list', ['a']);
    for (const text of ['hi', '1', 'one', 'two']) await phone.say(text);
    expect(phone.state.size).toBe(1);
    for (const text of ['hi', '1', 'one']) await phone.say(text);
    expect(await phone.say('two')).toBe('a more one! own changed [end]');
  });

  it('is told what it did at a time in the order of then, however long the ways in between are', async () => {
    const phone = new FakePhone({
      async onConversation(app) {
        const fetchBoth = async (name: string, turnsBetween: number) => {
          await app.http.request(`https://e.org/${name}`);
          for (let turn = 0; turn < turnsBetween; turn += 1) await Promise.resolve();
          return app.http.request(`https://e.org/${name}-again`);
        };
        await Promise.all([fetchBoth('slow', 100), fetchBoth('quick', 0)]);
        await app.ask('First?');
        await app.ask('Second?');
        return 'Thanks';
      },
    });
    for (const text of ['hi', 'one']) await phone.say(text);
    expect(await phone.say('two')).toBe('Thanks [end]');
    expect(phone.calls.map((call) => call.slice('http https://e.org/'.length))).toEqual([
      'slow',
      'quick',
      'slow-again',
      'quick-again',
    ]);
  });

  it('has the time of the message that brought what it is told', async () => {
    const phone = new FakePhone({
      async onConversation(app) {
        const began = app.now;
        await app.ask('First?');
        const later = app.now;
        await app.ask('Second?');
        return [began, later, app.now].map((at) => new Date(at).toISOString().slice(11, 19)).join(' ');
      },
    });
    for (const text of ['hi', 'one']) await phone.say(text);
    expect(await phone.say('two')).toBe('08:00:00 08:00:01 08:00:02 [end]');
  });

  it('says what it says before the next question, and once', async () => {
    const phone = new FakePhone({
      async onConversation(app) {
        app.say('Welcome.');
        await app.ask('Name?', { as: (text) => (text === 'x' ? retry('Not x.') : text) });
        app.say('Nice.');
        return 'Bye.';
      },
    });
    expect(await phone.say('hi')).toBe('Welcome.\nName?');
    expect(await phone.say('x')).toBe('Not x.\nName?');
    expect(await phone.say('y')).toBe('Nice.\nBye. [end]');
  });

  it('asks in the words of the user', async () => {
    const phone = new FakePhone({
      texts: { sw: { retry: 'Jaribu tena.' } },
      async onConversation(app) {
        app.setLanguage('sw_KE');
        return (await app.confirm('Unakubali?')) ? 'Asante' : 'Haya';
      },
    });
    expect(await phone.say('hi')).toBe('Unakubali?\n1. Ndiyo\n2. Hapana');
    expect(await phone.say('labda')).toBe('Jaribu tena.\nUnakubali?\n1. Ndiyo\n2. Hapana');
    expect(await phone.say('NDIYO')).toBe('Asante [end]');
  });
});

it('a parser asks the app, each time, and nothing of that is remembered', async () => {
  const phone = new FakePhone({
    async onConversation(app) {
      const isKnown = async (code: string): Promise<boolean> => (await app.state.get(code)) !== null;
      const code = await app.ask('Clinic code?', {
        as: async (text) => ((await isKnown(text)) ? text : retry('No clinic has that code.')),
      });
      return `${code}, ${await app.ask('Name?')}`;
    },
  });
  phone.state.set('state 111', 'Hill');
  await phone.say('hi');
  expect(await phone.say('222')).toBe('No clinic has that code.\nClinic code?');
  expect(await phone.say('111')).toBe('Name?');
  expect(await phone.say('Thandi')).toBe('111, Thandi [end]');
  expect(phone.calls).toEqual(['state.get 222', 'state.get 111']);
});

describe('screens', () => {
  const screens = {
    async start(app: Talk) {
      const what = await app.choose('Clinics', { find: 'Find one', count: 'How many' });
      if (what === 'count')
        return app.goto('clinic/:id', { id: String(await app.state.get<number>('clinics')) });
      const province = await app.visit<string>('province');
      return app.goto('clinic/:id', { id: province });
    },
    async 'clinic/:id'(app: Talk, { id }: Readonly<Record<string, string>>) {
      await app.ask(`Clinic ${id}. Any key goes back.`);
      return app.goto('start');
    },
    async province(app: Talk) {
      return app.value(await app.choose('Province', { east: 'East', west: 'West' }));
    },
  };

  it('lead to each other, visit each other, and begin anew each time', async () => {
    const phone = new FakePhone({ screens });
    expect(await phone.say('hi')).toBe('Clinics\n1. Find one\n2. How many');
    expect(await phone.say('1')).toBe('Province\n1. East\n2. West');
    expect(await phone.say('3')).toBe('Sorry, that is not an answer.\nProvince\n1. East\n2. West');
    expect(await phone.say('2')).toBe('Clinic west. Any key goes back.');
    for (let round = 0; round < 40; round += 1) {
      expect(await phone.say('x')).toBe('Clinics\n1. Find one\n2. How many');
      expect(await phone.say('2')).toBe('Clinic null. Any key goes back.');
    }
    expect(JSON.stringify(phone.state.get('user vumi:talk:8000')).length).toBeLessThan(400);
  });

  it('that are none, or are not returned, are said to be so', async () => {
    const lost = new FakePhone({ screens: { start: (app) => app.goto('pay') } });
    await expect(lost.say('hi')).rejects.toThrow('"pay" is no screen; there are start');
    const forgot = new FakePhone({
      screens: {
        start: (app) => {
          app.goto('other');
        },
        other: () => 'x',
      },
    });
    await expect(forgot.say('hi')).rejects.toThrow(
      /app.goto must be returned: screen "start" went on after it/,
    );
    const asks = new FakePhone({
      async onConversation(app) {
        app.end('Goodbye.');
        await app.ask('Your name?');
      },
    });
    await expect(asks.say('hi')).rejects.toThrow(/app.end must be returned/);
    const deep = new FakePhone({ screens: { start: async (app) => app.value(await app.visit('start')) } });
    await expect(deep.say('hi')).rejects.toThrow(/8 deep/);
  });

  it('a name with parameters is led to by a path, from screens and from outside', async () => {
    const clinics = {
      async 'clinic/:id/:part'(app: Talk, { id, part }: Readonly<Record<string, string>>) {
        return `${id} ${part} ${await app.visit<string>('more/7')} ${await app.ask('Well?')}`;
      },
      'more/:count': (app: Talk, { count }: Readonly<Record<string, string>>) => app.value(`${count} more`),
      'clinic/all/list': () => 'All of them.',
    };
    const phone = new FakePhone({
      onMessage: (message, app) => app.converse(message.content ?? ''),
      screens: clinics,
    });
    await phone.say('clinic/42/hours');
    expect(await phone.say('yes')).toBe('42 hours 7 more yes [end]');
    expect(await phone.say('clinic/all/list')).toBe('All of them. [end]');
    await expect(phone.say('clinic//hours')).rejects.toThrow(
      '"clinic//hours" is no screen; there are clinic/:id/:part, more/:count, clinic/all/list',
    );
  });
});

describe('back', () => {
  const trip = defineApp({
    back: true,
    async onConversation(app) {
      const from = await app.ask('From?');
      const to = await app.ask('To?');
      await app.user.set('trip', [from, to]);
      const when = await app.ask('When?');
      const seats = await app.state.increment('seats');
      await app.ask(`Seat ${seats}. Sure?`);
      return `${from} ${to} ${when}`;
    },
  });

  it('takes back the last answer, and what came of it', async () => {
    const phone = new FakePhone(trip);
    expect(await phone.say('hi')).toBe('From?');
    expect(await phone.say('0')).toBe('To?\n0. Back');
    expect(await phone.say('0')).toBe('From?');
    expect(await phone.say('A')).toBe('To?\n0. Back');
    expect(await phone.say('B')).toBe('When?\n0. Back');
    expect(await phone.say('0')).toBe('To?\n0. Back');
    expect(await phone.say('C')).toBe('When?\n0. Back');
    expect(phone.state.get('user trip')).toEqual(['A', 'C']);
  });

  it('does not cross what nothing takes back', async () => {
    const phone = new FakePhone(trip);
    for (const text of ['hi', 'A', 'B']) await phone.say(text);
    expect(await phone.say('9:00')).toBe('Seat 1. Sure?');
    expect(await phone.say('0')).toBe('A B 9:00 [end]');
  });
});

describe('time', () => {
  const reminding = defineApp({
    async onConversation(app) {
      const plain = await app.ask('Well?', { within: '2 days', remind: ['1 day'], otherwise: 'nothing' });
      try {
        return `${plain} ${await app.ask('And?', { within: '2 hours' })}`;
      } catch (error) {
        return error instanceof TimedOut ? `${plain} too late` : 'what?';
      }
    },
  });
  const HOUR = 3_600_000;

  it('reminds, ends the wait, and forgets both when there is an answer', async () => {
    const phone = new FakePhone(reminding);
    await phone.say('hi');
    await phone.wait(25 * HOUR);
    expect(phone.sent).toEqual([{ to: phone.from, text: 'Well?' }]);
    expect(await phone.say('fine')).toBe('And?');
    expect([...phone.timers.keys()]).toEqual(['vumi:talk:8000:within']);
    await phone.wait(2 * HOUR);
    expect(phone.sent.at(-1)?.text).toBe('fine too late');
    expect(phone.timers.size).toBe(0);
  });

  it('begins again for a question that the user went back to', async () => {
    const phone = new FakePhone({
      back: true,
      async onConversation(app) {
        const first = await app.ask('First?', { within: '1 day', otherwise: 'none' });
        return `${first} ${await app.ask('Second?', { within: '3 days' })}`;
      },
    });
    for (const text of ['hi', 'one', '0']) await phone.say(text);
    await phone.wait(25 * HOUR);
    expect(phone.sent.map(({ text }) => text)).toEqual(['Second?\n0. Back']);
    expect(await phone.say('two')).toBe('none two [end]');
  });

  it('has a value for what nobody answers', async () => {
    const phone = new FakePhone(reminding);
    await phone.say('hi');
    await phone.wait(49 * HOUR);
    expect(phone.sent.map(({ text }) => text)).toEqual(['Well?', 'And?']);
    expect(await phone.say('late')).toBe('nothing late [end]');
  });

  it('is refused where nobody could be reminded', async () => {
    const phone = new FakePhone(reminding, 'ussd');
    await expect(phone.dial()).rejects.toThrow(/USSD cannot be written to/);
    const never = new FakePhone({ onConversation: async (app) => app.ask('?', { within: '1 minutes' }) });
    expect(await never.say('hi')).toBe('?');
    const soon = new FakePhone({ onConversation: async (app) => app.ask('?', { within: '0.5 minutes' }) });
    await expect(soon.say('hi')).rejects.toThrow(/a minute at least/);
  });
});

describe('a session', () => {
  it('that broke off goes on where it was, if its user wants so', async () => {
    const hungUp: unknown[] = [];
    const phone = new FakePhone(
      { ...registration, onHangUp: (_app, where) => void hungUp.push(where) },
      'ussd',
    );
    expect(await phone.dial()).toBe('Your name?');
    expect(await phone.say('Thandi', 'resume')).toContain('Where');
    expect(await phone.say(null, 'close')).toBe('');
    expect(hungUp).toEqual([{ screen: 'start', question: 'choose number 2', answered: 1 }]);
    expect(await phone.dial()).toBe('Welcome back.\n1. Go on where you were\n2. Start again');
    expect(await phone.say('1', 'resume')).toBe('Where do you live?\n1. In a city\n2. On a farm');
    expect(await phone.dial()).toContain('Welcome back.');
    expect(await phone.say('what?', 'resume')).toContain('Welcome back.');
    expect(await phone.say('2', 'resume')).toBe('Your name?');
    expect(await phone.dial()).toBe('Your name?');
    await phone.say('Zodwa', 'resume');
    phone.now += 2 * 3_600_000;
    expect(await phone.dial()).toBe('Your name?');
  });
});

describe('words', () => {
  const helping = defineApp({
    ...registration,
    interrupts: { help: 'Call 0800 111.' },
  });

  it('of help are answered, and the question asked again, at no cost of tries', async () => {
    const phone = new FakePhone(helping);
    await phone.say('hi');
    for (let times = 0; times < 5; times += 1)
      expect(await phone.say('Help!')).toBe('Call 0800 111.\nYour name?');
    expect(await phone.say('Thandi')).toContain('Where');
  });

  it('of stopping end it, unless they are answers', async () => {
    const phone = new FakePhone(helping);
    await phone.say('hi');
    expect(await phone.say('STOP')).toBe('You will get no more messages from us. [end]');
    expect(phone.calls).toEqual(['optOut', 'revoke links']);
    expect(phone.state.size).toBe(0);
    expect(await phone.say('stop')).toBe('You will get no more messages from us. [end]');
    const game = new FakePhone({ stop: false, onConversation: async (app) => app.ask('Go or stop?') });
    await game.say('hi');
    expect(await game.say('stop')).toBe('stop [end]');
  });
});

it('an app of both kinds has the word until it begins a conversation', async () => {
  const phone = new FakePhone({
    ...registration,
    async onMessage(message, app) {
      if (message.content === 'join') app.converse('start');
      else await message.reply('Write join.');
    },
  });
  expect(await phone.say('hi')).toBe('Write join.');
  expect(await phone.say('join')).toBe('Your name?');
  expect(await phone.say('hi')).toContain('Where');
});
