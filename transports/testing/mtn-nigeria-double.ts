import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { encodeMtn, mtnDecoder, type MtnPacket } from '../mtn_nigeria/packets.ts';
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

/** MTN's gateway, with phones that dial and then type one text. */
class MtnNigeriaDouble implements TransportDouble {
  readonly secret = SECRET;
  readonly replies = 'as messages';
  readonly impatient = QUIET.impatient;
  readonly words = QUIET.words;
  readonly oddText = 'Héllo 😀 שלום & <b>';
  readonly report = QUIET.report;
  readonly badRequests = QUIET.badRequests;
  readonly away = QUIET.away;
  readonly back = QUIET.back;
  readonly got: Got[] = [];
  /** Each packet that the client sent, by its name. */
  readonly heard: MtnPacket[] = [];
  readonly #turns: NetworkTurn[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #sessions = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async open(): Promise<MtnNigeriaDouble> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new MtnNigeriaDouble(server);
  }

  get config(): Readonly<Record<string, unknown>> {
    return {
      server_hostname: '127.0.0.1',
      server_port: (this.#server.address() as AddressInfo).port,
      username: 'net',
      password: SECRET,
      application_id: '1',
      initial_reconnect_delay: 0.02,
      max_reconnect_delay: 0.1,
    };
  }

  /** Somebody types a text in a session that his network has not told us of: it opens one. */
  async bring({ from, to, content }: UserText): Promise<Told> {
    this.#sessions += 1;
    await this.step(String(this.#sessions), { msisdn: from, userdata: content, starCode: to, msgtype: '1' });
    return { kind: 'taken', text: '' };
  }

  /** A step of a session, of which what is not given is usual. */
  async step(session: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const usual = { requestId: session, clientId: '3', starCode: '123', phase: '2', dcs: '15' };
    const all = { ...usual, msgtype: '4', EndofSession: '0', ...fields };
    await this.say({ session, name: 'USSDRequest', fields: Object.entries(all) });
  }

  /** Says a packet to the client that is logged in, as soon as one is. */
  async say(packet: MtnPacket): Promise<void> {
    const sockets = await eventually(
      () => [...this.#sockets],
      ({ length }) => length > 0,
    );
    sockets[0]?.write(encodeMtn(packet));
  }

  will(...turns: readonly NetworkTurn[]): void {
    this.#turns.push(...turns);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    const decode = mtnDecoder();
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (octets: Buffer) => {
      for (const packet of decode(octets)) this.#answer(socket, packet);
    });
  }

  #answer(socket: Socket, packet: MtnPacket): void {
    this.heard.push(packet);
    const fields = new Map(packet.fields);
    const requestId = fields.get('requestId') ?? '';
    if (packet.name === 'AUTHRequest') return this.#logIn(socket, packet, fields);
    if (packet.name === 'ENQRequest') {
      const answer = [
        ['requestId', requestId],
        ['enqCmd', 'ENQUIRELINKRSP'],
      ] as const;
      return void socket.write(encodeMtn({ ...packet, name: 'ENQResponse', fields: answer }));
    }
    if (packet.name !== 'USSDResponse' || fields.get('delvrpt') !== '0') return;
    const [to = '', content = ''] = [fields.get('msisdn'), fields.get('userdata')];
    this.got.push({ to, content, at: performance.now() });
  }

  #logIn(socket: Socket, packet: MtnPacket, fields: ReadonlyMap<string, string>): void {
    const isRefused = this.#turns[0] === 'unauthorized';
    if (isRefused) this.#turns.shift();
    const isKnown = fields.get('passWord') === SECRET && fields.get('userName') === 'net' && !isRefused;
    const answer: MtnPacket['fields'] = isKnown
      ? [['authMsg', 'SUCCESS']]
      : [
          ['authMsg', 'FAILURE'],
          ['errorCode', '001'],
        ];
    const about = [['requestId', fields.get('requestId') ?? ''] as const, ...answer];
    socket.write(encodeMtn({ ...packet, name: isKnown ? 'AUTHResponse' : 'AUTHError', fields: about }));
    if (isKnown) this.#sockets.add(socket);
    else socket.end();
  }
}

export const MTN_NIGERIA_SET_UP: TransportSetUp = {
  type: 'mtn_nigeria_ussd',
  label: 'xml over tcp',
  open: () => MtnNigeriaDouble.open(),
  notApplicable: {
    1: 'the network waits for no answer: socket/inbound-queue.test.ts',
    2: 'the network gives no ids that stay',
    ...casesOf([4, 5, 6, 7, 10, 11, 12, 13, 15, 16, 17, 18, 30], 'it takes no HTTP requests'),
    ...casesOf([8, 9, 34], 'what opens a session has no text: mtn-nigeria.test.ts, framed-client.test.ts'),
    14: 'sessions: framed/framed-client.test.ts',
    ...casesOf(
      [19, 20, 21, 22, 23, 24, 25, 26, 28],
      'it sends nothing but replies to sessions: framed/framed-client.test.ts',
    ),
    27: 'mtn-nigeria.test.ts',
  },
};
