import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorld } from '@vumi/sdk/testing';

test('who answers is counted', async () => {
  await using world = await openWorld('.');
  const thandi = world.phone('+27761234567', { language: 'en' });
  await thandi.type('hi', '3', 'yes');
  assert.equal(thandi.screen?.text, 'Thank you for your answers.');
  assert.deepEqual(await world.user(thandi).get('answers'), { visits: 3, again: true });
  assert.equal(world.metrics.sum('answers'), 1);
});

test('who does not answer is reminded once, in his language, and not for ever', async () => {
  await using world = await openWorld('.');
  const juma = world.phone('+255761234567', { language: 'sw' });
  await juma.text('hi');
  const question = 'Ulienda kliniki mara ngapi mwaka huu?';
  assert.equal(juma.screen?.text, question);
  await world.advance('1 day');
  assert.deepEqual(
    juma.inbox.map(({ text }) => text),
    [question, question],
  );
  await world.advance('3 days');
  assert.equal(juma.screen?.text, 'Utafiti umefungwa. Kwaheri.');
  assert.equal(juma.at, null);
});

test('every path ends, in both languages', async () => {
  await using world = await openWorld('.');
  const { questions } = await world.explore({ languages: ['en', 'sw'], turns: 120 });
  assert.deepEqual(questions.missed, []);
});
