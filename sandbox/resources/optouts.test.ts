import { expect, test } from 'vitest';
import { Runs } from './turn.fixture.ts';

const JANE = { address_type: 'msisdn', address_value: '+27761234567' };

test('an address opts out and in again, seen by the run that says so and by later ones', async () => {
  const runs = new Runs();
  expect(await runs.call('optout.status', JANE)).toEqual({ opted_out: false });
  const optout = await runs.call('optout.optout', { ...JANE, message_id: 'm1' });
  expect(optout).toEqual({
    opted_out: true,
    message_id: 'm1',
    created_at: expect.stringMatching(/^2026-11-24T/),
  });
  for (const _ of ['same run', 'next run']) {
    expect(await runs.call('optout.status', JANE)).toEqual(optout);
    expect(await runs.call('optout.count')).toEqual({ count: 1 });
    runs.commit();
  }
  expect(await runs.call('optout.cancel_optout', JANE)).toEqual({ opted_out: false });
  for (const _ of ['same run', 'next run']) {
    expect(await runs.call('optout.status', JANE)).toEqual({ opted_out: false });
    expect(await runs.call('optout.count')).toEqual({ count: 0 });
    runs.commit();
  }
});

test('a number is one address however it is written, and the message in hand is its reason', async () => {
  const runs = new Runs();
  await runs.call('optout.optout', { ...JANE, address_value: '27761234567' });
  expect(await runs.call('optout.status', JANE)).toMatchObject({
    opted_out: true,
    message_id: runs.turn.origin.id,
  });
});

test.each([
  ['optout.status', { ...JANE, address_type: '' }, 'address_type: Invalid value "" for "address_type"'],
  ['optout.optout', { ...JANE, message_id: '' }, 'message_id: Invalid value "" for "message_id"'],
  ['optout.cancel_optout', { address_type: 'msisdn' }, /^address_value: /],
])('%s of %j is refused', async (name, args, reason) => {
  await expect(new Runs().call(name, args)).rejects.toThrow(reason);
});

test.each([
  ['classic', true, 'allowed'],
  ['classic', false, 'refused'],
  ['sdk', true, 'allowed'],
  ['sdk', false, 'refused'],
] as const)('a %s app of an account that says %s is %s', async (kind, can_manage_optouts, expected) => {
  const runs = new Runs();
  runs.app = { kind, settings: { config: {}, secrets: {}, can_manage_optouts } };
  for (const call of ['optout.status', 'optout.optout', 'optout.cancel_optout']) {
    runs.begin();
    const ended: unknown = await runs.call(call, JANE).catch((error: unknown) => error);
    if (expected === 'allowed') expect(ended).toHaveProperty('opted_out');
    else expect(ended).toMatchObject({ message: 'Account not allowed to manage optouts.' });
  }
  // As in Vumi Go, how many there are is no secret of the account's.
  expect(await runs.call('optout.count')).toEqual({ count: 0 });
});
