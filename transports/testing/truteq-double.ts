import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { freePort } from '@vumi/machine/testing';
import { encodeSsmi, fieldsOf, ssmiDecoder, type SsmiFrame } from '../truteq/frames.ts';
import { eventually } from './eventually.ts';
import { casesOf } from './quiet-double.ts';
import type {
  Got,
  NetworkTurn,
  Told,
  TransportDouble,
  TransportSetUp,
  UserText,
} from './transport-double.ts';

const SECRET = 'pearl-under-the-sea';
const ENCODING = 'utf-8';

/** TruTeq's side of SSMI, which refuses frames that it does not know. */
export class TruteqDouble implements TransportDouble {
  readonly secret = SECRET;
  readonly replies = 'as messages';
  readonly impatient = { response_timeout: 0.2 };
  readonly words = { away: 'connection_lost', refusal: (text: string) => `TruTeq refuses with ${text}` };
  readonly oddText = 'Héllo 😀 שלום, a+b&c=d,\n100%';
  readonly got: Got[] = [];
  /** Each frame that the client sent, as text. */
  readonly heard: string[] = [];
  /** Says nothing to what it is asked on. */
  isDeaf = false;
  readonly #turns: NetworkTurn[] = [];
  readonly #sockets = new Set<Socket>();
  #server: Server;
  readonly #port: number;
  #sequence = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async open(): Promise<TruteqDouble> {
    return new TruteqDouble(await listen(await freePort()));
  }

  get config(): Readonly<Record<string, unknown>> {
    return {
      host: '127.0.0.1',
      port: this.#port,
      username: 'net',
      password: SECRET,
      encoding: ENCODING,
      sms_to_addr: '8000',
      initial_reconnect_delay: 0.02,
      // Longer than it takes to look at what a refusal has led to.
      max_reconnect_delay: 1,
    };
  }

  async bring({ from, content }: UserText): Promise<Told> {
    await this.say('103', from, '1', content);
    return { kind: 'taken', text: '' };
  }

  /** Says a frame to the client that is logged in, as soon as one is. */
  async say(id: string, ...fields: readonly string[]): Promise<void> {
    const sockets = await eventually(
      () => [...this.#sockets],
      ({ length }) => length > 0,
    );
    sockets.at(-1)?.write(encodeSsmi({ id, fields }, ENCODING));
  }

  will(...turns: readonly NetworkTurn[]): void {
    this.#turns.push(...turns);
  }

  /** Says octets that are no frame. */
  babble(octets: Buffer): void {
    for (const socket of this.#sockets) socket.write(octets);
  }

  /** Breaks the connections that there are. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async away(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  async back(): Promise<void> {
    this.#server = await listen(this.#port);
    this.#server.on('connection', (socket) => this.#serve(socket));
  }

  report(): Promise<void> {
    return Promise.reject(new Error('it tells nothing of what it has taken'));
  }

  badRequests() {
    return {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.away();
  }

  #serve(socket: Socket): void {
    const decode = ssmiDecoder(ENCODING);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (octets: Buffer) => {
      for (const frame of decode(octets)) this.#answer(socket, frame);
    });
  }

  #answer(socket: Socket, frame: SsmiFrame): void {
    this.heard.push([frame.id, ...frame.fields].join(','));
    if (this.isDeaf) return;
    const tell = (id: string, field: string): boolean =>
      socket.write(encodeSsmi({ id, fields: [field] }, ENCODING));
    switch (frame.id) {
      case '1':
        return this.#logIn(socket, frame);
      case '2':
        return this.#takeSms(socket, frame);
      case '3':
        return void tell('101', '2');
      case '99':
        this.#sockets.delete(socket);
        return void socket.end();
      case '110': {
        const [to = '', , content = ''] = fieldsOf(frame, 3);
        return void this.got.push({ to, content, at: performance.now() });
      }
      default:
        socket.destroy();
    }
  }

  #logIn(socket: Socket, { fields }: SsmiFrame): void {
    const isRefused = this.#turns[0] === 'unauthorized';
    if (isRefused) this.#turns.shift();
    const isKnown = fields.join() === `net,${SECRET}` && !isRefused;
    socket.write(encodeSsmi({ id: isKnown ? '101' : '102', fields: ['1'] }, ENCODING));
    if (isKnown) this.#sockets.add(socket);
  }

  #takeSms(socket: Socket, frame: SsmiFrame): void {
    const [, to = '', content = ''] = fieldsOf(frame, 3);
    const turn = this.#turns.shift() ?? 'accept';
    this.got.push({ to, content, at: performance.now() });
    if (turn === 'cut') return void socket.destroy();
    if (turn === 'never answer') return;
    const refusal = typeof turn === 'object' && 'refuse' in turn ? turn.refuse : null;
    this.#sequence += 1;
    const answer: SsmiFrame =
      refusal === null ? { id: '100', fields: [String(this.#sequence)] } : { id: '102', fields: [refusal] };
    socket.write(encodeSsmi(answer, ENCODING));
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export const TRUTEQ_SET_UP: TransportSetUp = {
  type: 'truteq',
  label: 'ssmi',
  open: () => TruteqDouble.open(),
  notApplicable: {
    1: 'the network waits for no answer: socket/inbound-queue.test.ts',
    2: 'the network gives no ids that stay',
    ...casesOf([4, 5, 6, 7, 10, 11, 12, 13, 15, 16, 17, 18, 28, 30], 'it takes no HTTP requests'),
    14: 'sessions: framed/framed-client.test.ts',
    22: 'the network names no time',
    25: 'an answer that is no refusal means that it is taken',
    26: 'it tells of final states alone: framed/framed-client.test.ts',
    27: 'truteq.test.ts',
  },
};
