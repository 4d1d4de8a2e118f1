import {
  createAck,
  createDeliveryReport,
  createNack,
  type DeliveryStatus,
  type TransportEvent,
} from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { TAG } from '../codec/tags.ts';
import { findTlvInteger, findTlvText } from '../codec/tlvs.ts';
import { readReceiptText } from '../inbound/receipt-text.ts';
import { messageState, receiptBody, wantedEvents, type ReceiptNote } from './receipt.ts';

const note: ReceiptNote = {
  ids: ['id-1'],
  source: { ton: 5, npi: 0, address: 'Shop' },
  destination: { ton: 1, npi: 1, address: '27761234567' },
  at: Date.UTC(2026, 10, 25, 8, 30),
  text: 'Your parcel is here, come and get it',
};
const about = { id: 'id-1', at: Date.UTC(2026, 10, 25, 9, 5), knowsTlvs: true };

const fields = (metadata: Record<string, unknown> = {}) => ({
  user_message_id: 'm',
  transport_name: 'smsc',
  transport_metadata: metadata,
});
const report = (status: DeliveryStatus, said?: string, error?: string): TransportEvent =>
  createDeliveryReport(
    fields({
      ...(said === undefined ? {} : { smpp_delivery_status: said }),
      ...(error === undefined ? {} : { smpp_delivery_error: error }),
    }),
    status,
  );

describe('a receipt', () => {
  it('comes from the phone to the sender, in the words of appendix B', () => {
    const body = receiptBody(report('delivered', 'DELIVRD'), note, about);
    expect(body).toMatchObject({
      sourceAddr: '27761234567',
      sourceAddrTon: 1,
      destinationAddr: 'Shop',
      destAddrTon: 5,
    });
    expect(body.shortMessage.toString('latin1')).toBe(
      'id:id-1 sub:001 dlvrd:001 submit date:2611250830 done date:2611250905 stat:DELIVRD err:000 text:Your parcel is here,',
    );
  });

  it.each<[string, TransportEvent, [string, number, string, number]]>([
    ['delivered', report('delivered'), ['DELIVRD', 2, '000', 0x04]],
    ['failed', report('failed'), ['UNDELIV', 5, '000', 0x04]],
    ['failed, as the network says', report('failed', 'EXPIRED', '12'), ['EXPIRED', 3, '012', 0x04]],
    ['failed with a word that we do not know', report('failed', 'BLOCKED'), ['UNDELIV', 5, '000', 0x04]],
    ['failed with a word that is cut', report('failed', 'reject'), ['REJECTD', 8, '000', 0x04]],
    ['failed with an error of four digits', report('failed', 'UNDELIV', '0027'), ['UNDELIV', 5, '027', 0x04]],
    ['failed with an error in letters', report('failed', 'UNDELIV', 'E_ABS'), ['UNDELIV', 5, 'E_ABS', 0x04]],
    ['pending', report('pending', 'BUFFERED'), ['ENROUTE', 1, '000', 0x20]],
    ['accepted', report('pending', 'ACCEPTD'), ['ACCEPTD', 6, '000', 0x20]],
    ['an ack', createAck(fields(), 'smsc-1'), ['ENROUTE', 1, '000', 0x20]],
    ['a nack', createNack(fields(), 'ESME_RINVDSTADR'), ['REJECTD', 8, '011', 0x04]],
    ['a nack of ours', createNack(fields(), 'no route'), ['REJECTD', 8, '000', 0x04]],
    [
      'a validity that ended',
      createNack(fields({ outcome: 'expired' }), 'expired'),
      ['EXPIRED', 3, '000', 0x04],
    ],
    [
      'a cancellation',
      createNack(fields({ outcome: 'cancelled' }), 'cancelled'),
      ['DELETED', 4, '000', 0x04],
    ],
    ['an unknown fate', createNack(fields({ outcome: 'uncertain' }), 'lost'), ['UNKNOWN', 7, '000', 0x04]],
    [
      'parts that did not come',
      createNack(fields({ outcome: 'expired' }), 'late'),
      ['EXPIRED', 3, '000', 0x04],
    ],
  ])('of %s', (_, event, [stat, state, error, esmClass]) => {
    const body = receiptBody(event, note, about);
    expect(readReceiptText(body.shortMessage.toString('latin1'))).toMatchObject({
      id: 'id-1',
      state: stat,
      error,
    });
    expect(body.esmClass).toBe(esmClass);
    expect(findTlvInteger(body.tlvs, TAG.MESSAGE_STATE)).toBe(state);
    expect(findTlvText(body.tlvs, TAG.RECEIPTED_MESSAGE_ID)).toBe('id-1');
  });

  it('carries what the network says of why', () => {
    const tlvs = {
      receipted_message_id: 'of-the-network',
      message_state: 5,
      network_error_code: '03001b',
      additional_status_info_text: 'absent',
      user_message_reference: 7,
      '0x1411': '363535',
      '0x3fff': ['00', '01'],
      '0x4000': '00',
    };
    const failed = createDeliveryReport(fields({ smpp_tlvs: tlvs }), 'failed');
    const octets = receiptBody(failed, note, about).tlvs.map(({ tag, value }) => [
      tag,
      value.toString('latin1'),
    ]);
    expect(octets).toEqual([
      [TAG.RECEIPTED_MESSAGE_ID, 'id-1\0'],
      [TAG.MESSAGE_STATE, '\x05'],
      [TAG.NETWORK_ERROR_CODE, '\x03\0\x1b'],
      [0x1d, 'absent\0'],
      [0x1411, '655'],
      [0x3fff, '\0'],
      [0x3fff, '\x01'],
    ]);
  });

  it('has no TLVs for a peer of v3.3', () => {
    expect(receiptBody(report('delivered'), note, { ...about, knowsTlvs: false }).tlvs).toEqual([]);
  });

  it.each([
    [0, []],
    [1, ['delivery_report.delivered', 'nack', 'delivery_report.failed']],
    [2, ['nack', 'delivery_report.failed']],
    [0x10, ['ack', 'delivery_report.pending']],
  ])('is sent as registered_delivery %i asks (spec smpp §5 point 28)', (flags, events) => {
    expect(wantedEvents(flags)).toEqual(events);
  });

  it.each([
    ['queued', 1, false],
    ['ack', 1, false],
    ['delivered', 2, true],
    ['undelivered', 5, true],
    ['nack', 8, true],
    ['uncertain', 7, true],
  ])('of query_sm says of %s: %i', (status, code, final) => {
    expect(messageState(status)).toEqual({ code, final });
  });
});
