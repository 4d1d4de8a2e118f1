import type { UserMessage } from '@vumi/core';
import type { RequestOutcome } from '@vumi/http';
import type { SentPart } from '../sending/part-result.ts';
import type { TextLimits } from '../sending/text-limits.ts';
import type { SendConfig } from './send-options.ts';
import type { ChannelQuery } from './state-queries.ts';

/** What the answer to a message that was sent means. */
export type Verdict =
  /** `remoteId`: the network's; of several they are joined by commas. */
  | {
      readonly kind: 'accepted';
      readonly remoteId?: string | undefined;
      /** For the parts after it: see `SendContext.before`. */
      readonly note?: string | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly reason: string;
      /** The receiver wants no messages of ours. */
      readonly optedOut?: boolean;
      /** What is wrong with our account, of which the status tells: no balance. */
      readonly degraded?: string;
    }
  /** `receiverOnly`: the network takes messages to others. */
  | {
      readonly kind: 'throttled';
      readonly afterMs?: number | undefined;
      readonly receiverOnly?: boolean;
    }
  /** The network takes this in its place; the reason is why it is refused if it does not. */
  | { readonly kind: 'instead'; readonly message: UserMessage; readonly reason: string }
  | { readonly kind: 'unauthorized' | 'redirected' }
  | { readonly kind: 'uncertain'; readonly reason: string };

export type Answered = Extract<RequestOutcome, { readonly kind: 'answered' }>;

export interface ChannelRequestOut {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a dialect may put into a request beside the message. */
export interface SendContext {
  /** Of the network's token endpoint; "" where the channel has none. */
  readonly token: string;
  /** Counts the requests that this message takes, from 0. */
  readonly part: number;
  /** What the network said of the parts before it, in their order. */
  readonly before: readonly SentPart[];
  /** Counts how often this part was tried, from 0. */
  readonly attempt: number;
  /** Where the network tells what became of this message, by the channel's route `receipts`; null without a public URL. */
  readonly receiptUrl: string | null;
  /** Where the network finds a route of the channel; null without a public URL. */
  readonly publicUrl: (path: string) => string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** How a network that wants a token gives one (OAuth 2.0, RFC 6749 section 4.4). */
export interface ChannelToken<C> {
  request(config: C): ChannelRequestOut;
  /** Null: it is no answer that gives one. */
  read(answer: Answered): { readonly token: string; readonly lifetimeMs: number } | null;
}

/** How a channel sends what is no reply to a request that waits. */
export interface ChannelSending<C> {
  /** Null: this configuration sends nothing. */
  options(config: C): SendConfig | null;
  request(message: UserMessage, config: C, context: SendContext): ChannelRequestOut;
  /** What an answer of 2xx means, or another that the dialect knows better; null: what HTTP says (`verdictOf`). */
  verdict?(answer: Answered, config: C, message: UserMessage): Verdict | null;
  /** What a request holds of a text; absent: any text as it is. */
  limits?(config: C): TextLimits;
  /**
   * The requests that a message takes, each as a message with what it shall hold; absent: one for each part of its text.
   * A reason in place of them: it cannot be sent.
   */
  pieces?(message: UserMessage, config: C): readonly UserMessage[] | { readonly refused: string };
  /** The network takes our id, so that the same message sent twice is one. */
  readonly idempotent?: boolean;
  /** Receipts call messages by the network's ids. */
  readonly receiptsByRemoteId?: boolean;
  readonly token?: ChannelToken<C>;
  /** With `receiptsByRemoteId`: how it is asked what became of a message, where it does not say so itself. */
  readonly query?: ChannelQuery<C>;
}
