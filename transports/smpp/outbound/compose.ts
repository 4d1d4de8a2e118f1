import type { UserMessage } from '@vumi/core';
import { BLANK_MESSAGE, type MessageBody } from '../codec/pdu.ts';
import { relativeTime } from '../codec/smpp-time.ts';
import { TAG } from '../codec/tags.ts';
import type { SmppConfig } from '../config.ts';
import { isWritable } from '../text/charset.ts';
import { createCharsetTable, withMessageClass } from '../text/data-coding.ts';
import {
  codeBinary,
  codeText,
  createTextCoding,
  type CodedText,
  type TextCoding,
} from '../text/text-coding.ts';
import { portsElement, shiftElements } from '../text/user-data-header.ts';
import { ussdTlvs } from '../ussd/sessions.ts';
import { Addresser, type Addresses } from './addresses.ts';
import { isOne, type Carriage, type Submission } from './compose-part.ts';
import { submitOptionsOf, type SubmitOptions } from './submit-options.ts';
import { textCodingOf } from './text-coding-of.ts';

export type Composed =
  | { readonly kind: 'ready'; readonly submission: Submission }
  /** It never will be sent, and why. */
  | { readonly kind: 'refused'; readonly reason: string };

/** esm_class to an SMSC (section 5.2.12). */
const STORE_AND_FORWARD = 0x03;
const REPLY_PATH = 0x80;
const TOO_LONG = 'content needs more than 255 parts';

/** Makes submit_sm of messages, as the transport's options and the messages themselves want them. */
export class Composer {
  readonly #config: SmppConfig;
  readonly #coding: TextCoding;
  readonly #addresser: Addresser;

  constructor(config: SmppConfig) {
    this.#config = config;
    this.#coding = textCodingOf(config);
    this.#addresser = new Addresser(config);
  }

  /** `lifetime` is in seconds, null without an end. Checks the addresses and decides coding and parts. A null content is sent as an empty text. */
  compose(message: UserMessage, lifetime: number | null = null): Composed {
    const options = submitOptionsOf(message);
    if (typeof options === 'string') return refused(options);
    const addresses = this.#addresser.write(message, options);
    if (typeof addresses === 'string') return refused(addresses);
    const tlvs = [...ussdTlvs(message, this.#config), ...(options.tlvs ?? [])];
    const isScreen = message.transport_type === 'ussd' || tlvs.some(({ tag }) => tag === TAG.USSD_SERVICE_OP);
    const carriage = isScreen ? 'screen' : carriageOf(this.#config);
    const elements = elementsOf(options);
    const text = this.#code(message.content ?? '', options, Buffer.concat(elements).length);
    if (typeof text === 'string') return refused(text);
    const common = {
      ...this.#common(message, addresses, options),
      validityPeriod: validityOf(options, lifetime),
      dataCoding: dataCodingOf(text, options),
      tlvs,
    };
    return {
      kind: 'ready',
      submission: {
        text,
        total: isOne(carriage) ? 1 : text.segments.length,
        references: referencesOf(carriage, this.#config),
        carriage,
        elements: [...elements, ...shiftElements(text.shift)],
        common,
      },
    };
  }

  /** The text or octets of a message, or why they cannot be sent. */
  #code(content: string, options: SubmitOptions, headerOctets: number): CodedText | string {
    const { octets, data_coding } = options;
    if (octets !== undefined) return codeBinary(octets, this.#coding, headerOctets) ?? TOO_LONG;
    if (data_coding === undefined) return codeText(content, this.#coding, headerOctets) ?? TOO_LONG;
    const charset = createCharsetTable(this.#config.data_coding_overrides)[data_coding] ?? 'binary';
    if (!isWritable(charset))
      return `no text can be written in data_coding ${data_coding}, which is ${charset}`;
    const text = codeText(content, createTextCoding({ charset, dataCoding: data_coding }), headerOctets);
    if (text === null) return TOO_LONG;
    return text.dataCoding === data_coding
      ? text
      : `content has characters that data_coding ${data_coding} lacks`;
  }

  #common(message: UserMessage, addresses: Addresses, options: SubmitOptions): MessageBody {
    return {
      ...BLANK_MESSAGE,
      command: 'submit_sm',
      serviceType: this.#serviceType(message, options),
      ...addresses,
      esmClass:
        (options.store_and_forward === true ? STORE_AND_FORWARD : 0) |
        (options.reply_path === true ? REPLY_PATH : 0),
      protocolId: options.protocol_id ?? 0,
      priorityFlag: options.priority_flag ?? 0,
      scheduleDeliveryTime: options.schedule_delivery_time ?? '',
      registeredDelivery: options.registered_delivery ?? Number(this.#config.registered_delivery),
      replaceIfPresentFlag: options.replace_if_present_flag ?? 0,
      smDefaultMsgId: options.sm_default_msg_id ?? 0,
    };
  }

  #serviceType({ transport_type }: UserMessage, options: SubmitOptions): string {
    const given = options.service_type ?? this.#config.service_type;
    return given === '' && transport_type === 'ussd' ? 'USSD' : given;
  }
}

/** A screen is one, whatever its length; of a text in message_payload the SMSC makes its segments. */
export function segmentCounter(composer: Composer): (message: UserMessage) => number {
  return (message) => {
    const composed = composer.compose(message);
    if (composed.kind === 'refused') return 0;
    const { carriage, text } = composed.submission;
    return carriage === 'screen' ? 1 : text.segments.length;
  };
}

function refused(reason: string): Composed {
  return { kind: 'refused', reason };
}

/** What is left of the time: a relative one was to run from when its sender let go of the message. */
function validityOf({ validity_period: given = '' }: SubmitOptions, lifetime: number | null): string {
  if (lifetime === null || (given !== '' && !given.endsWith('R'))) return given;
  return relativeTime(lifetime);
}

function carriageOf(config: SmppConfig): Carriage {
  if (config.send_long_messages) return 'whole';
  if (config.send_multipart_sar) return 'sar';
  return config.multipart_reference_bits === 16 ? 'udh16' : 'udh8';
}

function referencesOf(carriage: Carriage, config: SmppConfig): number {
  if (carriage === 'sar') return config.multipart_sar_reference_rollover;
  return carriage === 'udh16' ? 0x1_00_00 : 0x1_00;
}

function elementsOf({ udh, source_port, destination_port }: SubmitOptions): Buffer[] {
  const ported = source_port !== undefined || destination_port !== undefined;
  return [
    ...(ported ? [portsElement({ destination: destination_port ?? 0, source: source_port ?? 0 })] : []),
    ...(udh === undefined ? [] : [udh]),
  ];
}

function dataCodingOf(text: CodedText, options: SubmitOptions): number {
  if (options.data_coding !== undefined) return options.data_coding;
  const messageClass = options.flash === true ? 0 : options.message_class;
  return messageClass === undefined ? text.dataCoding : withMessageClass(text.charset, messageClass);
}
