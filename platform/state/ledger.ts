import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Ledger } from '@vumi/core';
import { openOwnDatabase } from '@vumi/journal';

/** A file is written anew when it is so long and most of it is history. Characters. */
const LONG = 16 * 1024 * 1024;
const HISTORY = 4;
/** The third part of a line whose value is wiped when it is deleted. */
const TEXT = 1;

type Line = readonly [key: string, value?: string, kind?: typeof TEXT];

/** Octets of the file. */
interface Place {
  readonly at: number;
  readonly length: number;
}

/**
 * Its records in memory, and a file that only grows: a line for each write, `["key","value"]` or `["key"]` for a
 * deletion; and blanks in place of what people wrote, `["key","value",1]`, when it is deleted. One system call for the writes of a tick costs a tenth of a database's commit, and this is on the path of
 * every message twice.
 */
class FileLedger implements Ledger {
  readonly #file: string;
  readonly #lock: Disposable;
  readonly #records: Map<string, string>;
  /** Where what people wrote stands in the file. */
  readonly #texts = new Map<string, Place>();
  #descriptor: number;
  #lines = '';
  /** Octets of the file without `#lines`. */
  #length = 0;
  #liveLength: number;

  constructor(file: string, lock: Disposable) {
    this.#file = file;
    this.#lock = lock;
    const { records, texts } = existsSync(file) ? replay(readFileSync(file, 'utf8')) : EMPTY;
    this.#records = new Map(records);
    for (const key of texts) this.#texts.set(key, NOWHERE);
    this.#liveLength = 0;
    this.#descriptor = this.#rewrite();
  }

  get(key: string): string | null {
    return this.#records.get(key) ?? null;
  }

  put(key: string, value: string): void {
    this.#wipe(key);
    this.#records.set(key, value);
    this.#append(JSON.stringify([key, value]));
  }

  putText(key: string, value: string): void {
    this.#wipe(key);
    this.#records.set(key, value);
    const line = JSON.stringify([key, value, TEXT]);
    const at = this.#length + Buffer.byteLength(this.#lines);
    this.#texts.set(key, { at, length: Buffer.byteLength(line) });
    this.#append(line);
  }

  delete(key: string): void {
    if (this.#records.delete(key) && !this.#wipe(key)) this.#append(JSON.stringify([key]));
  }

  entries(prefix: string): [string, string][] {
    return [...this.#records].filter(([key]) => key.startsWith(prefix));
  }

  flush(): void {
    if (this.#lines === '') return;
    this.#length += writeSync(this.#descriptor, this.#lines);
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

  /** Whether a text stood under the key: blanks do in its place. */
  #wipe(key: string): boolean {
    const place = this.#texts.get(key);
    if (place === undefined) return false;
    if (!this.#isWritten(place)) this.#flushQuietly();
    // Which may have written the file anew.
    const now = this.#texts.get(key);
    this.#texts.delete(key);
    if (now === undefined) return true;
    if (!this.#isWritten(now)) return false;
    writeSync(this.#descriptor, ' '.repeat(now.length), now.at);
    return true;
  }

  #isWritten({ at, length }: Place): boolean {
    return at + length <= this.#length;
  }

  /** Puts only what is alive into the file, which is the old one or the new one whenever we are killed. */
  #rewrite(): number {
    const next = `${this.#file}.next`;
    const descriptor = openSync(next, 'w');
    const texts = new Set(this.#texts.keys());
    this.#texts.clear();
    this.#length = 0;
    const live: string[] = [];
    for (const [key, value] of this.#records) {
      const isText = texts.has(key);
      const line = JSON.stringify(isText ? [key, value, TEXT] : [key, value]);
      const length = Buffer.byteLength(line);
      if (isText) this.#texts.set(key, { at: this.#length, length });
      live.push(`${line}\n`);
      this.#length += length + 1;
    }
    writeSync(descriptor, live.join(''));
    renameSync(next, this.#file);
    this.#liveLength = this.#length;
    return descriptor;
  }
}

interface Replayed {
  readonly records: ReadonlyMap<string, string>;
  /** Keys of what people wrote. */
  readonly texts: ReadonlySet<string>;
}

const EMPTY: Replayed = { records: new Map(), texts: new Set() };
const NOWHERE: Place = { at: 0, length: 0 };

/** A process that is killed while it writes leaves half a line at the end: that write was not made. */
function replay(text: string): Replayed {
  const records = new Map<string, string>();
  const texts = new Set<string>();
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    // Blanks at either end are what is left of a text, also where the power went while it was wiped.
    if (line === '' || line.startsWith(' ') || line.endsWith(' ')) continue;
    const [key, value, kind] = JSON.parse(line) as Line;
    if (value === undefined) records.delete(key);
    else records.set(key, value);
    if (value !== undefined && kind === TEXT) texts.add(key);
    else texts.delete(key);
  }
  return { records, texts };
}

/** Opens a ledger for this process alone; `data.in_use` when another process has it. */
export function openLedger({ file }: { readonly file: string }): Ledger {
  mkdirSync(dirname(file), { recursive: true });
  const lock = openOwnDatabase(`${file}.lock`, 'normal', '');
  return new FileLedger(file, lock);
}
