import type { UserMessage } from '@vumi/core';
import type { TalkNote } from '@vumi/core/talks';
import type { FailureReason } from '../frames.ts';
import type { LoadedApp } from '../apps/app.ts';
import { turnKind, userOf, type TurnOrigin } from '../turns/effects-commit.ts';
import { secretsOf } from '../turns/secrets-of.ts';
import type { TurnOutcome } from '../turns/turns.ts';
import { composeRecord } from './record.ts';
import type { Run } from './run.ts';
import { hideSecretStart } from './secret-answers.ts';
import { createSecretRemoval, type SecretRemoval } from './secret-removal.ts';

const NOTHING_USED: Run['cost'] = {
  cpu_us: 0,
  wall_ms: 0,
  wait_ms: 0,
  cold: false,
  runs: 0,
  calls: {},
  bytes_in: 0,
  bytes_out: 0,
  sends: 0,
};

/** A handler that has ended, with what it was started from. */
export interface EndedTurn {
  readonly origin: TurnOrigin;
  readonly app: LoadedApp;
  readonly now: number;
  readonly start: string;
  readonly wallMs: number;
  readonly waitMs: number;
  readonly outcome: TurnOutcome;
}

/** What is kept of a turn when it is known what it came to. */
export function describeRun(
  { origin, app, now, start, wallMs, waitMs, outcome }: EndedTurn,
  result: {
    readonly failure: { readonly reason: FailureReason; readonly text: string } | null;
    readonly sent: readonly UserMessage[];
    /** What is counted of its conversation. */
    readonly talk: readonly TalkNote[];
  },
): Run {
  const { failure, sent, talk } = result;
  const { end, cost, recorder } = outcome;
  const effects = failure === null && end.kind === 'done' ? end.effects : null;
  return {
    ...origin.ref,
    version: app.version,
    message_id: origin.id,
    kind: turnKind(origin),
    outcome: failure?.reason ?? 'ok',
    error: failure?.text ?? null,
    at: now,
    cost: { ...cost, wait_ms: Math.round(waitMs * 1000) / 1000, sends: sent.length },
    talk,
    user: userOf(origin),
    sent,
    record: composeRecord(
      {
        wallMs,
        settings: app.frame.settings,
        start: hideSecretStart(start, origin.message),
        effects,
        recorder,
      },
      removalFor(app, origin),
    ),
  };
}

/** A run that began with a secret answer is not run again: nothing has to be put back into its record. */
function removalFor(app: LoadedApp, { message }: TurnOrigin): SecretRemoval {
  const secrets = secretsOf(app, message);
  return secrets === app.settings.secrets ? app.secretRemoval : createSecretRemoval(secrets);
}

/** A message that was dropped before its handler ran. */
export function describeDrop(
  { origin, app }: Pick<EndedTurn, 'origin' | 'app'>,
  { now, reason }: { now: number; reason: string },
): Run {
  return {
    ...origin.ref,
    version: app.version,
    message_id: origin.id,
    kind: turnKind(origin),
    outcome: 'pace',
    error: reason,
    at: now,
    cost: NOTHING_USED,
    talk: [],
    user: userOf(origin),
    sent: [],
    record: null,
  };
}
