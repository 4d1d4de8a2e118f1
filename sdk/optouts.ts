export interface OptoutOptions {
  /** Kind of address; `msisdn` when absent. */
  readonly type?: string;
}

export interface OptoutStatus {
  readonly opted_out: boolean;
  /** ISO 8601. */
  readonly created_at?: string;
  /** The message by which the user said so. */
  readonly message_id?: string | null;
}

/** What `onOptOut` and `onOptIn` get: somebody has left, or come back. */
export interface OptoutChange {
  /** As his messages come from it. */
  readonly address: string;
  /** Kind of address: `msisdn` of all who write STOP. */
  readonly type: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** The message by which he said so; null: somebody else did, through the API. */
  readonly message_id: string | null;
}

/**
 * Who wants no more messages, of all apps of the account. What is sent to them without being a reply ends with a nack,
 * unless the account has switched that off. Who writes STOP is among them without your doing, and START ends it.
 */
export interface Optouts {
  /**
   * Whether an address has opted out, when, and by which message.
   *
   * @example
   * (await app.optouts.status(message.from_addr)).opted_out; // → false
   */
  status(address: string, options?: OptoutOptions): Promise<OptoutStatus>;

  /**
   * Notes that an address opts out, by the message in hand: by other words than STOP, or of somebody else.
   *
   * @example
   * (await app.optouts.optOut(message.from_addr)).opted_out; // → true
   */
  optOut(address: string, options?: OptoutOptions): Promise<OptoutStatus>;

  /**
   * The address wants messages again.
   *
   * @example
   * await app.optouts.optOut(message.from_addr);
   * (await app.optouts.cancel(message.from_addr)).opted_out; // → false
   */
  cancel(address: string, options?: OptoutOptions): Promise<OptoutStatus>;

  /**
   * How many addresses have opted out.
   *
   * @example
   * await app.optouts.count(); // → 0
   */
  count(): Promise<number>;
}
