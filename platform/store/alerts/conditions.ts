import type { Database } from '../database.ts';
import type { Conditions } from './alert-ports.ts';

/** Receivers and connectors that one look tells of. */
const MOST = 1000;

export function openConditions(database: Database): Conditions {
  return {
    deadFailures: () =>
      database.query(
        `select account, coalesce(app, connector) as subject, count(*)::int as dead,
           (array_agg(reason order by seq desc))[1] as reason
         from failures where state = 'dead' group by account, coalesce(app, connector)
         order by account, subject limit ${MOST}`,
      ),
    lostDeliveries: () =>
      database.query(
        `select account, name, failing_since, last->>'error' as error from webhooks
         where failing_since is not null and active
           and exists (select from webhook_deliveries where webhook = webhooks.id and status = 'dead'
             and event <> 'test' and (last->>'at')::timestamptz >= failing_since)
         order by account, name limit ${MOST}`,
      ),
    runs: () =>
      database.query(
        `select account, app, sum(count)::float8 as runs,
           coalesce(sum(count) filter (where name <> 'ok'), 0)::float8 as failed
         from usage_counts where counted = 'outcome' group by account, app order by account, app`,
      ),
  };
}
