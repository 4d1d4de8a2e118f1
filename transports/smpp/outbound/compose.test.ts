import { describe, expect, it } from 'vitest';
import type { UserMessage } from '@vumi/core';
import { outbound } from '../../testing/smpp-fixture.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv, findTlvInteger } from '../codec/tlvs.ts';
import type { MessageBody } from '../codec/pdu.ts';
import { smppConfigSchema } from '../config.ts';
import { Composer } from './compose.ts';
import { composePart } from './compose-part.ts';

const PLACE = { host: 'smsc', port: 2775, system_id: 'me', password: 'x' };

function compose(message: UserMessage, options: Record<string, unknown> = {}): MessageBody[] {
  const composed = new Composer(smppConfigSchema.parse({ ...PLACE, ...options })).compose(message);
  if (composed.kind === 'refused') throw new Error(composed.reason);
  const { submission } = composed;
  return Array.from({ length: submission.total }, (_, index) => composePart(submission, index, 0x0107));
}

function one(message: UserMessage, options: Record<string, unknown> = {}): MessageBody {
  const [body, ...others] = compose(message, options);
  if (body === undefined || others.length > 0) throw new Error('not one part');
  return body;
}

const wants = (smpp: object, content = 'x') => outbound(content, { transport_metadata: { smpp } });
const hex = (body: MessageBody) => body.shortMessage.toString('hex');
const LONG = 'a'.repeat(200);

describe('the addresses of a submit_sm', () => {
  it.each([
    ['a name', 'Clinic', [5, 0, 'Clinic']],
    ['an international number', '+27820001001', [1, 1, '27820001001']],
    ['a short code', '12345', [0, 0, '12345']],
    ['nothing', null, [0, 0, '']],
  ])('point 29: of %s as sender', (_, from_addr, [ton, npi, address]) => {
    expect(one(outbound('x', { from_addr }))).toMatchObject({
      sourceAddrTon: ton,
      sourceAddrNpi: npi,
      sourceAddr: address,
    });
  });

  it.each([
    ['with a plus', '+27761234567', [1, 1, '27761234567']],
    ['without', '0761234567', [0, 1, '0761234567']],
  ])('point 29: of a receiver %s', (_, to_addr, [ton, npi, address]) => {
    expect(one(outbound('x', { to_addr }))).toMatchObject({
      destAddrTon: ton,
      destAddrNpi: npi,
      destinationAddr: address,
    });
  });

  it('point 29: are as the options say, and then as the message says', () => {
    const options = { source_addr_ton: 3, source_addr_npi: 9, dest_addr_ton: 2, dest_addr_npi: 8 };
    expect(one(outbound('x'), options)).toMatchObject({
      sourceAddrTon: 3,
      sourceAddrNpi: 9,
      destAddrTon: 2,
      destAddrNpi: 8,
    });
    expect(one(wants({ source_addr_ton: 6 }), options)).toMatchObject({ sourceAddrTon: 6, sourceAddrNpi: 9 });
  });

  it('point 29: refuse a name of more than eleven characters', () => {
    expect(() => one(outbound('x', { from_addr: 'TwelveLetter' }))).toThrow(
      'Invalid from_addr: TwelveLetter',
    );
  });

  const operators = {
    COUNTRY_CODE: '27',
    OPERATOR_NUMBER: { VODACOM: '27820001001', MTN: '27830001001', UNKNOWN: '27800000000' },
    OPERATOR_PREFIX: { '27': { '2782': 'VODACOM', '2783': 'MTN', '27832': 'VODACOM' } },
  };

  it.each([
    ['+27821112222', '27821112222', '27820001001'],
    ['0831112222', '27831112222', '27830001001'],
    ['0027832112222', '27832112222', '27820001001'],
    ['27841112222', '27841112222', '27800000000'],
  ])('are recognised: %s is %s and hears from %s', (to_addr, destinationAddr, sourceAddr) => {
    expect(one(outbound('x', { to_addr }), operators)).toMatchObject({ destinationAddr, sourceAddr });
  });
});

describe('a long text', () => {
  it('point 36: has a header with a reference of eight or of sixteen bits', () => {
    const [first, second] = compose(outbound(LONG));
    expect(first).toMatchObject({ esmClass: 0x40 });
    expect(first?.shortMessage.subarray(0, 6).toString('hex')).toBe('050003070201');
    expect(first?.shortMessage).toHaveLength(6 + 153);
    expect(second?.shortMessage).toHaveLength(6 + 47);
    const [wide] = compose(outbound(LONG), { multipart_reference_bits: 16 });
    expect(wide?.shortMessage.subarray(0, 7).toString('hex')).toBe('06080401070201');
    expect(wide?.shortMessage).toHaveLength(7 + 152);
  });

  it('point 44: has SAR TLVs where the bind wants them', () => {
    const [, second] = compose(outbound(LONG), { send_multipart_sar: true });
    const tlvs = second?.tlvs ?? [];
    expect(second).toMatchObject({ esmClass: 0, shortMessage: Buffer.from('a'.repeat(47)) });
    expect(
      [TAG.SAR_MSG_REF_NUM, TAG.SAR_TOTAL_SEGMENTS, TAG.SAR_SEGMENT_SEQNUM].map((tag) =>
        findTlvInteger(tlvs, tag),
      ),
    ).toEqual([0x0107, 2, 2]);
  });

  it('point 24: goes whole in message_payload where the bind wants that, and short ones do not', () => {
    const body = one(outbound(LONG), { send_long_messages: true });
    expect(body.shortMessage).toHaveLength(0);
    expect(findTlv(body.tlvs, TAG.MESSAGE_PAYLOAD)?.toString()).toBe(LONG);
    expect(one(outbound('short'), { send_long_messages: true })).toMatchObject({
      shortMessage: Buffer.from('short'),
      tlvs: [],
    });
  });

  it('point 38: is packed behind fill bits where the bind packs', () => {
    const [first] = compose(outbound(LONG), { submit_sm_encoding: 'gsm0338_packed' });
    expect(first?.shortMessage).toHaveLength(140);
    expect(first?.dataCoding).toBe(0);
  });

  it('point 41: tells its language in the header', () => {
    const body = one(outbound(`${'a'.repeat(150)}ğ`), { national_language_tables: ['turkish'] });
    expect(body).toMatchObject({ esmClass: 0x40, dataCoding: 0 });
    expect(hex(body).slice(0, 8)).toBe('03240101');
  });
});

describe('what a message says of its submit_sm', () => {
  it.each([
    ['flash', { flash: true }, 'x', { dataCoding: 0xf0 }],
    ['flash in UCS-2', { flash: true }, 'ж', { dataCoding: 0x18 }],
    ['a class', { message_class: 2 }, 'x', { dataCoding: 0xf2 }],
    ['a data_coding', { data_coding: 3 }, 'é', { dataCoding: 3, shortMessage: Buffer.from('e9', 'hex') }],
    ['octets', { octets: '00ff80' }, 'x', { dataCoding: 4, shortMessage: Buffer.from('00ff80', 'hex') }],
    ['octets of a class', { octets: '00', message_class: 1 }, 'x', { dataCoding: 0xf5 }],
    ['no receipt', { registered_delivery: 'none' }, 'x', { registeredDelivery: 0 }],
    ['a receipt for failure', { registered_delivery: 'failure' }, 'x', { registeredDelivery: 2 }],
    ['all its bits', { registered_delivery: 0x11 }, 'x', { registeredDelivery: 0x11 }],
    ['a validity in seconds', { validity_period: 90_061 }, 'x', { validityPeriod: '000001010101000R' }],
    [
      'a time as it is',
      { schedule_delivery_time: '261125120000004+' },
      'x',
      { scheduleDeliveryTime: '261125120000004+' },
    ],
    ['a priority', { priority_flag: 3 }, 'x', { priorityFlag: 3 }],
    ['a replacement', { replace_if_present_flag: true }, 'x', { replaceIfPresentFlag: 1 }],
    ['a protocol', { protocol_id: 0x41 }, 'x', { protocolId: 0x41 }],
    ['a service', { service_type: 'CMT' }, 'x', { serviceType: 'CMT' }],
  ])('points 28, 30, 31, 40 and 42: %s', (_, smpp, content, fields) => {
    expect(one(wants(smpp, content))).toMatchObject(fields);
  });

  it('point 43: ports and other elements stand in the header', () => {
    const body = one(wants({ destination_port: 0x1582, source_port: 9, udh: '700101' }));
    expect(body.esmClass).toBe(0x40);
    expect(hex(body)).toBe(`0905041582000970010178`);
  });

  it('point 26: TLVs by name or by tag', () => {
    const tlvs = { user_message_reference: 7, additional_status_info_text: 'hi', '0x1401': '00ff' };
    expect(one(wants({ tlvs })).tlvs).toEqual([
      { tag: 0x0204, value: Buffer.from('0007', 'hex') },
      { tag: 0x001d, value: Buffer.from('hi\0') },
      { tag: 0x1401, value: Buffer.from('00ff', 'hex') },
    ]);
  });

  it('may stand in helper_metadata, where apps can put it', () => {
    expect(one(outbound('x', { helper_metadata: { smpp: { flash: true } } }))).toMatchObject({
      dataCoding: 0xf0,
    });
  });

  it.each([
    ['an option that is none', { colour: 'red' }, /Invalid metadata smpp: .*colour/],
    ['a time that is none', { validity_period: 'tomorrow' }, /smpp\.validity_period/],
    ['a class that is none', { message_class: 4 }, /smpp\.message_class/],
    ['octets that are none', { octets: 'xyz' }, /smpp\.octets/],
    ['a TLV that is none', { tlvs: { colour: 1 } }, /no TLV is called "colour"/],
    ['a TLV that does not fit', { tlvs: { source_port: 65_536 } }, /whole number of 2 octets/],
    ['a data_coding that lacks a character', { data_coding: 1 }, /data_coding 1 lacks/],
    ['a data_coding that we cannot write', { data_coding: 5 }, /data_coding 5, which is iso2022_jp/],
    ['something else than options', 'flash', /Invalid metadata smpp/],
  ])('is refused when it is %s', (_, smpp, reason) => {
    const message = outbound('é', { transport_metadata: { smpp } });
    expect(() => one(message)).toThrow(reason);
  });
});

describe('an answer to a session of USSD', () => {
  const answer = (session_info: string, session_event: 'close' | null = null) =>
    outbound('menu', { transport_type: 'ussd', session_event, transport_metadata: { session_info } });
  const op = (body: MessageBody) => findTlvInteger(body.tlvs, TAG.USSD_SERVICE_OP);
  const info = (body: MessageBody) => findTlvInteger(body.tlvs, TAG.ITS_SESSION_INFO);

  it('point 31: goes on, or ends by the low bit of its_session_info, at Tata', () => {
    const open = one(answer('00a2'));
    expect([open.serviceType, op(open), info(open)]).toEqual(['USSD', 2, 0xa2]);
    const closing = one(answer('00a2', 'close'), { service_type: 'XY' });
    expect([closing.serviceType, op(closing), info(closing)]).toEqual(['XY', 2, 0xa3]);
  });

  it('point 31: names its session in user_message_reference at Mica, in its_session_info at 6D', () => {
    const mica = one(answer('00a2', 'close'), { ussd_dialect: 'mica' });
    expect([op(mica), findTlvInteger(mica.tlvs, TAG.USER_MESSAGE_REFERENCE)]).toEqual([17, 0xa2]);
    const sixD = one(answer('00a2'), { ussd_dialect: '6d' });
    expect([op(sixD), info(sixD)]).toEqual([2, 0xa2]);
  });

  it.each([
    ['tata', '', {}, [17, undefined]],
    ['tata', '00a2', {}, [2, '00a3']],
    ['tata', '00a2', { ussd_close_op: 17 }, [17, '00a3']],
    ['tata', '0102030c', {}, [2, '0102030d']],
    ['6d', '', {}, [17, undefined]],
    ['6d', '3039', {}, [17, '3039']],
    ['6d', '3039', { ussd_close_op: 23 }, [23, '3039']],
    ['6d', '01020304', {}, [17, '01020304']],
    ['6d', 'no digits', {}, [17, undefined]],
  ] as const)('point 31: ends at %s the session "%s" with %j', (ussd_dialect, session, options, expected) => {
    const body = one(answer(session, 'close'), { ussd_dialect, ...options });
    expect([op(body), findTlv(body.tlvs, TAG.ITS_SESSION_INFO)?.toString('hex')]).toEqual(expected);
  });

  it.each<[string, string, Record<string, unknown>, [number, boolean]]>([
    ['160 characters', 'a'.repeat(160), {}, [160, true]],
    ['182 characters', 'a'.repeat(182), {}, [182, true]],
    ['254 octets', 'a'.repeat(254), {}, [254, true]],
    ['255 octets', 'a'.repeat(255), {}, [255, false]],
    ['71 characters of UCS-2', 'ж'.repeat(71), {}, [142, true]],
    ['127 characters of UCS-2', 'ж'.repeat(127), {}, [254, true]],
    ['128 characters of UCS-2', 'ж'.repeat(128), {}, [256, false]],
    [
      '182 packed characters',
      'a'.repeat(182),
      { data_coding_overrides: { 0: 'gsm0338_packed' } },
      [160, true],
    ],
    [
      '182 characters where long texts go in message_payload',
      'a'.repeat(182),
      { send_long_messages: true },
      [182, true],
    ],
    [
      '182 characters where long texts go in parts',
      'a'.repeat(182),
      { send_multipart_sar: true },
      [182, true],
    ],
  ])(
    'point 31: is one PDU, in short_message as long as that holds it: %s',
    (_, text, options, [octets, short]) => {
      for (const transport_metadata of [{ session_info: '0002' }, {}]) {
        const body = one(outbound(text, { transport_type: 'ussd', transport_metadata }), options);
        expect(body.esmClass).toBe(0);
        const payload = findTlv(body.tlvs, TAG.MESSAGE_PAYLOAD);
        expect((short ? body.shortMessage : payload)?.length).toBe(octets);
        expect(short ? payload : body.shortMessage.length || undefined).toBeUndefined();
      }
    },
  );
});
