import { openWorld } from '@vumi/sdk/testing';
import { expect, test } from 'vitest';

test('a person has one vote, and may change it', async () => {
  await using world = await openWorld(`${import.meta.dirname}/poll`);
  const phones = ['+27761000001', '+27761000002', '+27761000003'].map((address) => world.phone(address));
  for (const phone of phones) await phone.text('vote');
  const [thandi, sipho, nomsa] = phones;
  await thandi?.text('1');
  await sipho?.text('books');
  await nomsa?.text('2');
  await nomsa?.text('vote');
  expect(nomsa?.screen?.text).toBe('You voted for "Books". Change it?\n1. Yes\n2. No');
  await nomsa?.type('1', '1');
  expect(await world.state.get('votes:water')).toBe(2);
  expect(await world.state.get('votes:books')).toBe(1);
});
