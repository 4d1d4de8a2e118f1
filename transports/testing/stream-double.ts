import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuseUpgrade } from '@vumi/http';
import { ScriptedServer, type ScriptedAnswer, type SeenRequest } from '@vumi/http/testing';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually } from './eventually.ts';
import { QUIET } from './quiet-double.ts';
import type { Got, NetworkTurn, Told, TransportDouble, UserText } from './transport-double.ts';

/** All secrets of a double: none may show anywhere. */
export const SECRET = 'pearl-under-the-sea';

/** What is asked for to open a stream. */
type Opening = Pick<SeenRequest, 'path' | 'query' | 'headers'>;

/** A text of a user, as the network has it. */
export type Said = UserText & { readonly id: string };

/** How a network speaks that writes to who has called it. */
export interface StreamDialect {
  config(url: string): Readonly<Record<string, unknown>>;
  readonly over: 'lines' | 'websocket';
  /** Null: it opens the stream; else the status that it answers. */
  refuse(opening: Opening): number | null;
  /** What is to be said to it before it brings anything; false: it hangs up. Absent: nothing may be said. */
  greeted?(said: readonly unknown[]): boolean | null;
  /** A text of a user, as it is brought. */
  bring(text: Said): object;
  /** Who is refused is sent once more, with a new token. */
  readonly givesTokens?: true;
  /** What it answers to requests that send nothing, such as for a token; null: it is none. `said`: all texts so far. */
  tells(request: SeenRequest, said: readonly Said[]): ScriptedAnswer | null;
  /** Null: it does not take such a request. */
  read(request: SeenRequest): Pick<Got, 'to' | 'content'> | null;
  accepted(id: string): ScriptedAnswer;
  failed(error: { readonly status: number; readonly text: string }): object;
  readonly refusal: (text: string) => string;
  addressOf?(number: string): string;
}

/** A connection that stands and was greeted. */
interface Listener {
  /** False: it has gone meanwhile. */
  isThere(): Promise<boolean>;
  say(text: string): void;
  hangUp(): void;
}

/** A network that brings what people write over connections which it was called by. */
export class StreamDouble implements TransportDouble {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secret = SECRET;
  readonly got: (Got & { readonly id: string })[] = [];
  readonly replies = 'as messages';
  /** Each is written down when it is published, one after the other. */
  readonly crowd = 200;
  readonly impatient = { outbound_timeout: 0.2 };
  readonly words: TransportDouble['words'];
  readonly oddText = 'Héllo 😀 שלום \u202e\0 100% a+b&c=d';
  readonly report = QUIET.report;
  readonly badRequests = QUIET.badRequests;
  readonly addressOf: (number: string) => string;
  readonly #turns: NetworkTurn[] = [];
  readonly #dialect: StreamDialect;
  readonly #port: number;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #listeners = new Set<Listener>();
  #server: ScriptedServer;
  #isRefusing = false;
  readonly #said: Said[] = [];
  /** Ids of what it has, by the ids that it was sent under. */
  readonly #keys = new Map<string, string>();

  private constructor(dialect: StreamDialect, server: ScriptedServer) {
    this.#dialect = dialect;
    this.#server = server;
    this.#port = server.port;
    this.words = { away: 'not_connected', refusal: dialect.refusal };
    this.addressOf = (number) => dialect.addressOf?.(number) ?? number;
    this.config = { allow_private: true, max_in_flight: 100, ...dialect.config(server.url) };
    this.#attend(server);
  }

  static async open(dialect: StreamDialect): Promise<StreamDouble> {
    return new StreamDouble(dialect, await ScriptedServer.start());
  }

  /** Connections that it may write to now. */
  get listeners(): number {
    return this.#listeners.size;
  }

  async bring(text: UserText): Promise<Told> {
    await this.say(JSON.stringify(this.#dialect.bring(this.note(text))));
    return { kind: 'taken', text: '' };
  }

  /** A user writes while nobody has to listen. */
  note(text: UserText): Said {
    const said = { ...text, id: text.id ?? String(1001 + this.#said.length) };
    this.#said.push(said);
    return said;
  }

  /** Says it to whoever listens, as soon as somebody does. */
  async say(text: string): Promise<void> {
    for (;;) {
      const listener = await eventually(
        () => [...this.#listeners].at(-1),
        (one) => one !== undefined,
      );
      if ((await listener?.isThere()) === true) return listener?.say(text);
      if (listener !== undefined) this.#listeners.delete(listener);
    }
  }

  /** Hangs up on all who listen. */
  cut(): void {
    for (const listener of this.#listeners) listener.hangUp();
    this.#listeners.clear();
  }

  will(...turns: readonly NetworkTurn[]): void {
    this.#turns.push(...turns);
  }

  async away(): Promise<void> {
    this.cut();
    for (const socket of this.#sockets.clients) socket.terminate();
    await this.#server[Symbol.asyncDispose]();
  }

  async back(): Promise<void> {
    this.#server = await ScriptedServer.start(this.#port);
    this.#attend(this.#server);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.away();
  }

  #attend(server: ScriptedServer): void {
    server.answer = (seen) => this.#answer(seen);
    server.onUpgrade((request, socket, head) => this.#upgrade(request, socket, head));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const status =
      this.#dialect.over === 'websocket'
        ? this.#dialect.refuse({ path, query, headers: request.headers })
        : 404;
    if (status !== null) return refuseUpgrade(socket, { status });
    this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#welcome(opened));
  }

  #welcome(socket: WebSocket): void {
    let asking: Promise<boolean> | null = null;
    const ask = (): Promise<boolean> =>
      new Promise((resolve) => {
        if (socket.readyState !== WebSocket.OPEN) return resolve(false);
        const settle = (isThere: boolean) => (): void => {
          socket.off('pong', answered).off('close', gone);
          resolve(isThere);
        };
        const answered = settle(true);
        const gone = settle(false);
        socket.once('pong', answered).once('close', gone).ping();
      });
    const listener: Listener = {
      // All who ask at once share a ping: nobody answers a thousand.
      isThere: () => (asking ??= ask().finally(() => (asking = null))),
      say: (text) => socket.send(text),
      hangUp: () => socket.terminate(),
    };
    const said: unknown[] = [];
    const judge = (): void => {
      const isGreeted = this.#dialect.greeted === undefined ? said.length === 0 : this.#dialect.greeted(said);
      if (isGreeted === false) socket.close(1008, 'that is no greeting');
      if (isGreeted === true) this.#listeners.add(listener);
    };
    socket.on('message', (data: Buffer) => {
      said.push(JSON.parse(data.toString('utf8')));
      judge();
    });
    socket.once('close', () => this.#listeners.delete(listener));
    judge();
  }

  #answer(seen: SeenRequest): ScriptedAnswer {
    const dialect = this.#dialect;
    if (dialect.over === 'lines' && seen.method === 'GET') {
      const status = dialect.refuse(seen);
      if (status !== 404) return status === null ? this.#stream() : { status };
    }
    const told = dialect.tells(seen, this.#said);
    if (told !== null) return told;
    const read = dialect.read(seen);
    if (read === null) return { status: 418, body: 'the double does not know such a request' };
    // Who takes ids of ours knows a post that is sent again.
    const key = String(seen.headers['idempotency-key'] ?? '');
    const known = this.#keys.get(key);
    return known === undefined ? this.#get(read, key) : dialect.accepted(known);
  }

  #get(read: Pick<Got, 'to' | 'content'>, key: string): ScriptedAnswer {
    const id = `remote-${this.got.length + 1}`;
    this.got.push({ ...read, id, at: performance.now() });
    const turn = this.#turns.shift() ?? 'accept';
    this.#isRefusing = turn === 'unauthorized' && this.#dialect.givesTokens === true && !this.#isRefusing;
    if (this.#isRefusing) this.#turns.unshift(turn);
    if (turn === 'accept' && key !== '') this.#keys.set(key, id);
    return this.#turn(turn, id);
  }

  #stream(): ScriptedAnswer {
    return {
      status: 200,
      stream: (response: ServerResponse) => {
        const listener: Listener = {
          // Who has hung up is noticed when it is written to.
          isThere: () =>
            new Promise((resolve) =>
              response.write('\r\n', () => setTimeout(() => resolve(!response.destroyed), 20)),
            ),
          say: (text) => response.write(`${text}\r\n`),
          hangUp: () => response.destroy(),
        };
        this.#listeners.add(listener);
        response.once('close', () => this.#listeners.delete(listener));
      },
    };
  }

  #turn(turn: NetworkTurn, id: string): ScriptedAnswer {
    const dialect = this.#dialect;
    const fail = (status: number, text: string, headers = {}): ScriptedAnswer => ({
      status,
      headers,
      body: JSON.stringify(dialect.failed({ status, text })),
    });
    switch (turn) {
      case 'accept':
        return dialect.accepted(id);
      case 'never answer':
        return 'never';
      case 'cut':
        return 'cut';
      case 'unauthorized':
        return fail(401, 'who are you');
      case 'redirect':
        return { status: 307, headers: { location: '/elsewhere' } };
      default:
        if ('refuse' in turn) return fail(422, turn.refuse);
        return fail(429, 'slowly', { 'retry-after': String(turn.laterMs / 1000) });
    }
  }
}
