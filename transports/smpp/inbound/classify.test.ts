import { describe, expect, it } from 'vitest';
import { BLANK_MESSAGE, type DataBody, type MessageBody, type Tlv } from '../codec/pdu.ts';
import { tlvInteger, tlvText } from '../codec/tlvs.ts';
import { createCharsetTable } from '../text/data-coding.ts';
import { packSeptets } from '../text/septets.ts';
import { classify, type Classified } from './classify.ts';
import { readReceiptText, readUnmarkedReceipt } from './receipt-text.ts';

const OPTIONS = {
  readReceipt: readReceiptText,
  readUnmarked: readUnmarkedReceipt,
  table: createCharsetTable(),
};
const RECEIPT = 'id:7 stat:DELIVRD';
const FULL = 'id:7 sub:001 dlvrd:000 submit date:2611290800 done date:2611290801 stat:UNDELIV err:027 text:';

function classified(fields: Partial<MessageBody>, useEsmClass = true): Classified {
  return classify({ ...BLANK_MESSAGE, command: 'deliver_sm', ...fields }, { ...OPTIONS, useEsmClass });
}

const octets = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const ID = tlvText(0x1e, '7');
const state = (value: number): Tlv => tlvInteger(0x427, value, 1);

/** `id state error`, or what it is instead of a receipt. */
function said(fields: Partial<MessageBody>): string {
  const result = classified(fields);
  if (result.kind !== 'receipt') return result.kind;
  const { remoteId, intermediate, error } = result.receipt;
  return `${remoteId} ${result.receipt.state} ${error ?? '-'}${intermediate === true ? ' intermediate' : ''}`;
}

describe('esm_class of what an SMSC delivers', () => {
  it.each([
    ['nothing', 0x00, RECEIPT, 'message'],
    ['a mode, which an SMSC does not have', 0x03, RECEIPT, 'message'],
    ['a reply path', 0x80, RECEIPT, 'message'],
    ['a receipt', 0x04, RECEIPT, '7 DELIVRD -'],
    ['a receipt with a reply path and a mode', 0x87, RECEIPT, '7 DELIVRD -'],
    ['a receipt without its state', 0x04, 'id:7 sub:001 dlvrd:001 err:000', '7 UNKNOWN 000'],
    ['a delivery acknowledgement', 0x08, RECEIPT, '7 DELIVRD -'],
    ['a delivery acknowledgement in words', 0x08, 'thanks', 'message'],
    ['an intermediate notification', 0x20, RECEIPT, '7 DELIVRD - intermediate'],
    ['an intermediate notification that is a receipt too', 0x24, RECEIPT, '7 DELIVRD -'],
    ['an intermediate notification of no message', 0x20, 'hello', 'unreadable'],
    ['a receipt that is none', 0x04, 'hello', 'unreadable'],
    ['a receipt that names no message', 0x04, 'stat:DELIVRD', 'unreadable'],
    ['a receipt without text', 0x04, '', 'unreadable'],
    ['an acknowledgement by the user, in his words', 0x10, 'yes', 'message'],
    ['the end of a conversation, in words', 0x18, 'bye', 'message'],
  ] as const)('point 27: %s', (_, esmClass, text, expected) => {
    expect(said({ esmClass, shortMessage: octets(text) })).toBe(expected);
  });

  it.each([
    ['a receipt', RECEIPT, 'receipt'],
    ['a text with an id', 'my id: 7', 'message'],
    ['a text that tells a status', 'my id: 7, my status: fine', 'message'],
  ])('point 48: does not matter where the option says so: %s', (_, text, kind) => {
    expect(classified({ shortMessage: octets(text) }, false).kind).toBe(kind);
  });
});

describe('what TLVs and text say of a receipt', () => {
  it.each<[string, string, readonly Tlv[], string]>([
    ['the error is in the text only', FULL, [ID, state(5)], '7 UNDELIVERABLE 027'],
    ['the id is in a TLV only', FULL.replace('id:7 ', ''), [tlvText(0x1e, 'b1')], 'b1 UNDELIV 027'],
    ['the TLV names another message', FULL, [tlvText(0x1e, 'b1')], 'b1 UNDELIV 027'],
    ['the TLV names it with blanks', '', [tlvText(0x1e, ' 7 '), state(2)], '7 DELIVERED -'],
    ['the state is in a TLV only', 'id:7', [state(2)], '7 DELIVERED -'],
    ['the states differ', FULL, [ID, state(2)], '7 DELIVERED 027'],
    ['the state of the TLV is none', FULL, [ID, state(77)], '7 UNDELIV 027'],
    ['the state of the TLV is none, without text', '', [ID, state(77)], '7 77 -'],
    ['the TLV does not know the state', FULL, [ID, state(7)], '7 UNDELIV 027'],
    ['neither knows the state', '', [ID, state(7)], '7 UNKNOWN -'],
    ['no state at all', '', [ID], '7 UNKNOWN -'],
    ['a code of the network', '', [ID, state(5), octetTlv(0x423, '03001b')], '7 UNDELIVERABLE 027'],
    [
      'a code of the network beside err 000',
      FULL.replace('027', '000'),
      [octetTlv(0x423, '03001b')],
      '7 UNDELIV 027',
    ],
    ['a code of the network beside an err', FULL, [octetTlv(0x423, '0300ff')], '7 UNDELIV 027'],
    [
      'a code of the network in two octets',
      '',
      [ID, state(5), octetTlv(0x423, '001b')],
      '7 UNDELIVERABLE 027',
    ],
    ['no error of the network', '', [ID, state(2), octetTlv(0x423, '030000')], '7 DELIVERED -'],
  ])('is gathered: %s', (_, text, tlvs, expected) => {
    expect(said({ esmClass: 4, shortMessage: octets(text), tlvs })).toBe(expected);
  });

  it("is told with the report, the vendor's TLVs too", () => {
    const tlvs = [
      ID,
      octetTlv(0x423, '03001b'),
      tlvText(0x1d, 'absent subscriber'),
      octetTlv(0x1411, '363535303031'),
    ];
    expect(classified({ esmClass: 4, shortMessage: octets(`${FULL}secret`), tlvs })).toMatchObject({
      receipt: {
        details: {
          smpp_receipt: FULL.slice(0, -' text:'.length),
          smpp_network_error: { network: 'GSM', code: 27 },
          smpp_tlvs: { additional_status_info_text: 'absent subscriber', '0x1411': '363535303031' },
        },
      },
    });
  });

  it('keeps the id of the text beside another one in a TLV', () => {
    expect(
      classified({ esmClass: 4, shortMessage: octets(FULL), tlvs: [tlvText(0x1e, 'b1')] }),
    ).toMatchObject({
      receipt: { remoteId: 'b1', otherId: '7' },
    });
  });
});

describe('the octets of a receipt', () => {
  const expected = '7 UNDELIV 027';
  const tail = utf16('Привет');
  it.each<[string, number, Buffer]>([
    ['ASCII under data_coding 0', 0, octets(FULL)],
    ['ASCII under data_coding 8', 8, octets(FULL)],
    ['ASCII of an odd length under data_coding 8', 8, octets(`${FULL}x`)],
    ['ASCII and a quotation in UCS-2', 8, Buffer.concat([octets(FULL), tail])],
    ['ASCII of an odd length and a quotation in UCS-2', 8, Buffer.concat([octets(`${FULL} `), tail])],
    ['ASCII and a quotation in UCS-2 under data_coding 0', 0, Buffer.concat([octets(FULL), tail])],
    ['UCS-2', 8, utf16(`${FULL}Привет`)],
    ['UCS-2 under data_coding 0', 0, utf16(FULL)],
    ['UCS-2 under data_coding 0x18', 0x18, utf16(FULL)],
    ['UCS-2 with a byte order mark', 8, utf16(`\ufeff${FULL}`)],
    ['UCS-2 with the octets the other way', 8, Buffer.from(FULL, 'utf16le')],
    ['UCS-2 and an octet too many in front', 8, Buffer.concat([Buffer.alloc(1), utf16(FULL)])],
    ['ASCII between NULs', 0, octets(`\0${FULL}\0`)],
    ['ASCII under data_coding 8 between NULs', 8, octets(`\0${FULL}\0`)],
    ['Latin-1', 3, octets(`${FULL}déjà`)],
    ['UTF-8', 4, Buffer.from(`\ufeff${FULL}Привет`)],
    ['packed septets', 0, packSeptets(octets(FULL))],
    ['packed septets under a message class', 0xf1, packSeptets(octets(FULL))],
  ])('are read in %s', (_, dataCoding, shortMessage) => {
    expect(said({ esmClass: 4, dataCoding, shortMessage })).toBe(expected);
  });

  it('are read in message_payload beside a short_message that is none', () => {
    const tlvs = [{ tag: 0x424, value: octets(FULL) }];
    expect(said({ esmClass: 4, shortMessage: Buffer.alloc(1), tlvs })).toBe(expected);
  });

  it('are read in a data_sm', () => {
    const tlvs = [{ tag: 0x424, value: octets(FULL) }];
    const body: DataBody = { ...BLANK_MESSAGE, command: 'data_sm', esmClass: 4, tlvs };
    expect(classify(body, { ...OPTIONS, useEsmClass: true })).toMatchObject({ receipt: { remoteId: '7' } });
  });

  it.each([' ', '"', 'id:', 'id: ', 'stat:"', '\0', ' a', 'id :'])(
    'are read in no time when they are many times %j',
    (part) => {
      const started = process.threadCpuUsage();
      const tlvs = [{ tag: 0x424, value: octets(part.repeat(65_000 / part.length)) }];
      said({ esmClass: 4, tlvs });
      expect(process.threadCpuUsage(started).user).toBeLessThan(1_000_000);
    },
  );

  it('are read with the underscore of GSM 03.38', () => {
    const shortMessage = octets('id:a\x11b stat:DELIVRD');
    expect(said({ esmClass: 4, shortMessage })).toBe('a_b DELIVRD -');
  });
});

function octetTlv(tag: number, hex: string): Tlv {
  return { tag, value: Buffer.from(hex, 'hex') };
}
