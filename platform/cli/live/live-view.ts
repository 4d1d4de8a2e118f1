import { errorText, sleep } from '@vumi/core';
import type { Figures, Span } from './figures.ts';
import { drawScreen, type Size, type View } from './screen.ts';
import { liveTables } from './tables.ts';

/** Figures of other processes come with their heartbeats: rates over fewer looks would jump. */
const KEPT_LOOKS = 4;
const TABLES = 5;
/** The heading of the table. */
const HEADING_LINE = 4;
const FOOT_FROM_END = 1;

export interface LiveViewPorts {
  readonly url: string;
  readonly everyMs: number;
  readonly look: () => Promise<Figures>;
  readonly size: () => Size;
  readonly draw: (lines: readonly string[], marked: ReadonlySet<number>) => void;
}

/** Shows the figures again and again, until somebody quits. Keys change what is seen at once. */
export class LiveView {
  readonly #ports: LiveViewPorts;
  readonly #quit = new AbortController();
  #looks: readonly Figures[] = [];
  #view: View = { table: 0, sortedBy: null, reversed: false, paused: false, trouble: null };

  constructor(ports: LiveViewPorts) {
    this.#ports = ports;
  }

  quit(): void {
    this.#quit.abort();
  }

  async run(): Promise<void> {
    const { signal } = this.#quit;
    this.redraw();
    while (!signal.aborted) {
      if (!this.#view.paused) await this.#look();
      if (!signal.aborted) this.redraw();
      await sleep(this.#ports.everyMs, signal).catch(() => {});
    }
  }

  redraw(): void {
    const { url, size, draw } = this.#ports;
    const lines = drawScreen(this.#span(), this.#view, url, size());
    draw(lines, new Set([HEADING_LINE, lines.length - FOOT_FROM_END]));
  }

  /** What was typed: one key, or several that came at once; keys that send sequences have no meaning here. */
  onText(text: string): void {
    for (const key of text.startsWith('\u001b') ? [] : text) this.#onKey(key);
  }

  #onKey(key: string): void {
    if (key === 'q' || key === '\u0003') return this.quit();
    const view = this.#after(key);
    if (view === null) return;
    this.#view = view;
    this.redraw();
  }

  #after(key: string): View | null {
    const view = this.#view;
    if (/^[1-5]$/.test(key)) return { ...view, table: Number(key) - 1, sortedBy: null, reversed: false };
    switch (key) {
      case '\t':
        return { ...view, table: (view.table + 1) % TABLES, sortedBy: null, reversed: false };
      case 's':
        return { ...view, sortedBy: this.#column(1) };
      case 'S':
        return { ...view, sortedBy: this.#column(-1) };
      case 'r':
        return { ...view, reversed: !view.reversed };
      case 'p':
      case ' ':
        return { ...view, paused: !view.paused };
      default:
        return null;
    }
  }

  /** The column so many to the right of the one by which the table is sorted. */
  #column(by: number): number | null {
    const span = this.#span();
    const table = span === null ? undefined : liveTables(span)[this.#view.table];
    if (table === undefined) return null;
    const count = table.columns.length;
    return ((this.#view.sortedBy ?? table.sortedBy) + by + count) % count;
  }

  #span(): Span | null {
    const now = this.#looks.at(-1);
    const first = this.#looks[0];
    return now === undefined ? null : { now, before: first === undefined || first === now ? null : first };
  }

  async #look(): Promise<void> {
    try {
      this.#looks = [...this.#looks, await this.#ports.look()].slice(-KEPT_LOOKS);
      this.#view = { ...this.#view, trouble: null };
    } catch (error) {
      // The platform may be starting anew: what it counted until now is no measure of what comes.
      this.#looks = this.#looks.slice(-1);
      this.#view = { ...this.#view, trouble: errorText(error) };
    }
  }
}
