import { existsSync } from 'node:fs';
import { open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { usageError } from '../exit.ts';
import { readHeadings, readPlace, type ExportPlace } from './last-row.ts';
import { RowSplitter } from './row-splitter.ts';

/** How far a file may be ahead of what is noted of it: so much is fetched again after a kill. */
const NOTE_EVERY_BYTES = 4 * 1024 * 1024;

export interface ExportRequest {
  readonly format: 'csv' | 'ndjson';
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** As it was typed: who goes on must mean the same. */
  readonly asked: Readonly<Record<string, unknown>>;
}

/** What stands in `<file>.part.json`. */
interface Note extends ExportRequest {
  /** Bytes of the `.part` file that are whole rows. */
  readonly bytes: number;
  readonly rows: number;
  readonly headings: readonly string[] | null;
  readonly place: ExportPlace | null;
}

/**
 * A file that is being written: `<file>.part` with whole rows only, beside it what is needed to go on. It gets its name when
 * it is complete.
 */
export class ExportFile implements AsyncDisposable {
  readonly #name: string;
  readonly #file: FileHandle;
  readonly #splitter: RowSplitter;
  #note: Note;
  #noted: number;

  private constructor(name: string, file: FileHandle, note: Note) {
    this.#name = name;
    this.#file = file;
    this.#note = note;
    this.#noted = note.bytes;
    this.#splitter = new RowSplitter(note.format);
  }

  /** Throws a usage error rather than write over anything, or go on with something else. */
  static async open(name: string, request: ExportRequest, resume: boolean): Promise<ExportFile> {
    if (existsSync(name)) throw usageError(`${name} is there already: remove it, or write to another file`);
    const begun = await readNote(name);
    if (begun !== null && !resume) {
      throw usageError(
        `an export to ${name} was cut off after ${begun.rows} rows: go on with --resume, or remove ${partOf(name)}`,
      );
    }
    if (begun !== null && JSON.stringify(begun.asked) !== JSON.stringify(request.asked)) {
      throw usageError(
        `the export to ${name} was begun with other options, ${JSON.stringify(begun.asked)}: give the same, or write to another file`,
      );
    }
    const file = await open(partOf(name), begun === null ? 'w' : 'r+');
    const note = begun ?? { ...request, bytes: 0, rows: 0, headings: null, place: null };
    await file.truncate(note.bytes);
    const made = new ExportFile(name, file, note);
    await made.#save();
    return made;
  }

  get rows(): number {
    return this.#note.rows;
  }

  /** Null before the first row. */
  get place(): ExportPlace | null {
    return this.#note.place;
  }

  /** What to ask the platform for: the rest. */
  get request(): Pick<ExportRequest, 'path' | 'query'> {
    const { path, query, place } = this.#note;
    if (place === null) return { path, query };
    return { path, query: { ...query, after: place.after, after_event: place.after_event ?? undefined } };
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { bytes, last, count } = this.#splitter.push(chunk);
    if (last === null) return;
    await writeAll(this.#file, bytes, this.#note.bytes);
    const { format, headings: known, rows } = this.#note;
    const isFirst = format === 'csv' && known === null;
    const headings = isFirst ? readHeadings(bytes) : known;
    const added = isFirst ? count - 1 : count;
    this.#note = {
      ...this.#note,
      bytes: this.#note.bytes + bytes.length,
      rows: rows + added,
      headings,
      place: added === 0 ? this.#note.place : readPlace(last, headings),
    };
    if (this.#note.bytes - this.#noted >= NOTE_EVERY_BYTES) await this.#save();
  }

  /** Gives the file its name. */
  async complete(): Promise<void> {
    await this.#file.sync();
    await rename(partOf(this.#name), this.#name);
    await rm(noteOf(this.#name), { force: true });
  }

  /** What has been written stays, to go on with, unless it is complete. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(partOf(this.#name))) await this.#save();
    await this.#file.close();
  }

  /** The note never says more than is safely in the file. */
  async #save(): Promise<void> {
    await this.#file.datasync();
    const temporary = `${noteOf(this.#name)}.new`;
    await writeFile(temporary, JSON.stringify(this.#note));
    await rename(temporary, noteOf(this.#name));
    this.#noted = this.#note.bytes;
  }
}

const partOf = (name: string): string => `${name}.part`;
const noteOf = (name: string): string => `${name}.part.json`;

async function readNote(name: string): Promise<Note | null> {
  if (!existsSync(partOf(name)) || !existsSync(noteOf(name))) return null;
  return JSON.parse(await readFile(noteOf(name), 'utf8')) as Note;
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
