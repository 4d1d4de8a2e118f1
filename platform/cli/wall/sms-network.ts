import { sleep } from '@vumi/core';
import { path } from '../client.ts';
import type { PhoneMessage } from '../phone.ts';
import type { Session } from '../session.ts';
import { CliError } from '../exit.ts';

const EVERYBODY = '/simulators/smsc/messages';
const LOOK_MS = 50;
/** Of all phones together; more than can come between two looks. */
const MOST_NEW = 500;
/** Of one phone. */
const SCREEN = 20;

interface Waiting {
  readonly since: number;
  /** What has come, and was not there when one more look was taken. */
  readonly texts: string[];
  readonly resolve: (texts: readonly string[]) => void;
  /** When the first text came, milliseconds as `performance.now`. */
  firstAt: number | null;
  readonly onFirst: (ms: number) => void;
}

/** All phones of a wall behind the SMSC simulator: one look is for all who wait. */
export class SmsNetwork {
  readonly #session: Session;
  readonly #waitMs: number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #seen = new Set<string>();
  #isLooking = false;
  /** Null: not asked yet. Administrators see all phones at once, others one by one. */
  #seesAll: boolean | null = null;

  constructor(session: Session, waitMs: number) {
    this.#session = session;
    this.#waitMs = waitMs;
  }

  /** What is there by now is old. */
  async begin(): Promise<void> {
    try {
      const there = await this.#listAll();
      for (const message of there) this.#seen.add(nameOf(message));
      this.#seesAll = true;
    } catch (error) {
      if (!(error instanceof CliError) || error.code !== 'auth.forbidden') throw error;
      this.#seesAll = false;
    }
  }

  /** Writes a text so often; resolves to what came, `onFirst` hears after how many milliseconds. */
  async write(
    {
      from,
      to,
      content,
      times,
    }: { readonly from: string; readonly to: string; readonly content: string; readonly times: number },
    onFirst: (ms: number) => void,
  ): Promise<readonly string[]> {
    const { client } = this.#session;
    if (this.#seesAll === false) await this.#skip(from);
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    this.#waiting.set(plain(from), { since: performance.now(), texts: [], resolve, firstAt: null, onFirst });
    const place = await this.#placeOf();
    try {
      for (let time = 0; time < times; time += 1)
        await client.call('POST', place, { body: { from_addr: from, to_addr: to, content } });
    } catch (error) {
      this.#waiting.delete(plain(from));
      throw error;
    }
    this.#look();
    return promise;
  }

  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#lookOn().finally(() => {
      this.#isLooking = false;
    });
  }

  async #lookOn(): Promise<void> {
    while (this.#waiting.size > 0) {
      // What the platform does not answer is asked again.
      const fresh = await this.#fresh().catch(() => []);
      this.#bring(fresh);
      await sleep(LOOK_MS);
    }
  }

  #bring(fresh: readonly PhoneMessage[]): void {
    const now = performance.now();
    for (const { to_addr, content } of fresh) {
      const waiting = this.#waiting.get(plain(to_addr));
      if (waiting === undefined) continue;
      waiting.texts.push(content);
      if (waiting.firstAt !== null) continue;
      waiting.firstAt = now;
      waiting.onFirst(now - waiting.since);
    }
    for (const [address, { since, firstAt, texts, resolve }] of this.#waiting) {
      // A second text comes with the first one, or by the next look.
      const isDone = firstAt === null ? now - since > this.#waitMs : firstAt < now;
      if (!isDone) continue;
      this.#waiting.delete(address);
      resolve(texts);
    }
  }

  async #fresh(): Promise<PhoneMessage[]> {
    const lists =
      this.#seesAll === true
        ? [await this.#listAll()]
        : await Promise.all([...this.#waiting.keys()].map((address) => this.#listOf(`+${address}`)));
    const fresh = lists.flat().filter((message) => !this.#seen.has(nameOf(message)));
    for (const message of fresh) this.#seen.add(nameOf(message));
    return fresh;
  }

  async #skip(address: string): Promise<void> {
    for (const message of await this.#listOf(address)) this.#seen.add(nameOf(message));
  }

  #listAll(): Promise<PhoneMessage[]> {
    return this.#session.client.list<PhoneMessage>(EVERYBODY, { query: { limit: MOST_NEW } });
  }

  async #listOf(address: string): Promise<PhoneMessage[]> {
    return this.#session.client.list<PhoneMessage>(await this.#placeOf(), {
      query: { address, limit: SCREEN },
    });
  }

  async #placeOf(): Promise<string> {
    return this.#seesAll === true
      ? EVERYBODY
      : path`/accounts/${await this.#session.account()}/phone/messages`;
  }
}

/** People write their number with and without its plus. */
function plain(address: string): string {
  return address.replace(/^\+/, '');
}

function nameOf(message: PhoneMessage): string {
  return message.message_id ?? JSON.stringify(message);
}
