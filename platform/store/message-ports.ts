import type { InboundStatus, MessageQuery, MessageRow, OutboundStatus } from './message-records.ts';
import type { Page } from './records.ts';
import type { TransportEvent, UserMessage } from '@vumi/core';

export interface Messages {
  /**
   * Newest first. A page may have fewer messages than its limit, or none, although others follow: what no index leads to
   * is looked for among some thousands of messages for each page.
   */
  list(query: MessageQuery): Promise<Page<MessageRow>>;
  /** `account` null: of any account. */
  get(account: string | null, messageId: string): Promise<MessageRow>;
  /** The cursor of a list, of whatever filters, that goes on after this message. `not_found` */
  cursorAfter(account: string | null, messageId: string): Promise<string>;
  /**
   * What was written to a number, or over a transport, of any account: at most 100,000 messages, and of more some of each
   * part of the time. Null: it took too long.
   */
  written(query: WrittenQuery): Promise<WrittenSample | null>;
}

export interface WrittenQuery {
  readonly transport: string;
  /** Null: any number of the transport. */
  readonly to_addr: string | null;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** For each statement of two reads, of which the second takes a tenth as many. Default: 700 ms. */
  readonly withinMs?: number;
}

export interface WrittenSample {
  readonly messages: readonly {
    readonly transport_name: string | null;
    readonly to_addr: string | null;
    readonly from_addr: string | null;
    /** How it begins. */
    readonly content: string | null;
  }[];
  readonly sampled: boolean;
  /** ISO 8601. */
  readonly since: string;
}

/** What a program asks for under a key of its choice, so that asking twice does it once. */
/** Whether a message will not be sent, or its network has it, or had a reason not to take it. */
export type CancelOutcome = 'cancelled' | 'too_late';

/** Messages that are not to be sent any more. The transport decides, for only it knows what it has handed over. */
export interface Cancellations {
  /** Asking twice is asking once. */
  ask(messageId: string, transport: string): Promise<void>;
  /** Null while the transport has not decided, or nobody has asked. */
  outcome(messageId: string): Promise<CancelOutcome | null>;
  /** True when nothing will come of it any more; false when the transport has it in hand. */
  takeBack(messageId: string): Promise<boolean>;
  /** The ids that a transport is to decide on now. */
  claim(transport: string): Promise<string[]>;
  decide(messageId: string, outcome: CancelOutcome): Promise<void>;
}

export interface IdempotencyClaim {
  readonly account: string;
  /** Method and path: each has keys of its own. */
  readonly door: string;
  readonly key: string;
  /** Of what is asked for. */
  readonly digest: string;
  /** The id that the message is to have. */
  readonly messageId: string;
}

export interface Idempotency {
  /**
   * The id under which it is done: this one's, or that of who came first under the key within a day, with the answer he
   * got (null: he has none yet). `request.key_reused` when he asked for something else.
   */
  claim(claim: IdempotencyClaim): Promise<{ messageId: string; answer: unknown }>;
  keepAnswer(claim: IdempotencyClaim, answer: unknown): Promise<void>;
  /** Nothing was done: the key is free again. */
  release(claim: IdempotencyClaim): Promise<void>;
}

/**
 * Writes what happened. A promise resolves when the row is safe in Postgres; rows of many callers travel together.
 * While Postgres is away callers wait. What was recorded before is not recorded again.
 */
/** Whose message it is; `app` null for one that an account sent through the API. */
export interface MessageOwner {
  readonly account: string;
  readonly app: string | null;
}

export interface Recorder {
  inbound(message: UserMessage, owner: MessageOwner | null, status: InboundStatus): Promise<void>;
  outbound(message: UserMessage, owner: MessageOwner | null, status: OutboundStatus): Promise<void>;
  event(event: TransportEvent): Promise<void>;
}
