import { appKey, isSecretAnswer, type TransportEvent } from '@vumi/core';
import type { Database } from '../database.ts';
import { messageStatus, showEvent } from '../message-status.ts';
import { describeMessage } from '../messages.ts';
import type { LogRow, MessageRow } from '../message-records.ts';
import type { RunDetail } from '../run-records.ts';
import { findMessage, findTurn, type FoundMessage } from './find-message.ts';
import {
  creditEntry,
  eventEntry,
  exchangeEntry,
  failureEntry,
  logEntry,
  messageEntries,
  runEntry,
  webhookEntry,
  type CreditPart,
  type DeliveryPart,
  type ExchangePart,
  type FailurePart,
} from './entries.ts';
import type { Timeline, TimelineEntry, Timelines } from './records.ts';
import { withoutText } from './withheld-text.ts';

/** Rows of one kind: a message that was tried a thousand times is told well enough by these. */
const MOST = 200;

export function openTimelines(database: Database): Timelines {
  return { get: (account, id) => readTimeline(database, account, id) };
}

async function readTimeline(database: Database, account: string | null, id: string): Promise<Timeline> {
  const asked = await findMessage(database, account, id);
  const turn = await findTurn(database, asked);
  const ids = turn.map((message) => message.id);
  const events = await readEvents(database, ids);
  const owner = turn.find((message) => message.account !== null)?.account ?? null;
  const happened = await Promise.all([
    readExchanges(database, turn),
    readRuns(database, turn, events),
    readLogs(database, turn, events),
    owner === null ? [] : readDeliveries(database, owner, ids),
    readFailures(database, account, ids),
    owner === null ? [] : readCredits(database, owner, ids),
  ]);
  const entries = [
    ...turn.flatMap(messageEntries),
    ...events.map(({ body }) => eventEntry(body)),
    ...happened.flat(),
  ];
  return {
    message_id: asked.body.message_id,
    messages: turn.map((message) => showMessage(message, events)),
    entries: inOrder(entries),
  };
}

interface EventPart {
  readonly id: string;
  readonly body: TransportEvent;
}

function showMessage(message: FoundMessage, all: readonly EventPart[]): MessageRow {
  const events = all.filter(({ id }) => id === message.id).map(({ body }) => showEvent(body));
  return { ...describeMessage(message), ...messageStatus(message.status, events), events };
}

function inOrder(entries: readonly TimelineEntry[]): TimelineEntry[] {
  // Stable: what has one instant stays in the order in which things happen.
  return entries.toSorted((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
}

function readEvents(database: Database, ids: readonly string[]): Promise<EventPart[]> {
  return database.query<EventPart>(
    `select user_message_id as id, body from events where user_message_id = any($1) order by at, seq limit ${MOST}`,
    [ids],
  );
}

/** Of secret answers without what the network said, also where it was written before such texts were withheld. */
async function readExchanges(database: Database, turn: readonly FoundMessage[]): Promise<TimelineEntry[]> {
  const secrets = new Set(turn.filter(({ body }) => isSecretAnswer(body)).map(({ id }) => id));
  const rows = await database.query<ExchangePart>(
    `select message_id, transport, at, failed, exchange from network_exchanges
     where message_id = any($1) order by at, seq limit ${MOST}`,
    [turn.map(({ id }) => id)],
  );
  return rows.map((row) =>
    exchangeEntry(secrets.has(row.message_id) ? { ...row, exchange: withoutText(row.exchange) } : row),
  );
}

interface Handled {
  readonly account: string;
  readonly app: string;
  readonly ids: readonly string[];
}

/** The apps of a turn, with the ids of what they handled: what was written, and events about what they sent. */
function handledBy(turn: readonly FoundMessage[], events: readonly EventPart[]): Handled[] {
  const apps = Map.groupBy(turn, ({ account, app }) =>
    account === null || app === null ? '' : appKey({ account, app }),
  );
  const told = events.map(({ body }) => body.event_id);
  return [...apps.values()].flatMap((messages) => {
    const [{ account, app } = { account: null, app: null }] = messages;
    if (account === null || app === null) return [];
    return [{ account, app, ids: [...messages.map(({ id }) => id), ...told] }];
  });
}

async function readRuns(
  database: Database,
  turn: readonly FoundMessage[],
  events: readonly EventPart[],
): Promise<TimelineEntry[]> {
  const about = new Map(events.map(({ id, body }) => [body.event_id, id]));
  const found = handledBy(turn, events).map(async ({ account, app, ids }) => {
    const runs = await database.query<RunDetail>(
      `select message_id, version, kind, outcome, error, at, cost, record is not null as recorded, record
       from runs where account = $1 and app = $2 and message_id = any($3) order by seq limit ${MOST}`,
      [account, app, ids],
    );
    return runs.map((run) => runEntry({ account, app }, run, about.get(run.message_id) ?? run.message_id));
  });
  return (await Promise.all(found)).flat();
}

async function readLogs(
  database: Database,
  turn: readonly FoundMessage[],
  events: readonly EventPart[],
): Promise<TimelineEntry[]> {
  const about = new Map(events.map(({ id, body }) => [body.event_id, id]));
  const found = handledBy(turn, events).map(async ({ account, app, ids }) => {
    const lines = await database.query<LogRow>(
      `select level, text, message_id, fields, at as timestamp from app_logs
       where account = $1 and app = $2 and message_id = any($3) order by id limit ${MOST}`,
      [account, app, ids],
    );
    return lines.map((line) =>
      logEntry({ account, app }, line, about.get(line.message_id ?? '') ?? line.message_id ?? ''),
    );
  });
  return (await Promise.all(found)).flat();
}

async function readDeliveries(
  database: Database,
  account: string,
  ids: readonly string[],
): Promise<TimelineEntry[]> {
  const rows = await database.query<DeliveryPart>(
    `select w.name as webhook, d.event, d.message_id, d.status, d.attempts, d.created_at, d.next_at, d.last
     from webhook_deliveries d join webhooks w on w.id = d.webhook
     where d.message_id = any($1) and w.account = $2 order by d.seq limit ${MOST}`,
    [ids, account],
  );
  return rows.map(webhookEntry);
}

async function readFailures(
  database: Database,
  account: string | null,
  ids: readonly string[],
): Promise<TimelineEntry[]> {
  const rows = await database.query<FailurePart>(
    `select id, message_id, connector, state, error, reason, failed_at, retries from failures
     where message_id = any($1) and ($2::text is null or account = $2) order by seq limit ${MOST}`,
    [ids, account],
  );
  return rows.map(failureEntry);
}

async function readCredits(
  database: Database,
  account: string,
  ids: readonly string[],
): Promise<TimelineEntry[]> {
  const rows = await database.query<CreditPart>(
    `select message_id, at, kind, amount::float8 as amount, transport, route, segments,
       price::text, per_segment::float8 as per_segment, per_message::float8 as per_message,
       per_session::float8 as per_session, reason
     from credit_entries where message_id = any($1) and account = $2 order by credit_entries.id limit ${MOST}`,
    [ids, account],
  );
  return rows.map(creditEntry);
}
