import { createUserMessage, errorText, type Logger, type TransportEnd } from '@vumi/core';
import type { DataBody, MessageBody } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import type { ReceiptBook } from '../receipts.ts';
import type { Answer } from '../session/answer.ts';
import type { IncomingRequest } from '../session/session.ts';
import type { Concatenation } from '../text/user-data-header.ts';
import { classify, type ClassifyOptions } from './classify.ts';
import { incomingText, readText, type ReadText } from './incoming-text.ts';
import { PublishQueue, type Job } from './publish-queue.ts';
import type { Joined, Reassembly } from './reassembly.ts';
import type { SessionReplays } from './replay-guard.ts';

export interface InboundPorts {
  readonly end: TransportEnd;
  readonly logger: Logger;
  /** Makes safe what was noted about PDUs. */
  readonly flush: () => void;
  readonly receipts: ReceiptBook;
  readonly reassembly: Reassembly;
  readonly classifying: ClassifyOptions;
}

type Delivered = MessageBody | DataBody;

const TAKEN: Answer = { status: STATUS.ROK };
/** Asks the SMSC to send it again later. */
const NOT_NOW: Answer = { status: STATUS.RX_T_APPN };

/** Answers what the SMSC delivers: ROK once it is durable on our side, and not before (spec smpp §5.55). */
export class Inbound {
  readonly #ports: InboundPorts;
  readonly #queue: PublishQueue;

  constructor(ports: InboundPorts) {
    this.#ports = ports;
    this.#queue = new PublishQueue(ports.flush);
  }

  /** `replays` is of the session on which the request came. */
  handle({ body, frame }: IncomingRequest, replays: SessionReplays): Answer | Promise<Answer> {
    switch (body.command) {
      case 'deliver_sm':
      case 'data_sm':
        return this.#deliver(body, frame, replays);
      case 'alert_notification':
        this.#ports.logger.info({ sourceAddr: body.sourceAddr }, 'alert_notification');
        return TAKEN;
      default:
        return { status: STATUS.RINVCMDID };
    }
  }

  #deliver(body: Delivered, frame: Buffer, replays: SessionReplays): Answer | Promise<Answer> {
    const classified = classify(body, this.#ports.classifying);
    if (classified.kind === 'message') return this.#message(body, frame, replays);
    if (classified.kind === 'unreadable') {
      this.#ports.logger.warn(
        { text: classified.text, esmClass: body.esmClass },
        'receipt that cannot be read',
      );
      return TAKEN;
    }
    return this.#ports.receipts.handle(classified.receipt).then(
      () => TAKEN,
      (error: unknown) => this.#refuse(error),
    );
  }

  #message(body: Delivered, frame: Buffer, replays: SessionReplays): Promise<Answer> {
    const taken = replays.take(frame);
    return this.#queue.add(this.#prepare(body, taken.messageId)).then(
      () => ({ ...TAKEN, onQueued: (order) => replays.answered(taken, order) }),
      (error: unknown) => {
        replays.failed(taken);
        return this.#refuse(error);
      },
    );
  }

  #refuse(error: unknown): Answer {
    this.#ports.logger.warn(
      { reason: errorText(error) },
      'inbound message not durable; the SMSC shall send it again',
    );
    return NOT_NOW;
  }

  #prepare(body: Delivered, messageId: string): Job | Promise<Job> {
    const { octets, dataCoding, concatenation } = incomingText(body);
    if (concatenation !== null)
      return this.#preparePart(body, messageId, { octets, dataCoding, concatenation });
    const text = readText(octets, dataCoding, this.#ports.classifying.table);
    return () => this.#publish(body, messageId, text);
  }

  async #preparePart(
    body: Delivered,
    messageId: string,
    part: { octets: Buffer; dataCoding: number; concatenation: Concatenation },
  ): Promise<Job> {
    const addresses = { from: body.sourceAddr, to: body.destinationAddr };
    const joined = await this.#ports.reassembly.add({ messageId, ...addresses, ...part });
    return joined === null ? null : () => this.#publishJoined(body, joined);
  }

  async #publishJoined(body: Delivered, joined: Joined): Promise<void> {
    let published = false;
    try {
      await this.#publish(body, joined.messageId, this.#joinText(joined));
      published = true;
    } finally {
      await joined.end(published);
    }
  }

  /** Octets are joined first: a careless phone may have cut inside a character. */
  #joinText({ parts }: Joined): ReadText {
    const { table } = this.#ports.classifying;
    const [{ dataCoding }] = parts;
    const alike = parts.every((part) => part.dataCoding === dataCoding);
    const texts = alike
      ? [readText(Buffer.concat(parts.map(({ octets }) => octets)), dataCoding, table)]
      : parts.map((part) => readText(part.octets, part.dataCoding, table));
    return {
      content: texts.map(({ content }) => content).join(''),
      metadata: Object.assign(
        { smpp_parts: parts.length },
        ...texts.map(({ metadata }) => metadata),
      ) as object as Record<string, unknown>,
    };
  }

  #publish(body: Delivered, messageId: string, text: ReadText): Promise<void> {
    const { end } = this.#ports;
    return end.publishInbound(
      createUserMessage({
        message_id: messageId,
        content: text.content,
        from_addr: body.sourceAddr,
        to_addr: body.destinationAddr,
        transport_name: end.name,
        transport_type: 'sms',
        transport_metadata: {
          ...text.metadata,
          smpp_source_addr_ton: body.sourceAddrTon,
          smpp_source_addr_npi: body.sourceAddrNpi,
          smpp_dest_addr_ton: body.destAddrTon,
          smpp_dest_addr_npi: body.destAddrNpi,
          ...(body.serviceType === '' ? {} : { smpp_service_type: body.serviceType }),
        },
      }),
    );
  }
}
