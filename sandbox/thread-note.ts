import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A few bytes that a runner and the platform both have open: the number of the turn that is on the runner's own
 * thread. Whoever does not let that thread go has silenced the runner, which cannot say who it is any more.
 */
const NOTE_DESCRIPTOR = 4;
const BYTES = Float64Array.BYTES_PER_ELEMENT;
const NOBODY = 0;
/** In memory where the system has such a folder. */
const FOLDERS = ['/dev/shm', tmpdir()];

/** The runner's side. What cannot be written is not known: the runner goes on. */
export class ThreadNote {
  readonly #turn = new Float64Array(1);
  readonly #bytes = new Uint8Array(this.#turn.buffer);

  /** Call before a turn gets the thread. */
  put(turn: string | null): void {
    this.#write(turn === null ? NOBODY : Number(turn));
  }

  /** Call before other work that may take long, and now and then: the note stays when a turn has left. */
  clear(): void {
    if (this.#turn[0] !== NOBODY) this.#write(NOBODY);
  }

  #write(turn: number): void {
    this.#turn[0] = turn;
    try {
      writeSync(NOTE_DESCRIPTOR, this.#bytes, 0, BYTES, 0);
    } catch {
      // The platform then finds out by running all turns again.
    }
  }
}

/** The platform's side. */
export class ThreadNoteFile {
  /** To be passed to the runner. */
  readonly descriptor: number;

  private constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** A file without a name; null where none can be made. */
  static open(): ThreadNoteFile | null {
    const name = `vumi-runner-${randomUUID()}`;
    for (const folder of FOLDERS) {
      const path = join(folder, name);
      try {
        const descriptor = openSync(path, 'wx+', 0o600);
        unlinkSync(path);
        return new ThreadNoteFile(descriptor);
      } catch {
        continue;
      }
    }
    return null;
  }

  /** The turn that has, or had last, the runner's own thread. */
  read(): string | null {
    const turn = new Float64Array(1);
    try {
      readSync(this.descriptor, new Uint8Array(turn.buffer), 0, BYTES, 0);
    } catch {
      return null;
    }
    return turn[0] === NOBODY ? null : String(turn[0]);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
