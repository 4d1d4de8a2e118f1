import { createUserMessage, deriveId, VumiError, type UserMessage } from '@vumi/core';
import type { Transcript } from '../bundle/transcript.ts';
import type { HttpGateway } from '../http/gateway.ts';
import type { LoadedApp } from '../apps/app.ts';
import { MemoryState } from '@vumi/state/memory';
import { tryMessage, type Stage } from './trial-turn.ts';
import { overloaded } from './overloaded.ts';
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
    const replies = await answersTo(message, {
      trial,
      app,
      state,
      http: NO_NETWORK,
      wallMs: app.limits.wall_ms,
      now: beginning + index * STEP_MS,
    }).catch((error: unknown) => {
      if (error instanceof VumiError && error.code === 'machine.overloaded') throw error;
      throw failure(step, index, error instanceof SelfTestError ? error.message : String(error));
    });
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

async function answersTo(message: UserMessage, stage: Stage): Promise<(string | null)[]> {
  const { end, replies } = await tryMessage(message, stage);
  if (end.kind === 'failed' && end.reason === 'overload') throw overloaded(end.text);
  if (end.kind === 'failed') throw new SelfTestError(`${end.reason}: ${stage.app.mapStack(end.text)}`);
  return replies.map(({ content }) => content);
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
