import { VumiError, type UserMessage } from '@vumi/core';
import type { Database } from '../database.ts';
import { indexedId } from '../indexed-text.ts';
import type { Direction, InboundStatus, OutboundStatus } from '../message-records.ts';

export interface FoundMessage {
  readonly id: string;
  readonly direction: Direction;
  readonly account: string | null;
  readonly app: string | null;
  readonly status: InboundStatus | OutboundStatus;
  readonly body: UserMessage;
}

const COLUMNS = 'message_id as id, direction, account, app, status, body';
const SHORTEST_BEGINNING = 8;
/** Behind everything that an id may begin with. */
const LAST_CHARACTER = '\uffff';
const MOST_FOUND = 10;
const SEARCH_MS = 10_000;
const MOST_REPLIES = 100;

/** A message by its id, the beginning of it, or the id of its network. */
export async function findMessage(
  database: Database,
  account: string | null,
  id: string,
): Promise<FoundMessage> {
  const [exact] = await byId(database, account, id);
  if (exact !== undefined) return exact;
  const found =
    id.length < SHORTEST_BEGINNING
      ? await byNetworksId(database, account, id)
      : [...(await byBeginning(database, account, id)), ...(await byNetworksId(database, account, id))];
  const message = found.toSorted(byTime)[0];
  if (message === undefined) {
    throw new VumiError(
      'not_found',
      `no message has the id "${id}", begins with it, or was called so by its network within two days: "vumi messages NUMBER" lists ids`,
    );
  }
  if (found.every((one) => isOfTurn(one, message))) return message;
  throw new VumiError('request.invalid', `several messages are meant by "${id}": give more of the id`, {
    field: 'id',
  });
}

/** What is written and answered within a millisecond begins alike, and is one turn. */
function isOfTurn({ id, body }: FoundMessage, first: FoundMessage): boolean {
  return id === first.id || body.in_reply_to === first.id;
}

function byTime(a: FoundMessage, b: FoundMessage): number {
  return a.body.timestamp < b.body.timestamp ? -1 : 1;
}

function byId(database: Database, account: string | null, id: string): Promise<FoundMessage[]> {
  return database.query<FoundMessage>(
    `select ${COLUMNS} from messages where message_id = $1 and ($2::text is null or account = $2)`,
    [indexedId(id), account],
  );
}

function byBeginning(database: Database, account: string | null, id: string): Promise<FoundMessage[]> {
  return database.query<FoundMessage>(
    `select ${COLUMNS} from messages where message_id > $1 and message_id < $2
       and ($3::text is null or account = $3) limit ${MOST_FOUND}`,
    [indexedId(id), indexedId(id) + LAST_CHARACTER, account],
  );
}

/** Events have no index by it, which each of them would cost something: the newest are looked through. */
function byNetworksId(database: Database, account: string | null, id: string): Promise<FoundMessage[]> {
  return database.within<FoundMessage>(
    SEARCH_MS,
    `select ${COLUMNS} from messages
     where message_id in (
       select user_message_id from events
       where at > now() - interval '2 days' and body->>'event_type' = 'ack' and body->>'sent_message_id' = $1
       limit 20)
     and ($2::text is null or account = $2) limit ${MOST_FOUND}`,
    [id, account],
  );
}

/** The turn of a conversation that a message is part of: what the user wrote and what answers it, oldest first. */
export async function findTurn(database: Database, message: FoundMessage): Promise<FoundMessage[]> {
  const root = await rootOf(database, message);
  const replies = await repliesTo(database, root);
  const others = [message, ...replies].filter(({ id }) => id !== root.id);
  const distinct = new Map([root, ...others].map((one) => [one.id, one]));
  return [...distinct.values()].sort(byTime);
}

async function rootOf(database: Database, message: FoundMessage): Promise<FoundMessage> {
  const { in_reply_to: root } = message.body;
  if (root === null || message.account === null) return message;
  const [found] = await byId(database, message.account, root);
  return found ?? message;
}

/** By whom they are to, for which there is an index. Who takes longer than a day does not answer. */
async function repliesTo(database: Database, { id, account, body }: FoundMessage): Promise<FoundMessage[]> {
  if (account === null || body.from_addr === null) return [];
  return database.query<FoundMessage>(
    `select ${COLUMNS} from messages
     where account = $1 and to_addr = $2 and at >= $3::timestamptz and at < $3::timestamptz + interval '1 day'
       and body->>'in_reply_to' = $4
     order by at, seq limit ${MOST_REPLIES}`,
    [account, body.from_addr.slice(0, 500), `${body.timestamp}+00`, id],
  );
}
