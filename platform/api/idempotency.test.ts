import { VumiError } from '@vumi/core';
import { describe, expect, test } from 'vitest';
import { canonicalJson, onceUnderKey } from './idempotency.ts';
import { memoryIdempotency } from './memory-idempotency.fixture.ts';

const asked = { account: 'demo', door: 'POST messages', key: 'k', body: { to_addr: '+2776', content: 'hi' } };

function world() {
  const done: string[] = [];
  const store = { idempotency: memoryIdempotency() };
  const act = async (id: string): Promise<object> => {
    done.push(id);
    return { message_id: id };
  };
  return { done, ask: (change: object = {}, how = act) => onceUnderKey(store, { ...asked, ...change }, how) };
}

describe('under one key', () => {
  test('the same is done once and answered the same way, in whatever order its members come', async () => {
    const { done, ask } = world();
    const first = await ask();
    expect(await ask({ body: { content: 'hi', to_addr: '+2776' } })).toEqual(first);
    expect(await ask({ body: { content: 'hi', to_addr: '+2776', app: undefined } })).toEqual(first);
    expect(done).toHaveLength(1);
  });

  test('something else is refused and not done', async () => {
    const { done, ask } = world();
    await ask();
    await expect(ask({ body: { ...asked.body, content: 'ho' } })).rejects.toMatchObject({
      code: 'request.key_reused',
      status: 409,
      field: 'Idempotency-Key',
      details: { message_id: done[0] },
    });
    expect(done).toHaveLength(1);
  });

  test.each([{ account: 'other' }, { door: 'POST tokens' }, { key: 'another' }])(
    'what differs by %j is another matter',
    async (change) => {
      const { done, ask } = world();
      await ask();
      await ask({ ...change, body: { content: 'ho' } });
      expect(new Set(done).size).toBe(2);
    },
  );

  test('who asks at the same time does so under the same id', async () => {
    const { done, ask } = world();
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(done).size).toBe(1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test('what was refused may be asked for again, also otherwise; after an outage only under the same id', async () => {
    const { done, ask } = world();
    const fail = (error: VumiError) => async (id: string) => {
      done.push(id);
      throw error;
    };
    await expect(ask({}, fail(new VumiError('route.none', 'no')))).rejects.toThrow('no');
    await expect(ask({ body: {} }, fail(new VumiError('broker.unavailable', 'away')))).rejects.toThrow(
      'away',
    );
    await expect(ask()).rejects.toMatchObject({ code: 'request.key_reused' });
    await ask({ body: {} });
    expect(done[2]).toBe(done[1]);
    expect(done[1]).not.toBe(done[0]);
  });
});

test('canonical JSON orders the members of objects and not the items of lists', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }, 'x'], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1},"x"]}');
  expect(canonicalJson(['b', 'a'])).not.toBe(canonicalJson(['a', 'b']));
});
