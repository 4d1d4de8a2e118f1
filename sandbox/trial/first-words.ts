import { createUserMessage, deriveId, type UserMessage } from '@vumi/core';
import type { GuestLogLine } from '../effects.ts';
import type { FailureReason } from '../frames.ts';
import type { HttpGateway } from '../http/gateway.ts';
import type { LoadedApp } from '../apps/app.ts';
import { MemoryState } from '@vumi/state/memory';
import { tryMessage } from './trial-turn.ts';
import { Trial } from './trial.ts';

/** What somebody says who knows no better: a menu's first entry, again and again. */
const SAID = '1';
const MOST_MESSAGES = 6;
const USER = '+27760000000';
const NUMBER = '12345';
const REASON_LENGTH = 300;
/** For each message: nothing outside is waited for. An app that does not end its run must not hold up its deploy. */
const WALL_MS = 5000;

/** A service that knows nothing, in the words of most. No call leaves. */
const EMPTY_SERVICE: HttpGateway = {
  request: async () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ count: 0, objects: [], results: [], next: null }),
  }),
};

/** Ends that tell of the machine and not of the app. */
const OF_THE_MACHINE: ReadonlySet<FailureReason> = new Set(['overload', 'wall', 'runner']);

/** How far a conversation came. */
export interface FirstWords {
  /** Messages that were taken without an error. */
  readonly taken: number;
  /** Why the conversation ended early; null when it did not. */
  readonly failure: string | null;
  /** The machine was too slow to tell. */
  readonly untold: boolean;
}

type Medium = 'ussd' | 'sms';

function wordOf(medium: Medium, index: number): UserMessage {
  const isFirst = index === 0;
  return createUserMessage({
    message_id: deriveId(`first-words-${medium}`, index),
    from_addr: USER,
    to_addr: NUMBER,
    content: isFirst && medium === 'ussd' ? null : SAID,
    session_event: medium === 'sms' ? null : isFirst ? 'new' : 'resume',
    transport_name: 'trial',
    transport_type: medium,
  });
}

/** The toolkit answers an error with a text or with nothing, and logs it. */
function errorIn(log: readonly GuestLogLine[]): string | null {
  return log.find(({ level }) => level === 'error')?.text ?? null;
}

async function converse(trial: Trial, app: LoadedApp, medium: Medium): Promise<FirstWords> {
  await using state = new MemoryState();
  const beginning = Date.now();
  for (let index = 0; index < MOST_MESSAGES; index++) {
    const stage = { trial, app, state, http: EMPTY_SERVICE, wallMs: WALL_MS, now: beginning + index * 1000 };
    const { end, replies, log } = await tryMessage(wordOf(medium, index), stage);
    const failure = end.kind === 'failed' ? app.mapStack(end.text) : errorIn(log);
    if (failure !== null) {
      const untold = end.kind === 'failed' && OF_THE_MACHINE.has(end.reason);
      return { taken: index, failure: failure.slice(0, REASON_LENGTH), untold };
    }
    const isOver = replies.length === 0 || replies.some(({ session_event }) => session_event === 'close');
    if (isOver) return { taken: index + 1, failure: null, untold: false };
  }
  return { taken: MOST_MESSAGES, failure: null, untold: false };
}

/**
 * Speaks to an app as a user does whom it does not know: over USSD, and over SMS when it takes no message there. Throws
 * `app.load_failed` and `trial.busy`.
 */
export async function hearFirstWords(app: LoadedApp): Promise<FirstWords> {
  await using trial = await Trial.open(app);
  const overUssd = await converse(trial, app, 'ussd');
  if (overUssd.taken > 0 || overUssd.untold) return overUssd;
  const overSms = await converse(trial, app, 'sms');
  return overSms.taken > 0 ? overSms : overUssd;
}
