import { expect, test } from 'vitest';
import { createEventMemory } from './event-memory.ts';

function spiedState() {
  const asked: string[] = [];
  const kept = new Map<string, { value: string; ttlMs: number | undefined }>();
  const state = {
    get: async (key: string) => {
      asked.push(key);
      return kept.get(key)?.value ?? null;
    },
    set: async (key: string, value: string, ttlMs?: number) => void kept.set(key, { value, ttlMs }),
  };
  return { state, asked, kept };
}

const SENDER = { account: 'acme', app: 'quiz' };

test('another process finds the sender in the state', async () => {
  const { state } = spiedState();
  await createEventMemory(state, { prefix: 'sender/' }).remember('m1', SENDER);
  await expect(createEventMemory(state, { prefix: 'sender/' }).recall('m1')).resolves.toEqual(SENDER);
});

test('the state is not asked for events that nobody wants', async () => {
  const { state, asked } = spiedState();
  const memory = createEventMemory(state, { prefix: 'sender/' });
  memory.forgo('m1');
  await expect(memory.recall('m1')).resolves.toBeNull();
  expect(asked).toEqual([]);
  await expect(memory.recall('unknown')).resolves.toBeNull();
  expect(asked).toEqual(['sender/unknown']);
});

test('a sender is remembered for a week, or for as long as is said', async () => {
  const { state, kept } = spiedState();
  await createEventMemory(state, { prefix: 'a/' }).remember('m1', SENDER);
  await createEventMemory(state, { prefix: 'b/', ttlMs: 60_000 }).remember('m1', SENDER);
  expect([...kept.values()].map(({ ttlMs }) => ttlMs)).toEqual([604_800_000, 60_000]);
});
