import { hash } from 'node:crypto';
import type { KeyedState } from '@vumi/core';
import type { Concatenation } from '../text/user-data-header.ts';
import { KeyedLock } from './keyed-lock.ts';

/** One part of a long message, as it came. */
export interface IncomingPart {
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly concatenation: Concatenation;
  readonly octets: Buffer;
  readonly dataCoding: number;
}

/** A part as the state keeps it, under its number. */
interface StoredPart {
  readonly messageId: string;
  readonly dataCoding: number;
  /** Base64. */
  readonly octets: string;
}

interface PartText {
  readonly octets: Buffer;
  readonly dataCoding: number;
}

/** A whole long message. */
export interface Joined {
  /** That of the first part, so that a part which is sent again changes nothing. */
  readonly messageId: string;
  /** In order, and at least one. */
  readonly parts: readonly [PartText, ...PartText[]];
  /** Ends the work on this message: published, its parts are forgotten; not published, they stay. */
  readonly end: (published: boolean) => Promise<void>;
}

/** A part that comes this long after the one before belongs to no message any more. */
const PARTS_MS = 3_600_000;
/** An SMSC that missed a response sends a part again within this time; it must not begin a new message. */
const COMPLETE_MS = 60_000;

/** Joins long messages. Parts wait in the state, so that a restart in between loses none. */
export class Reassembly {
  readonly #state: KeyedState;
  readonly #prefix: string;
  readonly #lock = new KeyedLock();

  constructor(state: KeyedState, transport: string) {
    this.#state = state;
    this.#prefix = `transport/${transport}/parts`;
  }

  /** Keeps a part; answers the whole when it was the last one missing. Call the answer's `end`. */
  async add(part: IncomingPart): Promise<Joined | null> {
    const { kind, reference, total } = part.concatenation;
    const key = `${this.#prefix}/${kind}/${reference}/${total}/${part.from}/${part.to}`;
    const release = await this.#lock.acquire(key);
    let joined: Joined | null = null;
    try {
      const parts = await this.#store(key, part);
      joined = parts.length < total ? null : this.#join(key, parts, release);
      return joined;
    } finally {
      if (joined === null) release();
    }
  }

  async #store(key: string, part: IncomingPart): Promise<StoredPart[]> {
    const { messageId, dataCoding, octets } = part;
    const complete = await this.#state.get(`${key}/complete`);
    const number = String(part.concatenation.part);
    if (complete !== null && JSON.parse(complete)[number] === fingerprint(octets)) return [];
    const stored: StoredPart = { messageId, dataCoding, octets: octets.toString('base64') };
    const record = await this.#state.putField(key, number, JSON.stringify(stored), PARTS_MS);
    return Object.entries(record)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, value]) => JSON.parse(value) as StoredPart);
  }

  #join(key: string, stored: readonly StoredPart[], release: () => void): Joined | null {
    const [first, ...rest] = stored.map((part) => ({
      octets: Buffer.from(part.octets, 'base64'),
      dataCoding: part.dataCoding,
    }));
    if (first === undefined) return null;
    const parts: Joined['parts'] = [first, ...rest];
    return {
      messageId: stored[0]?.messageId ?? '',
      parts,
      end: async (published) => {
        try {
          if (published) await this.#forget(key, parts);
        } finally {
          release();
        }
      },
    };
  }

  async #forget(key: string, parts: Joined['parts']): Promise<void> {
    const complete = Object.fromEntries(parts.map(({ octets }, index) => [index + 1, fingerprint(octets)]));
    await this.#state.set(`${key}/complete`, JSON.stringify(complete), COMPLETE_MS);
    await this.#state.delete(key);
  }
}

function fingerprint(octets: Buffer): string {
  return hash('sha1', octets, 'base64url');
}
