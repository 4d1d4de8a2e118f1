import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { BLANK_MESSAGE, NO_TLVS, type BindBody, type MessageBody, type Pdu } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger } from '../codec/tlvs.ts';
import { Failure, Skipped } from './check.ts';
import { Wire } from './wire.ts';

export interface EsmeTarget {
  readonly host: string;
  readonly port: number;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** How long the ESME may take to bind, and to bind again. */
  readonly bindMs: number;
  readonly from: string;
  readonly to: string;
  readonly slow: boolean;
}

/** What binds are answered; a check changes it for a while. */
export interface BindManners {
  readonly status: number;
  readonly version: boolean;
}

const WELCOME: BindManners = { status: STATUS.ROK, version: true };

/** What a check of an ESME works with: the sessions that it binds. */
export class EsmeBench {
  readonly ms: number;
  readonly slow: boolean;
  /** When binds came, in milliseconds. */
  readonly binds: { readonly at: number; readonly pdu: Pdu }[] = [];
  manners: BindManners = WELCOME;
  readonly #target: EsmeTarget;
  readonly #server: Server;
  readonly #bound = new Set<Wire>();
  readonly #wires = new Set<Wire>();
  #sequence = 0;

  private constructor(target: EsmeTarget, server: Server) {
    this.#target = target;
    this.#server = server;
    this.ms = target.timeoutMs;
    this.slow = target.slow;
    server.on('connection', (socket) => void this.#welcome(new Wire(socket)));
  }

  /** @throws the network's error when it cannot listen there. */
  static async listen(target: EsmeTarget): Promise<EsmeBench> {
    const server = createServer();
    const bench = new EsmeBench(target, server);
    server.listen(target.port, target.host);
    await once(server, 'listening');
    return bench;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A session that the ESME has bound and that may receive; waits for one. */
  async bound(): Promise<Wire> {
    const deadline = performance.now() + this.#target.bindMs;
    for (;;) {
      for (const wire of this.#bound) {
        if (wire.closed) this.#bound.delete(wire);
        else return wire;
      }
      if (performance.now() >= deadline) throw new Failure(`no bind within ${this.#target.bindMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  deliver(fields: Partial<MessageBody> = {}): MessageBody {
    return {
      ...BLANK_MESSAGE,
      sourceAddr: this.#target.from,
      destinationAddr: this.#target.to,
      shortMessage: Buffer.from('hi'),
      ...fields,
      command: 'deliver_sm',
    };
  }

  /** Asks under a number that no earlier check has used. */
  ask(wire: Wire, fields: Partial<MessageBody> = {}): Promise<Pdu | null> {
    return wire.response(wire.send(this.deliver(fields), { sequence: this.number() }), this.ms);
  }

  number(): number {
    this.#sequence += 1;
    return 1000 + this.#sequence;
  }

  /** Fails when the session does not answer any more. */
  async alive(wire: Wire): Promise<void> {
    const sequence = wire.send({ command: 'enquire_link' }, { sequence: this.number() });
    if ((await wire.response(sequence, this.ms)) === null)
      throw new Failure('the session does not answer enquire_link any more');
  }

  /** Ends all sessions, so that the ESME has to bind again. */
  drop(): void {
    for (const wire of this.#wires) wire.destroy();
    this.#wires.clear();
    this.#bound.clear();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.drop();
    await closed;
  }

  /** Answers the bind, and enquire_links and submit_sm as they come. */
  async #welcome(wire: Wire): Promise<void> {
    this.#wires.add(wire);
    const isBind = ({ body }: Pdu): boolean => body.command.startsWith('bind_');
    const pdu = await wire.receive(isBind, this.#target.bindMs);
    if (pdu === null) return;
    const bind = pdu.body as BindBody;
    this.binds.push({ at: performance.now(), pdu });
    const { status, version } = this.manners;
    const tlvs = version ? [tlvInteger(TAG.SC_INTERFACE_VERSION, 0x34, 1)] : NO_TLVS;
    wire.send(
      { command: `${bind.command}_resp`, systemId: 'conformance', tlvs },
      { status, sequence: pdu.sequence },
    );
    if (status !== STATUS.ROK) return;
    wire.onPdu = (request) => answer(wire, request);
    if (bind.command !== 'bind_transmitter') this.#bound.add(wire);
  }
}

let submitted = 0;

function answer(wire: Wire, { body, sequence }: Pdu): void {
  if (body.command === 'enquire_link') wire.send({ command: 'enquire_link_resp' }, { sequence });
  if (body.command !== 'submit_sm') return;
  submitted += 1;
  wire.send({ command: 'submit_sm_resp', messageId: String(submitted), tlvs: NO_TLVS }, { sequence });
}

export function needSlow({ slow }: EsmeBench, what: string): void {
  if (!slow) throw new Skipped(`${what}: ask for it with --slow`);
}
