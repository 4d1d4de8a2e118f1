import type { StateWrite, UserMessage } from '@vumi/core';
import type { GuestLogLine } from '../effects.ts';
import type { HttpGateway } from '../http/gateway.ts';
import { PAGES_AT } from '../links/page-link.ts';
import { TurnEffects } from '../resources/turn-scope.ts';
import type { LoadedApp } from '../apps/app.ts';
import { answerCall } from '../turns/calls.ts';
import { parseEffects, toPlatform, type TurnOrigin } from '../turns/effects-commit.ts';
import { turnStart } from '../turns/turn-start.ts';
import type { TurnEnd } from '../turns/turns.ts';
import { NO_RECORDS } from './empty-account.ts';
import type { MemoryState } from '@vumi/state/memory';
import type { Trial } from './trial.ts';

const MARKER_MS = 1000;
/** Where links lead: to nothing. */
const NOWHERE = 'https://{app}.invalid/';

/** Where an app is tried: in an account of its own, in which nothing is. */
export interface Stage {
  readonly trial: Trial;
  readonly app: LoadedApp;
  readonly state: MemoryState;
  /** What answers in place of the network. */
  readonly http: HttpGateway;
  /** What the app takes for the time. */
  readonly now: number;
  readonly wallMs: number;
}

/** What came of one message. */
export interface TrialTurn {
  readonly end: TurnEnd;
  /** Replies to the message, in order; none when the handler failed. */
  readonly replies: readonly UserMessage[];
  readonly log: readonly GuestLogLine[];
}

/** Gives an app a message. What it writes is there for the next one; nothing else takes effect. */
export async function tryMessage(message: UserMessage, stage: Stage): Promise<TrialTurn> {
  const { trial, app, state, http, now, wallMs } = stage;
  const origin: TurnOrigin = { ref: app.ref, id: message.message_id, message };
  let effects = new TurnEffects();
  await state.set(PAGES_AT, NOWHERE);
  const { end, log } = await trial.run({
    messageId: origin.id,
    start: turnStart({ origin, app, endpoints: null }, message, now),
    wallMs,
    begin: () => {
      effects = new TurnEffects();
    },
    over: () => effects.end(),
    answer: (asked) =>
      answerCall(
        { state, http, networkOf: () => null },
        { origin, app, now, records: NO_RECORDS, endpoints: null, effects },
        asked,
      ),
  });
  if (end.kind === 'failed') return { end, replies: [], log };
  const given = toPlatform(origin, parseEffects(end.effects, app.limits));
  await keep(state, message, [...given.writes, ...effects.writes.values()]);
  const replies = [...given.messages, ...effects.messages].filter(
    ({ in_reply_to }) => in_reply_to === message.message_id,
  );
  return { end, replies, log };
}

async function keep(state: MemoryState, { message_id }: UserMessage, writes: StateWrite[]): Promise<void> {
  await state.commit({ marker: message_id, markerTtlMs: MARKER_MS, writes, outbox: [] });
}
