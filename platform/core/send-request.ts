import type { RichOptions } from './rich/send.ts';

/** What an account asks to be sent. */
export interface SendRequest extends RichOptions {
  readonly to_addr: string;
  readonly content: string;
  /** The app that gets the events and, where no address is named, whose route says from where to send. */
  readonly app?: string | undefined;
  /** Of the app, or of any of the account's. */
  readonly endpoint?: string | undefined;
  readonly transport?: string | undefined;
  /** One of the account's addresses. */
  readonly from_addr?: string | undefined;
  /** Seconds. */
  readonly validity?: number | undefined;
}
