import { appKey, isSurelyWorse, type AppRef } from '@vumi/core';
import { TALK_COUNTS } from '@vumi/core/talks';
import type { FunnelStore } from './app-ports.ts';
import { requireApp } from './apps.ts';
import type { Database } from './database.ts';
import type { AppFunnel, FunnelRow, NewRun, UsageRange } from './run-records.ts';
import { readSent } from './sent-rows.ts';
import { boundsOf } from './usage.ts';

const HOUR_MS = 3_600_000;
/** Days for which it is kept; what is said to be of before is of now. */
export const KEPT_DAYS = 90;
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
      for (const { counted, at, count, ...place } of countsOfRun(run)) {
        const { account, app, version } = run;
        const { screen, question } = this.#known(run, place);
        const hour = hourOf(withinKept(at, run.at));
        const key = JSON.stringify([account, app, hour, version, screen, question, counted]);
        const row = rows.get(key) ?? { account, app, version, hour, screen, question, counted, count: 0 };
        row.count += count;
        rows.set(key, row);
      }
    return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #known(run: NewRun, place: { screen: string; question: string }): { screen: string; question: string } {
    if (place.screen === '' && place.question === '') return place;
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

interface Counted {
  readonly screen: string;
  readonly question: string;
  readonly counted: string;
  readonly at: number;
  readonly count: number;
}

/**
 * Of the version, and what its conversations say. What was asked is counted twice: as `shown`, and as `reached` in the hour
 * in which its conversation began.
 */
function countsOfRun({ at, outcome, cost, talk = [] }: NewRun): Counted[] {
  const ofVersion = { screen: '', question: '', at, count: 1 };
  const broke = outcome !== 'ok' || talk.some(({ what }) => what === 'diverged');
  return [
    { ...ofVersion, counted: 'ran' },
    ...(broke ? [{ ...ofVersion, counted: 'broke' }] : []),
    ...(cost.sends > 0 ? [{ ...ofVersion, counted: 'sent', count: cost.sends }] : []),
    ...talk.flatMap(({ what, began, ...place }) => {
      const one = { ...place, counted: what, count: 1 };
      return what === 'shown' ? [one, { ...one, counted: 'reached', at: began ?? place.at }] : [one];
    }),
  ];
}

/** The time, or that of its run where it is none: later, or so early that it is not kept. */
export function withinKept(at: number, ofRun: number): number {
  return at > ofRun - KEPT_DAYS * 24 * HOUR_MS && at <= ofRun ? at : ofRun;
}

/** Seconds since the epoch. */
export function hourOf(at: number): number {
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
             and counted = any($5)
           group by 1, 2, 3, 4) as summed
         group by 1, 2, 3 order by 1 desc, 2, 3`,
        [ref.account, ref.app, from, to, TALK_COUNTS],
      );
      const [candidate, stable] = [...new Set(items.map(({ version }) => version))];
      const sent = await readSent(database, ref, [from, to]);
      if (candidate === undefined || stable === undefined) return { ...ref, from, to, items, sent };
      const worse = await worseOf(database, ref, { from, to, candidate, stable });
      return {
        ...ref,
        from,
        to,
        items: items.map((row) =>
          row.version === candidate && worse.has(nameOf(row))
            ? Object.assign(row, { worse_than: stable })
            : row,
        ),
        sent,
      };
    },
  };
}

interface Compared {
  readonly screen: string;
  readonly question: string;
  readonly candidate: number;
  readonly candidate_left: number;
  readonly stable: number;
  readonly stable_left: number;
}

function nameOf({ screen, question }: Pick<FunnelRow, 'screen' | 'question'>): string {
  return JSON.stringify([screen, question]);
}

/** Questions at which more users leave the candidate, for sure: of hours in which both were talked to, and that are a day ago. */
async function worseOf(
  database: Database,
  { account, app }: AppRef,
  { from, to, candidate, stable }: { from: string; to: string; candidate: number; stable: number },
): Promise<Set<string>> {
  const rows = await database.query<Compared>(
    `with common as (
       select hour from funnel
       where account = $1 and app = $2 and hour >= date_trunc('hour', $3::timestamptz) and hour < $4
         and hour < now() - interval '25 hours' and version in ($5, $6) and counted = 'shown'
       group by hour having count(distinct version) = 2),
     asked as (
       select version, screen, question, sum(count) filter (where counted = 'shown') as shown,
         coalesce(sum(count) filter (where counted in ('answered', 'back')), 0) as went_on
       from funnel join common using (hour)
       where account = $1 and app = $2 and version in ($5, $6) and question <> ''
       group by 1, 2, 3)
     select screen, question, mine.shown::float8 as candidate, theirs.shown::float8 as stable,
       greatest(mine.shown - mine.went_on, 0)::float8 as candidate_left,
       greatest(theirs.shown - theirs.went_on, 0)::float8 as stable_left
     from asked as mine join asked as theirs using (screen, question)
     where mine.version = $5 and theirs.version = $6 and mine.shown > 0 and theirs.shown > 0`,
    [account, app, from, to, candidate, stable],
  );
  const worse = rows.filter((row) =>
    isSurelyWorse(
      { bad: row.candidate_left, all: row.candidate },
      { bad: row.stable_left, all: row.stable },
      rows.length,
    ),
  );
  return new Set(worse.map(nameOf));
}
