import type { AppRef } from '@vumi/core';
import type { Statements } from '../database.ts';
import type { RolloutDecision, RolloutState } from './rollout-ports.ts';

/** Ends the rollout that is on of an app, if there is one, because somebody decided otherwise. */
export async function endRollout(statements: Statements, ref: AppRef, reason: string): Promise<void> {
  const [ended] = await statements.query<{ id: string; at: string }>(
    `update rollouts set state = 'ended', ended_at = now()
     where account = $1 and app = $2 and state = 'running' returning id::text, ended_at as at`,
    [ref.account, ref.app],
  );
  if (ended === undefined) return;
  await addDecision(statements, ended.id, {
    at: ended.at,
    decision: 'ended',
    percent: 0,
    reason,
    numbers: {},
  });
}

export async function addDecision(
  statements: Statements,
  rollout: string,
  { at, decision, percent, reason, numbers }: RolloutDecision,
): Promise<void> {
  await statements.query(
    `insert into rollout_decisions (rollout, at, decision, percent, reason, numbers)
     values ($1, $2, $3, $4, $5, $6)`,
    [rollout, at, decision, percent, reason, JSON.stringify(numbers)],
  );
}

export async function closeRollout(
  statements: Statements,
  rollout: string,
  { state, at }: { readonly state: RolloutState; readonly at: string },
): Promise<void> {
  await statements.query('update rollouts set state = $2, ended_at = $3 where id = $1', [rollout, state, at]);
}
