import { randomBytes } from 'node:crypto';
import { silentLogger, VumiError, type AccountKeys, type KeyedState } from '@vumi/core';
import { SEALED_MARK, SECRET_MARK } from '@vumi/core/talks';
import { MemoryState } from '@vumi/state/memory';
import { beforeEach, expect, it } from 'vitest';
import { sealAnswers } from './sealed-answers.ts';

const KEY = 'app/demo/bank/user/+27761234567/vumi:talk:4000';
const OTHER = 'app/demo/bank/user/+27761234568/vumi:talk:4000';
const TALK = JSON.stringify({
  v: 1,
  frames: [
    [
      'start',
      {},
      [
        ['a', 0, 'ask number 1', 5, { [SECRET_MARK]: '84213' }, 1],
        ['v', 1, 'x', 5, { [SECRET_MARK]: { pin: ['84213', null] } }, 0],
      ],
    ],
  ],
});

let raw: KeyedState;
let state: KeyedState;

function keysOf(): AccountKeys {
  const made = new Map<string, Uint8Array>();
  return {
    keyOf: async (account) => {
      const key = made.get(account) ?? randomBytes(32);
      made.set(account, key);
      return key;
    },
  };
}

beforeEach(() => {
  raw = new MemoryState();
  state = sealAnswers(raw, keysOf(), silentLogger);
});

async function commit(to: KeyedState, key: string, value: string): Promise<void> {
  const marker = `done/${randomBytes(6).toString('hex')}`;
  const quota = { prefix: 'app/demo/bank/', maxKeys: 100 };
  await to.commit({ marker, markerTtlMs: 1000, writes: [{ op: 'set', key, value }], outbox: [], quota });
}

it('what is kept tells no secret answer, and who reads it through the seal gets it back', async () => {
  await commit(state, KEY, TALK);
  const kept = await raw.get(KEY);
  expect(kept).not.toContain('84213');
  expect(kept).toContain(SEALED_MARK);
  expect(kept).not.toContain(SECRET_MARK);
  expect(await state.get(KEY)).toBe(TALK);
  const query = { place: 'app/demo/bank/', prefix: 'app/demo/bank/user/', limit: 10 };
  expect((await state.list(query)).entries).toEqual([[KEY, TALK]]);
  await state.set(KEY, TALK);
  expect(await raw.get(KEY)).not.toContain('84213');
  expect(await state.take(KEY)).toBe(TALK);
  expect(await raw.get(KEY)).toBeNull();
});

it('sealed twice, the same answer does not look the same', async () => {
  await commit(state, KEY, TALK);
  const first = await raw.get(KEY);
  await commit(state, KEY, TALK);
  expect(await raw.get(KEY)).not.toBe(first);
});

it('what holds no secret is left as it is, letter by letter', async () => {
  const text = '{ "a": [1,  2] }';
  await commit(state, KEY, text);
  expect(await raw.get(KEY)).toBe(text);
  expect(await state.get(KEY)).toBe(text);
});

it.each([
  ['moved to another user', async (sealed: string) => sealed],
  [
    'changed',
    async (sealed: string) => sealed.replace(/(sealed":".{30})./, (_all, start: string) => `${start}!`),
  ],
  ['made up by an app', async () => JSON.stringify({ [SEALED_MARK]: 'AAAA' })],
  ['no text', async () => JSON.stringify({ [SEALED_MARK]: { toString: 1 } })],
])('what is sealed and %s counts as absent', async (_what, change) => {
  await commit(state, KEY, TALK);
  const sealed = (await raw.get(KEY)) ?? '';
  await raw.set(OTHER, await change(sealed));
  expect(await state.get(OTHER)).toBeNull();
  const query = { place: 'app/demo/bank/', prefix: 'app/demo/bank/user/', limit: 10 };
  expect((await state.list(query)).entries.map(([key]) => key)).toEqual([KEY]);
});

it('while the keys cannot be read nothing is lost: it rejects', async () => {
  await commit(state, KEY, TALK);
  const away = sealAnswers(
    raw,
    {
      keyOf: async () => {
        throw new VumiError('store.unavailable', 'the database does not answer');
      },
    },
    silentLogger,
  );
  await expect(away.get(KEY)).rejects.toThrow('does not answer');
  await expect(commit(away, KEY, TALK)).rejects.toThrow('does not answer');
  expect(await state.get(KEY)).toBe(TALK);
});
