import { expect, test } from 'vitest';
import { followLogs } from './follow-logs.ts';

test('who follows a log from its end is shown nothing of what was there before', async () => {
  const asked: (string | undefined)[] = [];
  const over = new AbortController();
  const lines = followLogs({
    after: 'end',
    first: { items: [], next_cursor: null },
    listAfter: async (cursor) => {
      asked.push(cursor);
      over.abort();
      return { items: [], next_cursor: null };
    },
    signal: over.signal,
    clock: () => 0,
  });
  for await (const line of lines) expect(line).toBe('');
  expect(asked).toEqual(['end']);
});
