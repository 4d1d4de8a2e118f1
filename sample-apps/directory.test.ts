import { openWorld } from '@vumi/sdk/testing';
import { expect, test } from 'vitest';

const folder = `${import.meta.dirname}/directory`;

test('a user picks a language once, walks to a clinic and gets it by SMS', async () => {
  await using world = await openWorld(folder, { transport: 'ussd' });
  const thandi = world.phone('+27761234567');
  await thandi.dial('*120*8864#');
  await thandi.type('2');
  expect(thandi.screen?.text).toBe('Uhla lwemitholampilo\n1. Thola umtholampilo\n2. Olunye ulimi\n0. Emuva');
  await thandi.type('1', '1', '1');
  expect(thandi.screen?.text).toContain('Imitholampilo e-Durban');
  await thandi.type('8');
  expect(thandi.screen?.text).toContain('Phoenix, Durban: 031 502 1110.');
  await thandi.type('1');
  expect(thandi.screen).toMatchObject({ text: 'Uzothola i-SMS. Hamba kahle.', ends: true });
  expect(thandi.inbox.at(-1)).toMatchObject({ endpoint: 'sms', segments: 1 });
  await thandi.redial();
  expect(thandi.screen?.text).toContain('Uhla lwemitholampilo');
});

test('in Zulu every question is reached, and every screen fits', async () => {
  await using world = await openWorld(folder, { transport: 'ussd' });
  const { questions, places } = await world.explore({ languages: ['zu'], turns: 300 });
  expect(questions.missed).toEqual([]);
  expect(places.every(({ units }) => units <= 182)).toBe(true);
});
