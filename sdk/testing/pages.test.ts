import { afterAll, expect, test } from 'vitest';
import { appFolders } from './app-folders.fixture.ts';
import { openWorld } from './index.ts';

const folders = appFolders();
const { appOf } = folders;
afterAll(() => folders[Symbol.dispose]());

/** With a question that is answered by a page, and one after it. */
const clinic = (options: string): string => `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  back: true,
  async onConversation(app) {
    const name = await app.ask('Your name?', { id: 'name' });
    const visit = await app.link('/calendar', { ask: true, id: 'visit', text: 'Choose a day:', ${options} });
    const ok = await app.confirm(visit.day + '?', { id: 'ok' });
    return ok ? 'See you on ' + visit.day.toUpperCase() : 'Pity.';
  },
});`;

test('a phone opens the link that it got, and its page answers the question', async () => {
  await using world = await openWorld(appOf(clinic("within: '2 days'")));
  const thandi = world.phone('+27761234567');
  expect(thandi.link).toBeNull();
  await thandi.type('hi', 'Thandi');
  expect(thandi.at).toEqual({ screen: 'start', question: 'link "visit"' });
  expect(thandi.screen?.text).toBe(`Choose a day:\n${thandi.link}\n0. Back`);
  expect(thandi.link).toMatch(/^https:\/\/app\.example\/l\/[\w-]{16}$/);
  const page = await thandi.open();
  expect(page).toMatchObject({ path: '/calendar', scopes: ['answer'] });
  await page.answer({ day: 'Monday' });
  expect(thandi.screen?.text).toBe('Monday?\n1. Yes\n2. No');
  await page.answer({ day: 'Monday' });
  await expect(page.answer({ day: 'Friday' })).rejects.toThrow('has another answer already');
  await expect(thandi.open()).rejects.toThrow('does not open');
  await thandi.type('1');
  expect(thandi.screen).toMatchObject({ text: 'See you on MONDAY', ends: true });
});

test('a link does not open after its time, and its question is over by then', async () => {
  await using world = await openWorld(appOf(clinic("within: '2 days', otherwise: { day: 'Never' }")));
  const thandi = world.phone('+27761234567');
  await thandi.type('hi', 'Thandi');
  const link = thandi.link;
  await world.advance('1 day');
  const page = await thandi.open();
  await world.advance('20 minutes');
  expect(thandi.at).not.toBeNull();
  await world.advance('1 day');
  expect(thandi.screen?.text).toBe('Never?\n1. Yes\n2. No');
  await expect(page.answer({ day: 'Monday' })).rejects.toThrow('this question is over');
  await expect(thandi.open(link)).rejects.toThrow('does not open');
});

test('a page may answer after the process died that was to go on with it', async () => {
  await using world = await openWorld(appOf(clinic('')));
  const thandi = world.phone('+27761234567');
  await thandi.type('hi', 'Thandi');
  const page = await thandi.open();
  world.kill();
  await page.answer({ day: 'Monday' });
  expect(thandi.screen?.text).toBe('Monday?\n1. Yes\n2. No');
  expect(thandi.inbox.filter(({ text }) => text.startsWith('Monday'))).toHaveLength(1);
});

test('the explorer answers as examples do, and what throws then is found', async () => {
  await using good = await openWorld(appOf(clinic("examples: [{ day: 'Monday' }]")));
  const { isComplete, places } = await good.explore({ turns: 400 });
  expect(isComplete).toBe(true);
  expect(places.map(({ at }) => at?.question ?? null)).toEqual(
    expect.arrayContaining(['ask "name"', 'link "visit"', 'confirm "ok"', null]),
  );
  await using bad = await openWorld(appOf(clinic('')));
  await expect(bad.explore({ turns: 400 })).rejects.toThrow('await (await phone.open()).answer({});');
});
