import { LRUCache } from 'lru-cache';
import type { AppKind } from '../app-kind.ts';
import type { FromRunner } from '../frames.ts';
import type { LoadedApp } from './app.ts';
import type { RunnerProcess } from '../fleet/runner-process.ts';

const MAX_CHARACTERS = 64 * 1024 * 1024;
/** A worker that ended its compilers is loaded without a cache. */
const MAX_ORDERS = 2;
const MAX_REMEMBERED = 5000;

/**
 * V8's code caches of large workers, by digest of the code, as base64. They are made by warm standbys, which have run no
 * tenant's code: V8 trusts a cache (CVE-2022-39266). SDK apps' runners all have the same flags, on which a cache
 * depends; classic apps have a snapshot in place of one.
 */
export class CodeCaches {
  readonly #standbyOf: (kind: AppKind) => RunnerProcess | null;
  readonly #caches = new LRUCache<string, string>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ length }) => length,
  });
  readonly #orders = new LRUCache<string, { by: RunnerProcess; count: number }>({ max: MAX_REMEMBERED });

  constructor(standbyOf: (kind: AppKind) => RunnerProcess | null) {
    this.#standbyOf = standbyOf;
  }

  get size(): number {
    return this.#caches.size;
  }

  /** The cache to load the app with; empty when there is none. One is ordered then, for the next time. */
  get({ kind, frame }: LoadedApp): string {
    const { digest } = frame;
    if (digest === null) return '';
    const cache = this.#caches.get(digest);
    if (cache === undefined) {
      this.#order(digest, this.#standbyOf(kind), frame.code);
      return '';
    }
    return cache;
  }

  /** Takes a cache from a runner that was asked for it and has still run nothing. */
  onCompiled(
    runner: RunnerProcess,
    [, digest, cache]: FromRunner & readonly ['compiled', ...string[]],
  ): void {
    if (this.#orders.get(digest)?.by !== runner || runner.apps.size > 0) return;
    if (cache === '' || this.#caches.has(digest)) return;
    this.#orders.delete(digest);
    this.#caches.set(digest, cache);
  }

  #order(digest: string, by: RunnerProcess | null, code: string): void {
    const before = this.#orders.get(digest);
    const isUnderWay = before !== undefined && !before.by.gone && !before.by.doomed && before.by === by;
    const count = (before?.count ?? 0) + 1;
    if (by === null || isUnderWay || count > MAX_ORDERS) return;
    this.#orders.set(digest, { by, count });
    by.send(['compile', digest, code]);
  }
}
