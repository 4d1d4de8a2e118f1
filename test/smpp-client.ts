import { once } from 'node:events';
import smpp, { type Pdu, type Session } from 'smpp';

type BindCommand = 'bind_transmitter' | 'bind_receiver' | 'bind_transceiver';

/** What a client was sent. */
export interface Delivered {
  readonly from: string;
  readonly to: string;
  readonly esmClass: number;
  readonly text: string;
  readonly pdu: Pdu;
}

export interface ClientOptions {
  readonly port: number;
  readonly systemId?: string;
  readonly password?: string;
  readonly tls?: boolean;
  /** Told of what the client has taken. */
  readonly onDelivered?: (delivered: Delivered) => void;
  /** Default 0x34. */
  readonly version?: number;
}

/** An ESME on the npm package `smpp`: a customer's system of another make that binds to our server. */
export class SmppClient implements AsyncDisposable {
  readonly delivered: Delivered[] = [];
  /** What deliver_sm are answered; null is silence. */
  answer: (delivered: Delivered) => number | null = () => 0;
  /** Settles when the connection has ended. */
  readonly gone: Promise<null>;
  #closed = false;
  readonly #options: ClientOptions;
  readonly #session: Session;

  private constructor(options: ClientOptions, session: Session) {
    this.#options = options;
    this.#session = session;
    session.on('error', () => session.socket.destroy());
    this.gone = new Promise((resolve) => {
      session.on('close', () => {
        this.#closed = true;
        resolve(null);
      });
    });
    session.on('deliver_sm', (pdu: Pdu) => this.#take(pdu));
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
  }

  static async connect(options: ClientOptions): Promise<SmppClient> {
    const { port, tls } = options;
    const session = smpp.connect({
      host: '127.0.0.1',
      port,
      ...(tls === true ? { tls, rejectUnauthorized: false } : {}),
    });
    const client = new SmppClient(options, session);
    await Promise.race([once(session, tls === true ? 'secureConnect' : 'connect'), client.gone]);
    if (client.closed) throw new Error('nobody listens there');
    session.socket.setNoDelay(true);
    return client;
  }

  /** Connects and binds; fails when the bind is refused. */
  static async bound(options: ClientOptions, command: BindCommand = 'bind_transceiver'): Promise<SmppClient> {
    const client = await SmppClient.connect(options);
    const answer = await Promise.race([client.bind(command), client.gone]);
    if (answer === null) throw new Error('the connection ended before the bind was answered');
    if (answer.command_status !== 0) throw new Error(`the bind was refused with ${answer.command_status}`);
    return client;
  }

  bind(command: BindCommand = 'bind_transceiver'): Promise<Pdu> {
    const { systemId = 'acme', password = 'secret', version = 0x34 } = this.#options;
    const fields = { system_id: systemId, password, interface_version: version };
    return new Promise((resolve) => this.#session[command](fields, resolve));
  }

  submit(fields: Record<string, unknown>): Promise<Pdu> {
    return new Promise((resolve) => this.#session.submit_sm(fields, resolve));
  }

  ask(command: 'query_sm' | 'cancel_sm', fields: Record<string, unknown>): Promise<Pdu> {
    return new Promise((resolve) => this.#session[command](fields, resolve));
  }

  /** Cuts the connection, as a broken network does. */
  cut(): void {
    this.#session.socket.destroy();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get messages(): Delivered[] {
    return this.delivered.filter(({ esmClass }) => (esmClass & 0x3c) === 0);
  }

  /** The texts of the receipts so far. */
  get receipts(): string[] {
    return this.delivered.filter(({ esmClass }) => (esmClass & 0x3c) !== 0).map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#session.unbind(() => this.#session.close());
    await this.gone;
  }

  #take(pdu: Pdu): void {
    const { message, udh } = pdu['short_message'] as { message: string | Buffer; udh?: unknown };
    const delivered: Delivered = {
      from: String(pdu['source_addr']),
      to: String(pdu['destination_addr']),
      esmClass: Number(pdu['esm_class']),
      text: String(message),
      pdu: udh === undefined ? pdu : Object.assign(pdu, { udh }),
    };
    const status = this.answer(delivered);
    if (status === null) return;
    if (status === 0) {
      this.delivered.push(delivered);
      this.#options.onDelivered?.(delivered);
    }
    this.#session.send(pdu.response({ command_status: status }));
  }
}
