import { describe, expect, test } from 'vitest';
import { deleteAppState, listAppState, readAppState, writeAppState, type StateOwner } from './app-state.ts';
import { kvKey, sharedStateKey, userStateKey } from './apps/keys.ts';
import { MemoryState } from '@vumi/state/memory';

const ref = { account: 'demo', app: 'clinic' };
const sdk: StateOwner = { ref, manifest: {}, user: null };
const classic: StateOwner = { ref, manifest: { api: 'classic' }, user: null };
const PAGE = { prefix: '', limit: 10 };

describe.each<[string, StateOwner, string]>([
  ['app.state', sdk, sharedStateKey(ref, 'a:1')],
  ['app.user', { ...sdk, user: '+27/1' }, userStateKey(ref, '+27/1', 'a:1')],
  ['the kv of an account', classic, kvKey(ref, 'account', 'a:1')],
  ['the kv of an app', { ...classic, manifest: { api: 'classic', kv: 'app' } }, kvKey(ref, 'app', 'a:1')],
])('%s', (_label, owner, name) => {
  test('is written where apps look for it, and listed by prefix', async () => {
    await using state = new MemoryState();
    const entries = ['a:1', 'a:2', 'b:1'].map((key) => ({ key, value: { key } }));
    expect(await writeAppState(state, owner, entries)).toEqual({ made: 3, changed: 0, unchanged: 0 });
    expect(await state.get(name)).toBe('{"key":"a:1"}');
    expect(await writeAppState(state, owner, entries)).toEqual({ made: 0, changed: 0, unchanged: 3 });
    const first = await listAppState(state, owner, { prefix: 'a:', limit: 1 });
    expect(first).toEqual({ items: [entries[0]], next: 'a:1' });
    const rest = await listAppState(state, owner, { prefix: 'a:', limit: 1, after: 'a:1' });
    expect(rest).toEqual({ items: [entries[1]], next: null });
    const other = [{ key: 'b:1', value: 0 }];
    expect(await writeAppState(state, owner, other, true)).toEqual({ made: 0, changed: 1, unchanged: 0 });
    expect(await readAppState(state, owner, 'b:1')).toEqual({ key: 'b:1' });
    expect(await deleteAppState(state, owner, 'b:1')).toBe(true);
    expect(await deleteAppState(state, owner, 'b:1')).toBe(false);
    expect((await listAppState(state, owner, PAGE)).items).toEqual(entries.slice(0, 2));
  });
});

test('keys of classic apps are counted, and too many are refused as a whole', async () => {
  await using state = new MemoryState();
  const owner = { ...classic, plan: { state_keys: 3 } };
  const entries = ['a', 'b', 'c', 'd'].map((key) => ({ key, value: 1 }));
  await writeAppState(state, owner, entries.slice(0, 2));
  await expect(writeAppState(state, owner, entries)).rejects.toMatchObject({ code: 'app.limit' });
  expect((await listAppState(state, owner, PAGE)).items).toHaveLength(2);
  await deleteAppState(state, owner, 'a');
  expect(await writeAppState(state, owner, entries.slice(1))).toEqual({
    made: 2,
    changed: 0,
    unchanged: 1,
  });
});

test('what neither an app could write is refused', async () => {
  await using state = new MemoryState();
  await expect(writeAppState(state, sdk, [{ key: 'a\n', value: 1 }])).rejects.toThrow('control characters');
  await expect(writeAppState(state, sdk, [{ key: 'a', value: 'x'.repeat(70_000) }])).rejects.toMatchObject({
    code: 'app.limit',
  });
  await expect(listAppState(state, { ...classic, user: '1' }, PAGE)).rejects.toMatchObject({ field: 'user' });
});
