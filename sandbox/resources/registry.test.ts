import { expect, test } from 'vitest';
import { MemoryState } from '@vumi/state/memory';
import { DEFAULT_LIMITS } from '../limits.ts';
import { MemoryRecords } from '../testing/memory-records.ts';
import { callResource } from './registry.ts';
import { TurnEffects, type TurnScope } from './turn-scope.ts';

function scope(): TurnScope {
  const ref = { account: 'clinic', app: 'hello' };
  return {
    origin: { ref, id: 'm1', message: null },
    app: { limits: DEFAULT_LIMITS } as TurnScope['app'],
    now: 1000,
    records: new MemoryRecords(),
    endpoints: null,
    effects: new TurnEffects(),
    state: new MemoryState(),
    drawLink: () => 'drawn',
    call: 1,
  };
}

test('a call leaves its effect with the turn', async () => {
  const turn = scope();
  const args = { metric: 'visits', aggregator: 'sum', value: 2 };
  expect(await callResource('metrics.fire', args, turn)).toBeNull();
  expect(turn.effects.store).toEqual([
    { kind: 'metric', store: 'hello', metric: 'visits', aggregator: 'sum', value: 2, at: 1000 },
  ]);
});

test.each([
  ['metrics.fire', { metric: '9', aggregator: 'sum', value: 2 }, /^metric: use a letter/],
  ['metrics.fire', { metric: 'a', aggregator: 'sum', value: null }, /^value: /],
  ['metrics.fire', 'garbage', /^arguments: /],
  ['metrics.melt', {}, /no call "metrics.melt"/],
  ['constructor', {}, /no call "constructor"/],
])('%s of %j is refused and leaves nothing', async (name, args, reason) => {
  const turn = scope();
  await expect((async () => callResource(name, args, turn))()).rejects.toThrow(reason);
  expect(turn.effects.store).toEqual([]);
});
