import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorld } from '@vumi/sdk/testing';

const ORDER = 'https://orders.example.org/orders/42';

test('who asks is told where the order is, also the next day', async () => {
  await using world = await openWorld('.');
  world.http.on('GET', ORDER, { body: 'in Cape Town' }, { times: 1 });
  const thandi = world.phone('+27761234567');
  await thandi.type('hi', '42', 'yes');
  assert.equal(thandi.screen?.text, 'Thank you.');
  assert.deepEqual(world.contacts[0]?.extra, { order: '42' });
  world.http.on('GET', ORDER, { body: 'at your door' });
  await world.advance('1 day');
  assert.equal(thandi.screen?.text, 'Your order 42 is at your door.');
});

test('every path ends', async () => {
  await using world = await openWorld('.');
  world.http.on('GET', /orders/, { status: 404 });
  world.http.on('GET', ORDER, { body: 'in Cape Town' });
  const { questions } = await world.explore({ turns: 100 });
  assert.deepEqual(questions.missed, []);
});
