import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import { startDeadline, type Deadline } from '@vumi/machine';
import { encodeLine, parseLine, type IrcLine } from './irc-line.ts';

/** Milliseconds of silence after which the server is asked whether it is there; after as many more it is not. */
const SILENCE_MS = 60_000;
/** Octets of a line; tags of newer servers may make theirs so long. */
const LONGEST_LINE = 16_384;
const LF = 10;

export interface IrcConnectionEvents {
  readonly onLine: (line: IrcLine) => void;
  /** Once, in the tick in which it is found out. */
  readonly onEnd: (reason: string) => void;
}

/** Lines over one socket, and signs of life. */
export class IrcConnection {
  readonly #socket: Socket;
  readonly #events: IrcConnectionEvents;
  readonly #silence: Deadline;
  #rest: Buffer = Buffer.alloc(0);
  #asked = false;
  #reason = 'the server closed it';
  #ended = false;

  constructor(socket: Socket, events: IrcConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#silence = startDeadline({ limitMs: SILENCE_MS }, () => this.#askForLife());
    // The PING behind a message is not to wait for the answer to the message, which has none.
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => (this.#reason = error.message));
    socket.once('close', () => this.#end());
  }

  get isOpen(): boolean {
    return !this.#ended && this.#socket.writable;
  }

  say(command: string, ...params: readonly string[]): void {
    if (this.#socket.writable) this.#socket.write(encodeLine(command, params));
  }

  /** And nothing after it. */
  sayLast(command: string, ...params: readonly string[]): void {
    this.#socket.end(encodeLine(command, params));
  }

  read(isReading: boolean): void {
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
    // Whom nobody listens to is not silent.
    if (isReading) this.#silence.restart();
    else this.#silence[Symbol.dispose]();
  }

  /** Ends it for this reason. */
  destroy(reason: string): void {
    this.#reason = reason;
    this.#socket.destroy();
    this.#end();
  }

  #take(chunk: Buffer): void {
    this.#asked = false;
    this.#silence.restart();
    let octets = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let end = octets.indexOf(LF); end >= 0; end = octets.indexOf(LF)) {
      const line = parseLine(textOf(octets.subarray(0, end)));
      octets = octets.subarray(end + 1);
      if (line !== null && !this.#ended) this.#events.onLine(line);
    }
    this.#rest = octets;
    if (octets.length > LONGEST_LINE) this.destroy('the server sends lines that have no end');
  }

  #askForLife(): void {
    if (this.#asked) return this.destroy('the server gives no sign of life');
    this.#asked = true;
    this.say('PING', 'alive');
    this.#silence.restart();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#silence[Symbol.dispose]();
    this.#events.onEnd(this.#reason);
  }
}

/** Old clients write Latin-1, which UTF-8 hardly ever is by chance. */
function textOf(octets: Buffer): string {
  return octets.toString(isUtf8(octets) ? 'utf8' : 'latin1').replace(/\r+$/, '');
}
