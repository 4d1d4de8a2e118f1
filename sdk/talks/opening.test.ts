import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineApp, type AppDefinition, type ConverseOptions, type OpenTalk } from '../index.ts';
import { FakePhone } from './fake-phone.fixture.ts';

const USER = '+27761234567';
const screens: NonNullable<AppDefinition['screens']> = {
  start: async (app) => `Hello ${await app.ask('Your name?', { id: 'name' })}`,
  checkup: async (app, { visit }) =>
    `Noted: ${await app.ask(`How was visit ${visit}?`, { id: 'how', remind: ['1 day'] })}`,
};

function clinic(options: Partial<ConverseOptions> = {}): AppDefinition {
  return defineApp({
    screens,
    onSchedule: (_timer, app) => app.converse('checkup', { visit: '2' }, { user: USER, ...options }),
  });
}

describe('an app writes first', () => {
  it('and goes on with what the user answers, on whatever number', async () => {
    const phone = new FakePhone(clinic());
    await phone.fire('daily');
    expect(phone.sent).toEqual([{ to: USER, text: 'How was visit 2?' }]);
    expect(await phone.say('good')).toBe('Noted: good [end]');
    expect(phone.state.size).toBe(0);
    expect(await phone.say('hi')).toBe('Your name?');
  });

  it('from an event, too', async () => {
    const phone = new FakePhone({
      screens,
      onEvent: (event, app) =>
        event.event_type === 'delivery_report' ? app.converse('start', {}, { user: USER }) : undefined,
    });
    await phone.tell('ack');
    expect(phone.sent).toEqual([]);
    await phone.tell('delivery_report');
    expect(phone.sent.map(({ text }) => text)).toEqual(['Your name?']);
  });

  it('reminds of its question', async () => {
    const phone = new FakePhone(clinic());
    await phone.fire('daily');
    await phone.wait(86_400_000);
    expect(phone.sent.map(({ text }) => text)).toEqual(['How was visit 2?', 'How was visit 2?']);
    await phone.say('good');
    expect(phone.timers.size).toBe(0);
  });

  it('not to who has opted out', async () => {
    const phone = new FakePhone(clinic({ busy: 'replace' }));
    phone.hasOptedOut = true;
    await phone.fire('daily');
    expect(phone.sent).toEqual([]);
    expect(phone.logged).toEqual(['app.converse did not write to a user: he has opted out']);
  });

  it('not to who is in another conversation, or in place of that one', async () => {
    const phone = new FakePhone(clinic());
    await phone.say('hi');
    await phone.fire('daily');
    expect(phone.sent).toEqual([]);
    expect(phone.logged).toEqual(['app.converse did not write to a user: he is in another conversation']);
    phone.definition = clinic({ busy: 'replace' });
    await phone.fire('daily');
    expect(phone.sent.map(({ text }) => text)).toEqual(['How was visit 2?']);
    expect(await phone.say('good')).toBe('Noted: good [end]');
  });

  it('by a network that can be written to', async () => {
    const phone = new FakePhone(clinic());
    phone.networks = { default: 'ussd', sms: 'sms' };
    await expect(phone.fire('daily')).rejects.toThrow(/"default" leads to USSD, which cannot be written to/);
    phone.definition = clinic({ endpoint: 'sms' });
    await phone.fire('daily');
    expect(phone.sent).toHaveLength(1);
  });

  it('with a screen that there is, to a user', async () => {
    const lost = new FakePhone({ screens, onSchedule: (_, app) => app.converse('pay', {}, { user: USER }) });
    await expect(lost.fire('daily')).rejects.toThrow('"pay" is no screen; there are start, checkup');
    const nobody = new FakePhone(clinic({ user: '' }));
    await expect(nobody.fire('daily')).rejects.toThrow(/app.converse needs the address of a user/);
  });
});

describe('handlers and the conversations of others', () => {
  it('see where a user is, and end it', async () => {
    const seen: (OpenTalk | null)[] = [];
    const phone = new FakePhone({
      screens,
      onSchedule: async ({ name }, app) => {
        seen.push(await app.talks.of(USER));
        if (name === 'end') await app.talks.end(USER);
      },
    });
    await phone.fire('look');
    const since = phone.now;
    await phone.say('hi');
    await phone.fire('end');
    await phone.fire('look');
    expect(seen).toEqual([null, { screen: 'start', question: 'ask "name"', answered: 0, since }, null]);
    expect(phone.sent).toEqual([]);
  });

  it('end it with its timers', async () => {
    const phone = new FakePhone({
      ...clinic(),
      onSchedule: ({ name }, app) =>
        name === 'end'
          ? app.talks.end(USER)
          : app.converse('checkup', { visit: '1' }, { user: USER, busy: 'replace' }),
    });
    await phone.fire('daily');
    expect(phone.timers.size).toBe(1);
    await phone.fire('end');
    expect(phone.timers.size).toBe(0);
    expect(phone.state.size).toBe(0);
  });

  it('have types for it, each where it makes sense', () => {
    type Of<H extends 'onMessage' | 'onEvent' | 'onSchedule' | 'onConversation'> = Parameters<
      NonNullable<AppDefinition[H]>
    >;
    type Params = Readonly<Record<string, string>>;
    expectTypeOf<ReturnType<Of<'onMessage'>[1]['talks']['of']>>().toEqualTypeOf<Promise<OpenTalk | null>>();
    expectTypeOf<Parameters<Of<'onMessage'>[1]['converse']>>().toEqualTypeOf<
      [screen: string, params?: Params | undefined]
    >();
    expectTypeOf<Parameters<Of<'onEvent'>[1]['converse']>>().toEqualTypeOf<
      [screen: string, params: Params, options: ConverseOptions]
    >();
    expectTypeOf<Of<'onEvent'>[1]>().not.toHaveProperty('user');
    expectTypeOf<ReturnType<Of<'onSchedule'>[1]['converse']>>().toEqualTypeOf<Promise<void>>();
    expectTypeOf<Of<'onConversation'>[0]>().not.toHaveProperty('converse');
    expectTypeOf<Of<'onConversation'>[0]>().not.toHaveProperty('talks');
    expectTypeOf<ConverseOptions['busy']>().toEqualTypeOf<'skip' | 'replace' | undefined>();
    expectTypeOf<object>().not.toExtend<ConverseOptions>();
  });
});

it("the app's own keyword alone is no answer: it asks whether to go on", async () => {
  const phone = new FakePhone(
    defineApp({
      onConversation: async (app) => `${await app.ask('Your name?')} of ${await app.ask('Your town?')}`,
    }),
  );
  await phone.sayKeyword('join');
  expect(await phone.sayKeyword('join')).toBe('Your name?');
  await phone.say('Thandi');
  expect(await phone.sayKeyword('join')).toBe('Welcome back.\n1. Go on where you were\n2. Start again');
  expect(await phone.say('1')).toBe('Your town?');
  expect(await phone.say('join')).toBe('Thandi of join [end]');
});
