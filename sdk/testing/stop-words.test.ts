import { afterAll, expect, test } from 'vitest';
import { appFolders } from './app-folders.fixture.ts';
import { openWorld } from './index.ts';

const folders = appFolders();
const { appOf } = folders;
afterAll(() => folders[Symbol.dispose]());

const NEWS = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    if (message.content === 'news') await app.schedule.repeat('news', { every: 86400, user: message.from_addr });
    const { opted_out } = await app.optouts.status(message.from_addr);
    await message.reply('opted out: ' + opted_out);
  },
  async onSchedule(timer, app) { await app.send(timer.user, 'News.'); },
  async onEvent(event, app) { if (event.event_type === 'nack') app.log.info(event.nack_reason); },
});`;

test('STOP opts out of what an app sends by itself, and START ends that, as on a platform', async () => {
  await using world = await openWorld(appOf(NEWS));
  const thandi = world.phone('+27761234567');
  const news = () => thandi.inbox.filter(({ text }) => text === 'News.').length;
  await thandi.text('news');
  await world.advance('1 day');
  expect(news()).toBe(1);
  expect((await thandi.text('Stop!'))?.text).toBe('opted out: true');
  expect((await thandi.text('q'))?.text).toBe('opted out: true');
  await world.advance('2 days');
  expect(news()).toBe(1);
  expect(world.sends.filter(({ text }) => text === 'News.')).toHaveLength(1);
  expect(world.log.at(-1)?.text).toMatch(/has opted out/);
  expect((await thandi.text('START'))?.text).toBe('opted out: false');
  await world.twice();
  await world.advance('1 day');
  expect(news()).toBe(2);
});

test('START cancels the STOP of a conversation', async () => {
  const app = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const name = await app.ask('Your name?', { remind: ['1 day'] });
    return 'Hello, ' + name;
  },
  onSchedule: async (timer, app) => app.send(timer.user, 'News.'),
});`;
  await using world = await openWorld(appOf(app));
  const thandi = world.phone('+27761234567');
  expect((await thandi.type('hi', 'CANCEL'))?.text).toBe('You will get no more messages from us.');
  expect((await thandi.type('START'))?.text).toBe('Your name?');
  await world.advance('1 day');
  expect(thandi.inbox.filter(({ text }) => text === 'Your name?')).toHaveLength(3);
});

test('the text of stop in vumi.json answers in place of the app; false leaves STOP to it', async () => {
  const manifest = (stop: unknown) => ({ 'vumi.json': JSON.stringify({ name: 'news', stop }) });
  await using answered = await openWorld(appOf(NEWS, manifest('Goodbye.')));
  expect((await answered.phone('+27761234567').text('STOP'))?.text).toBe('Goodbye.');
  expect(answered.runs).toEqual([]);
  await answered.twice();
  await using left = await openWorld(appOf(NEWS, manifest(false)));
  expect((await left.phone('+27761234567').text('STOP'))?.text).toBe('opted out: false');
});

test('an app in one language that is not English has the words of the SDK in it, and its stop words', async () => {
  const app = `
import { defineApp } from '@vumi/sdk';
export default defineApp({ onConversation: (app) => app.ask('Votre nom ?') });`;
  await using world = await openWorld(appOf(app, { 'vumi.json': '{"name":"nom","languages":["fr"]}' }));
  const thandi = world.phone('+27761234567');
  expect((await thandi.type('salut', 'Arrêt'))?.text).toBe('Vous ne recevrez plus de messages de nous.');
});
