import type { KeyedState } from '@vumi/core';
import { LRUCache } from 'lru-cache';
import type { TraceParent, Tracing } from './tracing.ts';

/** As long as receipts and webhooks may take. */
const REMEMBERED_MS = 3 * 24 * 3_600_000;
const MOST = 10_000;

/** In which span a message was taken or sent, for what comes of it later and elsewhere: receipts, webhooks. */
export class TraceMemory {
  readonly #tracing: Tracing;
  readonly #state: Pick<KeyedState, 'get' | 'set'>;
  readonly #near = new LRUCache<string, TraceParent>({ max: MOST });

  constructor(tracing: Tracing, state: Pick<KeyedState, 'get' | 'set'>) {
    this.#tracing = tracing;
    this.#state = state;
  }

  /** Nothing waits for it: a trace that is lost is no message that is lost. */
  remember(messageId: string): void {
    if (!this.#tracing.isRecording) return;
    const parent = this.#tracing.current();
    if (parent === null) return;
    this.#near.set(messageId, parent);
    this.#state.set(keyOf(messageId), parent, REMEMBERED_MS).catch(() => {});
  }

  /** Null where the message was not traced. */
  async recall(messageId: string): Promise<TraceParent | null> {
    const near = this.#near.get(messageId);
    if (near !== undefined) return near;
    return this.#state.get(keyOf(messageId)).catch(() => null);
  }
}

function keyOf(messageId: string): string {
  return `trace/${messageId}`;
}
