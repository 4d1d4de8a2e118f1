import { VumiError } from '@vumi/core';
import type { Changes } from './changes.ts';
import { checkName } from './checks.ts';
import type { Database } from './database.ts';
import type { TransportRow } from './records.ts';
import type { Transports } from './routing-ports.ts';

export const TRANSPORT_COLUMNS = 'name, type, config';

export function openTransports(database: Database, changes: Changes): Transports {
  return {
    async put(name, { type, config }) {
      checkName('name', name);
      return changes.write('transports', async (statements) => {
        await statements.query(
          `insert into transports (name, type, config) values ($1, $2, $3)
           on conflict (name) do update set type = excluded.type, config = excluded.config`,
          [name, type, JSON.stringify(config)],
        );
        return { name, type, config: { ...config } };
      });
    },
    async get(name) {
      checkName('name', name);
      const [transport] = await database.query<TransportRow>(
        `select ${TRANSPORT_COLUMNS} from transports where name = $1`,
        [name],
      );
      if (transport === undefined) throw noTransport(name);
      return transport;
    },
    list: () => database.query(`select ${TRANSPORT_COLUMNS} from transports order by name`),
    async remove(name) {
      checkName('name', name);
      await changes.write(['transports', 'routes'], async (statements) => {
        const removed = await statements.query('delete from transports where name = $1 returning name', [
          name,
        ]);
        if (removed.length === 0) throw noTransport(name);
        await statements.query('delete from numbers where transport = $1', [name]);
      });
    },
  };
}

function noTransport(name: string): VumiError {
  return new VumiError('not_found', `there is no transport "${name}": list the transports`);
}
