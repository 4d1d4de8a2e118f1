import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Ledger } from '@vumi/core';
import { openOwnDatabase } from '@vumi/journal';

/** A file is written anew when it is so long and most of it is history. Characters. */
const LONG = 16 * 1024 * 1024;
const HISTORY = 4;

/**
 * Its records in memory, and a file that only grows: a line for each write, `["key","value"]` or `["key"]` for a
 * deletion. One system call for the writes of a tick costs a tenth of a database's commit, and this is on the path of
 * every message twice.
 */
class FileLedger implements Ledger {
  readonly #file: string;
  readonly #lock: Disposable;
  readonly #records: Map<string, string>;
  #descriptor: number;
  #lines = '';
  #length = 0;
  #liveLength: number;

  constructor(file: string, lock: Disposable) {
    this.#file = file;
    this.#lock = lock;
    this.#records = existsSync(file) ? replay(readFileSync(file, 'utf8')) : new Map();
    this.#liveLength = 0;
    this.#descriptor = this.#rewrite();
  }

  get(key: string): string | null {
    return this.#records.get(key) ?? null;
  }

  put(key: string, value: string): void {
    this.#records.set(key, value);
    this.#append(JSON.stringify([key, value]));
  }

  delete(key: string): void {
    if (this.#records.delete(key)) this.#append(JSON.stringify([key]));
  }

  entries(prefix: string): [string, string][] {
    return [...this.#records].filter(([key]) => key.startsWith(prefix));
  }

  flush(): void {
    if (this.#lines === '') return;
    writeSync(this.#descriptor, this.#lines);
    this.#length += this.#lines.length;
    this.#lines = '';
    if (this.#length > LONG && this.#length > HISTORY * this.#liveLength) {
      closeSync(this.#descriptor);
      this.#descriptor = this.#rewrite();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.flush();
    closeSync(this.#descriptor);
    this.#lock[Symbol.dispose]();
    return Promise.resolve();
  }

  /** The writes of one tick are one system call. */
  #append(line: string): void {
    if (this.#lines === '') process.nextTick(() => this.#flushQuietly());
    this.#lines += `${line}\n`;
  }

  /** A disk that is full is told of by the next `flush`, whose caller can do something about it. */
  #flushQuietly(): void {
    try {
      this.flush();
    } catch {
      // The lines are kept.
    }
  }

  /** Puts only what is alive into the file, which is the old one or the new one whenever we are killed. */
  #rewrite(): number {
    const next = `${this.#file}.next`;
    const descriptor = openSync(next, 'w');
    const live = [...this.#records].map((record) => `${JSON.stringify(record)}\n`).join('');
    writeSync(descriptor, live);
    renameSync(next, this.#file);
    this.#length = live.length;
    this.#liveLength = live.length;
    return descriptor;
  }
}

/** A process that is killed while it writes leaves half a line at the end: that write was not made. */
function replay(text: string): Map<string, string> {
  const records = new Map<string, string>();
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    if (line === '') continue;
    const [key, value] = JSON.parse(line) as [string, string?];
    if (value === undefined) records.delete(key);
    else records.set(key, value);
  }
  return records;
}

/** Opens a ledger for this process alone; `data.in_use` when another process has it. */
export function openLedger({ file }: { readonly file: string }): Ledger {
  mkdirSync(dirname(file), { recursive: true });
  const lock = openOwnDatabase(`${file}.lock`, 'normal', '');
  return new FileLedger(file, lock);
}
