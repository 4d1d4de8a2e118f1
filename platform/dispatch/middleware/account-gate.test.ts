import { stampMessage, type Transit } from '@vumi/core';
import { expect, it } from 'vitest';
import { createAccountGate } from './account-gate.ts';
import { message, pass, sent, taken } from './passing.fixture.ts';

const of = (account: string) => stampMessage(message(), { account, app: 'quiz' });

it.each<[string, Transit, number, string[]]>([
  ['what an active account sends', taken('outbound', 'q', of('awake')), 1, []],
  ['what an active account gets', sent('inbound', 'q', of('awake')), 1, []],
  ['what a switched off account sends', taken('outbound', 'q', of('asleep')), 0, ['outbound discarded']],
  ['what a switched off account gets', sent('inbound', 'q', of('asleep')), 0, ['inbound discarded']],
  ["what is nobody's", taken('outbound', 'q'), 1, []],
])('%s', async (_what, transit, passes, expected) => {
  const rows: string[] = [];
  const gate = createAccountGate({
    isActive: (account) => account === 'awake',
    recorder: {
      inbound: async (_message, _owner, status) => void rows.push(`inbound ${status}`),
      outbound: async (_message, _owner, status) => void rows.push(`outbound ${status}`),
    },
  });
  expect(await pass(gate, transit)).toHaveLength(passes);
  expect(rows).toEqual(expected);
});
