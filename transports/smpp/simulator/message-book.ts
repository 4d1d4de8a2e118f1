import { LRUCache } from 'lru-cache';
import type { MessageBody } from '../codec/pdu.ts';

/** A message that the SMSC took. */
export interface TakenMessage {
  readonly id: string;
  body: MessageBody;
  readonly submittedAt: Date;
  /** Abbreviation of appendix B. */
  state: string;
  finalAt: number | null;
  /** Takes it back while it waits for its time; null once it is on the phone. */
  cancel: (() => void) | null;
}

const KEPT = 20_000;

/** Messages by their ids, for query_sm, cancel_sm and replace_sm; the oldest are forgotten. */
export class MessageBook {
  readonly #messages = new LRUCache<string, TakenMessage>({ max: KEPT });

  add(message: TakenMessage): void {
    this.#messages.set(message.id, message);
  }

  /** The sender's address must be the one that it was submitted with (section 4.8.1). */
  find(id: string, sourceAddr: string): TakenMessage | undefined {
    const message = this.#messages.peek(id);
    return message === undefined || message.body.sourceAddr !== sourceAddr ? undefined : message;
  }

  /** Those that are not on their phones yet: what a cancel_sm without an id means. */
  waiting(of: Pick<MessageBody, 'sourceAddr' | 'destinationAddr' | 'serviceType'>): TakenMessage[] {
    const known = [...this.#messages.rvalues()].filter((message) => message !== undefined);
    return known.filter(
      ({ body, cancel }) =>
        cancel !== null &&
        body.sourceAddr === of.sourceAddr &&
        body.destinationAddr === of.destinationAddr &&
        (of.serviceType === '' || body.serviceType === of.serviceType),
    );
  }
}
