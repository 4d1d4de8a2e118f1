import {
  backoffMs,
  parseTimestamp,
  sleep,
  VumiError,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { MessageBody } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import type { Outcome } from '../session/outcome.ts';
import { mayReceive } from '../session/rules.ts';
import type { Session } from '../session/session.ts';
import { deliverBodies } from './mobile-originated.ts';
import type { SmppServerPorts } from './ports.ts';
import { receiptBody, type ReceiptNote } from './receipt.ts';

/** A bind that may receive. */
export interface Receiver {
  readonly session: Session;
  /** Whether it speaks v3.4 or newer (spec smpp §5 point 13). */
  readonly knowsTlvs: boolean;
}

export interface ClientDeliveriesPorts extends Pick<
  SmppServerPorts,
  'client' | 'isActive' | 'consume' | 'recordInbound' | 'ledger' | 'clock' | 'logger'
> {
  /** Messages and receipts that waited for longer have failed. */
  readonly keepMs: number;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** What a client says when it wants the message later (section 5.1.3). */
const TEMPORARY: ReadonlySet<number> = new Set([
  STATUS.RX_T_APPN,
  STATUS.RTHROTTLED,
  STATUS.RMSGQFUL,
  STATUS.RSYSERR,
]);

type Compose = (receiver: Receiver) => MessageBody;

/**
 * Hands messages and receipts of one client to its binds in this process, as long as there are any. What a client
 * has answered is noted before the queue hears of it, so that nothing is sent again but what went unanswered.
 */
export class ClientDeliveries {
  readonly #systemId: string;
  readonly #ports: ClientDeliveriesPorts;
  readonly #receivers: Receiver[] = [];
  #running: { readonly stop: AbortController; readonly done: Promise<void> } | null = null;
  /** Starts and stops come one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(systemId: string, ports: ClientDeliveriesPorts) {
    this.#systemId = systemId;
    this.#ports = ports;
  }

  add(receiver: Receiver): void {
    this.#receivers.push(receiver);
    this.#adjust();
  }

  remove(session: Session): void {
    const index = this.#receivers.findIndex((receiver) => receiver.session === session);
    if (index === -1) return;
    this.#receivers.splice(index, 1);
    this.#adjust();
  }

  /** Gives back what is not answered yet. */
  async close(): Promise<void> {
    this.#receivers.length = 0;
    this.#adjust();
    await this.#turn;
  }

  #adjust(): void {
    const wanted = this.#receivers.length > 0;
    if (!wanted) this.#running?.stop.abort(new Error('the client has unbound'));
    this.#turn = this.#turn
      .then(() => this.#settle())
      .catch((error: unknown) => {
        this.#ports.logger.error(
          { systemId: this.#systemId, err: error },
          'cannot consume for an SMPP client',
        );
      });
  }

  async #settle(): Promise<void> {
    const wanted = this.#receivers.length > 0;
    if (wanted && this.#running?.stop.signal.aborted === true) await this.#stop();
    if (wanted && this.#running === null) await this.#start();
    if (!wanted) await this.#stop();
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    running?.stop.abort(new Error('the client has unbound'));
    await running?.done;
  }

  async #start(): Promise<void> {
    const client = this.#ports.client(this.#systemId);
    if (client === null) return;
    const stop = new AbortController();
    const { signal } = stop;
    const consumer = await this.#ports.consume(client, {
      inbound: (message) => this.#deliverMessage(message, signal),
      event: (event) => this.#deliverReceipts(event, signal),
    });
    const done = new Promise<void>((resolve, reject) => {
      const end = (): void => void consumer[Symbol.asyncDispose]().then(resolve, reject);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
    // Whoever waits for it hears of it; a rejection nobody waits for yet is no accident.
    done.catch(() => {});
    this.#running = { stop, done };
  }

  async #deliverMessage(message: UserMessage, signal: AbortSignal): Promise<void> {
    const client = this.#ports.client(this.#systemId);
    const bodies = client === null ? null : deliverBodies(message, client);
    if (bodies === null) return this.#refuseMessage(message, 'the text needs more than 255 parts');
    try {
      for (const [index, body] of bodies.entries()) {
        await this.#once(`mo/${message.message_id}/${index}`, message.timestamp, () => body, signal);
      }
    } catch (error) {
      if (!(error instanceof VumiError) || error.retry) throw error;
      return this.#refuseMessage(message, error.message);
    }
    await this.#ports.recordInbound(message, 'received');
  }

  async #refuseMessage(message: UserMessage, reason: string): Promise<never> {
    await this.#ports.recordInbound(message, 'failed');
    throw new VumiError('smpp_client.refused', reason);
  }

  async #deliverReceipts(event: TransportEvent, signal: AbortSignal): Promise<void> {
    const note = noteOf(event);
    if (note === null)
      throw new VumiError('message.invalid_field', 'the event carries no note of its sender');
    for (const id of note.ids) {
      const compose: Compose = ({ knowsTlvs }) =>
        receiptBody(event, note, { id, at: parseTimestamp(event.timestamp) ?? note.at, knowsTlvs });
      await this.#once(`receipt/${event.event_id}/${id}`, event.timestamp, compose, signal);
    }
  }

  /** Sends until it is answered, unless it was. */
  async #once(key: string, timestamp: string, compose: Compose, signal: AbortSignal): Promise<void> {
    const { ledger, clock, keepMs } = this.#ports;
    if (ledger.get(key) !== null) return;
    const expiresAt = (parseTimestamp(timestamp) ?? clock()) + keepMs;
    for (let attempt = 0; ; attempt += 1) {
      if (clock() >= expiresAt)
        throw new VumiError('smpp_client.refused', 'the client did not take it in time');
      const status = await this.#send(compose, signal);
      if (status === STATUS.ROK) return ledger.put(key, String(clock()));
      if (status !== null && !TEMPORARY.has(status)) {
        throw new VumiError('smpp_client.refused', `the client refused it with ${statusName(status)}`);
      }
      if (status !== null) await this.#pause(backoffMs(attempt, FIRST_RETRY_MS, LONGEST_RETRY_MS), signal);
    }
  }

  /** The status of the answer; null when there was none: the bind has ended, or took too long. */
  async #send(compose: Compose, signal: AbortSignal): Promise<number | null> {
    const receiver = this.#free();
    if (receiver === undefined || signal.aborted) throw unbound();
    let outcome: Outcome;
    try {
      outcome = await receiver.session.request(compose(receiver));
    } catch (error) {
      throw new VumiError('smpp_client.refused', 'it cannot be written as a deliver_sm', { cause: error });
    }
    if (outcome.outcome === 'answered') return outcome.status;
    if (outcome.outcome !== 'timed_out') {
      // The session tells of its end in the same turn.
      await new Promise((resolve) => setImmediate(resolve));
      return null;
    }
    this.#ports.logger.warn({ systemId: this.#systemId }, 'an SMPP client does not answer deliver_sm');
    const late = await Promise.race([outcome.late, this.#pause(FIRST_RETRY_MS, signal)]);
    return late?.status ?? null;
  }

  /** The bind with the least to do. */
  #free(): Receiver | undefined {
    const load = ({ session }: Receiver): number => session.inFlight + session.waiting;
    return this.#receivers
      .filter(({ session }) => session.ready && mayReceive(session.state))
      .toSorted((a, b) => load(a) - load(b))[0];
  }

  async #pause(ms: number, signal: AbortSignal): Promise<null> {
    await sleep(ms, signal).catch(() => {
      throw unbound();
    });
    return null;
  }
}

/** An outage: what waits goes back to its queue as if it had not been tried. */
function unbound(): VumiError {
  return new VumiError('transport.not_connected', 'the SMPP client is not bound here');
}

function noteOf({ helper_metadata: metadata }: TransportEvent): ReceiptNote | null {
  const stamp = metadata['vumi'] as { sender?: { note?: ReceiptNote } } | undefined;
  return stamp?.sender?.note ?? null;
}
