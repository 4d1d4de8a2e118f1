import { expect, test } from 'vitest';
import { defineApp } from '../app.ts';
import { FakePhone } from './fake-phone.fixture.ts';

test('an address of the page is made once and stays the same while the conversation runs again', async () => {
  const phone = new FakePhone(
    defineApp({
      async onConversation(app) {
        const url = await app.link('/card', { expires: '2 hours', scopes: ['user:read:card'] });
        const name = await app.ask(`${url} Your name?`);
        return `${name}: ${url}`;
      },
    }),
  );
  expect(await phone.say('hi')).toBe('https://app.example/l/1 Your name?');
  expect(await phone.say('Thandi')).toBe('Thandi: https://app.example/l/1 [end]');
  expect(phone.links).toEqual([
    {
      path: '/card',
      expires: '2 hours',
      scopes: ['user:read:card'],
      talk: { to: '8000', id: 'm1' },
    },
  ]);
  expect(phone.calls).not.toContain('keep links');
});

test('a link of the last text does not end with the conversation', async () => {
  const phone = new FakePhone(
    defineApp({ onConversation: async (app) => `Your card: ${await app.link('/card')}` }),
  );
  expect(await phone.say('hi')).toBe('Your card: https://app.example/l/1 [end]');
  expect(phone.calls).toEqual(['keep links']);
});

const PHOTO = defineApp({
  async onConversation(app) {
    const name = await app.ask('Your name?');
    const photo = await app.link<{ size: number }>('/photo', {
      ask: true,
      text: 'Show us:',
      within: '2 days',
    });
    const ok = await app.confirm(`${photo.size} bytes, ${name}?`);
    return ok ? 'Thank you.' : 'Sorry.';
  },
});

test('a link that asks waits for its page, whatever is typed, and goes on with what the page gave', async () => {
  const phone = new FakePhone(PHOTO);
  for (const text of ['hi', 'Thandi']) await phone.say(text);
  const again = 'Sorry, that is not an answer.\nShow us:\nhttps://app.example/l/1';
  for (const text of ['done', '1', 'x', 'x']) expect(await phone.say(text)).toBe(again);
  await phone.answer({ size: 12 });
  expect(phone.sent.at(-1)?.text).toBe('12 bytes, Thandi?\n1. Yes\n2. No');
  expect(await phone.say('1')).toBe('Thank you. [end]');
  expect(phone.links).toHaveLength(1);
});

test('a page answers its question once, and not one that is over', async () => {
  const phone = new FakePhone(PHOTO);
  for (const text of ['hi', 'Thandi']) await phone.say(text);
  await phone.answer({ size: 12 });
  await phone.answer({ size: 13 });
  expect(phone.sent.map(({ text }) => text)).toEqual(['12 bytes, Thandi?\n1. Yes\n2. No']);
  expect(await phone.say('2')).toBe('Sorry. [end]');
  await phone.answer({ size: 14 });
  expect(phone.sent).toHaveLength(1);
});

test('the link is open for as long as its question waits', async () => {
  const phone = new FakePhone(PHOTO);
  for (const text of ['hi', 'Thandi']) await phone.say(text);
  expect(phone.links[0]).toMatchObject({
    expires: '2 days',
    question: { to: '8000', talk: 'm1', tag: 'link number 2', transport_type: 'sms', endpoint: 'default' },
  });
});

test('on USSD what comes after the page is shown before anything that is typed counts as its answer', async () => {
  const phone = new FakePhone(PHOTO, 'ussd');
  expect(await phone.dial()).toBe('Your name?');
  await phone.say('Thandi', 'resume');
  await phone.answer({ size: 12 });
  expect(phone.sent).toEqual([]);
  expect(await phone.say('1', 'resume')).toBe('12 bytes, Thandi?\n1. Yes\n2. No');
  expect(await phone.say('2', 'resume')).toBe('Sorry. [end]');
});

test('STOP ends links, and what their pages answer later', async () => {
  const phone = new FakePhone(PHOTO);
  for (const text of ['hi', 'Thandi']) await phone.say(text);
  await phone.say('STOP');
  expect(phone.calls).toEqual(['optOut', 'revoke links']);
  await phone.answer({ size: 12 });
  expect(phone.sent).toEqual([]);
});
