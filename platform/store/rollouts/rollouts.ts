import { VumiError, type AppRef, type TalkPolicy } from '@vumi/core';
import { z } from 'zod';
import { requireApp } from '../apps.ts';
import type { Changes } from '../changes.ts';
import { checkRef } from '../checks.ts';
import type { Database, Statements } from '../database.ts';
import { noteAudit } from '../note-audit.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { AppVersion, Page, PageQuery } from '../records.ts';
import { activate, rollOut } from '../versions.ts';
import { compareVersions } from './compare-versions.ts';
import { addDecision, closeRollout, endRollout } from './decisions.ts';
import type {
  RolloutChange,
  RolloutDecision,
  RolloutPlan,
  RolloutRow,
  Rollouts,
  RunningRollout,
} from './rollout-ports.ts';

const COLUMNS = `id::text, version, stable, stages, each_s, promote_after_s, stage, stage_at, started_at`;
const cursorSchema = z.tuple([z.literal('rollouts'), z.string().regex(/^\d{1,18}$/)]);
const MOST_STAGES = 20;
const ALL = 100;
/** In the audit log. */
const WATCH = 'rollout watch';

export function openRollouts(database: Database, changes: Changes): Rollouts {
  return {
    begin: (ref, version, how) =>
      changes.write('apps', (statements) => begin(statements, ref, { version, ...how })),
    list: (ref, page) => listRollouts(database, ref, page),
    running: () =>
      database.query<RunningRollout>(
        `select account, app, ${COLUMNS}, seen, told
         from rollouts where state = 'running' order by id`,
      ),
    compare: (rollout, at) => compareVersions(database, rollout, at),
    decide: (rollout, change) => changes.write('apps', (statements) => decide(statements, rollout, change)),
  };
}

/** Before all else, as whoever changes an app's versions does. */
async function lockApp(statements: Statements, { account, app }: AppRef): Promise<void> {
  await statements.query('select from apps where account = $1 and app = $2 for update', [account, app]);
}

async function begin(
  statements: Statements,
  ref: AppRef,
  {
    version,
    plan,
    talks = 'pin',
    at,
  }: { version: number; plan: RolloutPlan; talks?: TalkPolicy | undefined; at: number },
): Promise<AppVersion> {
  checkRef(ref);
  const percent = checkPlan(plan);
  await lockApp(statements, ref);
  const { active_version: stable } = await requireApp(statements, ref);
  const begun = await rollOut(statements, ref, { version, percent, talks });
  await endRollout(statements, ref, `a rollout of version ${version} began`);
  const when = new Date(at).toISOString();
  const [row] = await statements.query<{ id: string }>(
    `insert into rollouts (account, app, version, stable, stages, each_s, promote_after_s, state, stage, stage_at,
       started_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'running', 0, $8, $8) returning id::text`,
    [ref.account, ref.app, version, stable, plan.stages, plan.each_s, plan.promote_after_s, when],
  );
  if (row === undefined) throw new TypeError('an insert returned no row');
  const reason = `version ${version} beside version ${stable}`;
  await addDecision(statements, row.id, { at: when, decision: 'began', percent, reason, numbers: {} });
  return begun;
}

/** The share of the first stage. */
function checkPlan({ stages, each_s, promote_after_s }: RolloutPlan): number {
  const [first] = stages;
  const rises = stages.every(
    (percent, index) => Number.isInteger(percent) && percent > (stages[index - 1] ?? 0) && percent <= ALL,
  );
  if (first === undefined || first === ALL || !rises || stages.at(-1) !== ALL || stages.length > MOST_STAGES)
    throw new VumiError(
      'request.invalid',
      `the stages of a rollout are 2 to ${MOST_STAGES} whole percentages that rise to 100, such as 5, 25, 100`,
      { field: 'stages' },
    );
  for (const [field, seconds] of Object.entries({ each_s, promote_after_s }))
    if (seconds !== null && (!Number.isInteger(seconds) || seconds < 1))
      throw new VumiError('request.invalid', `"${field}" is a whole number of seconds from 1 on`, { field });
  return first;
}

async function decide(
  statements: Statements,
  rollout: RunningRollout,
  { decision, reason, numbers, seen, cause, at }: RolloutChange,
): Promise<RolloutDecision | null> {
  const { id, stage } = rollout;
  await lockApp(statements, rollout);
  const [still] = await statements.query(
    `select from rollouts where id = $1 and state = 'running' and stage = $2 for update`,
    [id, stage],
  );
  if (still === undefined) return null;
  const when = new Date(at).toISOString();
  const done = await carryOut(statements, rollout, { decision, seen, cause, when });
  const made: RolloutDecision = { ...done, at: when, reason, numbers };
  await addDecision(statements, id, made);
  await noteAudit(statements, {
    account: rollout.account,
    actor: WATCH,
    action: `rollout.${made.decision}`,
    target: rollout.app,
    details: { version: rollout.version, stable: rollout.stable, percent: made.percent, reason, ...numbers },
  });
  return made;
}

interface Told {
  readonly when: string;
  readonly cause: string | undefined;
}

async function carryOut(
  statements: Statements,
  rollout: RunningRollout,
  { decision, seen, cause, when }: Pick<RolloutChange, 'decision' | 'seen'> & Told,
): Promise<Pick<RolloutDecision, 'decision' | 'percent'>> {
  const { id, stage, stages, version, stable } = rollout;
  if (decision === 'held') {
    await statements.query('update rollouts set told = array_append(told, $2) where id = $1', [
      id,
      cause ?? '',
    ]);
    return { decision, percent: stages[stage] ?? ALL };
  }
  if (decision === 'rolled_back') {
    await activate(statements, rollout, { version: stable, talks: 'pin' });
    await closeRollout(statements, id, { state: 'rolled_back', at: when });
    return { decision, percent: 0 };
  }
  const percent = stages[stage + 1] ?? ALL;
  const talks = await talksOf(statements, rollout);
  await statements.query(
    "update rollouts set stage = stage + 1, stage_at = $2, seen = $3, told = '{}' where id = $1",
    [id, when, JSON.stringify(seen)],
  );
  if (percent < ALL) {
    await rollOut(statements, rollout, { version, percent, talks });
    return { decision, percent };
  }
  await activate(statements, rollout, { version, talks });
  await closeRollout(statements, id, { state: 'finished', at: when });
  return { decision: 'finished', percent };
}

/** What becomes of open conversations was said when it began. */
async function talksOf(statements: Statements, { account, app }: AppRef): Promise<TalkPolicy> {
  const [row] = await statements.query<{ talks: TalkPolicy }>(
    'select talks from apps where account = $1 and app = $2',
    [account, app],
  );
  return row?.talks ?? 'pin';
}

async function listRollouts(database: Database, ref: AppRef, page: PageQuery): Promise<Page<RolloutRow>> {
  checkRef(ref);
  const limit = pageLimit(page.limit);
  const before = decodeCursor(cursorSchema, page.cursor)?.[1] ?? null;
  const rows = await database.query<RolloutRow & { id: string }>(
    `select ${COLUMNS}, state, ended_at from rollouts
     where account = $1 and app = $2 and ($3::bigint is null or rollouts.id < $3) order by rollouts.id desc limit $4`,
    [ref.account, ref.app, before, limit + 1],
  );
  if (rows.length === 0) await requireApp(database, ref);
  const decisions = await database.query<RolloutDecision & { rollout: string }>(
    `select rollout::text, at, decision, percent, reason, numbers from rollout_decisions
     where rollout = any($1::bigint[]) order by rollout_decisions.id`,
    [rows.map(({ id }) => id)],
  );
  const ofRollout = Map.groupBy(decisions, ({ rollout }) => rollout);
  return toPage(rows, limit, {
    key: ({ id }) => ['rollouts', id],
    item: ({ id, ...row }) => ({
      ...row,
      decisions: (ofRollout.get(id) ?? []).map(({ rollout: _rollout, ...decision }) => decision),
    }),
  });
}
