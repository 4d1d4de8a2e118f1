import type { PaymentEvent } from '@vumi/store';

/** What is to be paid. */
export interface Checkout {
  /** Of the top-up: the provider tells it with what it says later, and makes one place to pay at for it. */
  readonly id: string;
  readonly account: string;
  /** In the currency's smallest unit. */
  readonly amount: number;
  /** ISO 4217, lower case. */
  readonly currency: string;
  /** What is bought, for who pays. */
  readonly title: string;
}

/** Somebody who takes money for us (docs/top-ups.md). */
export interface PaymentProvider {
  /** As the ledger calls it. */
  readonly name: string;
  /** Errors: `payment.unavailable`. */
  openCheckout(checkout: Checkout): Promise<{ readonly session: string; readonly url: string }>;
  /**
   * What a webhook says. Null: nothing that concerns us. Throws `payment.forged` for what the provider did not sign, or
   * signed too long ago.
   */
  readEvent(body: Buffer, signature: string | undefined): PaymentEvent | null;
}

/** How credit is bought, as the configuration says. */
export interface Payments {
  readonly provider: PaymentProvider;
  readonly currencies: Readonly<Record<string, CurrencyRate>>;
}

export interface CurrencyRate {
  /** Of a credit's millionth, for one whole unit. */
  readonly credits: number;
  /** Digits of the currency's smallest unit. */
  readonly decimals: number;
}
