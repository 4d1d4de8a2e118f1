import { expect, test } from 'vitest';
import type { HttpGateway } from './gateway.ts';
import { KeptCalls } from './kept-calls.ts';

const POST = {
  url: 'https://a.example/',
  method: 'POST',
  headers: { a: '1' },
  body: 'x',
  idempotencyKey: 'k1',
};

function setUp(mayHaveRun: boolean) {
  const sent: string[] = [];
  const repeated: string[] = [];
  const gateway: HttpGateway = {
    request: async ({ body }) => {
      sent.push(String(body));
      if (body === 'fails') throw new Error('no answer');
      return { status: 200, headers: {}, body: `${sent.length}` };
    },
  };
  const calls = new KeptCalls(gateway, mayHaveRun, ({ body }) => repeated.push(String(body)));
  return { calls, sent, repeated };
}

test('a handler that is run again gets the answer that it got', async () => {
  const { calls, sent, repeated } = setUp(false);
  const [first, again] = await Promise.all([
    calls.request(POST),
    calls.request({ ...POST, headers: { a: '1' }, mostMs: 7 }),
  ]);
  expect(again).toBe(first);
  expect(await calls.request(POST)).toBe(first);
  expect([sent, repeated]).toEqual([['x'], []]);
});

test('a refusal stays a refusal', async () => {
  const { calls, sent } = setUp(false);
  const fails = { ...POST, body: 'fails' };
  await expect(calls.request(fails)).rejects.toThrow('no answer');
  await expect(calls.request(fails)).rejects.toThrow('no answer');
  expect(sent).toEqual(['fails']);
});

test('each call of a message is its own, and one that became another is told of', async () => {
  const { calls, sent, repeated } = setUp(false);
  await calls.request(POST);
  await calls.request({ ...POST, idempotencyKey: 'k2' });
  expect(repeated).toEqual([]);
  await calls.request({ ...POST, body: 'y' });
  expect([sent, repeated]).toEqual([['x', 'x', 'y'], ['y']]);
});

test('what another process may have called is told of', async () => {
  const { calls, sent, repeated } = setUp(true);
  await calls.request(POST);
  await calls.request(POST);
  expect([sent, repeated]).toEqual([['x'], ['x']]);
});
