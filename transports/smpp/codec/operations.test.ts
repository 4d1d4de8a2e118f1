import { describe, expect, it } from 'vitest';
import { decodePdu } from './decode.ts';
import { encodeFrame } from './encode.ts';
import { BLANK_MESSAGE, PduError, type MultiBody, type Pdu } from './pdu.ts';
import { STATUS } from './statuses.ts';
import { TAG } from './tags.ts';
import { tlvInteger } from './tlvs.ts';

const SOURCE = { sourceAddrTon: 1, sourceAddrNpi: 1, sourceAddr: '12345' };
const { destAddrTon: _ton, destAddrNpi: _npi, destinationAddr: _to, ...FIELDS } = BLANK_MESSAGE;

function multi(count: number): MultiBody {
  const destinations = Array.from({ length: count }, (_, index) => ({
    ton: 1,
    npi: 1,
    address: `2776${String(index).padStart(16, '0')}`,
  }));
  return { ...FIELDS, command: 'submit_multi', destinations, shortMessage: Buffer.alloc(254, 'x') };
}

/** The octets were written out by hand from sections 4.5 and 4.8 to 4.10. */
const GOLDEN: readonly (readonly [string, Pdu, string])[] = [
  [
    'query_sm',
    { status: 0, sequence: 1, body: { command: 'query_sm', messageId: 'a1', ...SOURCE } },
    '0000001b 00000003 00000000 00000001 613100 01 01 313233343500',
  ],
  [
    'query_sm_resp',
    {
      status: 0,
      sequence: 1,
      body: { command: 'query_sm_resp', messageId: 'a1', finalDate: '', messageState: 2, errorCode: 0 },
    },
    '00000016 80000003 00000000 00000001 613100 00 02 00',
  ],
  [
    'cancel_sm',
    {
      status: 0,
      sequence: 2,
      body: {
        command: 'cancel_sm',
        serviceType: '',
        messageId: 'a1',
        ...SOURCE,
        destAddrTon: 0,
        destAddrNpi: 0,
        destinationAddr: '2',
      },
    },
    '00000020 00000008 00000000 00000002 00 613100 01 01 313233343500 00 00 3200',
  ],
  [
    'cancel_sm_resp',
    { status: STATUS.RCANCELFAIL, sequence: 2, body: { command: 'cancel_sm_resp' } },
    '00000010 80000008 00000011 00000002',
  ],
  [
    'replace_sm',
    {
      status: 0,
      sequence: 3,
      body: {
        command: 'replace_sm',
        messageId: 'a1',
        ...SOURCE,
        scheduleDeliveryTime: '',
        validityPeriod: '',
        registeredDelivery: 1,
        smDefaultMsgId: 0,
        shortMessage: Buffer.from('hi'),
      },
    },
    '00000022 00000007 00000000 00000003 613100 01 01 313233343500 00 00 01 00 02 6869',
  ],
  [
    'submit_multi to a number and a list',
    {
      status: 0,
      sequence: 4,
      body: {
        ...FIELDS,
        command: 'submit_multi',
        ...SOURCE,
        destinations: [{ ton: 1, npi: 1, address: '2' }, { list: 'all' }],
        shortMessage: Buffer.from('hi'),
        tlvs: [tlvInteger(TAG.USER_MESSAGE_REFERENCE, 7, 2)],
      },
    },
    '00000036 00000021 00000000 00000004 00 01 01 313233343500 02 01 01 01 3200 02 616c6c00' +
      '00 00 00 00 00 00 00 00 00 02 6869 0204 0002 0007',
  ],
  [
    'submit_multi_resp with a receiver that was not reached',
    {
      status: 0,
      sequence: 4,
      body: {
        command: 'submit_multi_resp',
        messageId: 'a1',
        unreached: [{ ton: 1, npi: 1, address: '2', status: STATUS.RINVDSTADR }],
      },
    },
    '0000001c 80000021 00000000 00000004 613100 01 01 01 3200 0000000b',
  ],
];

describe('operations on messages (spec smpp §5 points 32 and 60)', () => {
  it.each(GOLDEN)('%s is written and read as the specification has it', (_, pdu, hex) => {
    const octets = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    expect(encodeFrame(pdu).toString('hex')).toBe(octets.toString('hex'));
    expect(decodePdu(octets)).toEqual(pdu);
  });

  it('submit_multi takes 254 receivers and no more', () => {
    const most = { status: 0, sequence: 1, body: multi(254) };
    expect(decodePdu(encodeFrame(most))).toEqual(most);
    expect(() => encodeFrame({ status: 0, sequence: 1, body: multi(255) })).toThrow('255 destinations');
    expect(() => encodeFrame({ status: 0, sequence: 1, body: multi(0) })).toThrow(PduError);
  });

  it('submit_multi without receivers is refused with its status', () => {
    const frame = encodeFrame({ status: 0, sequence: 9, body: multi(1) });
    frame[20] = 0;
    expect(() => decodePdu(frame)).toThrow(expect.objectContaining({ status: STATUS.RINVNUMDESTS }));
  });

  it('error responses may come without a body', () => {
    for (const [id, command] of [
      ['80000003', 'query_sm_resp'],
      ['80000021', 'submit_multi_resp'],
    ] as const) {
      const bare = Buffer.from(`00000010${id}0000006700000001`, 'hex');
      expect(decodePdu(bare)).toMatchObject({ status: STATUS.RQUERYFAIL, body: { command, messageId: '' } });
    }
  });
});
