import { Lanes } from '@vumi/core';

/** A realm of a classic app with the toolkit in it takes about 1 MB, and its app what it likes. */
const MEGABYTES_PER_REALM = 4;

interface Bounded {
  readonly key: string;
  readonly kind: string;
  readonly limits: { readonly memory_mb: number };
}

/**
 * Classic apps have a realm for each message that is under way, all in one isolate: so many at once that its memory
 * lasts, the others in the order of their coming. Apps of the SDK have one realm and need no slot.
 */
export class RealmSlots {
  readonly #lanes = new Lanes();

  run<T>(app: Bounded, task: () => Promise<T>): Promise<T> {
    if (app.kind !== 'classic') return task();
    const most = Math.max(1, Math.floor(app.limits.memory_mb / MEGABYTES_PER_REALM));
    return this.#lanes.run(app.key, most, task);
  }
}
