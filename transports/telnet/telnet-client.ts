import type { Socket } from 'node:net';
import { LineReader } from './line-reader.ts';

/** Who a terminal writes as, and to whom. */
export interface TelnetAddresses {
  readonly from: string;
  readonly to: string;
}

export interface TelnetClientEvents {
  /** It may write now. */
  readonly onReady: (client: TelnetClient) => void;
  readonly onLine: (client: TelnetClient, line: string) => void;
  /** Once: it has gone, or has said that it goes. Not when its app has ended the session. */
  readonly onEnd: (client: TelnetClient) => void;
}

/** Octets of a line. */
const LONGEST_LINE = 16_384;
/** What a terminal that reads nothing may be behind, in octets. */
const MOST_UNREAD = 65_536;
const QUIT = '/quit';
const GOODBYE_MS = 2000;

/** One terminal: a session from its first address to its end. */
export class TelnetClient {
  readonly #socket: Socket;
  readonly #events: TelnetClientEvents;
  /** What it has still to be asked for. */
  readonly #questions: ('to' | 'from')[];
  readonly #addresses: { from: string; to: string };
  #state: 'asked' | 'open' | 'ended' = 'asked';

  /** `asks`: the terminal chooses its addresses. */
  constructor(
    socket: Socket,
    usual: TelnetAddresses,
    { asks, ...events }: TelnetClientEvents & { asks: boolean },
  ) {
    this.#socket = socket;
    this.#events = events;
    this.#addresses = { ...usual };
    this.#questions = asks ? ['to', 'from'] : [];
    const reader = new LineReader(LONGEST_LINE, (line) => this.#take(line));
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', () => {});
    socket.once('close', () => this.#end());
    socket.setKeepAlive(true, 60_000);
    this.#next();
  }

  get addresses(): TelnetAddresses {
    return this.#addresses;
  }

  /** Whether there is somebody to write to. */
  get isOpen(): boolean {
    return this.#state === 'open' && this.#socket.writable;
  }

  /** Null when it is on its way, else why it is not. */
  write(text: string): string | null {
    if (!this.#socket.writable) return 'client gone';
    if (this.#socket.writableLength > MOST_UNREAD) return 'the client does not read what it is sent';
    this.#socket.write(`${text.replaceAll(/\r\n?/g, '\n')}\n`);
    return null;
  }

  /** Ends the session, as its app wants it; nobody is told. */
  hangUp(): void {
    this.#state = 'ended';
    this.#leave();
  }

  /** The transport goes. */
  close(): void {
    this.#end();
    this.#leave();
  }

  read(isReading: boolean): void {
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  #leave(): void {
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), GOODBYE_MS).unref();
  }

  #take(line: string): void {
    if (this.#state === 'ended') return;
    if (line.trim().toLowerCase() === QUIT) {
      this.#end();
      return this.#leave();
    }
    const [question] = this.#questions;
    if (question === undefined) return this.#events.onLine(this, line);
    if (line.trim() !== '') {
      this.#addresses[question] = line.trim();
      this.#questions.shift();
    }
    this.#next();
  }

  #next(): void {
    const [question] = this.#questions;
    if (question !== undefined) return void this.write(`Please provide "${question}_addr":`);
    this.#state = 'open';
    this.#events.onReady(this);
  }

  #end(): void {
    const wasOpen = this.#state === 'open';
    this.#state = 'ended';
    if (wasOpen) this.#events.onEnd(this);
  }
}
