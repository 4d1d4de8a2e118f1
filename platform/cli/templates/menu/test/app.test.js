import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorld } from '@vumi/sdk/testing';

test('a clinic of the second page is chosen and remembered', async () => {
  await using world = await openWorld('.', { transport: 'ussd' });
  const thandi = world.phone('+27761234567');
  await thandi.dial('*120*8864#');
  await thandi.type('1', '1', '98');
  assert.match(thandi.screen?.text ?? '', /River View/);
  await thandi.type('4');
  assert.equal(thandi.screen?.text, 'River View is your clinic now.');
  await thandi.redial();
  await thandi.type('2');
  assert.equal(thandi.screen?.text, 'Your clinic is River View.');
});

test('every path ends, and every page fits', async () => {
  await using world = await openWorld('.', { transport: 'ussd' });
  const { questions } = await world.explore({ turns: 150 });
  assert.deepEqual(questions.missed, []);
});
