import type { WebSocket } from 'ws';
import { LONGEST_TEXT, readFrame, type ClientFrame } from './frames.ts';

export type TextFrame = Extract<ClientFrame, { readonly kind: 'text' }>;
export type HelloFrame = Extract<ClientFrame, { readonly kind: 'hello' }>;

/** What a page's connection tells. */
export interface ChatSocketEvents {
  /** The session that the page is of; null: its token is wrong. */
  readonly onHello: (frame: HelloFrame, socket: ChatSocket) => string | null;
  readonly onText: (session: string, frame: TextFrame) => void;
  readonly onGot: (session: string, id: string) => void;
  /** Once. */
  readonly onClosed: (socket: ChatSocket) => void;
}

/** Why the server hangs up, for the page: RFC 6455 §7.4, and 4000 to 4999 are ours. */
export const CLOSES = {
  restarting: 1012,
  wrong: 4400,
  token: 4401,
  origin: 4403,
  silent: 4408,
  others: 4409,
} as const;

/** Texts at once, and texts a second after them. */
const BURST = 5;
const A_TEXT_MS = 1000;
/** Who goes on regardless is hung up on. */
const MOST_REFUSED = 100;
/** What a page that reads nothing may be behind, in bytes: it gets the rest when it comes again. */
const MOST_UNREAD = 512 * 1024;
/** Signs of life that may be missing in a row: one may be there and not read yet. */
const MOST_MISSED = 2;
/** Of the reason of a close: 123 bytes at most (RFC 6455 §5.5). */
const LONGEST_REASON = 120;

/** One page that is connected. */
export class ChatSocket {
  readonly #socket: WebSocket;
  readonly #events: ChatSocketEvents;
  readonly #now: () => number;
  #session: string | null = null;
  #texts = BURST;
  #filledAt: number;
  #refused = 0;
  #missed = 0;
  #beats = 0;
  /** It has been sent all that waited for its visitor. */
  isUpToDate = false;

  constructor(socket: WebSocket, now: () => number, events: ChatSocketEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#now = now;
    this.#filledAt = now();
    socket.on('message', (data: Buffer, isBinary) => {
      this.#missed = 0;
      if (isBinary) this.close('wrong', 'frames are texts');
      else this.#take(readFrame(data.toString('utf8')));
    });
    socket.on('pong', () => (this.#missed = 0));
    socket.on('error', () => {});
    socket.once('close', () => events.onClosed(this));
  }

  /** Null until it has said hello. */
  get session(): string | null {
    return this.#session;
  }

  say(frame: object): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MOST_UNREAD) return this.#socket.terminate();
    this.#socket.send(JSON.stringify(frame));
  }

  /** Asks for a sign of life; who has given none to those before is gone, or never said who he is. */
  beat(): void {
    if (this.#socket.isPaused) return;
    this.#missed += 1;
    this.#beats += 1;
    if (this.#missed > MOST_MISSED) this.#socket.terminate();
    else if (this.#session === null && this.#beats > 1) this.close('silent', 'say {"hello": true} first');
    else this.#socket.ping();
  }

  read(isReading: boolean): void {
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  close(why: keyof typeof CLOSES, reason: string): void {
    this.#socket.close(
      CLOSES[why],
      Buffer.from(reason)
        .subarray(0, LONGEST_REASON)
        .toString()
        .replace(/\uFFFD$/, ''),
    );
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #take(frame: ClientFrame): void {
    // What is still read of one that is being hung up on counts no more.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (frame.kind === 'wrong') return this.close('wrong', frame.why);
    if (frame.kind === 'ping') return this.say({ pong: true });
    if (frame.kind === 'hello') return this.#greet(frame);
    if (this.#session === null) return this.close('wrong', 'say {"hello": true} first');
    if (frame.kind === 'got') return this.#events.onGot(this.#session, frame.id);
    this.#takeText(this.#session, frame);
  }

  #greet(frame: HelloFrame): void {
    if (this.#session !== null) return this.close('wrong', 'one hello is enough');
    this.#session = this.#events.onHello(frame, this);
    if (this.#session === null)
      this.close('token', 'no token of this session: say {"hello": true} for a new one');
  }

  #takeText(session: string, frame: TextFrame): void {
    const length = Array.from(frame.text).length;
    if (length > LONGEST_TEXT)
      return this.#refuse(frame, {
        error: 'too_long',
        message: `at most ${LONGEST_TEXT} characters, not ${length}`,
      });
    if (frame.text.trim() === '') return this.#refuse(frame, { error: 'empty', message: 'write something' });
    const waitMs = this.#waitMs();
    if (waitMs > 0)
      return this.#refuse(frame, { error: 'too_fast', message: 'wait a moment', retry_after: waitMs / 1000 });
    this.#texts -= 1;
    this.#refused = 0;
    this.#events.onText(session, frame);
  }

  /** Milliseconds until the next text may come. */
  #waitMs(): number {
    const now = this.#now();
    this.#texts = Math.min(BURST, this.#texts + (now - this.#filledAt) / A_TEXT_MS);
    this.#filledAt = now;
    return this.#texts >= 1 ? 0 : Math.ceil((1 - this.#texts) * A_TEXT_MS);
  }

  #refuse({ id }: TextFrame, refusal: { error: string; message: string; retry_after?: number }): void {
    this.#refused += 1;
    if (this.#refused > MOST_REFUSED) return this.close('wrong', 'too many texts that cannot be taken');
    this.say({ ...refusal, id });
  }
}
