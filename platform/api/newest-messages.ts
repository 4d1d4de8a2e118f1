import type { MessageQuery, MessageRow, Messages, Page } from '@vumi/store';

/** However few of what is looked at fit. */
const MOST_PAGES = 100;

/** The newest that fit, as many as are asked for where there are so many: a page may have fewer, although others follow. */
export async function newestMessages(
  messages: Pick<Messages, 'list'>,
  query: MessageQuery & { readonly limit: number },
): Promise<MessageRow[]> {
  const found: MessageRow[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES && found.length < query.limit; pages += 1) {
    const limit = query.limit - found.length;
    const page: Page<MessageRow> = await messages.list({
      ...query,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items);
    if (page.next_cursor === null) break;
    cursor = page.next_cursor;
  }
  return found;
}
