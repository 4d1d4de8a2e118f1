import type { Logger } from '@vumi/core';

/** A submit_sm as a script of the simulator sees it. */
export interface Submit {
  /** Counts all submit_sm since the start, from 1. */
  readonly number: number;
  readonly from_addr: string;
  readonly to_addr: string;
  /** The octets of this part, without header. */
  readonly octets: Buffer;
}

/** What the SMSC does with a submit_sm; nothing said is an immediate ROK. */
export interface SubmitAnswer {
  /** command_status of the response; other than 0 the phone gets nothing. */
  readonly status?: number;
  readonly delayMs?: number;
  /** The phone gets the message and the ESME never gets a response. */
  readonly silent?: boolean;
}

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 2775; 0 takes a free one. */
  readonly port?: number;
  readonly logger: Logger;
  /** Passwords by system_id. Default: any system_id with any password may bind. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** When a receipt follows, if one was asked for: so many milliseconds later, before the response, or never. Default 50. */
  readonly receipts?: number | 'before_response' | 'never';
  /** Decides about each submit_sm. */
  readonly answer?: (submit: Submit) => SubmitAnswer;
  /** Greatest number of unanswered deliver_sm per session. Default 50. */
  readonly window?: number;
  /** How long an ESME may take to answer before it is sent the message again. Default 60,000 ms. */
  readonly responseTimeoutMs?: number;
  /** How long `inject` waits for an ESME to bind. Default 5,000 ms. */
  readonly injectTimeoutMs?: number;
  /** How long after a temporary refusal an ESME is sent the message again. Default 1,000 ms. */
  readonly retryMs?: number;
}

/** A message of a subscriber, to be sent to the platform. */
export interface InjectedMessage {
  readonly from_addr: string;
  readonly to_addr: string;
  readonly content: string;
}

/** What a phone shows. */
export interface PhoneMessage {
  /** The SMSC's id; of a long message that of its first part to arrive. */
  readonly message_id: string;
  readonly from_addr: string;
  readonly to_addr: string;
  readonly content: string;
  /** Of how many parts it was joined. */
  readonly parts: number;
  readonly data_coding: number;
  /** ISO 8601. */
  readonly timestamp: string;
}

/** A running SMSC. Disposal unbinds everybody. */
export interface Simulator extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Sessions that may receive. */
  readonly receivers: number;
  /**
   * A phone writes. Resolves when an ESME has taken the message; what an ESME did not answer is sent again, also on
   * the next connection. Rejects with `transport.not_connected` when no ESME binds in time.
   */
  inject(message: InjectedMessage): Promise<{ message_id: string }>;
  /** What phones received, newest last, at most 10,000; of one phone when `address` is given. */
  messages(filter?: { readonly address?: string | undefined }): PhoneMessage[];
  /** Told of every message that a phone receives. */
  onMessage(listener: (message: PhoneMessage) => void): Disposable;
  /** Cuts every connection, as a broken network does. */
  cut(): void;
}
