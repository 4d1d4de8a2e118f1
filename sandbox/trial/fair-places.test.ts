import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FairPlaces } from './fair-places.ts';

let served: string[] = [];
let refused: string[] = [];
let places: FairPlaces;
const held = new Map<string, Disposable>();

beforeEach(() => {
  vi.useFakeTimers();
  served = [];
  refused = [];
  held.clear();
  places = new FairPlaces({ places: 3, waitMs: 1000, maxWaiting: 2 });
});

afterEach(() => vi.useRealTimers());

/** `a1` is the first one of account `a`. */
async function ask(...names: string[]): Promise<void> {
  for (const name of names) {
    places.take(name.slice(0, 1)).then(
      (place) => {
        served.push(name);
        held.set(name, place);
      },
      (error: { code: string }) => refused.push(`${name} ${error.code}`),
    );
  }
  await vi.advanceTimersByTimeAsync(0);
}

async function leave(name: string): Promise<void> {
  held.get(name)?.[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(0);
}

test('one account leaves a place to others', async () => {
  await ask('a1', 'a2', 'a3');
  expect(served).toEqual(['a1', 'a2']);
  await ask('b1');
  expect(served).toEqual(['a1', 'a2', 'b1']);
});

test('a place goes to the account that has the fewest, then to the one that was served the longest ago', async () => {
  await ask('a1', 'a2', 'b1', 'a3', 'b2', 'c1', 'd1');
  await leave('a1');
  expect(served.slice(3)).toEqual(['c1']);
  await leave('c1');
  expect(served.slice(4)).toEqual(['d1']);
  await leave('d1');
  await leave('b1');
  expect(served.slice(5)).toEqual(['a3', 'b2']);
});

test('a place is given back once', async () => {
  await ask('a1', 'a2', 'a3', 'b1', 'c1');
  await leave('a1');
  await leave('a1');
  expect(served).toEqual(['a1', 'a2', 'b1', 'c1']);
});

test('who waits too long, or behind too many of his own, is turned away', async () => {
  await ask('a1', 'a2', 'a3', 'a4', 'a5', 'b1');
  expect(refused).toEqual(['a5 trial.busy']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(refused).toEqual(['a5 trial.busy', 'a3 trial.busy', 'a4 trial.busy']);
  await leave('b1');
  await ask('b2');
  expect(served).toEqual(['a1', 'a2', 'b1', 'b2']);
});
