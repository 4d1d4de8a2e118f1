import { VumiError } from '@vumi/core';
import type { EffectFailure, StoreEffects } from '@vumi/records';

/** Messages whose effects one transaction takes. */
const MAX_BATCH = 50;

interface Waiting {
  readonly effects: StoreEffects;
  readonly resolve: (failures: readonly EffectFailure[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface EffectWriter {
  /** Writes all of an account's in one step, or nothing. */
  write(account: string, batch: readonly StoreEffects[]): Promise<void>;
  /** Writes what can be written of one message in one step; answers the rest. */
  writeEach(effects: StoreEffects): Promise<readonly EffectFailure[]>;
}

/**
 * Brings the effects of each account one after the other to the database, those that came meanwhile together. So a busy
 * account takes one connection and not all of them, and waits for the disk once for many messages.
 */
export class EffectQueue {
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #writer: EffectWriter;

  constructor(writer: EffectWriter) {
    this.#writer = writer;
  }

  /** Resolves when the effects are written, in whatever company; to those that cannot be. */
  add(effects: StoreEffects): Promise<readonly EffectFailure[]> {
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
      await this.#writer.write(
        account,
        batch.map(({ effects }) => effects),
      );
      for (const { resolve } of batch) resolve([]);
    } catch (error) {
      const [first] = batch;
      if (error instanceof VumiError && error.outage) for (const { reject } of batch) reject(error);
      else if (batch.length === 1 && first !== undefined) await this.#deliverEach(first);
      // One that cannot be written must not keep the others out.
      else for (const entry of batch) await this.#deliver(account, [entry]);
    }
  }

  async #deliverEach({ effects, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve(await this.#writer.writeEach(effects));
    } catch (error) {
      reject(error);
    }
  }
}
