import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { silentLogger } from '@vumi/core';
import { decodePdu } from '../smpp/codec/decode.ts';
import { encodeFrame } from '../smpp/codec/encode.ts';
import { FrameReader } from '../smpp/codec/frame-reader.ts';
import {
  BLANK_MESSAGE,
  NO_TLVS,
  type BindBody,
  type MessageBody,
  type Pdu,
  type PduBody,
  type Tlv,
} from '../smpp/codec/pdu.ts';
import { STATUS } from '../smpp/codec/statuses.ts';
import { Session, type SessionOptions } from '../smpp/session/session.ts';
import { eventually } from './eventually.ts';

export const BIND: BindBody = {
  command: 'bind_transceiver',
  systemId: 'esme',
  password: 'secret',
  systemType: '',
  interfaceVersion: 0x34,
  addrTon: 0,
  addrNpi: 0,
  addressRange: '',
};

export const SUBMIT: MessageBody = {
  ...BLANK_MESSAGE,
  command: 'submit_sm',
  sourceAddr: '1',
  destinationAddr: '2',
  shortMessage: Buffer.from('hi'),
};
export const DELIVER: MessageBody = { ...SUBMIT, command: 'deliver_sm' };

/** The other end of a session's socket, which says exactly what a test tells it to. */
export class Peer {
  readonly socket: Socket;
  readonly received: Pdu[] = [];
  readonly #reader = new FrameReader((frame) => this.received.push(decodePdu(frame)));

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#reader.push(chunk));
  }

  say(body: PduBody, sequence: number, status = 0): void {
    this.socket.write(encodeFrame({ status, sequence, body }));
  }

  async hear(count: number): Promise<Pdu[]> {
    await eventually(
      () => this.received.length,
      (length) => length >= count,
    );
    return this.received;
  }

  async hearLast(count: number): Promise<Pdu> {
    const heard = await this.hear(count);
    const last = heard[count - 1];
    if (last === undefined) throw new Error('nothing was heard');
    return last;
  }
}

const OPTIONS: SessionOptions = {
  role: 'esme',
  window: 10,
  responseTimeoutMs: 5000,
  enquireLinkMs: 60_000,
  bindTimeoutMs: 5000,
  logger: silentLogger,
  clock: Date.now,
  onRequest: () => ({ status: STATUS.ROK }),
};

/** Sessions with both ends of their sockets in the hands of a test. */
export class SessionPlace implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async create(): Promise<SessionPlace> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SessionPlace(server);
  }

  async connect(options: Partial<SessionOptions> = {}): Promise<{ session: Session; peer: Peer }> {
    const { port } = this.#server.address() as AddressInfo;
    const accepted = once(this.#server, 'connection') as Promise<[Socket]>;
    const socket = createConnection({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    const [other] = await accepted;
    this.#sockets.push(socket, other);
    return { session: new Session(socket, { ...OPTIONS, ...options }), peer: new Peer(other) };
  }

  /** A bound ESME; the peer has heard the bind and the first enquire_link comes when its time is. */
  async connectBound(
    options: Partial<SessionOptions> = {},
    tlvs: readonly Tlv[] = NO_TLVS,
  ): Promise<{ session: Session; peer: Peer }> {
    const connected = await this.connect(options);
    const bound = connected.session.bind(BIND);
    const { sequence } = await connected.peer.hearLast(1);
    connected.peer.say({ command: 'bind_transceiver_resp', systemId: 'smsc', tlvs }, sequence);
    await bound;
    connected.peer.received.length = 0;
    return connected;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
