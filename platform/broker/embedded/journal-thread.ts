import type { DatabaseSync } from 'node:sqlite';
import { serveJournal, type Transact } from '@vumi/journal/thread';
import {
  idRange,
  type BrokerReply,
  type BrokerRequest,
  type StoredBinding,
  type StoredMessage,
  type StoredQueue,
} from './journal-format.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE IF NOT EXISTS queue (queue_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS binding (
    routing_key TEXT NOT NULL, queue_id INTEGER NOT NULL, PRIMARY KEY (routing_key, queue_id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS exchange_binding (
    exchange TEXT NOT NULL, routing_key TEXT NOT NULL, queue_id INTEGER NOT NULL,
    PRIMARY KEY (exchange, routing_key, queue_id)
  ) WITHOUT ROWID`;

/** The first table is of folders that were made when there was one exchange. */
const BINDINGS = `
  SELECT 'vumi' AS exchange, routing_key AS routingKey, queue_id AS queueId FROM binding
  UNION SELECT exchange, routing_key, queue_id FROM exchange_binding`;

type Actions = {
  readonly [Op in BrokerRequest[0]]: (
    request: Extract<BrokerRequest, readonly [Op, ...unknown[]]>,
  ) => BrokerReply;
};

serveJournal<BrokerRequest>(SCHEMA, prepare);

function prepare(database: DatabaseSync): Transact<BrokerRequest> {
  const put = database.prepare('INSERT INTO message (id, body) VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM message WHERE id = ?');
  const attempts = database.prepare('UPDATE message SET attempts = ? WHERE id = ?');
  const queue = database.prepare('INSERT OR IGNORE INTO queue (queue_id, name) VALUES (?, ?)');
  const bind = database.prepare(
    'INSERT OR IGNORE INTO exchange_binding (exchange, routing_key, queue_id) VALUES (?, ?, ?)',
  );
  const page = database.prepare(
    'SELECT id, body, attempts FROM message WHERE id > ? AND id <= ? ORDER BY id LIMIT ?',
  );
  const actions: Actions = {
    put: ([, id, body]) => done(put.run(id, body)),
    delete: ([, id]) => done(remove.run(id)),
    attempts: ([, id, count]) => done(attempts.run(count, id)),
    queue: ([, queueId, name]) => done(queue.run(queueId, name)),
    bind: ([, exchange, routingKey, queueId]) => done(bind.run(exchange, routingKey, queueId)),
    page: ([, afterId, upToId, limit]) => page.all(afterId, upToId, limit) as unknown as StoredMessage[],
    load: () => load(database),
  };
  return (request) => (actions[request[0]] as (request: BrokerRequest) => BrokerReply)(request);
}

function done(_changes: unknown): null {
  return null;
}

function load(database: DatabaseSync): BrokerReply {
  const bindings = database.prepare(BINDINGS).all() as unknown as StoredBinding[];
  const contents = database.prepare(
    'SELECT count(*) AS waiting, max(id) AS lastId FROM message WHERE id > ? AND id <= ?',
  );
  const queues = database.prepare('SELECT queue_id AS queueId, name FROM queue').all() as unknown as Pick<
    StoredQueue,
    'queueId' | 'name'
  >[];
  return {
    bindings: bindings.map(({ exchange, routingKey, queueId }) => ({ exchange, routingKey, queueId })),
    queues: queues.map(({ queueId, name }) => {
      const { first, last } = idRange(queueId);
      const { waiting, lastId } = contents.get(first, last) as unknown as Pick<
        StoredQueue,
        'waiting' | 'lastId'
      >;
      return { queueId, name, waiting, lastId };
    }),
  };
}
