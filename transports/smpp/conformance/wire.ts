import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { startDeadline } from '@vumi/machine';
import { decodePdu } from '../codec/decode.ts';
import { encodeFrame } from '../codec/encode.ts';
import { FrameError, FrameReader } from '../codec/frame-reader.ts';
import { PduError, type BindBody, type BindCommand, type Pdu, type PduBody } from '../codec/pdu.ts';

/** A PDU that could be read, or the octets of one that could not. */
interface Heard {
  readonly pdu: Pdu | null;
  readonly frame: Buffer;
}

/** One connection on which exactly what one says is said, however wrong, and all that the peer says is kept. */
export class Wire {
  readonly heard: Heard[] = [];
  readonly socket: Socket;
  closed = false;
  /** Told of each PDU as it comes. */
  onPdu: (pdu: Pdu) => void = () => {};
  readonly #reader: FrameReader;
  readonly #listeners = new Set<() => void>();
  #sequence = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    this.#reader = new FrameReader((frame) => this.#hear(Buffer.from(frame)));
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('close', () => {
      this.closed = true;
      this.#tell();
    });
    socket.on('end', () => {
      this.closed = true;
      this.#tell();
    });
  }

  /** @throws the network's error when nobody listens there. */
  static async connect(port: number, host = '127.0.0.1'): Promise<Wire> {
    const socket = createConnection({ host, port });
    await once(socket, 'connect');
    return new Wire(socket);
  }

  get pdus(): Pdu[] {
    return this.heard.flatMap(({ pdu }) => (pdu === null ? [] : [pdu]));
  }

  /** Answers the sequence_number. */
  send(body: PduBody, { status = 0, sequence = this.nextSequence() } = {}): number {
    this.socket.write(encodeFrame({ status, sequence, body }));
    return sequence;
  }

  raw(octets: Buffer): void {
    if (this.socket.writable) this.socket.write(octets);
  }

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** The first PDU that fits, of those that have come and those that come in time; null when none does. */
  async receive(fits: (pdu: Pdu) => boolean, ms: number): Promise<Pdu | null> {
    let found: Pdu | undefined;
    await this.#until(() => (found = this.pdus.find(fits)) !== undefined || this.closed, ms);
    return found ?? null;
  }

  /** The response to this sequence_number, or null. */
  response(sequence: number, ms: number): Promise<Pdu | null> {
    return this.receive((pdu) => pdu.sequence === sequence && isResponse(pdu.body), ms);
  }

  /** Sends a request and waits for its response. */
  ask(body: PduBody, ms: number): Promise<Pdu | null> {
    return this.response(this.send(body), ms);
  }

  bind(bind: Partial<BindBody> & { systemId: string; password: string }, ms: number): Promise<Pdu | null> {
    return this.ask({ ...BIND, ...bind }, ms);
  }

  /** Whether the peer closes in time. */
  async closes(ms: number): Promise<boolean> {
    await this.#until(() => this.closed, ms);
    return this.closed;
  }

  destroy(): void {
    this.closed = true;
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.destroy();
    }
  }

  #hear(frame: Buffer): void {
    let pdu: Pdu | null = null;
    try {
      pdu = decodePdu(frame);
    } catch (error) {
      if (!(error instanceof PduError)) throw error;
    }
    this.heard.push({ pdu, frame });
    if (pdu !== null) this.onPdu(pdu);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #until(done: () => boolean, ms: number): Promise<void> {
    if (done()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        deadline[Symbol.dispose]();
        this.#listeners.delete(check);
        resolve();
      };
      const check = (): void => {
        if (done()) finish();
      };
      const deadline = startDeadline({ limitMs: ms }, finish);
      this.#listeners.add(check);
    });
  }
}

const BIND: Omit<BindBody, 'systemId' | 'password'> & { command: BindCommand } = {
  command: 'bind_transceiver',
  systemType: '',
  interfaceVersion: 0x34,
  addrTon: 0,
  addrNpi: 0,
  addressRange: '',
};

function isResponse(body: PduBody): boolean {
  return body.command === 'generic_nack' || body.command.endsWith('_resp');
}
