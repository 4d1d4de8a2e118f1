import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import { VumiError } from '@vumi/core';
import type { RequestOutcome } from '@vumi/http';
import type { Deadlines } from '../sending/deadlines.ts';
import type { Answered, ChannelRequestOut } from './channel-sending.ts';

/** How a channel asks what became of a message, where the network does not say so itself. */
export interface ChannelQuery<C> {
  /** Whether this configuration asks. Absent: each does. */
  isOpen?(config: C): boolean;
  request(remoteId: string, config: C): ChannelRequestOut;
  /** Null: it is not known yet. */
  read(answer: Answered, remoteId: string): ReceiptReading | null;
}

export interface StateQueriesPorts<C> {
  readonly query: ChannelQuery<C>;
  readonly config: C;
  readonly deadlines: Pick<Deadlines, 'add'>;
  readonly send: (request: ChannelRequestOut) => Promise<RequestOutcome>;
  readonly receive: (receipt: ReceiptReading) => Promise<unknown>;
  /** Nobody asks for longer. */
  readonly lifetimeMs: number;
}

const NAME = 'state-query:';
const FIRST_MS = 30_000;
const LONGEST_MS = 3_600_000;

/** Asks for the state of each message until it is final, less and less often; a restart forgets none. */
export class StateQueries<C> {
  readonly #ports: StateQueriesPorts<C>;

  constructor(ports: StateQueriesPorts<C>) {
    this.#ports = ports;
  }

  /** The network has taken a message under this id. */
  async begin(remoteId: string): Promise<void> {
    await this.#next(remoteId, { askedMs: 0, delayMs: FIRST_MS });
  }

  /** What `Deadlines` found due; false when it is not about states. */
  async expire(due: string): Promise<boolean> {
    if (!due.startsWith(NAME)) return false;
    const [asked = '', ...rest] = due.slice(NAME.length).split(':');
    const remoteId = rest.join(':');
    const askedMs = Number(asked);
    const { query, config, send, receive, lifetimeMs } = this.#ports;
    const outcome = await send(query.request(remoteId, config));
    const receipt = outcome.kind === 'answered' ? query.read(outcome, remoteId) : null;
    if (receipt !== null) await receive(receipt);
    const isOver = receipt !== null && receipt.status !== 'pending';
    if (!isOver && askedMs < lifetimeMs)
      await this.#next(remoteId, { askedMs, delayMs: Math.min(LONGEST_MS, Math.max(FIRST_MS, askedMs)) });
    return true;
  }

  async #next(remoteId: string, { askedMs, delayMs }: { askedMs: number; delayMs: number }): Promise<void> {
    const { deadlines } = this.#ports;
    const added = await deadlines.add(`${NAME}${askedMs + delayMs}:${remoteId}`, delayMs);
    if (!added) throw new VumiError('state.unavailable', 'too many messages wait for their states');
  }
}
