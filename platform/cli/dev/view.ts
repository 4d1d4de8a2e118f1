import type { Interface } from 'node:readline';
import { printable } from '@vumi/core';
import { overwriteLine } from '../output.ts';

/** Lines that somebody who looks later is still shown. */
const KEPT = 200;

/** One view of all: what is typed stays below what comes, and others may follow it. */
export class View {
  terminal: Interface | null = null;
  readonly #kept: string[] = [];
  readonly #followers = new Set<(line: string) => void>();

  line(text: string): void {
    const line = `${new Date().toTimeString().slice(0, 8)}  ${text}`;
    overwriteLine(printable(`${line}\n`));
    this.terminal?.prompt(true);
    this.#kept.push(line);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const follower of this.#followers) follower(line);
  }

  /** Shows the last lines, and each that comes; returns what ends that. */
  follow(show: (line: string) => void): () => void {
    for (const line of this.#kept) show(line);
    this.#followers.add(show);
    return () => void this.#followers.delete(show);
  }
}
