import { matchesTopic } from '@vumi/core';
import type { EmbeddedQueue } from './embedded-queue.ts';

const NONE: readonly EmbeddedQueue[] = [];

/** Which queues an exchange hands a message to. */
export class Bindings {
  readonly #queues = new Map<string, EmbeddedQueue[]>();

  /** False when it was bound like that already. */
  add(key: string, queue: EmbeddedQueue): boolean {
    const bound = this.#queues.get(key);
    if (bound?.includes(queue) === true) return false;
    if (bound === undefined) this.#queues.set(key, [queue]);
    else bound.push(queue);
    return true;
  }

  remove(queue: EmbeddedQueue): void {
    for (const [key, bound] of this.#queues) {
      const left = bound.filter((other) => other !== queue);
      if (left.length === 0) this.#queues.delete(key);
      else this.#queues.set(key, left);
    }
  }

  underKey(key: string): readonly EmbeddedQueue[] {
    return this.#queues.get(key) ?? NONE;
  }

  /** Each queue once, also when several of its patterns match. */
  underPatterns(key: string): readonly EmbeddedQueue[] {
    const found = new Set<EmbeddedQueue>();
    for (const [pattern, queues] of this.#queues) {
      if (matchesTopic(pattern, key)) for (const queue of queues) found.add(queue);
    }
    return [...found];
  }
}
