import { Fifo, VumiError } from '@vumi/core';

interface Line {
  readonly text: string;
  readonly taken: () => void;
  readonly failed: (error: Error) => void;
}

/** Null: there will be none. */
type Reader = (line: Line | null) => void;

/** Lines for whoever reads them: each goes to one reader, which is chosen at random, and waits while there is none. */
export class Outlet {
  readonly #random: () => number;
  readonly #waiting = new Fifo<Line>();
  /** Those that wait for a line. */
  readonly #idle: Reader[] = [];
  #readers = 0;
  #closed = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** How many read. */
  get readers(): number {
    return this.#readers;
  }

  /** Resolves when a reader has taken the line. Rejects with `receiver.unavailable` when the outlet closes before. */
  give(text: string): Promise<void> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((taken, failed) => this.#offer({ text, taken, failed }));
  }

  /** A line counts as taken when the next one is asked for. Ends when the reader has gone or the outlet closes. */
  async *lines(gone: AbortSignal): AsyncGenerator<string, void> {
    this.#readers += 1;
    let open: Line | null = null;
    try {
      while (!gone.aborted && !this.#closed) {
        open = this.#waiting.shift() ?? (await this.#wait(gone));
        if (open === null) return;
        yield open.text;
        if (gone.aborted) return;
        open.taken();
        open = null;
      }
    } finally {
      this.#readers -= 1;
      // Nobody knows whether it has arrived: it comes again.
      if (open !== null) this.#offer(open);
    }
  }

  close(): void {
    this.#closed = true;
    for (const reader of this.#idle.splice(0)) reader(null);
    for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift())
      line.failed(closed());
  }

  #offer(line: Line): void {
    if (this.#closed) return line.failed(closed());
    const [reader] = this.#idle.splice(Math.floor(this.#random() * this.#idle.length), 1);
    if (reader === undefined) this.#waiting.push(line);
    else reader(line);
  }

  #wait(gone: AbortSignal): Promise<Line | null> {
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#idle.splice(this.#idle.indexOf(reader), 1);
        resolve(null);
      };
      const reader: Reader = (line) => {
        gone.removeEventListener('abort', leave);
        resolve(line);
      };
      gone.addEventListener('abort', leave, { once: true });
      this.#idle.push(reader);
    });
  }
}

function closed(): VumiError {
  return new VumiError('receiver.unavailable', 'the interface is closing; what was not taken waits');
}
