import { once } from 'node:events';
import { eventually } from '@vumi/machine/testing';
import { WebSocket } from 'ws';

export interface ChatFrame {
  readonly session?: string;
  readonly token?: string;
  readonly ack?: string;
  readonly id?: string;
  readonly text?: string;
  readonly error?: string;
  readonly [name: string]: unknown;
}

interface Hello {
  readonly origin?: string | null;
  readonly session?: string | undefined;
  readonly token?: string | undefined;
  readonly last?: string | undefined;
}

/** A page of a visitor of the web chat, that says what a test says. */
export class ChatPage implements AsyncDisposable {
  readonly frames: ChatFrame[] = [];
  /** Code and reason, when the server has hung up. */
  readonly closed: Promise<readonly [number, string]>;
  readonly #socket: WebSocket;
  #onFrame: (frame: ChatFrame) => void = () => {};

  private constructor(url: string, origin: string | null) {
    this.#socket = new WebSocket(url.replace(/^http/, 'ws'), origin === null ? {} : { origin });
    const { promise, resolve } = Promise.withResolvers<readonly [number, string]>();
    this.closed = promise;
    this.#socket.on('error', () => {});
    this.#socket.on('close', (code, reason) => resolve([code, reason.toString()]));
    this.#socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ChatFrame;
      this.frames.push(frame);
      this.#onFrame(frame);
    });
  }

  /** `url`: of the transport. Its own origin is the usual one; null: none is sent. */
  static async open(url: string, origin: string | null = new URL(url).origin): Promise<ChatPage> {
    const page = new ChatPage(`${url}/chat`, origin);
    await once(page.#socket, 'open');
    return page;
  }

  /** A page that has said hello and knows who it is. */
  static async greet(url: string, { origin, last, ...who }: Hello = {}): Promise<ChatPage> {
    const page = await ChatPage.open(url, origin);
    page.say({ hello: last === undefined ? true : { last }, ...who });
    await page.hear(({ session }) => session !== undefined);
    return page;
  }

  get session(): string {
    return this.frames.find(({ session }) => session !== undefined)?.session ?? '';
  }

  get token(): string {
    return this.frames.find(({ token }) => token !== undefined)?.token ?? '';
  }

  /** Texts of the messages that came. */
  get texts(): string[] {
    return this.frames.flatMap(({ text }) => (text === undefined ? [] : [text]));
  }

  onFrame(told: (frame: ChatFrame) => void): void {
    this.#onFrame = told;
  }

  say(frame: object | string): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Resolves with the frame when it has come. */
  async hear(isMeant: (frame: ChatFrame) => boolean): Promise<ChatFrame> {
    const frame = await eventually(
      () => this.frames.find(isMeant),
      (found) => found !== undefined,
    );
    if (frame === undefined) throw new Error('unreachable');
    return frame;
  }

  /** Sends a text and waits for what is said about it. */
  text(id: string, text: string, payload?: string): Promise<ChatFrame> {
    this.say({ id, text, payload });
    return this.hear((frame) => frame.ack === id || (frame.error !== undefined && frame.id === id));
  }

  /** As a network that breaks. */
  async cut(): Promise<void> {
    this.#socket.terminate();
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }
}

/** The constructor that pages have, for pages of a site: code of pages runs by it in a test. */
export function webSocketOf(origin: string): new (url: string) => WebSocket {
  return class extends WebSocket {
    constructor(url: string) {
      super(url, { origin });
      // Those of pages throw nothing; what has happened is told by `close`.
      this.on('error', () => {});
    }
  };
}
