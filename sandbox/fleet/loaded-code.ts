import type { ToRunner } from '../frames.ts';

/** Characters of code and caches that a runner keeps. */
const MAX_CHARACTERS = 24 * 1024 * 1024;

export interface Code {
  /** JSON text. */
  readonly code: string;
  /** V8's code cache as base64; empty where there is none yet. */
  readonly cache: string;
}

/**
 * Code of large workers that a runner keeps, by digest: sending and reading it takes longer than loading it. The
 * platform alone decides what is kept, so that both ends agree without asking.
 */
export class LoadedCode {
  readonly #send: (frame: ToRunner) => void;
  readonly #maxCharacters: number;
  /** The least recently used first. */
  readonly #held = new Map<string, { readonly characters: number; readonly hasCache: boolean }>();
  #characters = 0;

  constructor(send: (frame: ToRunner) => void, maxCharacters: number = MAX_CHARACTERS) {
    this.#send = send;
    this.#maxCharacters = maxCharacters;
  }

  has(digest: string | null): boolean {
    return digest !== null && this.#held.has(digest);
  }

  /** Makes sure that the runner has the code, and its cache when there is one. */
  provide(digest: string, { code, cache }: Code): void {
    const known = this.#held.get(digest);
    const isEnough = known !== undefined && (known.hasCache || cache === '');
    if (known !== undefined) this.#drop(digest, known);
    const kept = isEnough ? known : { characters: code.length + cache.length, hasCache: cache !== '' };
    this.#held.set(digest, kept);
    this.#characters += kept.characters;
    if (!isEnough) this.#send(['learn', digest, code, cache]);
    for (const [oldest, other] of this.#held) {
      if (this.#characters <= this.#maxCharacters || oldest === digest) break;
      this.#drop(oldest, other);
      this.#send(['forget', oldest]);
    }
  }

  #drop(digest: string, { characters }: { readonly characters: number }): void {
    this.#held.delete(digest);
    this.#characters -= characters;
  }
}
