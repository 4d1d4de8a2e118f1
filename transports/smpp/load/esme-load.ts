import { VumiError, type Logger } from '@vumi/core';
import { systemMachine } from '@vumi/machine';
import { connect } from '../../dialing/connect.ts';
import { BLANK_MESSAGE, type MessageBody } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { findTlvText } from '../codec/tlvs.ts';
import { readReceiptText } from '../inbound/receipt-text.ts';
import type { Outcome } from '../session/outcome.ts';
import { Session } from '../session/session.ts';
import { Latencies, Tally, type LoadReport } from './load-report.ts';
import { checkLoopback, checkPace, sendAtRate, settleWithin, type Pace } from './pace.ts';

export interface EsmeLoad extends Pace {
  readonly host: string;
  readonly port: number;
  readonly systemId: string;
  readonly password: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** Sessions, and unanswered submit_sm in each. */
  readonly binds: number;
  readonly window: number;
  /** Ask for receipts and match them. */
  readonly receipts: boolean;
  /** How long to wait for what is outstanding, once all is sent. */
  readonly settleMs: number;
  readonly anywhere: boolean;
  readonly logger: Logger;
}

const CONNECT_MS = 10_000;
/** Waiting and unanswered messages, in windows: beyond it sending waits, and the latencies show it. */
const MOST_WINDOWS = 4;

/** Loads an SMSC with submit_sm. Rejects with `transport.not_connected` when it lets nobody in. */
export async function loadSmsc(load: EsmeLoad): Promise<LoadReport> {
  checkPace(load);
  checkLoopback(load.host, load.anywhere);
  const run = new Run(load);
  const sessions = await Promise.all(Array.from({ length: load.binds }, () => run.bind()));
  try {
    return await run.go(sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

class Run {
  readonly #load: EsmeLoad;
  readonly #latencies = new Latencies();
  readonly #receipts = new Tally();
  readonly #refused: Record<string, number> = {};
  #outstanding = 0;
  #unanswered = 0;

  constructor(load: EsmeLoad) {
    this.#load = load;
  }

  async bind(): Promise<Session> {
    const { host, port, systemId, password, window, logger, signal } = this.#load;
    const socket = await connect({ host, port }, CONNECT_MS, signal);
    const session = new Session(socket, {
      role: 'esme',
      window,
      responseTimeoutMs: 30_000,
      enquireLinkMs: 30_000,
      bindTimeoutMs: CONNECT_MS,
      logger,
      clock: () => systemMachine().given(),
      onRequest: ({ body }) => {
        if (body.command === 'deliver_sm') this.#receive(body);
        return { status: STATUS.ROK };
      },
    });
    const range = { systemType: '', interfaceVersion: 0x34, addrTon: 0, addrNpi: 0, addressRange: '' };
    const outcome = await session.bind({ command: 'bind_transceiver', systemId, password, ...range });
    if (outcome.outcome === 'answered' && outcome.status === STATUS.ROK) return session;
    const why = outcome.outcome === 'answered' ? statusName(outcome.status) : outcome.outcome;
    throw new VumiError('transport.not_connected', `${host}:${port} refuses the bind: ${why}`);
  }

  async go(sessions: readonly Session[]): Promise<LoadReport> {
    const { rate, count, window, binds, settleMs, signal } = this.#load;
    const most = window * binds * MOST_WINDOWS;
    const startedAt = performance.now();
    const sent = await sendAtRate(
      this.#load,
      (index, at) => void this.#send(sessions[index % sessions.length], index, at),
      () => this.#outstanding < most,
    );
    await settleWithin(settleMs, signal, () => this.#outstanding === 0);
    const seconds = (performance.now() - startedAt) / 1000;
    await settleWithin(settleMs, signal, () => this.#receipts.complete);
    const { lost, ...receipts } = this.#receipts.summary();
    return {
      asked: { rate, count },
      sent,
      answered: this.#latencies.count,
      refused: this.#refused,
      lost: lost + this.#unanswered + this.#outstanding,
      ...receipts,
      seconds,
      rate: this.#latencies.count / seconds,
      latency_ms: this.#latencies.summary(),
    };
  }

  async #send(session: Session | undefined, index: number, intendedAt: number): Promise<void> {
    if (session === undefined) return;
    const { from, to, text, receipts } = this.#load;
    this.#outstanding += 1;
    const outcome = await session.request({
      ...BLANK_MESSAGE,
      command: 'submit_sm',
      sourceAddr: from,
      destinationAddr: to,
      registeredDelivery: receipts ? 1 : 0,
      shortMessage: Buffer.from(`${text} ${index}`, 'latin1'),
    });
    this.#outstanding -= 1;
    this.#settle(outcome, intendedAt);
  }

  #settle(outcome: Outcome, intendedAt: number): void {
    if (outcome.outcome !== 'answered') {
      this.#unanswered += 1;
      return;
    }
    this.#latencies.add(performance.now() - intendedAt);
    const { status, body } = outcome;
    if (status !== STATUS.ROK)
      this.#refused[statusName(status)] = (this.#refused[statusName(status)] ?? 0) + 1;
    else if (this.#load.receipts && 'messageId' in body) this.#receipts.expect(body.messageId);
  }

  #receive(body: MessageBody): void {
    const id =
      findTlvText(body.tlvs, TAG.RECEIPTED_MESSAGE_ID) ??
      readReceiptText(body.shortMessage.toString('latin1'))?.id ??
      undefined;
    if (id !== undefined) this.#receipts.came(id);
  }
}
