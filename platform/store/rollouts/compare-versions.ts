import { LEAST_TRIES } from '@vumi/core';
import type { Statements } from '../database.ts';
import type { Compared, RolloutNumbers, RunningRollout } from './rollout-ports.ts';

const HOUR_MS = 3_600_000;
/** Who has not answered for so long has left; before, only who is known to have. Hours are counted whole. */
const LEFT_MS = 25 * HOUR_MS;

interface Row {
  readonly screen: string;
  readonly question: string;
  readonly candidate: number;
  readonly candidate_bad: number;
  readonly stable: number;
  readonly stable_bad: number;
}

const NOTHING: Compared = { candidate: { bad: 0, all: 0 }, stable: { bad: 0, all: 0 } };

/**
 * Reads how both versions fared in the same hours. The hours of the stable one are weighted as those of the candidate: its share
 * grows, and users are not the same at night. So many weighted tries say as much as `stable` tries of one kind.
 */
const COMPARE = `
  with counts as (
    select hour, version, screen, question,
      coalesce(sum(count) filter (where counted in ('shown', 'ran')), 0)::float8 as begun,
      coalesce(sum(count) filter (where counted in ('answered', 'back')), 0)::float8 as stayed,
      coalesce(sum(count) filter (where counted in ('hung_up', 'timed_out', 'gave_up', 'stopped')), 0)::float8 as went,
      coalesce(sum(count) filter (where counted = 'broke'), 0)::float8 as broke
    from funnel
    where account = $1 and app = $2 and version in ($3, $4)
      and hour >= date_trunc('hour', $5::timestamptz) and hour <= $6::timestamptz
      and (question <> '' or counted in ('ran', 'broke'))
    group by 1, 2, 3, 4),
  tallies as (
    select hour, version, screen, question,
      case when question = '' then broke when hour < $7::timestamptz then greatest(begun - stayed, 0) else went end as bad,
      case when question = '' then begun when hour < $7::timestamptz then greatest(begun, stayed) else stayed + went end as total
    from counts)
  select screen, question, sum(mine.total) as candidate, sum(mine.bad) as candidate_bad,
    sum(mine.total) ^ 2 / sum(mine.total ^ 2 / theirs.total) as stable,
    sum(mine.total) * sum(mine.total * theirs.bad / theirs.total) / sum(mine.total ^ 2 / theirs.total) as stable_bad
  from tallies as mine join tallies as theirs using (hour, screen, question)
  where mine.version = $3 and theirs.version = $4 and mine.total > 0 and theirs.total > 0
  group by 1, 2 order by 1, 2`;

export async function compareVersions(
  statements: Statements,
  rollout: RunningRollout,
  at: number,
): Promise<RolloutNumbers> {
  const { account, app, version, stable, started_at } = rollout;
  const rows = await statements.query<Row>(COMPARE, [
    account,
    app,
    version,
    stable,
    started_at,
    new Date(at).toISOString(),
    new Date(at - LEFT_MS).toISOString(),
  ]);
  const ofRuns = rows.find(({ question }) => question === '');
  return {
    runs: ofRuns === undefined ? NOTHING : comparedOf(ofRuns),
    questions: rows
      .filter(({ question }) => question !== '')
      .map((row) => Object.assign({ screen: row.screen, question: row.question }, comparedOf(row))),
    cpu: await compareCpu(statements, rollout),
  };
}

function comparedOf({ candidate, candidate_bad, stable, stable_bad }: Row): Compared {
  return {
    candidate: { bad: candidate_bad, all: candidate },
    stable: { bad: stable_bad, all: stable },
  };
}

async function compareCpu(
  statements: Statements,
  { account, app, version, stable, started_at }: RunningRollout,
): Promise<RolloutNumbers['cpu']> {
  const rows = await statements.query<{ version: number; cpu: number }>(
    `select version, percentile_cont(0.95) within group (order by (cost ->> 'cpu_us')::float8) as cpu from runs
     where account = $1 and app = $2 and version in ($3, $4) and at >= $5 and not failed
       and not (cost ->> 'cold')::boolean
     group by version having count(*) >= ${LEAST_TRIES}`,
    [account, app, version, stable, started_at],
  );
  const of = (wanted: number) => rows.find((row) => row.version === wanted)?.cpu;
  const [mine, theirs] = [of(version), of(stable)];
  return mine === undefined || theirs === undefined ? null : { candidate: mine, stable: theirs };
}
