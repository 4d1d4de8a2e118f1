import { BLANK_MESSAGE, type BindBody, type MessageBody, type Pdu } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { answered, Failure, needStatus, Skipped } from './check.ts';
import { Wire } from './wire.ts';

export interface SmscTarget {
  readonly host: string;
  readonly port: number;
  readonly systemId: string;
  readonly password: string;
  /** Addresses that messages are sent from and to. */
  readonly from: string;
  readonly to: string;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** How long a receipt may take. */
  readonly receiptMs: number;
  /** Also what takes minutes. */
  readonly slow: boolean;
}

/** What a check of an SMSC works with: fresh connections, and what it sent last. */
export class SmscBench {
  readonly ms: number;
  readonly receiptMs: number;
  readonly slow: boolean;
  readonly from: string;
  readonly to: string;
  lastId = '';
  readonly #target: SmscTarget;
  readonly #wires: Wire[] = [];
  #receipt: Pdu | null | undefined;
  #count = 0;

  constructor(target: SmscTarget) {
    this.#target = target;
    this.ms = target.timeoutMs;
    this.receiptMs = target.receiptMs;
    this.slow = target.slow;
    this.from = target.from;
    this.to = target.to;
  }

  async connect(): Promise<Wire> {
    const wire = await Wire.connect(this.#target.port, this.#target.host);
    this.#wires.push(wire);
    return wire;
  }

  bind(wire: Wire, bind: Partial<BindBody> = {}): Promise<Pdu | null> {
    const { systemId, password } = this.#target;
    return wire.bind({ systemId, password, ...bind }, this.ms);
  }

  async bound(bind: Partial<BindBody> = {}): Promise<Wire> {
    const wire = await this.connect();
    needStatus(await this.bind(wire, bind), [STATUS.ROK], 'bind');
    return wire;
  }

  /** Fails when the session does not answer any more. */
  async alive(wire: Wire): Promise<void> {
    if ((await wire.ask({ command: 'enquire_link' }, this.ms)) === null)
      throw new Failure('the session does not answer enquire_link any more');
  }

  /** Unbinds, and waits until the connection has ended. */
  async leave(wire: Wire): Promise<void> {
    if (!wire.closed) await wire.ask({ command: 'unbind' }, this.ms);
    wire.socket.end();
    await wire.closes(this.ms);
    wire.destroy();
  }

  submit(fields: Partial<MessageBody> = {}): MessageBody {
    const shortMessage = Buffer.from('hi');
    const message = { ...BLANK_MESSAGE, sourceAddr: this.from, destinationAddr: this.to, shortMessage };
    return { ...message, ...fields, command: 'submit_sm' };
  }

  /** Remembers the id of a submit_sm_resp. */
  note({ body }: Pdu): void {
    if ('messageId' in body) this.lastId = body.messageId;
  }

  /** Submits and waits for the receipt; answers that with the status. */
  async receiptFor(
    wire: Wire,
    registeredDelivery: number,
    ms = this.receiptMs,
    status: number = STATUS.ROK,
  ): Promise<Pdu | null> {
    this.#count += 1;
    const before = wire.pdus.length;
    const shortMessage = Buffer.from(`receipt ${this.#count}`);
    this.note(
      needStatus(
        await wire.ask(this.submit({ registeredDelivery, shortMessage }), this.ms),
        [STATUS.ROK],
        'submit_sm',
      ),
    );
    return this.#delivery(wire, (index) => index >= before, { ms, status });
  }

  /** The next deliver_sm that is not the one of that number. */
  nextDelivery(wire: Wire, sequence: number): Promise<Pdu | null> {
    const first = wire.pdus.findIndex(
      (pdu) => pdu.sequence === sequence && pdu.body.command === 'deliver_sm',
    );
    return this.#delivery(wire, (index) => index > first, { ms: this.receiptMs, status: STATUS.ROK });
  }

  /** One receipt for all checks that read one. */
  async needReceipt(): Promise<Pdu> {
    this.#receipt ??= await this.receiptFor(await this.bound(), 1);
    if (this.#receipt === null) throw new Skipped('no receipt came');
    return this.#receipt;
  }

  /** Leaves what a check has opened. */
  async tidy(): Promise<void> {
    await Promise.all(this.#wires.splice(0).map((wire) => this.leave(wire)));
  }

  async #delivery(
    wire: Wire,
    fits: (index: number) => boolean,
    { ms, status }: { ms: number; status: number },
  ): Promise<Pdu | null> {
    const isDelivery = (pdu: Pdu): boolean =>
      (pdu.body.command === 'deliver_sm' || pdu.body.command === 'data_sm') &&
      fits(wire.pdus.lastIndexOf(pdu));
    const found = await wire.receive(isDelivery, ms);
    if (found === null) return null;
    const command = found.body.command === 'data_sm' ? 'data_sm_resp' : 'deliver_sm_resp';
    wire.send(
      { command, messageId: '', tlvs: [] },
      { sequence: answered(found, 'a receipt').sequence, status },
    );
    return found;
  }
}
