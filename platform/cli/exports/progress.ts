import { overwriteLine, write } from '../output.ts';

const SHOW_EVERY_MS = 500;

interface Shown {
  readonly rows: number;
  /** Of the last row, ISO 8601. */
  readonly timestamp: string | undefined;
}

/** Which part of the time has been passed through, from the newest to the oldest; null where the oldest is not known. */
function shareOf(
  timestamp: string | undefined,
  { from, to }: { readonly from: string | undefined; readonly to: number },
): number | null {
  const oldest = Date.parse(from ?? '');
  const at = Date.parse(timestamp ?? '');
  if (Number.isNaN(oldest) || Number.isNaN(at) || oldest >= to) return null;
  return Math.min(1, Math.max(0, (to - at) / (to - oldest)));
}

/** Rows, their rate and, where it is known, the share, in one line of a terminal; nothing elsewhere. */
export class Progress implements Disposable {
  readonly #began = Date.now();
  readonly #rowsBefore: number;
  readonly #range: { readonly from: string | undefined; readonly to: number };
  readonly #isShown = process.stdout.isTTY;
  #shownAt = 0;

  constructor(rowsBefore: number, range: { from: string | undefined; to: string | undefined }) {
    this.#rowsBefore = rowsBefore;
    const to = Date.parse(range.to ?? '');
    this.#range = { from: range.from, to: Number.isNaN(to) ? this.#began : Math.min(to, this.#began) };
  }

  show({ rows, timestamp }: Shown): void {
    const now = Date.now();
    if (!this.#isShown || now - this.#shownAt < SHOW_EVERY_MS) return;
    this.#shownAt = now;
    const share = shareOf(timestamp, this.#range);
    const part =
      share === null ? `back to ${timestamp?.slice(0, 10) ?? '-'}` : `${Math.floor(share * 100)} %`;
    overwriteLine(`${rows} rows, ${this.rate(rows)} a second, ${part} `);
  }

  /** Rows a second since this command began. */
  rate(rows: number): number {
    return Math.round((rows - this.#rowsBefore) / Math.max(0.001, (Date.now() - this.#began) / 1000));
  }

  [Symbol.dispose](): void {
    if (this.#isShown && this.#shownAt > 0) write('\n');
  }
}
