import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** SQLite's code for "another process holds the lock". */
const SQLITE_BUSY = 5;
/** A predecessor that was just killed may take this long to let go on a busy machine. */
const LOCK_WAIT_MS = 3000;

/** Another process has the file. */
export class DatabaseInUse extends Error {
  constructor(file: string, cause: unknown) {
    super(
      `${file} belongs to process ${ownerOf(file)}; stop that process or give this one another data folder`,
      { cause },
    );
  }
}

/** `full`: a commit survives power loss. `normal`: a commit survives a kill of the process. */
export type Synchronous = 'full' | 'normal';

/**
 * Opens a SQLite file for this process alone, with the tables of `schema` (idempotent SQL). The lock is the operating
 * system's, so that it ends with its process and is never stale; the file `<file>.pid` beside it only serves the
 * message of `DatabaseInUse`.
 */
export function openDatabase(file: string, synchronous: Synchronous, schema: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    // What is deleted, such as a message that was taken, does not stay in the file for who gets hold of it.
    database.exec('PRAGMA secure_delete = FAST');
    database.exec(`PRAGMA synchronous = ${synchronous.toUpperCase()}`);
    database.exec(`BEGIN IMMEDIATE; ${schema}; COMMIT`);
  } catch (error) {
    database.close();
    throw isBusy(error) ? new DatabaseInUse(file, error) : error;
  }
  writeFileSync(`${file}.pid`, `${process.pid}\n`);
  return database;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function ownerOf(file: string): string {
  try {
    return readFileSync(`${file}.pid`, 'utf8').trim();
  } catch {
    return '(unknown)';
  }
}
