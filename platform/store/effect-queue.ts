import { VumiError, type StoreEffects } from '@vumi/core';

/** Messages whose effects one transaction takes. */
const MAX_BATCH = 50;

interface Waiting {
  readonly effects: StoreEffects;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Brings the effects of each account one after the other to the database, those that came meanwhile together. So a busy
 * account takes one connection and not all of them, and waits for the disk once for many messages.
 */
export class EffectQueue {
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #write: (account: string, batch: readonly StoreEffects[]) => Promise<void>;

  constructor(write: (account: string, batch: readonly StoreEffects[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when the effects are written, in whatever company. */
  add(effects: StoreEffects): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = { effects, resolve, reject };
      const waiting = this.#waiting.get(effects.account);
      if (waiting !== undefined) {
        waiting.push(entry);
        return;
      }
      const first = [entry];
      this.#waiting.set(effects.account, first);
      void this.#drain(effects.account, first);
    });
  }

  async #drain(account: string, waiting: Waiting[]): Promise<void> {
    while (waiting.length > 0) await this.#deliver(account, waiting.splice(0, MAX_BATCH));
    this.#waiting.delete(account);
  }

  async #deliver(account: string, batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#write(
        account,
        batch.map(({ effects }) => effects),
      );
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const isOutage = error instanceof VumiError && error.outage;
      if (batch.length === 1 || isOutage) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // One that cannot be written must not keep the others out.
      for (const entry of batch) await this.#deliver(account, [entry]);
    }
  }
}
