import { stampMessage, type UserMessage } from '@vumi/core';
import { expect, it } from 'vitest';
import type { Routed } from '../router.ts';
import { createOptOuts } from './opt-outs.ts';
import { message, pass, sent, taken } from './passing.fixture.ts';

const of = (fields: Partial<UserMessage>, account = 'demo'): UserMessage =>
  stampMessage(message(fields), { account, app: 'quiz' });

function optOuts(confirmation: string | null) {
  const heeded: (string | null)[] = [];
  const delivered: Routed[] = [];
  const rows: string[] = [];
  const middleware = createOptOuts({
    isActive: (account) => account === 'demo',
    isOptedOut: async (_owner, address, source) => address === '8000' && source !== 'api',
    heedStop: async (_message, owner) => {
      heeded.push(owner?.account ?? null);
      return confirmation;
    },
    deliver: async (routed) => void delivered.push(routed),
    recorder: { inbound: async (_message, _owner, status) => void rows.push(status) },
  });
  return { middleware, heeded, delivered, rows };
}

it.each([
  ['what answers nothing', of({}), 'app', 'refused'],
  ['what another says of the source', of({}), 'api', 'passed'],
  ['a reply', of({ in_reply_to: 'm0' }), 'app', 'passed'],
  ['what goes to another', of({ to_addr: '1' }), 'app', 'passed'],
  ["what is nobody's", message(), 'app', 'passed'],
])('to who has opted out: %s', async (_what, given, source, expected) => {
  const { middleware } = optOuts(null);
  const passing = pass(middleware, taken('outbound', source, given)).then(() => 'passed');
  expect(await passing.catch(() => 'refused')).toBe(expected);
});

it('STOP is answered in place of the app where it wants that, once, and recorded', async () => {
  const { middleware, heeded, delivered, rows } = optOuts('You are out.');
  expect(await pass(middleware, sent('inbound', 'q', of({ content: 'Stop!' })))).toEqual([]);
  expect(heeded).toEqual(['demo']);
  expect(rows).toEqual(['received']);
  expect(delivered).toMatchObject([
    {
      flow: 'outbound',
      connector: 'smsc',
      message: { content: 'You are out.', to_addr: '+27761234567', session_event: 'close' },
    },
  ]);
});

it.each([
  ['the app answers itself', of({ content: 'STOP' }), null, 1],
  ['the account is switched off', of({ content: 'STOP' }, 'asleep'), 'You are out.', 1],
  ['it is another text', of({ content: 'bus stop' }), 'You are out.', 0],
])('STOP goes on where %s', async (_what, given, confirmation, heard) => {
  const { middleware, heeded, delivered } = optOuts(confirmation);
  expect(await pass(middleware, sent('inbound', 'q', given))).toHaveLength(1);
  expect(heeded).toHaveLength(heard);
  expect(delivered).toEqual([]);
});
