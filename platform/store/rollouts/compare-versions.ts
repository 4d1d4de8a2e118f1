import type { Statements } from '../database.ts';
import { compareHours } from './compare-hours.ts';
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

const OF_ROLLOUT = `account = $1 and app = $2 and version in ($3, $4)
      and hour >= date_trunc('hour', $5::timestamptz) and hour <= $6::timestamptz`;

/**
 * Reads how both versions fared in the same hours. The hours of the stable one are weighted as those of the candidate: its share
 * grows, and users are not the same at night. So many weighted tries say as much as `stable` tries of one kind. Kinds of
 * failures stand as questions of a screen without a name.
 */
const COMPARE = `
  with counts as (
    select hour, version, screen, question,
      coalesce(sum(count) filter (where counted = 'shown'), 0)::float8 as begun,
      coalesce(sum(count) filter (where counted in ('answered', 'back')), 0)::float8 as stayed,
      coalesce(sum(count) filter (where counted in ('hung_up', 'timed_out', 'gave_up', 'stopped')), 0)::float8 as went
    from funnel where ${OF_ROLLOUT} and question <> ''
    group by 1, 2, 3, 4),
  totals as (
    select hour, version,
      coalesce(sum(count) filter (where counted = 'ran'), 0)::float8 as ran,
      coalesce(sum(count) filter (where counted = 'broke'), 0)::float8 as broke,
      coalesce(sum(count) filter (where counted = 'diverged'), 0)::float8 as diverged,
      coalesce(sum(count) filter (where counted = 'sent'), 0)::float8 as sent,
      coalesce(sum(count) filter (where counted = 'uncertain'), 0)::float8 as uncertain
    from funnel where ${OF_ROLLOUT} and counted in ('ran', 'broke', 'diverged', 'sent', 'uncertain')
    group by 1, 2),
  tallies as (
    select hour, version, screen, question,
      case when hour < $7::timestamptz then greatest(begun - stayed, 0) else went end as bad,
      case when hour < $7::timestamptz then greatest(begun, stayed) else stayed + went end as total
    from counts
    union all
    select hour, version, '', kind, least(bad, total), total
    from totals cross join lateral (
      values ('broke', broke, ran), ('diverged', diverged, ran), ('uncertain', uncertain, sent)) as kinds (kind, bad, total))
  select screen, question, sum(mine.total) as candidate, sum(mine.bad) as candidate_bad,
    sum(mine.total) ^ 2 / sum(mine.total ^ 2 / theirs.total) as stable,
    sum(mine.total) * sum(mine.total * theirs.bad / theirs.total) / sum(mine.total ^ 2 / theirs.total) as stable_bad
  from tallies as mine join tallies as theirs using (hour, screen, question)
  where mine.version = $3 and theirs.version = $4 and mine.total > 0 and theirs.total > 0
  group by 1, 2 order by 1, 2`;

/**
 * Which questions the stable version comes to in that time, and the candidate. `expected`: conversations with the candidate that
 * would have come there by now if they did as those of the other version that began in the same hour.
 */
const REACH = `
  with begun as (
    select hour, sum(count) filter (where version = $3)::float8 as mine, sum(count) filter (where version = $4)::float8 as theirs
    from funnel where ${OF_ROLLOUT} and question = '' and counted = 'began'
    group by 1),
  asked as (
    select hour, screen, question,
      coalesce(sum(count) filter (where version = $4 and counted = 'shown'), 0)::float8 as theirs,
      coalesce(sum(count) filter (where version = $4 and counted = 'reached'), 0)::float8 as theirs_reached,
      coalesce(sum(count) filter (where version = $3 and counted = 'reached'), 0)::float8 as reached
    from funnel where ${OF_ROLLOUT} and question <> '' and counted in ('shown', 'reached')
    group by 1, 2, 3)
  select screen, question,
    least(1, sum(asked.theirs) / greatest((select sum(theirs) from begun), 1)) as share,
    sum(reached) as reached,
    coalesce(sum(begun.mine * least(1, theirs_reached / begun.theirs)) filter (where begun.theirs > 0), 0) as expected
  from asked left join begun using (hour)
  group by 1, 2 having sum(asked.theirs) > 0 order by 1, 2`;

export async function compareVersions(
  statements: Statements,
  rollout: RunningRollout,
  at: number,
): Promise<RolloutNumbers> {
  const { account, app, version, stable, started_at } = rollout;
  const values = [account, app, version, stable, started_at, new Date(at).toISOString()];
  const left = new Date(at - LEFT_MS).toISOString();
  const rows = await statements.query<Row>(COMPARE, [...values, left]);
  const ofKind = (kind: string): Compared => {
    const row = rows.find(({ screen, question }) => screen === '' && question === kind);
    return row === undefined ? NOTHING : comparedOf(row);
  };
  return {
    runs: ofKind('broke'),
    diverged: ofKind('diverged'),
    uncertain: ofKind('uncertain'),
    questions: rows
      .filter(({ screen }) => screen !== '')
      .map((row) => Object.assign({ screen: row.screen, question: row.question }, comparedOf(row))),
    reach: await statements.query(REACH, values),
    ...(await compareHours(statements, { ref: rollout, candidate: version, stable }, [
      started_at,
      new Date(at).toISOString(),
    ])),
  };
}

function comparedOf({ candidate, candidate_bad, stable, stable_bad }: Row): Compared {
  return {
    candidate: { bad: candidate_bad, all: candidate },
    stable: { bad: stable_bad, all: stable },
  };
}
