/** What a load run found. Times are milliseconds from the moment at which a message was to be sent. */
export interface LoadReport {
  readonly asked: { readonly rate: number; readonly count: number };
  readonly sent: number;
  readonly answered: number;
  /** By command_status, those that are not ESME_ROK. */
  readonly refused: Readonly<Record<string, number>>;
  /** Sent, and nothing came back: no response, no reply, or no receipt where one was asked for. */
  readonly lost: number;
  /** Came back more than once. */
  readonly doubled: number;
  /** Came back for nothing that was sent, or with another text. */
  readonly mismatched: number;
  readonly seconds: number;
  /** Answered a second. */
  readonly rate: number;
  readonly latency_ms: Readonly<Record<'p50' | 'p90' | 'p99' | 'p999' | 'max', number>>;
}

/** Latencies of a run; `percentile` of none is 0. */
export class Latencies {
  readonly #samples: number[] = [];

  add(ms: number): void {
    this.#samples.push(ms);
  }

  get count(): number {
    return this.#samples.length;
  }

  summary(): LoadReport['latency_ms'] {
    const sorted = Float64Array.from(this.#samples).sort();
    const at = (share: number): number => {
      const index = Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1);
      return Math.round((sorted[Math.max(0, index)] ?? 0) * 100) / 100;
    };
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) };
  }
}

/** What came back, by what it was for. */
export class Tally {
  readonly #expected = new Set<string>();
  readonly #came = new Map<string, number>();

  expect(key: string): void {
    this.#expected.add(key);
  }

  /** True when it came for the first time. */
  came(key: string): boolean {
    const count = (this.#came.get(key) ?? 0) + 1;
    this.#came.set(key, count);
    return count === 1;
  }

  get complete(): boolean {
    return this.#came.size >= this.#expected.size;
  }

  summary(): Pick<LoadReport, 'lost' | 'doubled' | 'mismatched'> {
    let doubled = 0;
    let mismatched = 0;
    for (const [key, count] of this.#came) {
      if (!this.#expected.has(key)) mismatched += 1;
      else if (count > 1) doubled += 1;
    }
    const lost = [...this.#expected].filter((key) => !this.#came.has(key)).length;
    return { lost, doubled, mismatched };
  }
}
