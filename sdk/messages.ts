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
   * @example
   * const { sent, delivery_report_delivered } = await app.messages.progress();
   */
  progress(): Promise<Progress>;
  countReceived(): Promise<number>;
  countSent(): Promise<number>;
  /** Different addresses that wrote. */
  countSenders(): Promise<number>;
  /** Different addresses that were written to. */
  countReceivers(): Promise<number>;
  /** Over the last `seconds`, 300 when absent. */
  receivedPerMinute(seconds?: number): Promise<number>;
  /** Over the last `seconds`, 300 when absent. */
  sentPerMinute(seconds?: number): Promise<number>;
}
