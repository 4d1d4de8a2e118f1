import { describe, expect, it } from 'vitest';
import { decodePdu } from './decode.ts';
import { encodeFrame, encodePdu } from './encode.ts';
import { OctetWriter } from './octet-writer.ts';
import { NO_TLVS, PduError, type MessageBody, type Pdu } from './pdu.ts';
import { STATUS } from './statuses.ts';
import { TAG } from './tags.ts';
import { findTlvInteger, findTlvText, tlvInteger, tlvText } from './tlvs.ts';

const SUBMIT: MessageBody = {
  command: 'submit_sm',
  serviceType: 'CMT',
  sourceAddrTon: 5,
  sourceAddrNpi: 0,
  sourceAddr: 'Clinic',
  destAddrTon: 1,
  destAddrNpi: 1,
  destinationAddr: '27761234567',
  esmClass: 0x40,
  protocolId: 0,
  priorityFlag: 1,
  scheduleDeliveryTime: '',
  validityPeriod: '000000010000000R',
  registeredDelivery: 1,
  replaceIfPresentFlag: 0,
  dataCoding: 8,
  smDefaultMsgId: 0,
  shortMessage: Buffer.from('00480069', 'hex'),
  tlvs: [tlvInteger(TAG.USER_MESSAGE_REFERENCE, 0x0102, 2)],
};

/** Written out by hand from sections 3 and 4 of the specification. */
const GOLDEN: readonly (readonly [string, Pdu, string])[] = [
  [
    'enquire_link',
    { status: 0, sequence: 1, body: { command: 'enquire_link' } },
    '00000010 00000015 00000000 00000001',
  ],
  [
    'generic_nack',
    { status: STATUS.RINVCMDID, sequence: 0x7fffffff, body: { command: 'generic_nack' } },
    '00000010 80000000 00000003 7fffffff',
  ],
  [
    'bind_transceiver',
    {
      status: 0,
      sequence: 2,
      body: {
        command: 'bind_transceiver',
        systemId: 'vumi',
        password: 'pw',
        systemType: '',
        interfaceVersion: 0x34,
        addrTon: 0,
        addrNpi: 0,
        addressRange: '',
      },
    },
    '0000001d 00000009 00000000 00000002 76756d6900 707700 00 34 00 00 00',
  ],
  [
    'bind_transceiver_resp with sc_interface_version',
    {
      status: 0,
      sequence: 2,
      body: {
        command: 'bind_transceiver_resp',
        systemId: 'smsc',
        tlvs: [tlvInteger(TAG.SC_INTERFACE_VERSION, 0x34, 1)],
      },
    },
    '0000001a 80000009 00000000 00000002 736d736300 0210 0001 34',
  ],
  [
    'submit_sm',
    { status: 0, sequence: 3, body: SUBMIT },
    '0000004f 00000004 00000000 00000003 434d5400 05 00 436c696e696300 01 01 323737363132333435363700 40 00 01 00 ' +
      '3030303030303031303030303030305200 01 00 08 00 04 00480069 0204 0002 0102',
  ],
  [
    'submit_sm_resp',
    { status: 0, sequence: 3, body: { command: 'submit_sm_resp', messageId: 'a1', tlvs: NO_TLVS } },
    '00000013 80000004 00000000 00000003 613100',
  ],
  [
    'deliver_sm_resp',
    { status: 0, sequence: 4, body: { command: 'deliver_sm_resp', messageId: '', tlvs: NO_TLVS } },
    '00000011 80000005 00000000 00000004 00',
  ],
  [
    'data_sm',
    {
      status: 0,
      sequence: 5,
      body: {
        command: 'data_sm',
        serviceType: '',
        sourceAddrTon: 0,
        sourceAddrNpi: 0,
        sourceAddr: '1',
        destAddrTon: 0,
        destAddrNpi: 0,
        destinationAddr: '2',
        esmClass: 0,
        registeredDelivery: 0,
        dataCoding: 0,
        tlvs: [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.from('hi') }],
      },
    },
    '00000022 00000103 00000000 00000005 00 00 00 3100 00 00 3200 00 00 00 0424 0002 6869',
  ],
  [
    'outbind',
    { status: 0, sequence: 6, body: { command: 'outbind', systemId: 's', password: '' } },
    '00000013 0000000b 00000000 00000006 7300 00',
  ],
];

function octets(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

function refusalOf(frame: Buffer): PduError {
  try {
    decodePdu(frame);
  } catch (error) {
    if (error instanceof PduError) return error;
    throw error;
  }
  throw new Error('the PDU was taken');
}

/** The submit_sm of the table with some octets changed. */
function damaged(change: (frame: Buffer) => Buffer): Buffer {
  const frame = change(Buffer.from(encodeFrame({ status: 0, sequence: 77, body: SUBMIT })));
  frame.writeUInt32BE(frame.length, 0);
  return frame;
}

const SM_LENGTH_AT = 0x4f - 6 - 4 - 1;

describe('the codec', () => {
  it.each(GOLDEN)('writes %s as the specification has it', (_, pdu, hex) => {
    expect(encodeFrame(pdu).toString('hex')).toBe(octets(hex).toString('hex'));
  });

  it.each(GOLDEN)('reads %s', (_, pdu, hex) => {
    expect(decodePdu(octets(hex))).toEqual(pdu);
  });

  it('leaves out the body of an error response, and reads one without', () => {
    const pdu = {
      status: STATUS.RTHROTTLED,
      sequence: 9,
      body: { command: 'submit_sm_resp', messageId: '', tlvs: NO_TLVS },
    } as const;
    expect(encodeFrame(pdu).length).toBe(16);
    expect(decodePdu(encodeFrame(pdu))).toEqual(pdu);
  });

  it('reads an error response with a body', () => {
    expect(decodePdu(octets('00000012 80000004 00000058 00000009 7800')).body).toMatchObject({
      messageId: 'x',
    });
  });

  it('keeps the eighth bit of addresses', () => {
    const body: MessageBody = { ...SUBMIT, sourceAddr: 'Cé' };
    expect(decodePdu(encodeFrame({ status: 0, sequence: 1, body })).body).toMatchObject({ sourceAddr: 'Cé' });
  });

  it.each([
    ['an unknown command', octets('00000010 0000ffff 00000000 0000004d'), STATUS.RINVCMDID],
    ['a body that ends within the addresses', damaged((frame) => frame.subarray(0, 24)), STATUS.RINVCMDLEN],
    ['a header alone', damaged((frame) => frame.subarray(0, 16)), STATUS.RINVCMDLEN],
    [
      'a source_addr without end (point 22)',
      damaged((frame) => Buffer.concat([frame.subarray(0, 22), Buffer.alloc(60, 0x31)])),
      STATUS.RINVSRCADR,
    ],
    [
      'sm_length 255 (point 23)',
      damaged((frame) => Buffer.concat([withOctet(frame, SM_LENGTH_AT, 255), Buffer.alloc(300)])),
      STATUS.RINVMSGLEN,
    ],
    [
      'sm_length past the end (point 23)',
      damaged((frame) => withOctet(frame, SM_LENGTH_AT, 200)),
      STATUS.RINVMSGLEN,
    ],
    [
      'half a TLV header (point 25)',
      damaged((frame) => frame.subarray(0, frame.length - 4)),
      STATUS.RINVOPTPARSTREAM,
    ],
    [
      'a TLV past the end (point 25)',
      damaged((frame) => frame.subarray(0, frame.length - 1)),
      STATUS.RINVOPTPARSTREAM,
    ],
    [
      'an integer TLV of the wrong length (point 25)',
      damaged((frame) => Buffer.concat([frame, octets('0017 0001 05')])),
      STATUS.RINVPARLEN,
    ],
  ])('answers %s with the status for it', (_, frame, status) => {
    const { sequence, ...error } = refusalOf(frame);
    expect(error.status).toBe(status);
    expect(sequence).toBe(77);
  });

  it.each([
    ['bind_transceiver', '0000001c 00000009 00000000 00000002 76756d6900 707700 00 34 00 00'],
    ['outbind', '00000012 0000000b 00000000 00000006 7300'],
    ['query_sm', '00000018 00000003 00000000 00000007 613100 01 01 323731'],
    ['alert_notification', '0000001a 00000102 00000000 00000008 01 01 323700 01 01 313233'],
  ])('takes %s without the NUL of its last text', (command, hex) => {
    expect(decodePdu(octets(hex))).toMatchObject({
      body: { command },
      mended: [expect.stringContaining('without its NUL')],
    });
  });

  it.each([1, 2, 3, 4, 5, 9])('takes %i NULs behind the last field of a submit_sm', (count) => {
    const frame = damaged((whole) => Buffer.concat([whole, Buffer.alloc(count)]));
    expect(decodePdu(frame)).toMatchObject({ body: SUBMIT, mended: [`${count} NUL behind the last field`] });
  });

  it('takes a response whose TLVs are broken: the answer counts', () => {
    const frame = octets('00000017 80000004 00000000 00000003 613100 0017 0001');
    expect(decodePdu(frame).body).toMatchObject({ messageId: 'a1', tlvs: [] });
  });

  it('points 25 and 26: lets vendor TLVs through', () => {
    const body: MessageBody = { ...SUBMIT, tlvs: [{ tag: 0x1400, value: Buffer.from('abc') }] };
    expect(decodePdu(encodeFrame({ status: 0, sequence: 1, body })).body).toMatchObject({ tlvs: body.tlvs });
  });

  it.each([
    ['a destination of 21 characters (point 22)', { destinationAddr: '1'.repeat(21) }, STATUS.RINVDSTADR],
    ['an address with a NUL', { sourceAddr: '1\x002' }, STATUS.RINVSRCADR],
    ['255 octets of text (point 23)', { shortMessage: Buffer.alloc(255) }, STATUS.RINVMSGLEN],
  ])('refuses to write %s and leaves the stream as it was', (_, change, status) => {
    const writer = new OctetWriter();
    encodePdu(writer, { command: 'enquire_link' }, 0, 1);
    expect(() => encodePdu(writer, { ...SUBMIT, ...change }, 0, 2)).toThrow(
      expect.objectContaining({ status }),
    );
    expect(writer.take().length).toBe(16);
  });

  it('gathers PDUs over the end of its memory', () => {
    const writer = new OctetWriter();
    const frames: Buffer[] = [];
    for (let sequence = 1; sequence <= 2000; sequence += 1) {
      encodePdu(writer, SUBMIT, 0, sequence);
      if (sequence % 700 === 0) frames.push(writer.take());
    }
    const stream = Buffer.concat([...frames, writer.take()]);
    expect(stream.length).toBe(2000 * 0x4f);
    for (let index = 0; index < 2000; index += 1) {
      expect(stream.readUInt32BE(index * 0x4f + 12)).toBe(index + 1);
    }
  });

  it('reads integers and texts of TLVs, the first where a tag comes twice', () => {
    const tlvs = [
      tlvText(TAG.RECEIPTED_MESSAGE_ID, 'id-1'),
      tlvInteger(TAG.MESSAGE_STATE, 2, 1),
      tlvInteger(TAG.MESSAGE_STATE, 5, 1),
      { tag: TAG.USSD_SERVICE_OP, value: Buffer.alloc(9) },
    ];
    expect(findTlvText(tlvs, TAG.RECEIPTED_MESSAGE_ID)).toBe('id-1');
    expect(findTlvInteger(tlvs, TAG.MESSAGE_STATE)).toBe(2);
    expect(findTlvInteger(tlvs, TAG.USSD_SERVICE_OP)).toBeUndefined();
    expect(findTlvInteger(tlvs, TAG.SAR_MSG_REF_NUM)).toBeUndefined();
  });
});

function withOctet(frame: Buffer, offset: number, value: number): Buffer {
  frame[offset] = value;
  return frame;
}
