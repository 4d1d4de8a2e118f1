import type { Logger } from '@vumi/core';
import type { Database } from '../database.ts';
import { addPoints, toPoints } from './points.ts';
import { listSeries, readSeries } from './read-series.ts';
import { rollUp } from './roll-up.ts';
import { PLATFORM_STORE, type PlatformSeries } from './series-ports.ts';
import { MOST_SERIES, TIERS } from './tiers.ts';

/** In the place of an account: no account is called so. */
const PLATFORM = '';

export function openPlatformSeries(database: Database, logger: Logger): PlatformSeries {
  const place = { account: PLATFORM, step: TIERS[0].step, most: MOST_SERIES };
  return {
    list: (page) => listSeries(database, PLATFORM, page),
    read: (query) => readSeries(database, PLATFORM, query),
    async add(values) {
      if (values.length === 0) return 0;
      const named = values.map((value) => ({ ...value, store: PLATFORM_STORE }));
      const points = toPoints(named, place.step);
      return (await database.transaction((statements) => addPoints(statements, place, points))).length;
    },
    rollUp: (now) => rollUp(database, now, logger),
  };
}
