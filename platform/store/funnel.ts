import { appKey, type AppRef } from '@vumi/core';
import type { FunnelStore } from './app-ports.ts';
import { requireApp } from './apps.ts';
import type { Database } from './database.ts';
import type { AppFunnel, FunnelRow, NewRun, UsageRange } from './run-records.ts';
import { boundsOf } from './usage.ts';

const HOUR_MS = 3_600_000;
/** Days for which it is kept; what is said to be of before is of now. */
const KEPT_DAYS = 90;
/** Of an app in an hour; what is more is counted together, as of a screen of this name. */
const MOST_PLACES = 300;
const MORE = '…';

/** One row of the table `funnel`, as it is added to. */
interface Added extends AppRef {
  readonly version: number;
  /** Seconds since the epoch. */
  readonly hour: number;
  readonly screen: string;
  readonly question: string;
  readonly counted: string;
  count: number;
}

/** What runs add to the funnels of their apps. Its names are the apps': it has an end how many of them are kept. */
export class FunnelCounts {
  #hour = 0;
  /** By app: those of this hour. */
  #places = new Map<string, Set<string>>();

  /** Sorted, so that two writers take the rows' locks in the same order. */
  of(runs: readonly NewRun[]): Added[] {
    const rows = new Map<string, Added>();
    for (const run of runs)
      for (const { what, at, ...place } of run.talk ?? []) {
        const { account, app, version } = run;
        const { screen, question } = this.#known(run, place);
        const hour = hourOf(at > run.at - KEPT_DAYS * 24 * HOUR_MS && at <= run.at ? at : run.at);
        const key = JSON.stringify([account, app, hour, version, screen, question, what]);
        const row = rows.get(key) ?? {
          account,
          app,
          version,
          hour,
          screen,
          question,
          counted: what,
          count: 0,
        };
        row.count += 1;
        rows.set(key, row);
      }
    return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #known(run: NewRun, place: { screen: string; question: string }): { screen: string; question: string } {
    const hour = hourOf(run.at);
    if (hour !== this.#hour) this.#places = new Map();
    this.#hour = hour;
    const places = this.#places.get(appKey(run)) ?? new Set();
    this.#places.set(appKey(run), places);
    const name = JSON.stringify([run.version, place.screen, place.question]);
    if (!places.has(name) && places.size >= MOST_PLACES) return { screen: MORE, question: '' };
    places.add(name);
    return place;
  }
}

function hourOf(at: number): number {
  return (Math.floor(at / HOUR_MS) * HOUR_MS) / 1000;
}

export async function forgetFunnel(database: Database): Promise<void> {
  await database.query(`delete from funnel where hour < now() - interval '${KEPT_DAYS} days'`);
}

export function openFunnel(database: Database): FunnelStore {
  return {
    async ofApp(ref: AppRef, range: UsageRange): Promise<AppFunnel> {
      await requireApp(database, ref);
      const { from, to } = boundsOf(range);
      const items = await database.query<FunnelRow>(
        `select version, screen, question, json_object_agg(counted, count) as counts from (
           select version, screen, question, counted, sum(count)::float8 as count from funnel
           where account = $1 and app = $2 and hour >= date_trunc('hour', $3::timestamptz) and hour < $4
           group by 1, 2, 3, 4) as summed
         group by 1, 2, 3 order by 1 desc, 2, 3`,
        [ref.account, ref.app, from, to],
      );
      return { ...ref, from, to, items };
    },
  };
}
