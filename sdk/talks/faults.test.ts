import { describe, expect, it } from 'vitest';
import { defineApp, withConversations } from '../index.ts';
import { FakePhone } from './fake-phone.fixture.ts';

const registration = defineApp({
  async onConversation(app) {
    const name = await app.ask('Your name?');
    const area = await app.choose('Where do you live?', { city: 'In a city', farm: 'On a farm' });
    return `${name} ${area}`;
  },
});

describe('what goes wrong', () => {
  it('an app that has changed begins again, once in ten minutes', async () => {
    const phone = new FakePhone(registration);
    for (const text of ['hi', 'Thandi']) await phone.say(text);
    phone.definition = {
      async onConversation(app) {
        await app.user.get('known');
        return app.ask('Your surname?');
      },
    };
    expect(await phone.say('2')).toBe('This service has changed, so we begin again.\nYour surname?');
    expect(phone.logged[0]).toMatch(
      /conversation diverged: screen "start", step 1 was ask number 1 and is now app.user.get\("known"\)/,
    );
    let isFlipped = false;
    phone.definition = {
      async onConversation(app) {
        isFlipped = !isFlipped;
        if (isFlipped) await app.user.get('a');
        else await app.state.get('b');
        return app.ask('Again?');
      },
    };
    await expect(phone.say('x')).rejects.toThrow(/diverged/);
    phone.now += 600_000;
    expect(await phone.say('x')).toContain('we begin again');
  });

  it('an app whose code catches everything cannot hide that it has changed', async () => {
    const phone = new FakePhone(registration);
    for (const text of ['hi', 'Thandi']) await phone.say(text);
    phone.definition = {
      async onConversation(app) {
        try {
          await app.user.get('known');
        } catch {
          return 'caught';
        }
        return 'hm';
      },
    };
    expect(await phone.say('2')).toContain('we begin again');
  });

  it('what can never go on is said to be so', async () => {
    const never = new FakePhone({ onConversation: () => new Promise(() => {}) });
    await expect(never.say('hi')).rejects.toThrow(/waits for something that never comes/);
    const twice = new FakePhone({
      onConversation: async (app) => void (await Promise.all([app.ask('A?'), app.ask('B?')])),
    });
    await expect(twice.say('hi')).rejects.toThrow(/while another is open/);
    const hasty = new FakePhone({
      async onConversation(app) {
        void app.http.request('https://e.org');
        await app.ask('A?');
      },
    });
    await expect(hasty.say('hi')).rejects.toThrow(
      /not awaited before the next question or the end: app.http GET e.org/,
    );
    const deaf = new FakePhone({
      async onConversation(app) {
        void app.ask('Your name?', { id: 'name' });
        return 'Hello';
      },
    });
    await expect(deaf.say('hi')).rejects.toThrow(
      /screen "start" ended while its question, ask "name", is open: write "await" before it/,
    );
  });

  it('a question within once, and a wait that outlives the conversation, are refused', async () => {
    const nested = new FakePhone({
      onConversation: async (app) => app.once('name', () => app.ask('Name?')),
    });
    await expect(nested.say('hi')).rejects.toThrow('app.once cannot ask: ask number 1');
    const long = new FakePhone({ onConversation: async (app) => app.ask('Well?', { within: '8 days' }) });
    await expect(long.say('hi')).rejects.toThrow(/longer than a conversation is kept/);
    const kept = new FakePhone({
      keep: '9 days',
      onConversation: async (app) => app.ask('Well?', { within: '8 days' }),
    });
    expect(await kept.say('hi')).toBe('Well?');
  });

  it('an app that has something else of that name is left alone', () => {
    const own = { screens: { width: 7 }, onMessage: () => {} };
    expect(withConversations(own as never)).toBe(own);
    for (const none of [null, undefined, 'x']) expect(withConversations(none as never)).toBe(none);
  });

  it('what is too large to be remembered is said to be so', async () => {
    const large = new FakePhone({
      onConversation: async (app) => app.ask((await app.user.get<string>('big')) ?? ''),
    });
    large.state.set('user big', 'x'.repeat(9000));
    await expect(large.say('hi')).rejects.toThrow(/app.user.get\("big"\) gave, only 8192.*app.once/);
    const odd = new FakePhone({
      onConversation: async (app) => void (await app.once('odd', async () => 10n as never)),
    });
    await expect(odd.say('hi')).rejects.toThrow(/has no form in JSON/);
  });

  it('a talk without end is warned of, and ended', async () => {
    const phone = new FakePhone({
      async onConversation(app) {
        for (;;) await app.ask('More?');
      },
    });
    const ends: number[] = [];
    for (let turn = 0; turn <= 202; turn += 1) if ((await phone.say('x')).endsWith('[end]')) ends.push(turn);
    expect(ends).toEqual([201]);
    expect(phone.logged).toEqual([
      'the conversation is getting long: 140 answers',
      'the conversation is too long: 201 answers; keep less with app.once, or begin anew with app.goto',
    ]);
  });

  it('what somebody else wrote in its place is no conversation', async () => {
    for (const forged of [
      'x',
      7,
      [],
      { v: 1 },
      { v: 1, wait: [], frames: [1] },
      { v: 2 },
      { v: 1, wait: ['a', 1, 1, 1, '', false, []], frames: [['start', {}, [['a']]]] },
    ]) {
      const phone = new FakePhone(registration);
      phone.state.set('user vumi:talk:8000', forged);
      await phone.say('hi').catch((error: unknown) => error);
      expect(await phone.say('hi')).toMatch(/Your name\?$|Where do you live/);
    }
  });
});
