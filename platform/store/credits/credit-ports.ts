import type { CUTOFFS, PriceId, UnitPrice } from '@vumi/core';
import type { MessageStatus } from '../message-records.ts';
import type { Page, PageQuery } from '../records.ts';

/** All amounts are whole numbers of a millionth of a credit; `formatCredits` of core shows them. */
export interface Credits {
  /** What an account that never had credit has is 0. `not_found` for an account that does not exist. */
  balance(account: string): Promise<CreditBalance>;
  /**
   * Adds to the balance, or takes from it where the amount is negative; it may fall below 0. Once for each reference of a
   * source: `created` is false, and nothing happened, where it was there before; `request.conflict` where that was another
   * account or amount. Kept in the audit trail.
   */
  topUp(topUp: TopUp): Promise<{ readonly entry: CreditEntry; readonly created: boolean }>;
  /** Durable when it resolves, and once for each message, however often it is asked for. Charges of many go together. */
  charge(charge: Charge): Promise<ChargeOutcome>;
  /** Pays back what a message cost where its price says so. Nothing happens for one that cost nothing or was paid back. */
  refund(messageId: string, outcome: UnpaidOutcome): Promise<void>;
  /** The ledger, newest first. */
  entries(account: string, query: EntryQuery): Promise<Page<CreditEntry>>;
  /** A month in UTC, `2026-11`; `request.invalid` for another text. */
  statement(account: string, month: string): Promise<Statement>;
  /** What a message cost and was paid back, oldest first. */
  ofMessage(messageId: string): Promise<CreditEntry[]>;
  /** A message that was charged with its body is in a queue now: nobody has to send it again. */
  passed(messageId: string): Promise<void>;
  /** Bodies of messages that were charged long ago and are not known to have been passed on: JSON, oldest first. */
  overdue(olderThanMs: number): Promise<{ readonly message_id: string; readonly body: string }[]>;
  /** Warnings that were not told yet, oldest first. */
  warnings(): Promise<CreditWarning[]>;
  toldWarning(id: string): Promise<void>;
}

/** The credit of an account fell below an amount at which it wants to be warned. */
export interface CreditWarning {
  readonly id: string;
  readonly account: string;
  readonly at: string;
  readonly threshold: number;
  readonly balance: number;
}

/** What a price is for; null is any. The closest one counts: by account, by route, by transport, then the longest prefix. */
export interface PriceScope {
  readonly account: string | null;
  /** A route of the account, which has its transport: never with one beside it. */
  readonly route: string | null;
  readonly transport: string | null;
  readonly direction: 'inbound' | 'outbound';
  /** Digits that the user's number begins with: of a country, of a network. */
  readonly prefix: string | null;
}

export interface Price extends PriceScope, UnitPrice {
  readonly id: string;
  readonly created_at: string;
}

export interface Prices {
  /** In place of the one for the same, under an id of its own. `not_found` where the account or its route does not exist. */
  set(price: PriceScope & UnitPrice, actor: string): Promise<Price>;
  /** All of them: those of everybody first, then by account. */
  list(): Promise<Price[]>;
  /** `not_found` when there is none. */
  remove(id: string, actor: string): Promise<void>;
}

/** What became of a message that is not charged for, or only if its price says so. */
export type UnpaidOutcome = Extract<MessageStatus, 'discarded' | 'cancelled' | 'expired' | 'nack'>;

export interface CreditBalance {
  readonly account: string;
  readonly balance: number;
  /** The last top-up that made it more. */
  readonly topped_up: number;
}

export interface TopUp {
  readonly account: string;
  readonly amount: number;
  /** Where it comes from: `administrator`, the name of a payment provider. */
  readonly source: string;
  /** Of the source's own, such as the id of a payment. Null: each call is another one. */
  readonly reference: string | null;
  /** Why, for people. */
  readonly reason?: string;
  readonly actor: string;
}

export interface Charge {
  readonly account: string;
  readonly messageId: string;
  readonly direction: 'inbound' | 'outbound';
  readonly transport: string;
  /** By which it came or leaves; null: by none. */
  readonly route: string | null;
  readonly app: string | null;
  readonly segments: number;
  readonly price: UnitPrice & { readonly id: PriceId };
  readonly amount: number;
  /** It takes place already, as what arrives does: the balance may fall below 0. */
  readonly unrefusable: boolean;
  /** The message's JSON, where nobody sends it again if this process dies: kept until `passed`. */
  readonly body?: string;
}

export type ChargeOutcome =
  | { readonly status: 'charged' | 'known' }
  /** The account does not pay (any more). */
  | { readonly status: 'free' }
  | { readonly status: 'refused'; readonly balance: number; readonly cutoff: (typeof CUTOFFS)[number] };

export interface EntryQuery extends PageQuery {
  /** Not before this instant, and before that one; ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly kind?: EntryKind | undefined;
}

export const ENTRY_KINDS = ['charge', 'refund', 'top_up', 'adjustment'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** One line of the ledger. What is of messages is null for the rest, and the other way round. */
export interface CreditEntry {
  readonly id: string;
  readonly account: string;
  readonly at: string;
  readonly kind: EntryKind;
  readonly amount: number;
  /** After this entry. */
  readonly balance: number;
  readonly message_id: string | null;
  readonly direction: 'inbound' | 'outbound' | null;
  readonly transport: string | null;
  readonly route: string | null;
  readonly app: string | null;
  readonly segments: number | null;
  /** As they were when the message was charged. */
  readonly price: PriceId;
  readonly per_segment: number | null;
  readonly per_message: number | null;
  readonly per_session: number | null;
  readonly source: string | null;
  readonly reference: string | null;
  readonly reason: string | null;
  readonly actor: string | null;
}

/** A month in UTC. `opening` and the amounts of all lines make `closing`. */
export interface Statement {
  readonly account: string;
  readonly month: string;
  readonly from: string;
  readonly to: string;
  readonly opening: number;
  readonly closing: number;
  readonly lines: readonly StatementLine[];
}

export interface StatementLine extends Pick<
  CreditEntry,
  'kind' | 'direction' | 'transport' | 'route' | 'source' | 'per_segment' | 'per_message' | 'per_session'
> {
  readonly entries: number;
  readonly segments: number;
  readonly amount: number;
}
