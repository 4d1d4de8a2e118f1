import type { SessionEvent } from '@vumi/core';
import type { HttpAnswer } from '@vumi/http';
import type { ChannelRequest } from '../channel.ts';
import type { UssdConfig } from './options.ts';

/** A request that is a step of a session, in Vumi's words (spec channels §1.5). */
export interface UssdStep {
  readonly kind: 'step';
  /** What the network calls the session; absent: nothing, and the number of the phone does. */
  readonly session?: string | undefined;
  /** The number of the phone; may be absent where the session is known. */
  readonly from?: string | undefined;
  /** Absent: the network does not say, and a session that is not known is new. */
  readonly event?: SessionEvent;
  /** What was dialled; may be absent where the session is known. */
  readonly to?: string | undefined;
  /** What was typed; with `cumulative` everything since the session began. Of the end of a session: its content. */
  readonly input: string | null;
  /** What stands between the inputs of a network that says all of them each time. */
  readonly cumulative?: string;
  /** The network's number of the step. */
  readonly sequence?: string | undefined;
  readonly provider?: string | undefined;
  /** The request proves that the session goes on, as one to a URL that an answer of ours has named. */
  readonly isOurs?: boolean;
  /** Only asks whether the session is known. */
  readonly asks?: (isKnown: boolean) => HttpAnswer;
  /** Put into `transport_metadata`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Put into `helper_metadata`. */
  readonly helper?: Readonly<Record<string, unknown>>;
  /** Kept with the session, for its screens. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** What a dialect knows of a session when it answers. */
export interface UssdSession {
  /** What the network calls it, or the number of the phone. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly provider: string | null;
  readonly keep: Readonly<Record<string, string>>;
}

/** What a phone is to show. */
export interface UssdScreen<C> {
  readonly content: string;
  /** The session ends with it. */
  readonly close: boolean;
  readonly session: UssdSession;
  readonly request: ChannelRequest;
  readonly config: C;
}

/** How sessions of USSD are answered: pure functions (spec channels §F.1). */
export interface UssdDialect<C> {
  options(config: C): UssdConfig;
  screen(screen: UssdScreen<C>): HttpAnswer;
  /** What the network is answered that tells of the end of a session. Absent: 200 without a body. */
  ended?(about: Omit<UssdScreen<C>, 'content' | 'close'>): HttpAnswer;
  /** What a step of a session is answered that nobody knows. Absent: a closing screen that says so, or `ended`. */
  unknown?(about: Omit<UssdScreen<C>, 'content' | 'close'>): HttpAnswer;
  /** The network can end a session without a text. */
  readonly silentEnd?: boolean;
}
