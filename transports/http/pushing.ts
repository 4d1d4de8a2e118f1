import type { UserMessage } from '@vumi/core';
import type { PartLedger } from '../sending/part-ledger.ts';
import type { PartResult } from '../sending/part-result.ts';
import { fitText } from '../sending/text-limits.ts';
import type { TransportPorts } from '../transport-type.ts';
import type { ChannelSending } from './channel-sending.ts';
import type { ComponentHealth } from '../sending/component-health.ts';
import type { ReceiptUrls } from './receipt-urls.ts';
import { Receipts, type ReceiptReading } from '../sending/receipts/receipts.ts';
import { Results, type Attempt, type Marks } from '../sending/results.ts';
import { Sender, type Piece } from './sender.ts';
import type { SendConfig } from './send-options.ts';
import { StateQueries } from './state-queries.ts';

export interface PushingPorts<C> extends TransportPorts {
  readonly sending: ChannelSending<C> | undefined;
  /** Null: nothing is sent but replies to requests that wait. */
  readonly options: SendConfig | null;
  /** Seconds that receipts may come, where messages leave in another way. */
  readonly receiptLifetime?: number | undefined;
  readonly config: C;
  readonly parts: PartLedger;
  readonly health: ComponentHealth;
  readonly onResting: (resting: boolean) => void;
  readonly closing: AbortSignal;
  /** The message with its addresses as the network wants them. */
  readonly written: (message: UserMessage) => UserMessage;
  /** Where the network finds a route of the channel. */
  readonly publicUrl: (path: string) => string | null;
}

const STOPPED: PartResult = {
  kind: 'uncertain',
  reason: 'the transport was stopped while it sent the message',
};

/** What a channel sends by requests of its own, and what becomes of it. */
export class Pushing<C> {
  readonly results: Results;
  readonly #ports: PushingPorts<C>;
  readonly #sender: Sender<C> | null;
  readonly #receipts: Receipts;
  #urls: ReceiptUrls | null = null;

  constructor(ports: PushingPorts<C>) {
    const { sending, options } = ports;
    this.#ports = ports;
    const lifetimeMs = (options?.receipt_lifetime ?? ports.receiptLifetime ?? 0) * 1000;
    this.#receipts = new Receipts({ ...ports, results: () => this.results, lifetimeMs });
    const remoteIds = this.#hasRemoteIds ? this.#receipts : undefined;
    this.results = new Results({ ...ports, remoteIds });
    this.#beginQueries();
    this.#sender =
      sending === undefined || options === null ? null : new Sender({ ...ports, sending, options });
  }

  get isOpen(): boolean {
    return this.#sender !== null;
  }

  get tokens(): Sender<C>['tokens'] {
    return this.#sender?.tokens ?? null;
  }

  get #hasRemoteIds(): boolean {
    return this.#ports.options !== null && this.#ports.sending?.receiptsByRemoteId === true;
  }

  /** From now on each message has a URL for its receipts. */
  useUrls(urls: ReceiptUrls): void {
    this.#urls = urls;
  }

  /** The message that a URL for receipts is of; null when it is none. */
  messageOf(url: URL): string | null {
    return this.#urls?.read(url) ?? null;
  }

  /** Resolves when the outcome is known and published. */
  send(message: UserMessage): Promise<void> {
    const sender = this.#sender;
    if (sender === null) return this.refuse(message, 'replies are not expected');
    const pieces = this.#piecesOf(this.#ports.written(message));
    if ('refused' in pieces) return this.refuse(message, pieces.refused);
    return this.results.settle(message, {
      parts: pieces.length,
      run: (part, marks, before) =>
        this.#run(sender, { message: pieces[part] ?? message, part, before }, marks),
      inTurn: (work) => sender.inTurn(message, work),
      ifUncertain: sender.sendsAgain ? null : STOPPED,
    });
  }

  /** Does not send it. Resolves when that is published. */
  refuse(message: UserMessage, reason: string): Promise<void> {
    return this.results.settle(message, failing(reason));
  }

  /** Sends what would have been a response, when it is settled already that one request holds it. */
  async sendInstead(message: UserMessage, marks: Marks): Promise<PartResult> {
    const sender = this.#sender;
    if (sender === null) return { kind: 'failed', reason: 'replies are not expected' };
    const piece = { message: this.#ports.written(message), part: 0, before: [] };
    return sender.inTurn(message, () => this.#run(sender, piece, marks));
  }

  /** Resolves when the report is published; with the id of the message, or null where that is not known. */
  receive(receipt: ReceiptReading): Promise<string | null> {
    return this.#receipts.handle(receipt);
  }

  gauges(): Readonly<Record<string, number>> {
    const sender = this.#sender;
    if (sender === null) return {};
    return {
      in_flight: sender.inFlight,
      waiting: sender.waiting,
      throttled_total: sender.counts.throttled,
      uncertain_total: sender.counts.uncertain,
      unknown_receipts_total: this.#receipts.unknown,
    };
  }

  /** What is due later for whoever else keeps something; `whenDue` of it says who looks at it. */
  get later(): Pick<Receipts, 'deadlines' | 'whenDue'> {
    return this.#receipts;
  }

  /** To be called about once a second. */
  sweep(): void {
    if (this.#hasRemoteIds || this.#receipts.isWatched) this.#receipts.sweep();
  }

  close(withinMs: number): void {
    this.#sender?.close(withinMs);
  }

  #beginQueries(): void {
    const { sending, options, config, http, closing } = this.#ports;
    const query = sending?.query;
    if (query === undefined || options === null || query.isOpen?.(config) === false) return;
    const lifetimeMs = options.receipt_lifetime * 1000;
    const asking = {
      timeoutMs: options.outbound_timeout * 1000,
      allowPrivate: options.allow_private,
      signal: closing,
    };
    this.#receipts.useQueries(
      new StateQueries({
        query,
        config,
        deadlines: this.#receipts.deadlines,
        lifetimeMs,
        send: (request) => http.send({ ...request, ...asking }),
        receive: (receipt) => this.receive(receipt),
      }),
    );
  }

  #run(
    sender: Sender<C>,
    { before, ...piece }: Omit<Piece, 'context'> & { readonly before: readonly PartResult[] },
    marks: Marks,
  ): Promise<PartResult> {
    const { publicUrl } = this.#ports;
    const route = this.#urls === null ? null : publicUrl('receipts');
    const receiptUrl = route === null ? null : (this.#urls?.urlOf(route, piece.message.message_id) ?? null);
    const sent = before.filter((result) => result.kind === 'ok');
    return sender.run({ ...piece, context: { receiptUrl, publicUrl, before: sent } }, marks);
  }

  #piecesOf(message: UserMessage): readonly UserMessage[] | { readonly refused: string } {
    const { sending, config } = this.#ports;
    if (sending?.pieces !== undefined) return sending.pieces(message, config);
    const fitted = fitText(message.content, sending?.limits?.(config) ?? null);
    if (fitted.kind === 'refused') return { refused: fitted.reason };
    // oxlint-disable-next-line oxc/no-map-spread -- a message belongs to whoever gave it
    return fitted.parts.map((content) => ({ ...message, content }));
  }
}

/** Of a message that is not sent. */
function failing(reason: string): Attempt {
  return { parts: 1, run: () => Promise.resolve({ kind: 'failed', reason }), ifUncertain: null };
}
