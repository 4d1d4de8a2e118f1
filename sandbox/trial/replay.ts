import { VumiError, type AppRef, type FiredSchedule, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { answerCommand } from '../classic/commands.ts';
import type { GuestLogLine } from '../effects.ts';
import type { HttpGateway } from '../http/gateway.ts';
import { DEFAULT_LIMITS, limitsOf } from '../limits.ts';
import { recordSchema, type RunRecord } from '../recording/record.ts';
import { TurnEffects } from '../resources/turn-scope.ts';
import { prepareApp, type AppSettings, type LoadedApp, type VersionCode } from '../apps/app.ts';
import { redactSecrets } from '../turns/redaction.ts';
import { parseEffects, toPlatform, type TurnOrigin } from '../turns/effects-commit.ts';
import type { TurnOutcome } from '../turns/turns.ts';
import { classicEffects, tookEffect, type AnsweredCall } from './classic-effects.ts';
import { differencesBetween, type ReplaySide } from './differences.ts';
import { NO_RECORDS } from './empty-account.ts';
import { MemoryState } from '@vumi/state/memory';
import { NOT_RECORDED, RecordedAnswers, recordedCalls, type AnswerSource } from './recorded-answers.ts';
import { Trial } from './trial.ts';

const NO_NETWORK: HttpGateway = {
  request: () => Promise.reject(new VumiError('request.invalid', NOT_RECORDED)),
};

/** A run as it was, and the version to run it with now. */
export interface ReplayRequest {
  readonly ref: AppRef;
  readonly run: {
    readonly message_id: string;
    readonly version: number;
    readonly outcome: string;
    readonly error: string | null;
    readonly cost: { readonly cpu_us: number };
    readonly record: unknown;
  };
  readonly version: number;
  readonly code: VersionCode;
  /** Of today: secrets are not in the record. */
  readonly settings: AppSettings;
}

export interface ReplayResult {
  readonly message_id: string;
  /** Outcome, effects and calls are the same. */
  readonly same: boolean;
  readonly recorded: ReplaySide;
  readonly replayed: ReplaySide & { readonly log: readonly GuestLogLine[] };
  /** Sentences for people, one for each difference. */
  readonly differences: readonly string[];
  /** Calls that had no recorded answer: reads were answered with null, the others refused. */
  readonly unrecorded_calls: readonly unknown[];
}

/** Runs a recorded turn with a version of its app in a throw-away runner. Nothing takes effect and nothing is asked live. */
export async function replayRun(request: ReplayRequest): Promise<ReplayResult> {
  const { ref, run, version, code, settings } = request;
  const record = parseRecord(run.record);
  const limits = limitsOf(DEFAULT_LIMITS, { plan: record.settings.limits });
  const app = await prepareApp(ref, version, {
    code,
    settings: { config: record.settings.config, secrets: settings.secrets },
    limits: { sdk: limits, classic: limits },
  });
  const answers = new RecordedAnswers({
    record,
    secretRemoval: app.secretRemoval,
    secrets: settings.secrets,
    messageId: run.message_id,
    commands: () => commandsInVoid(app, run.message_id, record),
  });
  await using trial = await Trial.open(app);
  const start = app.secretRemoval.show(JSON.stringify(record.start));
  const outcome = await trial.run({
    messageId: run.message_id,
    start,
    wallMs: record.wall_ms,
    begin: () => answers.begin(),
    answer: ({ call }) => answers.answer(call),
  });
  answers.stop();
  const recorded: ReplaySide = {
    version: run.version,
    outcome: run.outcome,
    error: run.error,
    cpu_us: run.cost.cpu_us,
    ...shownCalls(app, record.effects, recordedCalls(record)),
  };
  const replayed = sideOf(outcome, { app, start, messageId: run.message_id, answered: answers.answered });
  const differences = differencesBetween(recorded, replayed);
  return {
    message_id: run.message_id,
    same: differences.length === 0,
    recorded,
    replayed: {
      ...replayed,
      log: JSON.parse(app.secretRemoval.hide(JSON.stringify(outcome.log))) as GuestLogLine[],
    },
    differences,
    unrecorded_calls: answers.unrecorded.map((call) => JSON.parse(call) as unknown),
  };
}

/** What a run asked and what came of it. Most effects of a classic app are commands: they are shown as effects. */
function shownCalls(
  { kind }: LoadedApp,
  effects: ReplaySide['effects'],
  answered: readonly AnsweredCall[],
): Pick<ReplaySide, 'effects' | 'calls'> {
  // Ids of outgoing messages are asked for by the platform's own half of the guest.
  const calls = answered.filter(({ call }) => call.call !== 'ids');
  if (kind === 'sdk' || effects === null) return { effects, calls: calls.map(({ call }) => call) };
  return {
    effects: { ...effects, ...classicEffects(calls) },
    calls: calls.filter((call) => !tookEffect(call)).map(({ call }) => call),
  };
}

/** Commands are answered as the platform does, of an account in which nothing is and without a network. */
function commandsInVoid(
  app: LoadedApp,
  messageId: string,
  { start }: RunRecord,
): ReturnType<AnswerSource['commands']> {
  const state = new MemoryState();
  const origin = originOf(app, messageId, start);
  const turn = {
    origin,
    app,
    now: start.now,
    records: NO_RECORDS,
    endpoints: null,
    effects: new TurnEffects(),
    state,
    drawLink: () => '',
    call: 0,
  };
  return (command) => answerCommand({ state, http: NO_NETWORK }, turn, command);
}

function parseRecord(record: unknown): RunRecord {
  if (record === null)
    throw new VumiError('request.conflict', 'this run was too large to be recorded: it cannot be run again');
  const parsed = recordSchema.safeParse(record);
  if (parsed.success && parsed.data.start['isSecret'] === true)
    throw new VumiError(
      'request.conflict',
      'this run got an answer to a secret question, and that is not recorded: it cannot be run again. The runs after it can: to them the answer reads [secret]',
    );
  if (parsed.success) return parsed.data;
  throw new VumiError(
    'request.conflict',
    `this run was recorded in another form: it cannot be run again (${z.prettifyError(parsed.error)})`,
  );
}

function sideOf(
  { end, cost }: TurnOutcome,
  turn: { app: LoadedApp; start: string; messageId: string; answered: readonly AnsweredCall[] },
): ReplaySide {
  const { app, answered } = turn;
  const side = { version: app.version, cpu_us: cost.cpu_us };
  const failed = end.kind === 'failed' ? end : refusalOf(end.effects, turn);
  if (failed !== null) {
    const error = redactSecrets(app.mapStack(failed.text), app.settings.secrets);
    return { ...side, outcome: failed.reason, error, ...shownCalls(app, null, answered) };
  }
  const effects =
    end.kind === 'done' ? (JSON.parse(app.secretRemoval.hide(end.effects)) as ReplaySide['effects']) : null;
  return { ...side, outcome: 'ok', error: null, ...shownCalls(app, effects, answered) };
}

/** Why the platform would not take these effects; null when it would. */
function refusalOf(
  effects: string,
  { app, start, messageId }: { app: LoadedApp; start: string; messageId: string },
): { reason: string; text: string } | null {
  const origin = originOf(app, messageId, JSON.parse(start) as { kind: string; body?: unknown });
  try {
    toPlatform(origin, parseEffects(effects, app.limits));
    return null;
  } catch (error) {
    if (error instanceof VumiError) return { reason: 'calls', text: error.message };
    throw error;
  }
}

function originOf({ ref }: LoadedApp, id: string, start: { kind: string; body?: unknown }): TurnOrigin {
  const { kind, body } = start;
  return {
    ref,
    id,
    message: kind === 'message' ? (body as UserMessage) : null,
    ...(kind === 'message' || kind === 'event' ? {} : { schedule: body as FiredSchedule }),
  };
}
