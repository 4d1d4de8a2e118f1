import type { MessageQuery, MessageRow } from '@vumi/store';
import { expect, it } from 'vitest';
import { newestMessages } from './newest-messages.ts';

const row = (message_id: string): MessageRow => ({ message_id }) as MessageRow;

/** Pages as they come; the cursor of one is its place. */
function pagesOf(pages: readonly (readonly string[])[]) {
  const asked: MessageQuery[] = [];
  const list = async (query: MessageQuery) => {
    asked.push(query);
    const place = Number(query.cursor ?? 0);
    const items = (pages[place] ?? []).slice(0, query.limit).map(row);
    return { items, next_cursor: place + 1 < pages.length ? String(place + 1) : null };
  };
  return { list, asked };
}

it.each([
  {
    what: 'pages that are short or empty are no end',
    pages: [['c', 'b'], [], ['a']],
    limit: 10,
    shown: 3,
    calls: 3,
  },
  { what: 'what is wanted is enough', pages: [['c'], ['b'], ['a']], limit: 2, shown: 2, calls: 2 },
  { what: 'there may be nothing', pages: [[]], limit: 10, shown: 0, calls: 1 },
])('$what', async ({ pages, limit, shown, calls }) => {
  const { list, asked } = pagesOf(pages);
  const found = await newestMessages({ list }, { account: 'demo', limit });
  expect(found.map(({ message_id: id }) => id)).toEqual(['c', 'b', 'a'].slice(0, shown));
  expect(asked).toHaveLength(calls);
});

it('an account in which nothing fits is looked through so far and no further', async () => {
  const { list, asked } = pagesOf(Array.from({ length: 5000 }, () => []));
  expect(await newestMessages({ list }, { account: 'demo', limit: 10 })).toEqual([]);
  expect(asked.length).toBe(100);
});
