import type { TransportEvent, UserMessage } from '@vumi/core';
import { ERASED, type AddressPattern } from '@vumi/core';
import { z } from 'zod';
import { encodeTextArray } from '../array-parameter.ts';
import type { Statements } from '../database.ts';
import { indexedText } from '../indexed-text.ts';
import type { ErasureWork, StepDone } from './erasure-work.ts';

/** Messages that one step looks at. */
const LOOKED_AT = 2000;

interface Looked {
  readonly id: string;
  readonly week: string;
  readonly moment: string;
  readonly seq: string;
  readonly place: string;
  readonly fits: boolean;
  readonly body: UserMessage;
}

const positionSchema = z.tuple([z.string(), z.string()]);
/** What is kept of an event's metadata: the network's words for what became of the message. */
const KEPT_METADATA = new Set(['outcome', 'smpp_delivery_status', 'smpp_delivery_error']);

/**
 * The account's messages, the oldest first: those from and to the address keep their row, for what was counted and paid, with
 * neither text nor address; others that mention it lose the mention. Events of the former lose all but their kind.
 */
export async function eraseMessages(work: ErasureWork, position: unknown): Promise<StepDone> {
  const { statements, account, pattern, before } = work;
  const [moment, seq] = position === null ? [null, '0'] : positionSchema.parse(position);
  const rows = await statements.query<Looked>(
    `select * from (
       select message_id as id, week::text, (extract(epoch from at) * 1000000)::bigint as moment, seq, body,
         row_number() over (order by at, looked.seq) as place,
         from_addr = any($2) or to_addr = any($2) or body::text ~* $3 as fits
       from (
         select * from messages where account = $1 and at < $4 and ($5::bigint is null
           or (at, seq) > (timestamptz 'epoch' + $5::bigint * interval '1 microsecond', $6::bigint))
         order by at, seq limit ${LOOKED_AT}) as looked
     ) as numbered where fits or place = ${LOOKED_AT} order by place`,
    [account, pattern.spellings.map(indexedText), pattern.source, before, moment, seq],
  );
  const found = rows.filter(({ fits }) => fits);
  const counts = await eraseFound(work, found);
  const last = rows.at(-1);
  const isMore = last !== undefined && Number(last.place) === LOOKED_AT;
  return { counts, position: isMore ? [last.moment, last.seq] : null };
}

interface FoundEvent {
  readonly id: string;
  readonly week: string;
  readonly body: TransportEvent;
}

async function eraseFound(
  work: ErasureWork,
  found: readonly Looked[],
): Promise<Readonly<Record<string, number>>> {
  if (found.length === 0) return {};
  const { statements, pattern, dryRun } = work;
  const ids = [found.map(({ id }) => id)];
  const events = await statements.query<FoundEvent>(
    'select event_id as id, week::text, body from events where user_message_id = any($1)',
    ids,
  );
  const exchanges = await statements.query(
    dryRun
      ? 'select 1 as one from network_exchanges where message_id = any($1)'
      : 'delete from network_exchanges where message_id = any($1) returning 1 as one',
    ids,
  );
  if (!dryRun) {
    const messages = found.map(({ id, week, body }) => ({ id, week, body: cleanMessage(body, pattern) }));
    await writeMessages(statements, messages);
    await writeEvents(
      statements,
      events.map(({ id, week, body }) => ({ id, week, body: cleanEvent(body) })),
    );
  }
  return { messages: found.length, events: events.length, network_exchanges: exchanges.length };
}

async function writeMessages(
  statements: Statements,
  rows: readonly Pick<Looked, 'id' | 'week' | 'body'>[],
): Promise<void> {
  const text = (column: (row: (typeof rows)[number]) => string | null): Buffer =>
    encodeTextArray('text', rows.map(column));
  await statements.query(
    `update messages set from_addr = given.from_addr, to_addr = given.to_addr, body = given.body
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::json[]) as given (id, week, from_addr, to_addr, body)
     where message_id = id and messages.week = given.week::date`,
    [
      text(({ id }) => id),
      text(({ week }) => week),
      text(({ body }) => indexedText(body.from_addr)),
      text(({ body }) => indexedText(body.to_addr)),
      jsonArray(rows),
    ],
  );
}

async function writeEvents(statements: Statements, rows: readonly FoundEvent[]): Promise<void> {
  const text = (column: (row: FoundEvent) => string): Buffer => encodeTextArray('text', rows.map(column));
  await statements.query(
    `update events set body = given.body from unnest($1::text[], $2::text[], $3::json[]) as given (id, week, body)
     where event_id = id and events.week = given.week::date`,
    [text(({ id }) => id), text(({ week }) => week), jsonArray(rows)],
  );
}

function jsonArray(rows: readonly { readonly body: object }[]): Buffer {
  return encodeTextArray(
    'json',
    rows.map(({ body }) => JSON.stringify(body)),
  );
}

function cleanMessage(body: UserMessage, pattern: AddressPattern): UserMessage {
  const isHis = [body.from_addr, body.to_addr].some((address) => address !== null && pattern.isIn(address));
  if (!isHis) return pattern.cleanJson(body) as UserMessage;
  const address = (text: string | null): string | null => (text === null ? null : pattern.clean(text));
  const { vumi } = body.helper_metadata;
  return {
    ...(pattern.cleanJson({ ...body, content: null, transport_metadata: {} }) as UserMessage),
    from_addr: address(body.from_addr),
    to_addr: address(body.to_addr),
    helper_metadata: vumi === undefined ? {} : { vumi: pattern.cleanJson(vumi) },
  };
}

function cleanEvent(body: TransportEvent): TransportEvent {
  const kept = Object.entries(body.transport_metadata).filter(([name]) => KEPT_METADATA.has(name));
  const cleaned = { ...body, transport_metadata: Object.fromEntries(kept), helper_metadata: {} };
  return cleaned.event_type === 'ack' ? { ...cleaned, sent_message_id: ERASED } : cleaned;
}
