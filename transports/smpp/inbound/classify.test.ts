import { describe, expect, it } from 'vitest';
import { BLANK_MESSAGE, type MessageBody } from '../codec/pdu.ts';
import { createCharsetTable } from '../text/data-coding.ts';
import { classify } from './classify.ts';
import { readReceiptText } from './receipt.ts';

const OPTIONS = { readReceipt: readReceiptText, table: createCharsetTable(), useEsmClass: true };
const RECEIPT = 'id:7 stat:DELIVRD';

function kindOf(esmClass: number, text: string): string {
  const body: MessageBody = {
    ...BLANK_MESSAGE,
    command: 'deliver_sm',
    esmClass,
    shortMessage: Buffer.from(text, 'latin1'),
  };
  return classify(body, OPTIONS).kind;
}

describe('esm_class of what an SMSC delivers', () => {
  it.each([
    ['nothing', 0x00, RECEIPT, 'message'],
    ['a mode, which an SMSC does not have', 0x03, RECEIPT, 'message'],
    ['a reply path', 0x80, RECEIPT, 'message'],
    ['a receipt', 0x04, RECEIPT, 'receipt'],
    ['a receipt with a reply path and a mode', 0x87, RECEIPT, 'receipt'],
    ['a delivery acknowledgement', 0x08, RECEIPT, 'receipt'],
    ['an intermediate notification', 0x20, RECEIPT, 'receipt'],
    ['a receipt that is none', 0x04, 'hello', 'unreadable'],
    ['an acknowledgement by the user, in his words', 0x10, 'yes', 'message'],
  ] as const)('point 27: %s', (_, esmClass, text, kind) => {
    expect(kindOf(esmClass, text)).toBe(kind);
  });
});
