import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppShares } from './app-shares.ts';

const FIRST_TRY = { redelivered: false, attempt: 1 };
const PATIENCE_MS = 1000;

let handled: string[] = [];
let parked: string[] = [];
let acknowledged: string[] = [];
let shares: AppShares<string>;
const ends = new Map<string, () => void>();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  handled = [];
  parked = [];
  acknowledged = [];
  ends.clear();
  shares = new AppShares({
    window: 8,
    patienceMs: PATIENCE_MS,
    now: () => performance.now(),
    handle: (message) => {
      handled.push(message);
      return new Promise((resolve) => ends.set(message, resolve));
    },
    park: async (message) => void parked.push(message),
  });
});

afterEach(() => vi.useRealTimers());

/** Messages of app `a` are `a1`, `a2` and so on. */
async function take(...messages: string[]): Promise<void> {
  for (const message of messages) {
    const ref = { account: 'tests', app: message.slice(0, 1) };
    void shares.take(ref, message, FIRST_TRY).then(() => acknowledged.push(message));
  }
  await turn();
}

async function end(...messages: string[]): Promise<void> {
  for (const message of messages) ends.get(message)?.();
  await turn();
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await turn();
}

test('an app holds no more of the window than it leaves free, however many apps do so', async () => {
  await take('a1', 'a2', 'a3', 'a4', 'a5');
  expect(handled).toEqual(['a1', 'a2', 'a3', 'a4']);
  await take('b1', 'b2', 'b3');
  expect(handled.slice(4)).toEqual(['b1', 'b2']);
  await take('c1', 'c2');
  expect(handled.slice(6)).toEqual(['c1']);
});

test('a message that waits is handled in its turn when others have ended, and nothing is moved aside', async () => {
  await take('a1', 'a2', 'a3', 'a4', 'a5', 'a6');
  await pass(PATIENCE_MS - 1);
  await end('a1');
  expect(handled.slice(4)).toEqual(['a5']);
  await end('a2');
  expect(handled.slice(5)).toEqual(['a6']);
  await pass(PATIENCE_MS);
  expect(parked).toEqual([]);
  expect(acknowledged).toEqual(['a1', 'a2']);
});

test('what waits too long goes to the side queue in its order, and is acknowledged there', async () => {
  await take('a1', 'a2', 'a3', 'a4', 'a5');
  await pass(PATIENCE_MS / 2);
  await take('a6');
  // A little progress does not help the next one for long.
  await end('a1');
  await take('a7');
  await pass(PATIENCE_MS / 2);
  expect(parked).toEqual([]);
  await pass(PATIENCE_MS / 2);
  expect(parked).toEqual(['a6', 'a7']);
  expect(acknowledged).toEqual(['a1', 'a6', 'a7']);
});

test('an app with messages in the side queue has the next ones there too, until the last has been taken', async () => {
  const ref = { account: 'tests', app: 'a' };
  await take('a1', 'a2', 'a3', 'a4', 'a5');
  await pass(PATIENCE_MS);
  await end('a1', 'a2', 'a3', 'a4');
  await take('a6', 'b1');
  expect(parked).toEqual(['a5', 'a6']);
  expect(handled.slice(4)).toEqual(['b1']);
  void shares.takeParked(ref, 'a5', FIRST_TRY);
  await take('a7');
  expect(parked).toEqual(['a5', 'a6', 'a7']);
  void shares.takeParked(ref, 'a6', FIRST_TRY);
  void shares.takeParked(ref, 'a7', FIRST_TRY);
  await take('a8');
  expect(handled.slice(5)).toEqual(['a5', 'a6', 'a7', 'a8']);
});

test('what could not be put into the side queue comes again, and is not waited for', async () => {
  const failing = new AppShares<string>({
    window: 2,
    now: () => performance.now(),
    patienceMs: PATIENCE_MS,
    handle: (message) => new Promise((resolve) => ends.set(message, resolve)),
    park: () => Promise.reject(new Error('the broker is gone')),
  });
  const ref = { account: 'tests', app: 'a' };
  const held = failing.take(ref, 'a1', FIRST_TRY);
  const refused = expect(failing.take(ref, 'a2', FIRST_TRY)).rejects.toThrow('the broker is gone');
  await pass(PATIENCE_MS);
  await refused;
  await end('a1');
  await held;
  const again = failing.take(ref, 'a2', FIRST_TRY);
  await end('a2');
  await again;
});
