export interface IncomingLoadOptions {
  /** Requests of the peer that may be in hand at once. */
  readonly limit: number;
  /** How long reading may stop at the limit before requests are refused instead; 0 refuses at once. */
  readonly patienceMs: number;
  readonly clock: () => number;
}

/** How much of what the peer asks is in hand, and what to do at the limit (spec smpp §5 points 21 and 55). */
export class IncomingLoad {
  readonly #options: IncomingLoadOptions;
  #count = 0;
  /** Since when it is at the limit, until it has fallen to half of it. */
  #fullSince: number | undefined;

  constructor(options: IncomingLoadOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** Nothing more shall be read for now. */
  get tooMuch(): boolean {
    return this.#fullSince !== undefined && !this.#impatient(this.#fullSince);
  }

  /** The next request is to be refused. */
  get refuses(): boolean {
    return (
      this.#count >= this.#options.limit && this.#fullSince !== undefined && this.#impatient(this.#fullSince)
    );
  }

  begin(): void {
    this.#count += 1;
    if (this.#count >= this.#options.limit) this.#fullSince ??= this.#options.clock();
  }

  end(): void {
    this.#count -= 1;
    if (this.#count <= this.#options.limit / 2) this.#fullSince = undefined;
  }

  #impatient(since: number): boolean {
    return this.#options.clock() - since >= this.#options.patienceMs;
  }
}
