import type { TransportEvent, UserMessage } from '@vumi/core';
import type { HttpAnswer, HttpRequest } from '@vumi/http';
import type { MetricEffect } from '@vumi/records';
import type { MessageRow, ServedInterface, ToldChange } from '@vumi/store';
import type { Post } from '../receiver/receiver.ts';
import type { judge, Verdict } from '../receiver/verdict.ts';

/** All that may become of a message, as `eventStatus` names it. */
export const ALL_EVENTS: readonly string[] = [
  'ack',
  'nack',
  'delivery_report.pending',
  'delivery_report.failed',
  'delivery_report.delivered',
];

/** A request that tells a program of something. */
export type Callback = Pick<Post, 'method' | 'url' | 'headers' | 'body' | 'proof'>;

/** What comes back with each event of a message; JSON. `to`: whom the message is for. */
export type Note = Readonly<Record<string, unknown>> & { readonly to?: unknown };

/** What a client wants sent. */
export interface Submission {
  readonly to: string;
  readonly content: string;
  /** One of the account's addresses; null: that of the route. */
  readonly from: string | null;
  /** A transport or a route by its name; null, or one that is unknown: none in particular. */
  readonly via?: string | null;
  /** Seconds. */
  readonly validity?: number | undefined;
  readonly transport_metadata?: Readonly<Record<string, unknown>>;
  readonly helper_metadata?: Readonly<Record<string, unknown>>;
  /** What it answers. */
  readonly inReplyTo?: UserMessage;
  /** Its id, of which the same one again is the same message. Absent: a new one. */
  readonly messageId?: string;
  readonly sessionEvent?: UserMessage['session_event'];
  /** Events that the client wants to hear of, as `eventStatus` names them. */
  readonly events: readonly string[];
  readonly note: Note;
}

export type Metric = Pick<MetricEffect, 'metric' | 'value' | 'aggregator'>;

/** What is kept for an interface, by keys of its dialect. */
export interface Keeping {
  get(key: string): Promise<string | null>;
  /** One change after the other. `ttlMs` absent: for ever. */
  change(key: string, to: (before: string | null) => string | null, ttlMs?: number): Promise<void>;
}

/** Somebody who looks after the channels of an account, by his token. */
export interface Operator {
  readonly account: string;
  /** Whether he is of the platform, not of the account alone. */
  readonly ofPlatform: boolean;
  /** Does an operation of the API by its `operationId`, and answers its JSON. Throws what the API would answer. */
  readonly call: (
    operation: string,
    asked?: {
      readonly params?: Readonly<Record<string, string>>;
      readonly query?: Readonly<Record<string, string>>;
      readonly body?: object;
    },
  ) => Promise<unknown>;
  readonly maySend: boolean;
  /** An interface of the dialect in the account, with its secrets; null: there is none that answers. */
  find(name: string): Promise<ServedInterface | null>;
}

/** What a dialect asks of the platform when a client comes. */
export interface Door {
  /**
   * The interface of the dialect that is called so, or null: as the token is, for a client that has a token of its account
   * which is labelled as the interface is called and may send. Null for anybody else.
   */
  enter(name: string | null, token: string): Promise<ServedInterface | null>;
  /**
   * Who has the token, for the account that is named; null for it: that of the token. Null for nobody, and where no account
   * is known.
   */
  operator(account: string | null, token: string, request: HttpRequest): Promise<Operator | null>;
  /**
   * Sends as the account. Throws what the API answers: `number.not_assigned` for a sender that is not the account's,
   * `route.none`, `message.invalid_receiver`, `credit.insufficient`, …
   */
  submit(door: ServedInterface, submission: Submission): Promise<UserMessage>;
  /** Whether the transport by which a message leaves sends now, as far as is known. */
  isUp(transport: string): boolean;
  /**
   * What is told by streams, one JSON text a line: to one reader each, at random. Null where the interface has no streams,
   * or too many readers.
   */
  lines(door: ServedInterface, of: 'messages' | 'events', gone: AbortSignal): AsyncIterable<string> | null;
  /** Whether the account heeds opt-outs and the person has opted out. Who sends to them anyway hears of a nack. */
  isOptedOut(door: ServedInterface, address: string): Promise<boolean>;
  keeping(door: ServedInterface): Keeping;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Adds values to the metrics of the account. */
  fire(door: ServedInterface, metrics: readonly Metric[]): Promise<void>;
  /** What was sent by the account or written to it, with its events. `not_found` */
  message(door: ServedInterface, messageId: string): Promise<MessageRow>;
  /** What a user wrote, while it may be answered by its id; null: no more, or never. */
  original(door: ServedInterface, messageId: string): Promise<UserMessage | null>;
}

/** How the clients of one gateway are served. */
export interface Dialect {
  /** Answers a client. The path is that of the gateway. */
  answer(request: HttpRequest, door: Door): Promise<HttpAnswer>;
  /** Null: nobody wants to hear of it. */
  tellMessage(message: UserMessage, door: ServedInterface): Callback | null;
  /** Where several may be told, each of whom has to take it, in place of the one above. Null: it is for that one. */
  readonly tellSeveral?: (message: UserMessage, door: ServedInterface) => readonly Callback[] | null;
  /** Null: nobody wants to hear of it. */
  tellEvent(event: TransportEvent, door: ServedInterface, note: Note): Callback | null;
  /** Where programs say themselves what they want to be told, and where: read in place of the two above. */
  readonly tellHooks?: (
    told: UserMessage | TransportEvent,
    door: ServedInterface,
    about: { readonly note: Note; readonly keeping: Keeping },
  ) => Promise<readonly Callback[]>;
  /** A change of a transport behind the interface. Null: nobody wants to hear of it. Absent: the dialect tells of none. */
  readonly tellStatus?: (change: ToldChange, door: ServedInterface) => Callback | null;
  /** What a stream says of it, a line; read where the interface has `stream`. Absent: the dialect has no streams. */
  readonly lineOf?: (told: UserMessage | TransportEvent, door: ServedInterface) => string;
  /** What the answer to a message wants sent back; "": nothing. Absent: it is never read. */
  readonly replyOf?: (answer: Extract<Verdict, { kind: 'taken' }>['answer']) => string;
  /** Whether a program has taken what it was told. Default: by 2xx. */
  readonly judge?: typeof judge;
  /** Pauses before it is told again. */
  readonly pauses?: { readonly baseMs: number; readonly capMs: number };
  /** For how long a message may be answered by its id. Absent: not at all. */
  readonly answeredWithinMs?: number;
}
