import type { Clock, ExchangeBook, ExchangeDescription, Logger, NetworkExchange } from '@vumi/core';
import { encodeNumberArray, encodeTextArray } from '../array-parameter.ts';
import { BatchWriter } from '../batch-writer.ts';
import type { Database } from '../database.ts';
import { indexedId, indexedText } from '../indexed-text.ts';
import { ExchangeKeeper, type ExchangeKeeping } from './exchange-keeper.ts';
import { TextGate } from './text-gate.ts';

export interface ExchangeOptions {
  readonly keep: ExchangeKeeping;
  readonly per_second: number;
  /** The newest are kept, so many of all accounts. */
  readonly most: number;
  /** And no longer than this. */
  readonly days: number;
}

export interface OpenExchangeBook extends ExchangeBook, AsyncDisposable {}

export interface Exchanges {
  /** A book of one process. Disposal writes what waits. */
  openBook(options: ExchangeOptions): OpenExchangeBook;
}

/** Nobody waits for these rows: few large steps cost the database least. */
const BATCHES = { maxRows: 500, gapMs: 200, burst: 2, maxFlights: 1, maxWaiting: 5000 };
/** Characters of one; of more there is nothing to be learned. */
const LONGEST = 64 * 1024;
/** Batches between two times that old ones are removed. */
const TRIM_EVERY = 200;

const INSERT = `insert into network_exchanges (message_id, transport, at, failed, exchange)
  select id, transport, to_timestamp(at / 1000), failed = 1, exchange
  from unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::json[]) as given (id, transport, at, failed, exchange)`;

export function openExchanges(recording: Database, logger: Logger, clock: Clock = Date.now): Exchanges {
  return {
    openBook(options) {
      let batches = 0;
      const writer = new BatchWriter<NetworkExchange>({
        ...BATCHES,
        logger,
        rows: 'exchanges',
        write: async (rows) => {
          await recording.prepared('insert_exchanges', INSERT, columns(rows));
          if (batches % TRIM_EVERY === 0) await trim(recording, options);
          batches += 1;
        },
      });
      const { keep, per_second: perSecond } = options;
      const write = (exchange: NetworkExchange): void => {
        writer.add(exchange).catch(() => {
          // Lost: the database has been away for long, and the message itself says what became of it.
        });
      };
      const gate = new TextGate({ database: recording, write, logger });
      const keeper = new ExchangeKeeper({ keep, perSecond, clock, write: (exchange) => gate.take(exchange) });
      return {
        note: (exchange) => keeper.note(exchange),
        async [Symbol.asyncDispose]() {
          await gate[Symbol.asyncDispose]();
          await writer[Symbol.asyncDispose]();
        },
      };
    },
  };
}

function columns(rows: readonly NetworkExchange[]): Buffer[] {
  const text = (column: (row: NetworkExchange) => string | null): Buffer =>
    encodeTextArray('text', rows.map(column));
  return [
    text(({ message_id }) => indexedId(message_id)),
    text(({ transport }) => indexedText(transport)),
    encodeNumberArray(rows.map(({ at }) => at)),
    encodeNumberArray(rows.map(({ failed }) => (failed ? 1 : 0))),
    encodeTextArray(
      'json',
      rows.map((row) => bounded(row.describe())),
    ),
  ];
}

function bounded(description: ExchangeDescription): string {
  const json = JSON.stringify(description);
  if (json.length <= LONGEST) return json;
  const { protocol, direction } = description;
  return JSON.stringify({
    protocol,
    direction,
    request: { too_long: `${json.length} characters` },
    answer: null,
  });
}

/** Keeps them a ring, in size and in time. */
async function trim(database: Database, { most, days }: ExchangeOptions): Promise<void> {
  await database.query(
    `delete from network_exchanges where at < now() - $2::float8 * interval '1 day'
       or seq <= (select max(seq) from network_exchanges) - $1::bigint`,
    [most, days],
  );
}
