import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorld } from '@vumi/sdk/testing';

test('a user is greeted by name', async () => {
  await using world = await openWorld('.');
  const thandi = world.phone('+27761234567');
  await thandi.text('hi');
  assert.equal(thandi.screen?.text, 'Hello! What is your name?');
  await thandi.text('Thandi');
  assert.equal(thandi.screen?.text, 'Welcome, Thandi.');
  assert.equal(await world.user(thandi).get('name'), 'Thandi');
});

test('every path ends', async () => {
  await using world = await openWorld('.');
  const { questions } = await world.explore({ turns: 60 });
  assert.deepEqual(questions.missed, []);
});
