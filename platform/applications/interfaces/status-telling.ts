import { errorText, oneAtATime, VumiError, type Logger } from '@vumi/core';
import type { ChangePlaces, Components, ServedInterface, ToldChange } from '@vumi/store';
import type { Receiver } from '../receiver/receiver.ts';
import type { Dialect, Keeping } from './dialect.ts';

export interface StatusPorts {
  /** Transports whose messages the interface has. */
  readonly transports: () => readonly string[];
  readonly changesOf: Components['changesOf'];
  readonly receiver: Pick<Receiver, 'deliver'>;
  readonly keeping: Keeping;
  readonly logger: Logger;
  /** Aborts when nothing more is to be told. */
  readonly signal: AbortSignal;
}

/**
 * Tells a program how the transports behind its interface fare: what the store has of them and the program has not heard
 * yet, in order, and at first how each part is now. How far it has heard is kept, so that no change is lost while it or the
 * platform is away; the store keeps the last 100 of each part.
 */
export class StatusTelling implements AsyncDisposable {
  readonly #door: ServedInterface;
  readonly #tellStatus: NonNullable<Dialect['tellStatus']>;
  readonly #ports: StatusPorts;
  readonly #look = oneAtATime(() => this.#tellAll());
  #running: Promise<void> = Promise.resolve();

  constructor(door: ServedInterface, tellStatus: NonNullable<Dialect['tellStatus']>, ports: StatusPorts) {
    this.#door = door;
    this.#tellStatus = tellStatus;
    this.#ports = ports;
  }

  /** Something may have changed. */
  wake(): void {
    if (!this.#ports.signal.aborted) this.#running = this.#look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running;
  }

  async #tellAll(): Promise<void> {
    try {
      await Promise.all(this.#ports.transports().map((transport) => this.#tellOf(transport)));
    } catch (error) {
      // The next change looks again, from where this one was.
      if (!this.#ports.signal.aborted)
        this.#ports.logger.warn({ reason: errorText(error) }, 'cannot tell the statuses of transports');
    }
  }

  async #tellOf(transport: string): Promise<void> {
    const { changesOf, signal } = this.#ports;
    while (!signal.aborted) {
      const changes = await changesOf(transport, await this.#placesOf(transport));
      if (changes.length === 0) return;
      for (const change of changes) {
        await this.#tell(change);
        await this.#heard(transport, change);
      }
    }
  }

  async #tell(change: ToldChange): Promise<void> {
    const callback = this.#tellStatus(change, this.#door);
    if (callback === null) return;
    const id = `status/${change.seq}`;
    try {
      const headers = { 'idempotency-key': id, ...callback.headers };
      await this.#ports.receiver.deliver({ ...callback, headers, id });
    } catch (error) {
      const isGivenUp =
        error instanceof VumiError && ['receiver.refused', 'receiver.failing'].includes(error.code);
      if (!isGivenUp) throw error;
      // An old status is of no use later; the next one says how it is then.
      this.#ports.logger.warn({ reason: errorText(error) }, 'a status was not taken');
    }
  }

  /** Another URL has heard of nothing. */
  async #placesOf(transport: string): Promise<ChangePlaces> {
    return readPlaces(await this.#ports.keeping.get(keyOf(transport)), this.#door.status_url);
  }

  #heard(transport: string, { name, seq }: ToldChange): Promise<void> {
    const { status_url: url } = this.#door;
    return this.#ports.keeping.change(keyOf(transport), (before) =>
      JSON.stringify({ url, places: { ...readPlaces(before, url), [name]: seq } }),
    );
  }
}

function keyOf(transport: string): string {
  return `status/${transport}`;
}

function readPlaces(kept: string | null, url: string | null): ChangePlaces {
  if (kept === null) return {};
  const known = JSON.parse(kept) as { readonly url: string | null; readonly places: ChangePlaces };
  return known.url === url ? known.places : {};
}
