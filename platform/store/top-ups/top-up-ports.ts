import type { Page, PageQuery } from '../records.ts';

/** `opening`: the provider has not said yet where it is paid. */
export const TOP_UP_STATES = ['opening', 'open', 'paid', 'failed', 'expired', 'refunded'] as const;
export type TopUpState = (typeof TOP_UP_STATES)[number];

/** Credit that somebody buys. */
export interface BoughtTopUp {
  readonly id: string;
  readonly account: string;
  readonly provider: string;
  readonly currency: string;
  /** In the currency's smallest unit. */
  readonly amount: number;
  /** Of a credit's millionth. */
  readonly credits: number;
  /** Credits for one whole unit of the currency, as they were when it was asked for. */
  readonly rate: string;
  readonly state: TopUpState;
  /** Where it is paid; null: not yet, or not any more. */
  readonly url: string | null;
  /** Of the amount, what was paid back. */
  readonly refunded: number;
  readonly created_at: string;
  readonly created_by: string;
  readonly paid_at: string | null;
}

export interface NewBoughtTopUp extends Pick<
  BoughtTopUp,
  'id' | 'account' | 'provider' | 'currency' | 'amount' | 'credits' | 'rate'
> {
  readonly actor: string;
}

/** What a payment provider says of a top-up of ours. `topUp` null: that is found by the payment. */
export interface PaymentEvent {
  readonly provider: string;
  readonly id: string;
  readonly topUp: string | null;
  readonly payment: string | null;
  readonly what:
    | {
        readonly kind: 'paid';
        /** The provider's id of what was paid at: it is credited once. */
        readonly session: string;
        readonly amount: number;
        readonly currency: string;
      }
    | { readonly kind: 'failed' | 'expired' }
    /** `amount`: all that was paid back of it until now, in the smallest unit. */
    | { readonly kind: 'refunded'; readonly amount: number };
}

/** Credit that is bought. It comes into the ledger once, however often and in whichever order a provider tells of it. */
export interface TopUps {
  begin(topUp: NewBoughtTopUp): Promise<BoughtTopUp>;
  /** The provider has made a place to pay at, or (null) has not. */
  opened(id: string, place: { readonly session: string; readonly url: string } | null): Promise<BoughtTopUp>;
  /** Newest first. */
  list(account: string, page: PageQuery): Promise<Page<BoughtTopUp>>;
  get(account: string, id: string): Promise<BoughtTopUp>;
  /**
   * Credits, takes back, or notes what became of it. `unknown`: there is no such top-up here. `request.conflict` while
   * another of its refunds is being done with, and for a payment of another amount: the provider tells again.
   */
  apply(event: PaymentEvent): Promise<'done' | 'known' | 'unknown'>;
}
