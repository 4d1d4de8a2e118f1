import { VumiError } from '@vumi/core';
import type { MetricEffect } from '@vumi/records';
import { requireAccount } from '../accounts.ts';
import { checkSlug } from '../checks.ts';
import type { Database, Statements } from '../database.ts';
import type { MetricName } from '../records.ts';
import type { Metrics } from '../record-ports.ts';
import { addPoints, toPoints } from './points.ts';
import { listSeries, readSeries } from './read-series.ts';
import { MOST_SERIES, TIERS } from './tiers.ts';

/** Apps fire seldom enough for minutes. */
const APP_STEP = TIERS[1].step;

export function openMetrics(database: Database): Metrics {
  return {
    async list(account, page) {
      checkSlug('account', account);
      const { items, next_cursor } = await listSeries(database, account, page);
      if (items.length === 0) await requireAccount(database, account);
      return { items: items as MetricName[], next_cursor };
    },
    async series(account, query) {
      checkSlug('account', account);
      return readSeries(database, account, query);
    },
  };
}

/** Takes values into their minutes. Throws `app.limit` for metrics beyond those that an account may have. */
export async function addToMetrics(
  statements: Statements,
  account: string,
  effects: readonly MetricEffect[],
): Promise<void> {
  if (effects.length === 0) return;
  const place = { account, step: APP_STEP, most: MOST_SERIES };
  const [refused] = await addPoints(statements, place, toPoints(effects, APP_STEP));
  if (refused === undefined) return;
  throw new VumiError(
    'app.limit',
    `the account has its ${MOST_SERIES} metrics: use fewer names than values, such as no user's number in a name`,
  );
}
