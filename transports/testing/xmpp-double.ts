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
const OWN = 'bot@chat.example';
const TAG = /^\s*<([\w:]+)([^>]*?)(\/?)>/;

/** An XMPP server with stream management and one client, the transport; everybody else is in the hands of a test. */
export class XmppDouble implements TransportDouble {
  readonly secret = SECRET;
  readonly replies = QUIET.replies;
  readonly impatient = { answer_timeout: 0.2 };
  readonly words = { away: 'not_connected', refusal: (text: string) => `service-unavailable: ${text}` };
  readonly oddText = QUIET.oddText;
  readonly report = QUIET.report;
  readonly badRequests = QUIET.badRequests;
  readonly got: Got[] = [];
  /** What the client said, stanza by stanza. */
  readonly heard: string[] = [];
  readonly #turns: NetworkTurn[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #port: number;
  #server: Server;
  #client: Socket | null = null;
  /** Who is acknowledged nothing. */
  #deaf: Socket | null = null;
  #handled = 0;
  #asked = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    server.on('connection', (socket: Socket) => this.#serve(socket));
  }

  static async open(): Promise<XmppDouble> {
    return new XmppDouble(await listen(await freePort()));
  }

  get config(): Readonly<Record<string, unknown>> {
    const fast = { initial_reconnect_delay: 0.02, max_reconnect_delay: 0.1 };
    return { host: '127.0.0.1', port: this.#port, username: OWN, password: SECRET, ...fast };
  }

  async bring({ from, content, id }: UserText): Promise<Told> {
    const body = escape(content);
    const named = id === undefined ? '' : ` id="${id}"`;
    // The client that is there may be leaving, of which the server hears later.
    for (let isTaken = false; !isTaken;) {
      await this.client();
      this.say(
        `<message type="chat" from="${from}@x/phone" to="${OWN}"${named}><body>${body}</body></message>`,
      );
      isTaken = await this.settle();
    }
    return { kind: 'taken', text: '' };
  }

  /** Resolves when the client has taken all that it was told until now: with false when it has left before. */
  async settle(): Promise<boolean> {
    this.#asked += 1;
    const id = `ping-${this.#asked}`;
    const client = this.#client;
    this.say(`<iq type="get" id="${id}" from="chat.example" to="${OWN}"><ping xmlns="urn:xmpp:ping"/></iq>`);
    const isAnswered = (): boolean => this.heard.some((stanza) => stanza.includes(`id="${id}"`));
    await eventually(
      () => isAnswered() || this.#client !== client,
      (isOver) => isOver,
    );
    return isAnswered();
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

  /** Waits for the client to be logged in. */
  client(): Promise<Socket | null> {
    return eventually(
      () => this.#client,
      (client) => client !== null,
    );
  }

  say(xml: string): void {
    this.#client?.write(xml);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.away();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    this.#handled = 0;
    const state = { rest: '', isKnown: false };
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text: string) => {
      state.rest += text;
      for (let stanza = next(state); stanza !== null; stanza = next(state)) this.#take(socket, state, stanza);
    });
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#client === socket) this.#client = null;
    });
  }

  #take(socket: Socket, state: { isKnown: boolean }, stanza: string): void {
    this.heard.push(stanza);
    const name = TAG.exec(stanza)?.[1] ?? stanza;
    if (['iq', 'message', 'presence'].includes(name)) this.#handled += 1;
    const takes: Readonly<Record<string, () => void>> = {
      'stream:stream': () => this.#open(socket, state.isKnown),
      auth: () => (state.isKnown = this.#login(socket)),
      enable: () => {
        this.#handled = 0;
        socket.write('<enabled xmlns="urn:xmpp:sm:3" id="s1"/>');
      },
      r: () => this.#deaf === socket || socket.write(`<a xmlns="urn:xmpp:sm:3" h="${this.#handled}"/>`),
      iq: () => this.#answer(socket, stanza),
      presence: () => (this.#client = socket),
      message: () => this.#deliver(socket, stanza),
      '</stream:stream>': () => {
        // Another may have come meanwhile.
        if (this.#client === socket) this.#client = null;
        socket.end('</stream:stream>');
      },
    };
    takes[name]?.();
  }

  #open(socket: Socket, isKnown: boolean): void {
    const features = isKnown
      ? '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><sm xmlns="urn:xmpp:sm:3"/>'
      : '<mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism></mechanisms>';
    socket.write(
      `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" from="chat.example" id="x" version="1.0"><stream:features>${features}</stream:features>`,
    );
  }

  #login(socket: Socket): boolean {
    const isRefused = this.#turns[0] === 'unauthorized';
    if (isRefused) this.#turns.shift();
    socket.write(
      isRefused
        ? '<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><not-authorized/></failure>'
        : '<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>',
    );
    return !isRefused;
  }

  #answer(socket: Socket, stanza: string): void {
    if (attribute(stanza, 'type') === 'result') return;
    const jid = stanza.includes('<bind')
      ? `<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>${OWN}/r</jid></bind>`
      : '';
    socket.write(`<iq type="result" id="${attribute(stanza, 'id')}">${jid}</iq>`);
  }

  #deliver(socket: Socket, stanza: string): void {
    const body = /<body>(.*?)<\/body>/s.exec(stanza)?.[1];
    if (body === undefined) return;
    const to = attribute(stanza, 'to');
    this.got.push({ to: to.split('@')[0] ?? '', content: unescape(body), at: performance.now() });
    const turn = this.#turns.shift() ?? 'accept';
    this.#deaf = turn === 'never answer' ? socket : null;
    if (turn === 'cut') socket.destroy();
    if (typeof turn !== 'object' || !('refuse' in turn)) return;
    const error = `<error type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">${turn.refuse}</text></error>`;
    socket.write(
      `<message type="error" from="${to}" to="${OWN}" id="${attribute(stanza, 'id')}">${error}</message>`,
    );
  }
}

/** The next whole stanza, or the beginning or end of the stream; null while there is none. */
function next(state: { rest: string }): string | null {
  state.rest = state.rest.replace(/^\s*<\?xml[^>]*\?>/, '').trimStart();
  if (state.rest.startsWith('</stream:stream>')) return cut(state, '</stream:stream>'.length);
  const tag = TAG.exec(state.rest);
  if (tag === null) return null;
  const [whole, name = '', , isClosed] = tag;
  if (isClosed === '/' || name === 'stream:stream') return cut(state, whole.length);
  const end = state.rest.indexOf(`</${name}>`);
  return end < 0 ? null : cut(state, end + name.length + 3);
}

function cut(state: { rest: string }, length: number): string {
  const stanza = state.rest.slice(0, length);
  state.rest = state.rest.slice(length);
  return stanza;
}

function attribute(stanza: string, name: string): string {
  return new RegExp(` ${name}="([^"]*)"`).exec(TAG.exec(stanza)?.[0] ?? '')?.[1] ?? '';
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export const XMPP_SET_UP: TransportSetUp = {
  type: 'xmpp',
  label: 'stream management',
  open: () => XmppDouble.open(),
  notApplicable: {
    ...casesOf([4, 5, 6, 7, 10, 11, 12, 13, 15, 16, 17, 18, 28, 30], 'it speaks no HTTP'),
    1: 'a server is told nothing: socket/inbound-queue.test.ts',
    9: 'addresses are those of the server: stanzas.test.ts',
    14: 'there are no sessions',
    22: 'a server names no time',
    25: 'a refusal is a stanza of its own',
    26: 'there is no receipt for what is pending: xmpp.test.ts',
    27: 'it has no limits of length',
  },
};
