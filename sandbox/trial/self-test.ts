import { createUserMessage, deriveId, VumiError, type StateWrite, type UserMessage } from '@vumi/core';
import type { Transcript } from '../bundle/transcript.ts';
import type { HttpGateway } from '../http/gateway.ts';
import { TurnEffects } from '../resources/turn-scope.ts';
import type { LoadedApp } from '../supervisor/app.ts';
import { answerCall } from '../supervisor/calls.ts';
import { parseEffects, toPlatform, type TurnOrigin } from '../supervisor/effects-commit.ts';
import { turnStart } from '../supervisor/turn-start.ts';
import { NO_RECORDS } from './empty-account.ts';
import { MemoryState } from './memory-state.ts';
import type { Trial } from './trial.ts';

type Step = Transcript[number];

const NUMBER = '12345';
const STEP_MS = 1000;

const NO_NETWORK: HttpGateway = {
  request: () => Promise.reject(new VumiError('request.invalid', 'http: there is no network in a self-test')),
};

/**
 * Has the conversation of a transcript with an app, on a state that begins empty and without a network. Throws
 * `app.self_test_failed` at the first step whose replies are not the expected ones, word by word.
 */
export async function runTranscript(trial: Trial, app: LoadedApp, transcript: Transcript): Promise<void> {
  await using state = new MemoryState();
  const beginning = Date.now();
  for (const [index, step] of transcript.entries()) {
    const message = messageOf(step, index);
    const replies = await answersTo(message, { trial, app, state, now: beginning + index * STEP_MS }).catch(
      (error: unknown) => {
        throw failure(step, index, error instanceof SelfTestError ? error.message : String(error));
      },
    );
    const expected = typeof step.expect === 'string' ? [step.expect] : step.expect;
    if (JSON.stringify(replies) !== JSON.stringify(expected)) throw failure(step, index, replies);
  }
}

/** The handler failed: why, with a stack in the author's files. */
class SelfTestError extends Error {}

function messageOf({ from, say, session_event, transport_type = 'sms' }: Step, index: number): UserMessage {
  return createUserMessage({
    message_id: deriveId('self-test', index),
    from_addr: from,
    to_addr: NUMBER,
    content: say,
    session_event: session_event ?? null,
    transport_name: 'self-test',
    transport_type,
  });
}

interface Stage {
  readonly trial: Trial;
  readonly app: LoadedApp;
  readonly state: MemoryState;
  readonly now: number;
}

async function answersTo(
  message: UserMessage,
  { trial, app, state, now }: Stage,
): Promise<(string | null)[]> {
  const origin: TurnOrigin = { ref: app.ref, id: message.message_id, message };
  let effects = new TurnEffects();
  const { end } = await trial.run({
    messageId: origin.id,
    start: turnStart({ origin, app }, message, now),
    wallMs: app.limits.wall_ms,
    begin: () => {
      effects = new TurnEffects();
    },
    answer: (call, number) =>
      answerCall(
        { state, http: NO_NETWORK },
        { origin, app, now, records: NO_RECORDS, effects },
        { call, number },
      ),
  });
  if (end.kind === 'failed') throw new SelfTestError(`${end.reason}: ${app.mapStack(end.text)}`);
  const given = toPlatform(origin, parseEffects(end.effects, app.limits));
  await keep(state, message, [...given.writes, ...effects.writes.values()]);
  return [...given.messages, ...effects.messages]
    .filter(({ in_reply_to }) => in_reply_to === message.message_id)
    .map(({ content }) => content);
}

async function keep(state: MemoryState, { message_id }: UserMessage, writes: StateWrite[]): Promise<void> {
  await state.commit({ marker: message_id, markerTtlMs: STEP_MS, writes, outbox: [] });
}

function failure(step: Step, index: number, got: readonly (string | null)[] | string): VumiError {
  const expected = typeof step.expect === 'string' ? [step.expect] : step.expect;
  const shown = typeof got === 'string' ? `it failed: ${got}` : `it answered ${texts(got)}`;
  return new VumiError(
    'app.self_test_failed',
    `step ${index + 1} of transcript.json: to ${JSON.stringify(step.say)} from ${step.from} the app must answer ${texts(expected)}, but ${shown}`,
    { details: { step: index + 1, from: step.from, say: step.say, expected, got } },
  );
}

function texts(replies: readonly (string | null)[]): string {
  return replies.length === 0 ? 'nothing' : replies.map((reply) => JSON.stringify(reply)).join(', then ');
}
