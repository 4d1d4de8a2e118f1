/** What became of the messages that the app sent. */
export interface Progress {
  readonly sent: number;
  readonly ack: number;
  readonly nack: number;
  readonly delivery_report: number;
  readonly delivery_report_delivered: number;
  readonly delivery_report_failed: number;
  readonly delivery_report_pending: number;
}

/** Counts of the app's messages. What a handler sends is counted when it has left. */
export interface Messages {
  /**
   * What became of the messages that the app sent.
   *
   * @example
   * const { sent, nack } = await app.messages.progress();
   * [sent, nack]; // → [0, 0]
   */
  progress(): Promise<Progress>;
  /**
   * Messages that users have sent to the app.
   *
   * @example
   * await app.messages.countReceived(); // → 0
   */
  countReceived(): Promise<number>;
  /**
   * Messages that the app has sent.
   *
   * @example
   * await app.messages.countSent(); // → 0
   */
  countSent(): Promise<number>;
  /**
   * Different addresses that wrote.
   *
   * @example
   * await app.messages.countSenders(); // → 0
   */
  countSenders(): Promise<number>;
  /**
   * Different addresses that were written to.
   *
   * @example
   * await app.messages.countReceivers(); // → 0
   */
  countReceivers(): Promise<number>;
  /**
   * Over the last `seconds`, 300 when absent.
   *
   * @example
   * await app.messages.receivedPerMinute(60); // → 0
   */
  receivedPerMinute(seconds?: number): Promise<number>;
  /**
   * Over the last `seconds`, 300 when absent.
   *
   * @example
   * await app.messages.sentPerMinute(); // → 0
   */
  sentPerMinute(seconds?: number): Promise<number>;
}
