import type { Run } from '@vumi/sandbox';
import { expect, test } from 'vitest';
import { faultsOf, type Turn } from './checks.ts';

const TURN: Turn = { runs: [], sent: [], refused: [], log: [], records: '' };

function turnOf(outcome: Run['outcome'], error: string | null): Turn {
  return { ...TURN, runs: [{ kind: 'message', outcome, error, record: null } as Run] };
}

test('an app that takes too much CPU to be loaded is not said to keep something in a variable', () => {
  const faults = faultsOf({
    message: null,
    turn: turnOf('ok', null),
    anew: turnOf('cpu', 'the code used more than 100 ms of CPU without an await'),
    talk: null,
    maxSegments: 3,
  });
  expect(faults).toEqual([
    {
      check: 'isolates',
      text: 'in a new isolate the app uses too much CPU: the code used more than 100 ms of CPU without an await. Do less when the app is loaded, such as importing large packages',
    },
  ]);
});
