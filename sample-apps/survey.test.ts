import { openWorld } from '@vumi/sdk/testing';
import { expect, test } from 'vitest';

const folder = `${import.meta.dirname}/survey`;

test.each([
  ['a tap', ['1'], { source: 'tap', minutes: null, boils: null }],
  ['a well', ['2', '20'], { source: 'well', minutes: 20, boils: null }],
  ['a river', ['3', '45', 'no'], { source: 'river', minutes: 45, boils: false }],
])('who has %s is asked what applies', async (_source, answers, kept) => {
  await using world = await openWorld(folder);
  const phone = world.phone('+27761000001');
  await phone.text('water');
  await phone.type('yes', 'Nkandla', '6', ...answers, 'no');
  expect(phone.at).toBeNull();
  const answer = { village: 'Nkandla', people: 6, ill: false, ...kept };
  expect(await world.state.get('answers:+27761000001')).toMatchObject(answer);
});

test('every way through it ends', async () => {
  await using world = await openWorld(folder);
  const { isComplete, questions } = await world.explore({ turns: 400 });
  expect(isComplete).toBe(true);
  expect(questions.missed).toEqual([]);
});
