import { expect, test } from 'vitest';
import { chainAt, nextGeneration, readChain } from './chain.ts';

const NOW = Date.UTC(2026, 10, 24, 8);

test('what follows at once is one generation more of the same chain', () => {
  const first = nextGeneration(chainAt(null, 'event-1', NOW));
  const second = nextGeneration(chainAt(first, 'event-2', NOW));
  expect([first, second]).toEqual([
    { root: 'event-1', generation: 1, at: NOW },
    { root: 'event-1', generation: 2, at: NOW },
  ]);
});

test('a minute of rest is forgotten as one generation, a day as the whole chain', () => {
  const chain = { root: 'a', generation: 3, at: NOW };
  expect(chainAt(chain, 'b', NOW + 90_000)).toEqual({ root: 'a', generation: 1.5, at: NOW + 90_000 });
  expect(chainAt(chain, 'b', NOW + 86_400_000)).toMatchObject({ root: 'b', generation: 0 });
});

test.each([undefined, null, 1, {}, { root: 'a', generation: -1, at: 1 }, { root: 1, generation: 1, at: 1 }])(
  '%j is no chain',
  (given) => {
    expect(readChain(given)).toBeNull();
  },
);
