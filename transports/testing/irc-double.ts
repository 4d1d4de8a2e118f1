import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { freePort } from '@vumi/machine/testing';
import { eventually } from './eventually.ts';
import { casesOf, QUIET } from './quiet-double.ts';
import type {
  Got,
  NetworkTurn,
  Told,
  TransportDouble,
  TransportSetUp,
  UserText,
} from './transport-double.ts';

const SECRET = 'pearl-under-the-sea';
const SERVER = 'irc.example';

/** An IRC server with one client, the transport; everybody else on it is in the hands of a test. */
export class IrcDouble implements TransportDouble {
  readonly secret = SECRET;
  readonly replies = QUIET.replies;
  readonly impatient = { answer_timeout: 0.2 };
  readonly words = { away: 'not_connected', refusal: () => 'no such nick' };
  readonly oddText = QUIET.oddText;
  readonly report = QUIET.report;
  readonly badRequests = QUIET.badRequests;
  readonly got: Got[] = [];
  /** What the client said, line by line. */
  readonly heard: string[] = [];
  /** Nicknames that somebody else has. */
  readonly taken = new Set<string>();
  readonly #turns: NetworkTurn[] = [];
  readonly #sockets = new Set<Socket>();
  #server: Server;
  readonly #port: number;
  #client: Socket | null = null;
  #nickname = '';
  /** Who has said who he is, by another name than his nickname. */
  #introduced: Socket | null = null;
  /** Who is answered nothing. */
  #deaf: Socket | null = null;
  #answers = 0;
  #asked = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    server.on('connection', (socket: Socket) => this.#serve(socket));
  }

  static async open(): Promise<IrcDouble> {
    return new IrcDouble(await listen(await freePort()));
  }

  get config(): Readonly<Record<string, unknown>> {
    const fast = { initial_reconnect_delay: 0.02, max_reconnect_delay: 0.1, flood_rate: 0 };
    return { network: '127.0.0.1', port: this.#port, nickname: 'bot', password: SECRET, ...fast };
  }

  /** Resolves when a client has taken it: the one that is there may be leaving, of which the server hears later. */
  async bring({ from, to, content }: UserText): Promise<Told> {
    this.#asked += 1;
    const asked = this.#asked;
    while (this.#answers < asked) {
      const client = await this.client();
      const target = to.startsWith('#') ? to : this.#nickname;
      this.say(`:${from}!u@h PRIVMSG ${target} :${content}`);
      this.say(`PING :${asked}`);
      await eventually(
        () => this.#answers >= asked || this.#client !== client,
        (isOver) => isOver,
      );
    }
    return { kind: 'taken', text: '' };
  }

  will(...turns: readonly NetworkTurn[]): void {
    this.#turns.push(...turns);
  }

  async away(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async back(): Promise<void> {
    this.#server = await listen(this.#port);
    this.#server.on('connection', (socket: Socket) => this.#serve(socket));
  }

  /** Waits for the client to be welcome. */
  client(): Promise<Socket | null> {
    return eventually(
      () => this.#client,
      (client) => client !== null,
    );
  }

  say(line: string): void {
    this.#client?.write(`${line}\r\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.away();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let rest = '';
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(socket, line);
    });
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#client === socket) this.#client = null;
    });
  }

  #take(socket: Socket, line: string): void {
    this.heard.push(line);
    const [command = '', ...params] = line.split(' ');
    const rest = line.slice(line.indexOf(' :') + 2);
    const answer = (text: string): void => void socket.write(`:${SERVER} ${text}\r\n`);
    const takes: Readonly<Record<string, () => void>> = {
      NICK: () => {
        this.#nickname = rest;
        if (this.#introduced === socket && this.#client !== socket) this.#welcome(socket, answer);
      },
      USER: () => {
        this.#introduced = socket;
        this.#welcome(socket, answer);
      },
      CAP: () => answer(`CAP * NAK :${rest}`),
      JOIN: () => answer(`473 ${this.#nickname} ${rest} :Cannot join channel (+i)`),
      PING: () => (this.#deaf === socket ? undefined : answer(`PONG ${SERVER} :${rest}`)),
      PONG: () => (this.#answers = Math.max(this.#answers, Number(rest))),
      PRIVMSG: () => this.#deliver(socket, params[0] ?? '', rest),
      QUIT: () => {
        // Another may have come meanwhile.
        if (this.#client === socket) this.#client = null;
        socket.end();
      },
    };
    takes[command]?.();
  }

  #welcome(socket: Socket, answer: (text: string) => void): void {
    if (this.taken.has(this.#nickname)) return answer(`433 * ${this.#nickname} :Nickname is already in use`);
    if (this.#turns[0] === 'unauthorized') {
      this.#turns.shift();
      answer(`464 ${this.#nickname} :Password incorrect`);
      return void socket.end();
    }
    this.#client = socket;
    answer(`001 ${this.#nickname} :Welcome`);
    answer(`005 ${this.#nickname} CASEMAPPING=rfc1459 :are supported`);
  }

  #deliver(socket: Socket, to: string, content: string): void {
    this.got.push({ to, content, at: performance.now() });
    const turn = this.#turns.shift() ?? 'accept';
    this.#deaf = turn === 'never answer' ? socket : null;
    if (turn === 'cut') socket.destroy();
    if (typeof turn === 'object')
      socket.write(`:${SERVER} 401 ${this.#nickname} ${to} :No such nick/channel\r\n`);
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export const IRC_SET_UP: TransportSetUp = {
  type: 'irc',
  label: 'client',
  open: () => IrcDouble.open(),
  notApplicable: {
    ...casesOf([4, 5, 6, 7, 10, 11, 12, 13, 15, 16, 17, 18, 28, 30], 'it speaks no HTTP'),
    ...casesOf([1, 2], 'a server gives no ids and is told nothing: socket/inbound-queue.test.ts'),
    9: 'names are compared without case, and it has one of its own: irc-message.test.ts',
    14: 'there are no sessions',
    22: 'a server throws out who is too fast: flood-gate.test.ts',
    25: 'a refusal is a numeric of its own',
    26: 'there are no receipts',
    27: 'long texts are cut: irc-message.test.ts',
  },
};
