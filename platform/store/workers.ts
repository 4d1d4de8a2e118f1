import { nameSchema } from '@vumi/core';
import type { Changes } from './changes.ts';
import type { Database } from './database.ts';
import type { WorkerRow } from './records.ts';
import type { Workers } from './routing-ports.ts';

const COLUMNS = 'name, type, config, placement, supervisor, restarts';

export function openWorkers(database: Database, changes: Changes): Workers {
  return {
    list: () => database.query<WorkerRow>(`select ${COLUMNS} from workers order by position`),
    async get(name) {
      if (!nameSchema.safeParse(name).success) return null;
      const [row] = await database.query<WorkerRow>(`select ${COLUMNS} from workers where name = $1`, [name]);
      return row ?? null;
    },
    put: ({ name, type, config, placement, supervisor }) =>
      changes.write('workers', async (statements) => {
        await statements.query(
          `insert into workers (name, type, config, placement, supervisor) values ($1, $2, $3, $4, $5)
           on conflict (name) do update set type = excluded.type, config = excluded.config,
             placement = excluded.placement, supervisor = excluded.supervisor, restarts = workers.restarts + 1`,
          [name, type, JSON.stringify(config), placement, supervisor],
        );
      }),
    remove: (name) => changed(changes, 'delete from workers where name = $1 returning name', name),
    restart: (name) =>
      changed(changes, 'update workers set restarts = restarts + 1 where name = $1 returning name', name),
  };
}

/** Whether there is a worker of that name. */
async function changed(changes: Changes, sql: string, name: string): Promise<boolean> {
  const rows = await changes.write('workers', (statements) => statements.query(sql, [name]));
  return rows.length > 0;
}
