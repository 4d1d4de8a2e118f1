import { describePdu, type PduDescription } from '../codec/pdu-description.ts';

export interface LoggedPdu extends PduDescription {
  /** Counts from 1 since the start. */
  readonly number: number;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly session: number;
  /** As the simulator sees it. */
  readonly direction: 'received' | 'sent';
}

interface Kept {
  readonly number: number;
  readonly at: number;
  readonly session: number;
  readonly direction: LoggedPdu['direction'];
  readonly frame: Buffer;
}

const KEPT = 5000;
const KEPT_OCTETS = 16 * 1024 * 1024;

/** The PDUs of all sessions, the newest 5,000 within 16 MiB. They are decoded when somebody asks. */
export class PduLog {
  #entries: Kept[] = [];
  /** Entries before this one are gone. */
  #first = 0;
  #octets = 0;
  #number = 0;

  /** `pdus` holds whole frames, one after the other. */
  add(session: number, direction: LoggedPdu['direction'], pdus: Buffer): void {
    for (let offset = 0; offset + 16 <= pdus.length;) {
      const length = Math.max(16, pdus.readUInt32BE(offset));
      this.#keep(session, direction, Buffer.from(pdus.subarray(offset, offset + length)));
      offset += length;
    }
  }

  /** The newest of them, oldest first; those after number `after`. */
  list({
    limit = KEPT,
    after = 0,
    session,
  }: { limit?: number; after?: number; session?: number } = {}): LoggedPdu[] {
    return this.#entries
      .slice(this.#first)
      .filter((entry) => entry.number > after && (session === undefined || entry.session === session))
      .slice(-limit)
      .map(show);
  }

  #keep(session: number, direction: LoggedPdu['direction'], frame: Buffer): void {
    this.#number += 1;
    this.#octets += frame.length;
    this.#entries.push({ number: this.#number, at: Date.now(), session, direction, frame });
    while (this.#entries.length - this.#first > KEPT || this.#octets > KEPT_OCTETS) {
      this.#octets -= this.#entries[this.#first]?.frame.length ?? 0;
      this.#first += 1;
    }
    if (this.#first < KEPT) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}

function show({ number, at, session, direction, frame }: Kept): LoggedPdu {
  return { number, timestamp: new Date(at).toISOString(), session, direction, ...describePdu(frame) };
}
