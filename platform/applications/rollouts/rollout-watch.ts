import { errorText, keepLeased, type AppRef, type Clock, type Logger } from '@vumi/core';
import type { RolloutDecision, RunningRollout, Store } from '@vumi/store';
import { judgeRollout } from './judge-rollout.ts';

export interface RolloutWatchPorts {
  readonly store: Pick<Store, 'rollouts' | 'logs' | 'lease'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Name of the lease of the process that does it. */
const LEASE = 'rollouts';
const EVERY_MS = 30_000;

/** Of all processes one looks after the rollouts of all apps; what it needs to know is in the store. */
export function startRolloutWatch(ports: RolloutWatchPorts): AsyncDisposable {
  return keepLeased({
    ...ports,
    lease: LEASE,
    everyMs: EVERY_MS,
    failed: 'rollouts could not be looked after',
    round: () => lookAtRollouts(ports),
  });
}

/** One look at each rollout that is on; what is wrong with one keeps nobody from the others. */
export async function lookAtRollouts(ports: RolloutWatchPorts): Promise<void> {
  for (const rollout of await ports.store.rollouts.running()) {
    try {
      await look(ports, rollout);
    } catch (error) {
      const { account, app, version } = rollout;
      const reason = errorText(error);
      ports.logger.warn({ account, app, version, reason }, 'a rollout could not be looked after');
    }
  }
}

async function look(
  { store, clock }: Omit<RolloutWatchPorts, 'logger'>,
  rollout: RunningRollout,
): Promise<void> {
  const at = clock();
  const judgement = judgeRollout(rollout, await store.rollouts.compare(rollout, at), at);
  if (judgement === null) return;
  const made = await store.rollouts.decide(rollout, { ...judgement, at });
  if (made !== null) await tellAuthor(store, rollout, made);
}

const LEVELS: Readonly<Record<string, string>> = { rolled_back: 'error', held: 'warn' };

async function tellAuthor(
  { logs }: Pick<Store, 'logs'>,
  { account, app, version, stable }: AppRef & Pick<RunningRollout, 'version' | 'stable'>,
  { decision, percent, reason, at }: RolloutDecision,
): Promise<void> {
  const what: Readonly<Record<string, string>> = {
    rolled_back: `version ${version} was taken back, everybody is on version ${stable}`,
    held: `version ${version} stays at ${percent} %`,
    promoted: `version ${version} gets ${percent} % of new sessions`,
    finished: `everybody is on version ${version}`,
  };
  await logs.append([
    {
      account,
      app,
      level: LEVELS[decision] ?? 'info',
      text: `rollout: ${what[decision] ?? decision}: ${reason}`,
      message_id: null,
      timestamp: at,
    },
  ]);
}
