import { VumiError } from '@vumi/core';
import type { Statements } from '@vumi/store';
import { Client } from 'pg';

/** A connection of its own. Throws `store.unavailable`. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'vumi backup' });
  // A connection that breaks rejects what was asked; without a listener it would end the process, too.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new VumiError('store.unavailable', `the database does not answer: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

export function statementsOf(client: Client): Statements {
  return {
    query: async <R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
      (await client.query<R>(text, [...values])).rows,
  };
}
