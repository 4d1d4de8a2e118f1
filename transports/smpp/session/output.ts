import type { Socket } from 'node:net';
import { encodePdu } from '../codec/encode.ts';
import { OctetWriter } from '../codec/octet-writer.ts';
import type { PduBody } from '../codec/pdu.ts';

export interface OutputHooks {
  readonly beforeWrite: () => void;
  readonly afterWrite: () => void;
  readonly onWritten?: ((pdus: Buffer) => void) | undefined;
}

/** Octets that one turn of the event loop may queue. */
const MOST_QUEUED = 256 * 1024;

/**
 * Writes what one turn of the event loop says in one piece: fewer system calls, and one flush of the transport's
 * ledger for all of it. PDUs are numbered 1, 2, … in the order in which the peer reads them.
 */
export class Output {
  readonly #socket: Socket;
  readonly #hooks: OutputHooks;
  readonly #writer = new OctetWriter();
  readonly #notes: (() => void)[] = [];
  #queued = 0;
  #written = 0;
  #scheduled = false;
  #closed = false;

  constructor(socket: Socket, hooks: OutputHooks) {
    this.#socket = socket;
    this.#hooks = hooks;
  }

  /** Number of the last PDU that was handed to the socket. */
  get written(): number {
    return this.#written;
  }

  /** Enough is queued: ask nothing more of the peer until `afterWrite` or the socket's `drain`. */
  get blocked(): boolean {
    return this.#socket.writableNeedDrain || this.#writer.length > MOST_QUEUED;
  }

  /**
   * Queues one PDU and answers its number. `beforeWrite` runs when nothing but the write itself is left to do, so that
   * what it notes is true to within microseconds when the process is killed.
   * @throws PduError when a field does not fit; nothing is queued then.
   */
  push(body: PduBody, status: number, sequence: number, beforeWrite?: () => void): number {
    encodePdu(this.#writer, body, status, sequence);
    this.#queued += 1;
    if (beforeWrite !== undefined) this.#notes.push(beforeWrite);
    if (!this.#scheduled && !this.#closed) {
      this.#scheduled = true;
      setImmediate(() => this.flush());
    }
    return this.#queued;
  }

  /** Writes now. When `beforeWrite` fails nothing is written and the socket is destroyed with its error. */
  flush(): void {
    this.#scheduled = false;
    if (this.#closed || this.#writer.length === 0) return;
    try {
      for (const note of this.#notes.splice(0)) note();
      this.#hooks.beforeWrite();
    } catch (error) {
      this.close();
      this.#socket.destroy(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#written = this.#queued;
    const pdus = this.#writer.take();
    this.#hooks.onWritten?.(pdus);
    this.#socket.write(pdus);
    this.#hooks.afterWrite();
  }

  /** Nothing is written after this. */
  close(): void {
    this.#closed = true;
  }
}
