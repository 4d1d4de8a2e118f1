import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { freePort } from '@vumi/machine/testing';
import smpp, { type Pdu, type Session } from 'smpp';

/** A text that arrived at a phone, as the independent SMSC read it. */
export interface Submitted {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly dataCoding: number;
  readonly esmClass: number;
  /** The header and what follows it, as hexadecimal digits; null for a text. */
  readonly octets: string | null;
}

interface Waiting {
  readonly pdu: Record<string, unknown>;
  readonly resolve: () => void;
}

/**
 * An SMSC on the npm package `smpp`: nothing of ours. It sends a deliver_sm until it is answered, as SMSCs do, also
 * on the next connection, and counts what it is given.
 */
export class SmscPeer implements AsyncDisposable {
  readonly submitted: Submitted[] = [];
  /** How many deliver_sm may wait for their response. */
  readonly window: number;
  /** How often ESMEs have bound, and how many were bound at the same time at most. */
  binds = 0;
  mostBound = 0;
  /** Whether a submit_sm that asks for a receipt gets one. */
  receipts = true;
  /** A submit_sm is answered when this has resolved. */
  answersAfter: Promise<void> | null = null;
  readonly #server: ReturnType<typeof smpp.createServer>;
  readonly #sessions = new Set<Session>();
  readonly #unsent: Waiting[] = [];
  readonly #inFlight = new Set<Waiting>();
  readonly #boundSessions = new Set<Session>();
  #bound: Session | null = null;
  #nextId = 1;

  private constructor(window: number) {
    this.window = window;
    this.#server = smpp.createServer((session) => this.#accept(session));
  }

  static async start({ window = 20, port }: { window?: number; port?: number } = {}): Promise<SmscPeer> {
    const peer = new SmscPeer(window);
    peer.#server.listen(port ?? (await freePort()), '127.0.0.1');
    await once(peer.#server, 'listening');
    return peer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get isBound(): boolean {
    return this.#bound !== null;
  }

  /** Sends an MO message; resolves when an ESME has answered that it has it. */
  deliver(from: string, to: string, text: string): Promise<void> {
    return new Promise((resolve) => {
      // More than short_message has room for (section 3.2.3 of SMPP v3.4).
      const content = text.length > 254 ? { message_payload: text } : { short_message: text };
      const pdu = { source_addr: from, destination_addr: to, ...content };
      this.#unsent.push({ pdu, resolve });
      this.#pump();
    });
  }

  /** Cuts every connection, as a broken network does. */
  cut(): void {
    for (const session of this.#sessions) session.socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #accept(session: Session): void {
    this.#sessions.add(session);
    session.socket.setNoDelay(true);
    session.on('error', () => session.socket.destroy());
    session.on('bind_transceiver', (pdu: Pdu) => {
      session.send(pdu.response({ system_id: 'peer' }));
      this.#bound = session;
      this.binds += 1;
      this.mostBound = Math.max(this.mostBound, this.#boundSessions.add(session).size);
      this.#pump();
    });
    session.on('submit_sm', (pdu: Pdu) => this.#take(session, pdu));
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('close', () => this.#lose(session));
  }

  #lose(session: Session): void {
    this.#sessions.delete(session);
    this.#boundSessions.delete(session);
    if (this.#bound !== session) return;
    this.#bound = null;
    this.#unsent.unshift(...this.#inFlight);
    this.#inFlight.clear();
  }

  #take(session: Session, pdu: Pdu): void {
    const id = String(this.#nextId++);
    const text = textOf(pdu);
    this.submitted.push({
      id,
      to: String(pdu['destination_addr']),
      from: String(pdu['source_addr']),
      text,
      dataCoding: Number(pdu['data_coding']),
      esmClass: Number(pdu['esm_class']),
      octets: octetsOf(pdu),
    });
    const answer = (): boolean => session.send(pdu.response({ message_id: id }));
    if (this.answersAfter === null) answer();
    else void this.answersAfter.then(answer);
    if (!this.receipts || (Number(pdu['registered_delivery']) & 3) === 0) return;
    const now = '2611222200';
    const receipt = {
      source_addr: pdu['destination_addr'],
      destination_addr: pdu['source_addr'],
      esm_class: 4,
      short_message: `id:${id} sub:001 dlvrd:001 submit date:${now} done date:${now} stat:DELIVRD err:000 text:${text.slice(0, 20)}`,
    };
    this.#send(session, { pdu: receipt, resolve: () => {} });
  }

  #pump(): void {
    const session = this.#bound;
    if (session === null) return;
    while (this.#inFlight.size < this.window) {
      const next = this.#unsent.shift();
      if (next === undefined) return;
      this.#send(session, next);
    }
  }

  #send(session: Session, next: Waiting): void {
    this.#inFlight.add(next);
    session.deliver_sm(next.pdu, (response) => {
      if (!this.#inFlight.delete(next)) return;
      if (response.command_status === 0) next.resolve();
      else this.#unsent.push(next);
      this.#pump();
    });
  }
}

function octetsOf(pdu: Pdu): string | null {
  const { message, udh = [] } = pdu['short_message'] as { message: string | Buffer; udh?: Buffer[] };
  if (!Buffer.isBuffer(message)) return null;
  const header = Buffer.concat(udh);
  return Buffer.concat([
    ...(udh.length === 0 ? [] : [Buffer.from([header.length])]),
    header,
    message,
  ]).toString('hex');
}

function textOf(pdu: Pdu): string {
  const { message } = pdu['short_message'] as { message: string | Buffer };
  return String(message);
}
