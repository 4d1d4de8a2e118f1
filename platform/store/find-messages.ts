import { addressSpellings } from '@vumi/core';
import { z } from 'zod';
import { checkInstant, checkSlug } from './checks.ts';
import type { Database } from './database.ts';
import { indexedText } from './indexed-text.ts';
import { readMeanings } from './message-events.ts';
import { messageStatus, TROUBLES } from './message-status.ts';
import { decodeCursor, encodeCursor, pageLimit } from './page.ts';
import type { MessageQuery } from './message-records.ts';
import type { Page } from './records.ts';
import { readStored, STORED, STORED_WITH_PLACE, type StoredMessage } from './stored-messages.ts';
import { containsPattern } from './text-pattern.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.parse('0001-01-01');
const LAST_DAY = Date.parse('9999-12-31');
/** A row's week begins at most so many days before and after its time, wherever the day of Postgres' time zone ends. */
const WEEK_BEFORE = 8;
const WEEK_AFTER = 2;
/** Of those who read all: what a page costs beside its rows is then little. */
const LARGEST_PAGE = 2000;
/**
 * How many messages one page looks at that no index chooses. What takes longer is more pages, each as quick as any: one
 * that has looked at so many ends there, with what it has found, and the next goes on.
 */
const LOOKED_AT = { columns: 4000, text: 2000, status: 1000 } as const;

/** As a moment it is one that Postgres has, too. */
const integer = z.string().regex(/^(?:-?\d{1,17}|\d{18})$/);
const cursorSchema = z.tuple([z.literal('messages'), integer, integer]);

/** The cursor's content: the list goes on after this message. */
export function placeOf({ moment, seq }: Pick<StoredMessage, 'moment' | 'seq'>): readonly unknown[] {
  return ['messages', moment, seq];
}

/** Newest first. A page may be short, or empty, although more pages follow. */
export async function findMessages(database: Database, query: MessageQuery): Promise<Page<StoredMessage>> {
  const limit = pageLimit(query.limit, LARGEST_PAGE);
  const search = new Search(query);
  const most = search.lookedAt(limit + 1);
  const looked = `(select * from (${search.source(most)}) as found order by at desc, seq desc limit ${most}) as messages`;
  if (search.fits === null && query.status === undefined) {
    const found = await readStored(
      database,
      `select ${STORED} as packed from ${looked} order by at desc, seq desc`,
      search.values,
    );
    return pageOf(found.slice(0, limit), found.length > limit ? found[limit - 1] : undefined);
  }
  const rows = await readStored(
    database,
    `select ${STORED_WITH_PLACE} as packed from (
       select *, row_number() over (order by at desc, seq desc) as place, ${search.fits ?? 'true'} as fits from ${looked}
     ) as messages where fits or place = ${most} order by place ${query.status === undefined ? `limit ${limit + 1}` : ''}`,
    search.values,
  );
  const found = await withStatus(
    database,
    rows.filter(({ fits }) => fits),
    query.status,
  );
  const last = found.length > limit ? found[limit - 1] : rows.find(({ place }) => place === most);
  return pageOf(found.slice(0, limit), last);
}

/** What became of a message only its events say: they are read for all that may be wanted at once. */
async function withStatus<M extends StoredMessage>(
  database: Database,
  messages: M[],
  wanted: MessageQuery['status'],
): Promise<M[]> {
  if (wanted === undefined) return messages;
  const meanings = await readMeanings(database, messages);
  return messages.filter(({ id, status }) =>
    wanted.includes(messageStatus(status, meanings.get(id) ?? []).status),
  );
}

/** `last`: after which one the next page goes on. */
function pageOf(items: StoredMessage[], last: StoredMessage | undefined): Page<StoredMessage> {
  return { items, next_cursor: last === undefined ? null : encodeCursor(placeOf(last)) };
}

/** A query as SQL: the rows that an index leads to in the order of time, and what is then looked at in each. */
class Search {
  readonly values: unknown[] = [];
  /** Whether one of them is wanted; null: each is. */
  readonly fits: string | null;
  readonly #selects: readonly string[];
  readonly #checks: string[] = [];
  #slowest: keyof typeof LOOKED_AT | null = null;

  constructor(query: MessageQuery) {
    const where = this.#span(query);
    if (query.account !== null) {
      checkSlug('account', query.account);
      where.push(`account = ${this.#given(query.account)}`);
    }
    where.push(...this.#inBatches(query));
    const branches = this.#branches(query, where);
    this.#selects = branches.map(
      (branch) => `select * from messages where ${['true', ...where, ...branch].join(' and ')}`,
    );
    this.#checkRest(query);
    this.fits = this.#checks.length === 0 ? null : this.#checks.join(' and ');
  }

  /**
   * All messages among which the wanted ones are, the newest of each index: without a limit of its own Postgres would
   * sort all that a branch has.
   */
  source(most: number): string {
    const selects = this.#selects.map((select) => `(${select} order by at desc, seq desc limit ${most})`);
    return selects.join(' union all ');
  }

  /** How many are looked at for so many wanted ones. */
  lookedAt(wanted: number): number {
    return this.#slowest === null ? wanted : Math.max(wanted, LOOKED_AT[this.#slowest]);
  }

  #given(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  #check(cost: keyof typeof LOOKED_AT, condition: string): void {
    this.#checks.push(condition);
    this.#slow(cost);
  }

  #slow(cost: keyof typeof LOOKED_AT): void {
    if (this.#slowest === null || LOOKED_AT[cost] < LOOKED_AT[this.#slowest]) this.#slowest = cost;
  }

  /** The time, with the weeks whose partitions it may be in: as days, by which they are left away before they are planned. */
  #span(query: MessageQuery): string[] {
    const where: string[] = [];
    if (query.from !== undefined) {
      const from = instant('from', query.from);
      where.push(`at >= ${this.#given(from)} and week >= ${this.#day(Date.parse(from), -WEEK_BEFORE)}`);
    }
    if (query.to !== undefined) {
      const to = instant('to', query.to);
      where.push(`at < ${this.#given(to)} and week <= ${this.#day(Date.parse(to), WEEK_AFTER)}`);
    }
    const after = decodeCursor(cursorSchema, query.cursor);
    if (after !== null) {
      const [, moment, seq] = after;
      const at = `timestamptz 'epoch' + ${this.#given(moment)}::bigint * interval '1 microsecond'`;
      where.push(`(at, seq) < (${at}, ${this.#given(seq)}::bigint)`);
      where.push(`week <= ${this.#day(Number(moment) / 1000, WEEK_AFTER)}`);
    }
    return where;
  }

  /** The day so many days after a moment. */
  #day(ms: number, after: number): string {
    return `${this.#given(dayText(ms + after * DAY_MS))}::date`;
  }

  /** The bounds keep a list of an old batch from looking through all that came since. */
  #inBatches({ account, batch, tag }: MessageQuery): string[] {
    const conditions: string[] = [];
    const ofScope = (): string => `scope in ('', ${this.#given(account ?? '')})`;
    if (batch !== undefined) conditions.push(`${ofScope()} and batch = ${this.#given(batch)}`);
    if (tag !== undefined) {
      const [pool, name] = tag;
      conditions.push(`${ofScope()} and pool = ${this.#given(pool)} and tag = ${this.#given(name)}`);
    }
    return conditions.flatMap((condition) => {
      const members = `from batch_messages where ${condition}`;
      return [
        `message_id in (select message_id ${members})`,
        `at between (select min(at) ${members}) and (select max(at) ${members})`,
        `week >= (select min(at) ${members})::date - ${WEEK_BEFORE}`,
        `week <= (select max(at) ${members})::date + ${WEEK_AFTER}`,
      ];
    });
  }

  /** One for each index: of no message two of them hold. What the index does not have is checked afterwards. */
  #branches({ account, address, app, status }: MessageQuery, where: string[]): string[][] {
    const hasTrouble = account !== null && status?.every((one) => TROUBLES.includes(one)) === true;
    const isOnlyApp = account !== null && address === undefined && !hasTrouble;
    const isApp = app === undefined ? [] : [`app = ${this.#given(app)}`];
    if (!isOnlyApp) for (const condition of isApp) this.#check('columns', condition);
    if (address !== undefined) return this.#addressBranches(address, account !== null);
    if (hasTrouble) where.push('troubled');
    return [isOnlyApp ? isApp : []];
  }

  #addressBranches(address: string, isIndexed: boolean): string[][] {
    const spellings = addressSpellings(address).map((text) => this.#given(indexedText(text)));
    const isFrom = `from_addr in (${spellings.join(', ')})`;
    if (!isIndexed) {
      this.#check('columns', `(${isFrom} or to_addr in (${spellings.join(', ')}))`);
      return [[]];
    }
    // Whom it is both from and to, is from.
    const isFromOther = `(from_addr is null or not ${isFrom})`;
    return spellings.flatMap((one) => [[`from_addr = ${one}`], [`to_addr = ${one}`, isFromOther]]);
  }

  #checkRest({ direction, transport, status, text }: MessageQuery): void {
    if (direction !== undefined) this.#check('columns', `direction = ${this.#given(direction)}`);
    if (transport !== undefined) this.#check('columns', `transport = ${this.#given(transport)}`);
    if (text !== undefined) {
      this.#check('text', `body->>'content' ~ ${this.#given(containsPattern(text))}`);
    }
    if (status !== undefined) this.#slow('status');
  }
}

/** As Postgres reads it: years have four digits. */
function dayText(ms: number): string {
  if (ms < FIRST_DAY) return '-infinity';
  return ms > LAST_DAY ? 'infinity' : new Date(ms).toISOString().slice(0, 10);
}

function instant(field: string, text: string): string {
  return new Date(checkInstant(field, text)).toISOString();
}
