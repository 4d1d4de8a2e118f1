import {
  createUserMessage,
  errorText,
  type Clock,
  type ExchangeBook,
  type Logger,
  type TransportEnd,
} from '@vumi/core';
import type { DataBody, MessageBody } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import type { ReceiptBook } from '../../sending/receipts/receipt-book.ts';
import type { Answer } from '../session/answer.ts';
import type { IncomingRequest } from '../session/session.ts';
import { presentSender, type InternationalSenders } from '../numbers/international-senders.ts';
import type { Operators } from '../../numbers/operators.ts';
import { deliverExchange } from '../pdu-exchange.ts';
import { isUssd, type UssdFields, type UssdSessions } from '../ussd/sessions.ts';
import { classify, type ClassifyOptions } from './classify.ts';
import { envelopeOf } from './envelope.ts';
import { incomingText, readText, type PartText, type ReadText } from './incoming-text.ts';
import { PublishQueue, type Job } from './publish-queue.ts';
import type { Receipt } from '../../sending/receipts/receipt.ts';
import type { Envelope, Joined, Reassembly } from './reassembly.ts';
import type { SessionReplays } from './replay-guard.ts';

export interface InboundPorts {
  readonly end: TransportEnd;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly exchanges?: ExchangeBook | undefined;
  /** Makes safe what was noted about PDUs. */
  readonly flush: () => void;
  readonly receipts: ReceiptBook;
  readonly classifying: ClassifyOptions;
  /** Made with what publishes its messages. */
  readonly createReassembly: (publish: (joined: Joined) => Promise<void>) => Reassembly;
  readonly refusals: Refusals;
  readonly ussd: UssdSessions;
  readonly operators: Operators;
  /** Option `international_senders`. */
  readonly internationalSenders: InternationalSenders;
}

/** command_status for messages that shall not be taken; null takes them. */
interface Refusals {
  /** Option `deliver_sm_decoding_error`: for a text that is none of its charset. */
  readonly undecodable: number | null;
  /** Option `allow_empty_messages`. */
  readonly empty: number | null;
  /** Option `unreadable_receipts`. */
  readonly unreadableReceipt: number | null;
}

/** What was mended of the PDU is told with the receipt's report. */
function withNotes(receipt: Receipt, mended: readonly string[] = []): Receipt {
  return mended.length === 0 ? receipt : { ...receipt, details: { ...receipt.details, smpp_mended: mended } };
}

type Delivered = IncomingRequest & { readonly body: MessageBody | DataBody };

const TAKEN: Answer = { status: STATUS.ROK };
const NO_SESSION = { session_event: null, session_info: undefined };
/** Asks the SMSC to send it again later. */
const NOT_NOW: Answer = { status: STATUS.RX_T_APPN };

/** Answers what the SMSC delivers: ROK once it is durable on our side, and not before (spec smpp §5.55). */
export class Inbound {
  readonly reassembly: Reassembly;
  readonly #ports: InboundPorts;
  readonly #queue: PublishQueue;

  constructor(ports: InboundPorts) {
    this.#ports = ports;
    this.#queue = new PublishQueue(ports.flush);
    this.reassembly = ports.createReassembly((joined) => this.#publishJoined(joined));
  }

  /** `replays` is of the session on which the request came. */
  handle({ body, frame, mended }: IncomingRequest, replays: SessionReplays): Answer | Promise<Answer> {
    switch (body.command) {
      case 'deliver_sm':
      case 'data_sm':
        return this.#deliver({ body, frame, mended }, replays);
      case 'alert_notification':
        this.#ports.logger.info({ sourceAddr: body.sourceAddr }, 'alert_notification');
        return TAKEN;
      default:
        return { status: STATUS.RINVCMDID };
    }
  }

  #deliver(request: Delivered, replays: SessionReplays): Answer | Promise<Answer> {
    const { body } = request;
    const classified = classify(body, this.#ports.classifying);
    if (classified.kind === 'message') return this.#message(request, replays);
    if (classified.kind === 'unreadable') return this.#unreadable(classified.text, request, replays);
    const { receipt } = classified;
    const noted = withNotes(receipt, request.mended);
    const told = this.#ports.exchanges === undefined ? noted : { ...noted, frame: request.frame };
    return this.#ports.receipts.handle(told).then(
      () => TAKEN,
      (error: unknown) => this.#askAgain(error),
    );
  }

  #unreadable(text: string, request: Delivered, replays: SessionReplays): Answer | Promise<Answer> {
    const { unreadableReceipt } = this.#ports.refusals;
    this.#ports.logger.warn({ text, esmClass: request.body.esmClass }, 'receipt that cannot be read');
    return unreadableReceipt === null ? this.#message(request, replays) : { status: unreadableReceipt };
  }

  #message({ body, frame, mended }: Delivered, replays: SessionReplays): Answer | Promise<Answer> {
    const { concatenation, ...part } = incomingText(body);
    const envelope = envelopeOf(body, mended);
    if (concatenation !== null) {
      return this.#take(replays, frame, (messageId) =>
        this.reassembly.add({ ...part, messageId, envelope, concatenation }),
      );
    }
    const text = this.#read([part]);
    if (isUssd(body)) {
      return this.#take(replays, frame, async (messageId) => {
        const session = await this.#ports.ussd.read(body, text.content);
        return () => this.#publish(messageId, envelope, text, session);
      });
    }
    const refusal = this.#refusal(text);
    if (refusal === null)
      return this.#take(replays, frame, (messageId) => () => this.#publish(messageId, envelope, text));
    this.#ports.logger.warn({ from: body.sourceAddr, ...text.metadata }, 'inbound message refused');
    return { status: refusal };
  }

  #take(
    replays: SessionReplays,
    frame: Buffer,
    prepare: (messageId: string) => Job | Promise<Job>,
  ): Promise<Answer> {
    const startedAt = this.#ports.clock();
    const taken = replays.take(frame);
    const { messageId } = taken;
    return this.#queue.add(prepare(messageId)).then(
      () => {
        this.#noteExchange(frame, { messageId, startedAt, status: TAKEN.status });
        return { ...TAKEN, onQueued: (order) => replays.answered(taken, order) };
      },
      (error: unknown) => {
        replays.failed(taken);
        this.#noteExchange(frame, { messageId, startedAt, status: NOT_NOW.status });
        return this.#askAgain(error);
      },
    );
  }

  #noteExchange(
    frame: Buffer,
    { messageId, startedAt, status }: { messageId: string; startedAt: number; status: number },
  ): void {
    const { exchanges, clock, end } = this.#ports;
    if (exchanges === undefined) return;
    const about = {
      messageId,
      transport: end.name,
      startedAt,
      endedAt: clock(),
      typed: 'message',
    } as const;
    exchanges.note(deliverExchange(about, frame, { status, failed: status !== TAKEN.status }));
  }

  #refusal({ content, lossy }: ReadText): number | null {
    const { undecodable, empty } = this.#ports.refusals;
    if (content === '') return empty;
    return lossy ? undecodable : null;
  }

  #askAgain(error: unknown): Answer {
    this.#ports.logger.warn(
      { reason: errorText(error) },
      'inbound message not durable; the SMSC shall send it again',
    );
    return NOT_NOW;
  }

  /** A long message that lacks parts is better than none: the gap is in its metadata (spec smpp §5.45). */
  #publishJoined({ messageId, envelope, parts, total, missing }: Joined): Promise<void> {
    const { metadata, ...text } = this.#read(parts);
    const partial = missing.length === 0 ? {} : { smpp_partial: true, smpp_missing_parts: missing };
    return this.#publish(messageId, envelope, {
      ...text,
      metadata: { ...metadata, smpp_parts: total, ...partial },
    });
  }

  #read(parts: readonly PartText[]): ReadText {
    return readText(parts, this.#ports.classifying.table);
  }

  #publish(messageId: string, envelope: Envelope, text: ReadText, session?: UssdFields): Promise<void> {
    const { end, operators } = this.#ports;
    const { session_info, ...fields } = session ?? {
      ...NO_SESSION,
      to_addr: envelope.to,
      content: text.content,
    };
    const ton = envelope.metadata['smpp_source_addr_ton'];
    const sender = { address: operators.normalise(envelope.from), ton };
    const { from_addr, metadata } = presentSender(sender, this.#ports.internationalSenders);
    return end.publishInbound(
      createUserMessage({
        ...fields,
        message_id: messageId,
        from_addr,
        provider: operators.operatorOf(envelope.from),
        transport_name: end.name,
        transport_type: session === undefined ? 'sms' : 'ussd',
        transport_metadata: {
          ...text.metadata,
          ...envelope.metadata,
          // Who is answered is answered at the number that the network gave.
          ...metadata,
          ...(from_addr === envelope.from ? {} : { smpp_source_addr: envelope.from }),
          ...(session_info === undefined ? {} : { session_info }),
        },
      }),
    );
  }
}
