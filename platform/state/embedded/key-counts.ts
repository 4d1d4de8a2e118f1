import type { StateCommit, StateWrite } from '@vumi/core';
import type { KeyTable } from './key-table.ts';
import type { TooManyKeys } from './state-format.ts';

/**
 * Knows for each quota a number that its keys do not exceed. Counting takes time, so it is done when a prefix is first
 * seen, and when that number no longer proves that there is room: what was deleted or has expired is not taken off.
 */
export class KeyCounts {
  readonly #table: KeyTable;
  readonly #most = new Map<string, number>();

  constructor(table: KeyTable) {
    this.#table = table;
  }

  /** Takes the keys that a commit adds into account, or refuses them. */
  grow({ quota, writes }: StateCommit, now: number): TooManyKeys | null {
    if (quota === undefined) return null;
    const { prefix, maxKeys } = quota;
    const growth = this.#growth(prefix, writes, now);
    if (growth <= 0) return null;
    let most = this.#most.get(prefix);
    if (most === undefined || most + growth > maxKeys) most = this.#table.count(prefix, now);
    const fits = most + growth <= maxKeys;
    this.#most.set(prefix, fits ? most + growth : most);
    return fits ? null : { maxKeys };
  }

  #growth(prefix: string, writes: readonly StateWrite[], now: number): number {
    const stays = new Map<string, boolean>();
    for (const { op, key } of writes) if (key.startsWith(prefix)) stays.set(key, op !== 'delete');
    let growth = 0;
    for (const [key, after] of stays) {
      const before = this.#table.find(key, now) !== null;
      growth += Number(after) - Number(before);
    }
    return growth;
  }
}
