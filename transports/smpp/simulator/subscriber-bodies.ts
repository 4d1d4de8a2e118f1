import { parseInput, VumiError } from '@vumi/core';
import { BLANK_MESSAGE, type MessageBody, type Tlv } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { tlvsSchema } from '../codec/tlv-input.ts';
import { tlvInteger } from '../codec/tlvs.ts';
import { encodeText } from '../text/charset.ts';
import { createCharsetTable } from '../text/data-coding.ts';
import { codeText } from '../text/text-coding.ts';
import { ESM_CLASS_UDHI } from '../text/user-data-header.ts';
import type { InjectedMessage, PartStyle } from './options.ts';

const TABLE = createCharsetTable();
/** Octets of one short message, and of a part of a long one. */
const SINGLE = 140;
const PART = 134;
const MOST_PARTS = 255;

const DELIVER: MessageBody = {
  ...BLANK_MESSAGE,
  command: 'deliver_sm',
  sourceAddrTon: 1,
  sourceAddrNpi: 1,
  destAddrNpi: 1,
};

interface Coded {
  readonly dataCoding: number;
  readonly segments: readonly Buffer[];
}

/**
 * The deliver_sm of a subscriber's message, in the order of sending. `reference` is for parts, unless the message
 * has its own.
 * @throws VumiError `request.invalid` when it is longer than 255 parts or asks for parts that it has not.
 */
export function subscriberBodies(message: InjectedMessage, reference: number): MessageBody[] {
  const { dataCoding, segments } = message.parts === 'payload' ? codeWhole(message) : code(message);
  const total = segments.length;
  if (total > MOST_PARTS) throw invalid('content is too long for one message', 'content');
  const common = {
    ...DELIVER,
    sourceAddr: message.from_addr,
    destinationAddr: message.to_addr,
    serviceType: message.service_type ?? '',
    dataCoding: message.data_coding ?? dataCoding,
  };
  const place = (part: number) => ({ reference: message.reference ?? reference, total, part });
  const bodies = segments.map((segment, index) =>
    withPlace({ ...common, shortMessage: segment }, message, place(index + 1)),
  );
  return (message.order ?? bodies.map((_, index) => index + 1)).map((part) => {
    const body = bodies[part - 1];
    if (body === undefined) throw invalid(`the message has ${total} parts, none is number ${part}`, 'order');
    return body;
  });
}

function invalid(text: string, field: string): VumiError {
  return new VumiError('request.invalid', text, { field });
}

function code(message: InjectedMessage): Coded {
  const { octets, content = '' } = message;
  if (octets === undefined && message.data_coding === undefined) {
    const text = codeText(content);
    if (text === null) throw invalid('content is too long for one message', 'content');
    return text;
  }
  const whole = octets ?? encodeAs(content, message.data_coding ?? 0);
  const size = whole.length <= SINGLE ? SINGLE : PART;
  const count = Math.max(1, Math.ceil(whole.length / size));
  const segments = Array.from({ length: count }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  );
  return { dataCoding: message.data_coding ?? 0, segments };
}

function encodeAs(content: string, dataCoding: number): Buffer {
  const octets = encodeText(TABLE[dataCoding] ?? 'binary', content);
  if (octets === null)
    throw invalid(`data_coding ${dataCoding} cannot write this content; give octets`, 'content');
  return octets;
}

function codeWhole(message: InjectedMessage): Coded {
  const text = code({ ...message, parts: 'udh8' });
  return { dataCoding: text.dataCoding, segments: [Buffer.concat(text.segments)] };
}

interface Place {
  readonly reference: number;
  readonly total: number;
  readonly part: number;
}

function withPlace(body: MessageBody, message: InjectedMessage, place: Place): MessageBody {
  const style = message.parts ?? 'udh8';
  const elements = Buffer.concat([
    message.udh ?? Buffer.alloc(0),
    place.total > 1 ? concatenationElement(style, place) : Buffer.alloc(0),
  ]);
  const headed = elements.length > 0;
  const text = headed
    ? Buffer.concat([Buffer.from([elements.length]), elements, body.shortMessage])
    : body.shortMessage;
  const tlvs = [
    ...(style === 'sar' && place.total > 1 ? sarTlvs(place) : []),
    ...(style === 'payload' ? [{ tag: TAG.MESSAGE_PAYLOAD, value: text }] : []),
    ...(message.tlvs === undefined ? [] : parseInput(tlvsSchema, message.tlvs)),
  ];
  return {
    ...body,
    esmClass: (message.esm_class ?? 0) | (headed ? ESM_CLASS_UDHI : 0),
    shortMessage: style === 'payload' ? Buffer.alloc(0) : text,
    tlvs,
  };
}

/** TS 23.040 section 9.2.3.24.1 and .8. */
function concatenationElement(style: PartStyle, { reference, total, part }: Place): Buffer {
  if (style === 'udh8') return Buffer.from([0, 3, reference & 0xff, total, part]);
  if (style === 'udh16') return Buffer.from([8, 4, (reference >> 8) & 0xff, reference & 0xff, total, part]);
  return Buffer.alloc(0);
}

function sarTlvs({ reference, total, part }: Place): Tlv[] {
  return [
    tlvInteger(TAG.SAR_MSG_REF_NUM, reference & 0xffff, 2),
    tlvInteger(TAG.SAR_TOTAL_SEGMENTS, total, 1),
    tlvInteger(TAG.SAR_SEGMENT_SEQNUM, part, 1),
  ];
}
