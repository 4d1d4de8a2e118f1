import type { MessageBody } from '../codec/pdu.ts';
import type { IncomingText } from '../inbound/incoming-text.ts';

/** What has happened since the start or the last reset. */
export interface Counts {
  readonly binds: number;
  readonly binds_refused: number;
  /** submit_sm, data_sm and each receiver of a submit_multi that were taken. */
  readonly submits: number;
  readonly submits_refused: number;
  /** Different ones among those taken, by sender, receiver, text and part. */
  readonly distinct: number;
  /** Taken once more though they were taken before. */
  readonly duplicates: number;
  readonly receipts: number;
  readonly receipts_answered: number;
  /** Parts of subscribers' messages, and those that an ESME took. */
  readonly deliveries: number;
  readonly deliveries_answered: number;
}

export interface SeenMessage {
  readonly from_addr: string;
  readonly to_addr: string;
  /** Latin-1 of the part's octets. */
  readonly text: string;
  /** `2/3` of a long message, else empty. */
  readonly part: string;
  readonly count: number;
}

const NONE: Counts = {
  binds: 0,
  binds_refused: 0,
  submits: 0,
  submits_refused: 0,
  distinct: 0,
  duplicates: 0,
  receipts: 0,
  receipts_answered: 0,
  deliveries: 0,
  deliveries_answered: 0,
};
/** Messages told apart; of later ones it is not known whether they come twice. */
const MOST = 200_000;

/** Counts, so that a test can assert that each message came exactly once. */
export class Counters {
  #counts: { -readonly [Key in keyof Counts]: number } = { ...NONE };
  readonly #seen = new Map<string, number>();

  get counts(): Counts {
    return { ...this.#counts, distinct: this.#seen.size };
  }

  add(what: Exclude<keyof Counts, 'distinct'>): void {
    this.#counts[what] += 1;
  }

  submitted(body: MessageBody, text: IncomingText): void {
    this.add('submits');
    const { concatenation: place } = text;
    const part = place === null ? '' : `${place.part}/${place.total}`;
    const key = [body.sourceAddr, body.destinationAddr, part, text.octets.toString('latin1')].join('\0');
    const count = this.#seen.get(key) ?? 0;
    if (count > 0) this.add('duplicates');
    if (count > 0 || this.#seen.size < MOST) this.#seen.set(key, count + 1);
  }

  seen(atLeast: number): SeenMessage[] {
    return [...this.#seen]
      .filter(([, count]) => count >= atLeast)
      .map(([key, count]) => {
        const [from_addr = '', to_addr = '', part = '', ...text] = key.split('\0');
        return { from_addr, to_addr, part, text: text.join('\0'), count };
      });
  }

  reset(): void {
    this.#counts = { ...NONE };
    this.#seen.clear();
  }
}
