import { VumiError } from '@vumi/core';
import type { Changes } from './changes.ts';
import { checkName } from './checks.ts';
import type { Database, Statements } from './database.ts';
import type { TransportRow } from './records.ts';
import type { Transports } from './routing-ports.ts';

/** That an error names. */
const NAMED_ROUTES = 5;

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
    async remove(name, { force = false } = {}) {
      checkName('name', name);
      await changes.write(['transports', 'routes'], async (statements) => {
        if (!force) await requireUnrouted(statements, name);
        const removed = await statements.query('delete from transports where name = $1 returning name', [
          name,
        ]);
        if (removed.length === 0) throw noTransport(name);
        await statements.query('delete from numbers where transport = $1', [name]);
      });
    },
  };
}

/** Routes outlive their transport, and do nothing: who sets it again has to set them again. */
async function requireUnrouted(statements: Statements, transport: string): Promise<void> {
  const routes = await statements.query<{ readonly account: string; readonly name: string }>(
    'select account, name from routes where transport = $1 order by account, name limit $2',
    [transport, NAMED_ROUTES + 1],
  );
  if (routes.length === 0) return;
  const named = routes.slice(0, NAMED_ROUTES).map(({ account, name }) => `"${name}" of account "${account}"`);
  const more = routes.length > NAMED_ROUTES ? ' and others' : '';
  throw new VumiError(
    'request.conflict',
    `routes lead over transport "${transport}": ${named.join(', ')}${more}. Remove them first, or delete it all the same with --force (force=true): they stay then and do nothing until they are set again, even where another transport gets its name`,
    { field: 'force' },
  );
}

function noTransport(name: string): VumiError {
  return new VumiError('not_found', `there is no transport "${name}": list the transports`);
}
