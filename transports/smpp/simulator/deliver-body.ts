import { BLANK_MESSAGE, type MessageBody } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger, tlvText } from '../codec/tlvs.ts';
import { codeText } from '../text/text-coding.ts';
import { ESM_CLASS_UDHI, joinHeader } from '../text/user-data-header.ts';
import type { InjectedMessage } from './options.ts';

const ESM_CLASS_RECEIPT = 0x04;
const MESSAGE_STATE_DELIVERED = 2;

const DELIVER: MessageBody = {
  ...BLANK_MESSAGE,
  command: 'deliver_sm',
  sourceAddrTon: 1,
  sourceAddrNpi: 1,
  destAddrNpi: 1,
};

/** The deliver_sm of a subscriber's message, one for each part; null when the text needs more than 255. */
export function subscriberBodies(message: InjectedMessage, reference: number): MessageBody[] | null {
  const text = codeText(message.content);
  if (text === null) return null;
  const total = text.segments.length;
  const common = { ...DELIVER, sourceAddr: message.from_addr, destinationAddr: message.to_addr };
  const body = (segment: Buffer, index: number): MessageBody => ({
    ...common,
    esmClass: total > 1 ? ESM_CLASS_UDHI : 0,
    dataCoding: text.dataCoding,
    shortMessage: total > 1 ? joinHeader({ reference, total, part: index + 1 }, segment) : segment,
  });
  return text.segments.map(body);
}

/** The receipt for a submit_sm that was delivered: appendix B's text and the TLVs that say the same. */
export function receiptBody(submit: MessageBody, messageId: string, submittedAt: Date): MessageBody {
  const shown = submit.shortMessage
    .subarray(0, 20)
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]/g, '?');
  const text =
    `id:${messageId} sub:001 dlvrd:001 submit date:${receiptDate(submittedAt)} done date:${receiptDate(new Date())} ` +
    `stat:DELIVRD err:000 text:${shown}`;
  return {
    ...DELIVER,
    sourceAddrTon: submit.destAddrTon,
    sourceAddrNpi: submit.destAddrNpi,
    sourceAddr: submit.destinationAddr,
    destAddrTon: submit.sourceAddrTon,
    destAddrNpi: submit.sourceAddrNpi,
    destinationAddr: submit.sourceAddr,
    esmClass: ESM_CLASS_RECEIPT,
    shortMessage: Buffer.from(text, 'latin1'),
    tlvs: [
      tlvText(TAG.RECEIPTED_MESSAGE_ID, messageId),
      tlvInteger(TAG.MESSAGE_STATE, MESSAGE_STATE_DELIVERED, 1),
    ],
  };
}

/** YYMMDDhhmm, as appendix B has it. */
function receiptDate(date: Date): string {
  return date.toISOString().replaceAll(/\D/g, '').slice(2, 12);
}
