import { ACCOUNT_COLUMNS } from './accounts.ts';
import { ROLLOUT } from './apps.ts';
import { readPrices } from './credits/prices.ts';
import type { Database } from './database.ts';
import { readNumbers } from './numbers.ts';
import type { Account, Snapshot, SnapshotApp, StoredRoute, TransportRow } from './records.ts';
import { ROUTE_COLUMNS } from './route-rows.ts';
import { readSmppClients } from './smpp-clients.ts';
import { TRANSPORT_COLUMNS } from './transports.ts';

/** What routing depends on, as it was at one moment. */
export function readSnapshot(database: Database): Promise<Snapshot> {
  return database.transaction(async (statements) => {
    await statements.query('set transaction isolation level repeatable read, read only');
    return {
      accounts: await statements.query<Account>(`select ${ACCOUNT_COLUMNS} from accounts order by name`),
      apps: await statements.query<SnapshotApp>(
        `select account, app, active_version as version, ${ROLLOUT} as rollout, versions_changed_at, talks,
           (select manifest->>'api' from versions where versions.account = apps.account
              and versions.app = apps.app and version = active_version) as api,
           (select manifest->'stop' from versions where versions.account = apps.account
              and versions.app = apps.app and version = active_version) as stop,
           array(select distinct unnest(handlers) from versions
             where versions.account = apps.account and versions.app = apps.app
               and version in (active_version, rollout_version)) as handlers
         from apps order by account, app`,
      ),
      routes: await statements.query<StoredRoute>(
        `select ${ROUTE_COLUMNS} from routes order by account, name`,
      ),
      numbers: await readNumbers(statements),
      transports: await statements.query<TransportRow>(
        `select ${TRANSPORT_COLUMNS} from transports order by name`,
      ),
      smpp_clients: await readSmppClients(statements),
      prices: await readPrices(statements),
    };
  });
}
