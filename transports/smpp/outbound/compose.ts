import type { UserMessage } from '@vumi/core';
import { BLANK_MESSAGE, type MessageBody } from '../codec/pdu.ts';
import type { SmppConfig } from '../config.ts';
import { codeText, type CodedText, type TextCoding } from '../text/text-coding.ts';
import { ESM_CLASS_UDHI, joinHeader } from '../text/user-data-header.ts';

/** A message made ready for the SMSC, or the reason why it never will be. */
export type Composed =
  | { readonly kind: 'ready'; readonly text: CodedText }
  | { readonly kind: 'refused'; readonly reason: string };

/** Checks the addresses and decides coding and parts. A null content is sent as an empty text. */
export function composeText(message: UserMessage, coding: TextCoding): Composed {
  const { to_addr, from_addr, content } = message;
  if (to_addr === null || to_addr === '' || !isAscii(to_addr)) return refused(`Invalid to_addr: ${to_addr}`);
  if (from_addr !== null && !isAscii(from_addr)) return refused(`Invalid from_addr: ${from_addr}`);
  const text = codeText(content ?? '', coding);
  return text === null ? refused('content needs more than 255 parts') : { kind: 'ready', text };
}

function refused(reason: string): Composed {
  return { kind: 'refused', reason };
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

const RECEIPT_WANTED = 1;

/** The submit_sm of one part; `index` counts from 0. */
export function composePart(
  message: UserMessage,
  config: SmppConfig,
  part: { text: CodedText; index: number; reference: number },
): MessageBody {
  const { segments, dataCoding } = part.text;
  const segment = segments[part.index] ?? Buffer.alloc(0);
  const total = segments.length;
  return {
    ...BLANK_MESSAGE,
    command: 'submit_sm',
    serviceType: config.service_type,
    sourceAddrTon: config.source_addr_ton,
    sourceAddrNpi: config.source_addr_npi,
    sourceAddr: message.from_addr ?? '',
    destAddrTon: config.dest_addr_ton,
    destAddrNpi: config.dest_addr_npi,
    destinationAddr: message.to_addr ?? '',
    esmClass: total > 1 ? ESM_CLASS_UDHI : 0,
    registeredDelivery: config.registered_delivery ? RECEIPT_WANTED : 0,
    dataCoding,
    shortMessage:
      total > 1 ? joinHeader({ reference: part.reference, total, part: part.index + 1 }, segment) : segment,
  };
}
