import { openWorld, playLocally, type World } from '@vumi/sdk/testing';
import { expect, test } from 'vitest';
import scenario from './clinic/scenario.js';

const folder = `${import.meta.dirname}/clinic`;
const THANDI = '+27761000001';

/** Thandi, registered for the 24th. */
async function register() {
  const world = await openWorld(folder, { at: '2030-12-01T09:00:00Z' });
  const thandi = world.phone(THANDI);
  await thandi.type('hi', 'Thandi', 'market', '24-12-2030');
  return { world, thandi };
}

/** What the account knows of Thandi beside her name. */
function kept(world: World): Readonly<Record<string, string>> | undefined {
  return world.contacts.find(({ msisdn }) => msisdn === THANDI)?.extra;
}

test('who registers is reminded the day before at eight, and the list says what became of it', async () => {
  const { world, thandi } = await register();
  await using _world = world;
  expect(kept(world)).toMatchObject({ clinic_area: 'market', clinic_reminder: 'planned' });
  const before = thandi.inbox.length;
  await world.advance('21 days');
  expect(thandi.inbox).toHaveLength(before);
  await world.advance('1 day');
  expect(thandi.inbox.at(-1)?.text).toBe('Thandi, your visit to the clinic is tomorrow, 2030-12-24.');
  expect(kept(world)).toMatchObject({ clinic_reminder: 'sent' });
  await world.events.deliver();
  expect(kept(world)).toMatchObject({ clinic_reminder: 'delivered' });
});

test('another day is another reminder, and the one before is not sent', async () => {
  const { world, thandi } = await register();
  await using _world = world;
  await thandi.type('hi', '1', '27-12-2030');
  const before = thandi.inbox.length;
  await world.advance('24 days');
  expect(thandi.inbox).toHaveLength(before);
  await world.advance('2 days');
  expect(thandi.inbox.slice(before).map(({ text }) => text)).toEqual([
    'Thandi, your visit to the clinic is tomorrow, 2030-12-27.',
  ]);
});

test('who leaves is forgotten, and who writes STOP is listed to be called', async () => {
  const { world, thandi } = await register();
  await using _world = world;
  await thandi.type('hi', '2', 'yes');
  expect(thandi.screen?.text).toBe('You will get no more reminders.');
  expect(kept(world)).toEqual({});
  expect(world.schedules).toEqual([]);
  await thandi.type('hi', 'Thandi', 'hill', '24-12-2030', 'hi', 'STOP');
  expect(kept(world)).toMatchObject({ clinic_reminder: 'stopped' });
  expect(world.schedules).toEqual([]);
  const before = thandi.inbox.length;
  await world.advance('23 days');
  expect(thandi.inbox).toHaveLength(before);
});

test('who comes back by START before her visit is reminded, and who registers in between is not', async () => {
  const { world, thandi } = await register();
  await using _world = world;
  await thandi.text('STOP');
  await thandi.text('START');
  expect(kept(world)).toMatchObject({ clinic_reminder: 'planned' });
  await thandi.text('STOP');
  await thandi.type('hi', '1', '25-12-2030');
  await world.advance('24 days');
  expect(kept(world)).toMatchObject({ clinic_reminder: 'stopped' });
  expect(thandi.inbox.map(({ text }) => text)).not.toContainEqual(expect.stringContaining('is tomorrow'));
});

test('a hundred phones of all kinds get to the end of what they want', async () => {
  const report = await playLocally(folder, scenario, { phones: 100, seed: 7 });
  expect(report.thresholds.filter(({ kept }) => !kept)).toEqual([]);
  expect(report.funnel.map(({ question }) => question)).toEqual([
    'ask "name"',
    'choose "clinic"',
    'ask "visit"',
  ]);
});
