import { routingKey, smppClientConnector } from '@vumi/core';
import { connect } from './connection.ts';

/** Queues on a server of their own, which is asked how much waits in them. */
export interface QueueServer {
  /** Connectors that the configuration names. */
  readonly connectors: readonly string[];
  /** 0 for a queue that is not there. */
  depth(queue: string): Promise<number>;
}

/** A queue with messages that are in no backup. */
export interface WaitingMessages {
  readonly queue: string;
  readonly messages: number;
}

const KINDS = ['inbound', 'outbound', 'event', 'failures'] as const;

/**
 * What waits in the queues of all connectors that the configuration and the database know, the longest first. What a
 * process has taken and not finished is not among it.
 */
export async function countWaiting(server: QueueServer, databaseUrl: string): Promise<WaitingMessages[]> {
  const names = new Set([...server.connectors, ...(await readConnectors(databaseUrl))]);
  const counted: WaitingMessages[] = [];
  for (const queue of [...names].flatMap((name) => KINDS.map((kind) => routingKey(name, kind)))) {
    const messages = await server.depth(queue);
    if (messages > 0) counted.push({ queue, messages });
  }
  return counted.toSorted((a, b) => b.messages - a.messages);
}

/** Routes to apps and SMPP clients lead to connectors of other names. */
const CONNECTORS = `
  select name from transports union select name from workers
  union select connector from routes where connector is not null and position(':' in connector) = 0`;

async function readConnectors(url: string): Promise<string[]> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<{ name: string }>(CONNECTORS);
    const clients = await client.query<{ system_id: string }>('select system_id from smpp_clients');
    return [
      ...rows.map(({ name }) => name),
      ...clients.rows.map(({ system_id: systemId }) => smppClientConnector(systemId)),
    ];
  } finally {
    await client.end();
  }
}
