import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SmppFixture } from '../../testing/smpp-fixture.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger, tlvText } from '../codec/tlvs.ts';
import { packSeptets } from '../text/septets.ts';

let fixture: SmppFixture;

beforeEach(async () => {
  fixture = await SmppFixture.create();
});

afterEach(() => fixture[Symbol.asyncDispose]());

const octets = (hex: string) => Buffer.from(hex, 'hex');
const UDHI = 0x40;

describe('the text of an inbound message', () => {
  it.each([
    ['points 33 and 34: GSM by default', { dataCoding: 0, shortMessage: octets('00') }, '@', {}],
    ['point 35: an escape', { dataCoding: 0, shortMessage: octets('1b65') }, '€', {}],
    ['point 39: UCS-2', { dataCoding: 8, shortMessage: octets('0436d83dde00') }, 'ж😀', {}],
    [
      'point 40: flash in GSM',
      { dataCoding: 0xf0, shortMessage: octets('05') },
      'é',
      { smpp_message_class: 0 },
    ],
    [
      'point 40: flash in UCS-2',
      { dataCoding: 0x18, shortMessage: octets('0436') },
      'ж',
      { smpp_message_class: 0 },
    ],
    ['point 40: class 2', { dataCoding: 0xf2, shortMessage: octets('61') }, 'a', { smpp_message_class: 2 }],
    [
      'point 40: a voicemail',
      { dataCoding: 0xc8, shortMessage: octets('61') },
      'a',
      { smpp_message_waiting: { kind: 'voicemail', active: true, store: false } },
    ],
    [
      'point 40: a fax in UCS-2',
      { dataCoding: 0xe1, shortMessage: octets('0061') },
      'a',
      { smpp_message_waiting: { kind: 'fax', active: false, store: true } },
    ],
    ['point 33: Latin-1', { dataCoding: 3, shortMessage: octets('e9') }, 'é', { smpp_charset: 'latin1' }],
  ])('%s', async (_, fields, content, metadata) => {
    await fixture.start();
    await fixture.smsc.deliver(fields);
    expect(fixture.ports.inbound).toMatchObject([{ content, transport_metadata: metadata }]);
  });

  it('point 39: of an odd number of octets is read as far as it goes, and flagged', async () => {
    await fixture.start();
    await fixture.smsc.deliver({ dataCoding: 8, shortMessage: octets('043600') });
    expect(fixture.ports.inbound).toMatchObject([
      { content: 'ж', transport_metadata: { smpp_undecodable: true, smpp_octets: '043600' } },
    ]);
  });

  it('point 42: that is binary is shown as Latin-1 with its octets beside it', async () => {
    await fixture.start();
    await fixture.smsc.deliver({ dataCoding: 4, shortMessage: octets('00ff') });
    expect(fixture.ports.inbound).toMatchObject([
      { content: '\0ÿ', transport_metadata: { smpp_charset: 'binary', smpp_octets: '00ff' } },
    ]);
  });

  it('point 33: is read as data_coding_overrides say', async () => {
    await fixture.start({ data_coding_overrides: { 0: 'latin1', 240: 'ucs2' } });
    await fixture.smsc.deliver({ shortMessage: octets('e9') });
    await fixture.smsc.deliver({ dataCoding: 0xf0, shortMessage: octets('0436') });
    expect(fixture.ports.inbound.map(({ content }) => content)).toEqual(['é', 'ж']);
  });

  it('point 38: is unpacked, in parts too, where the bind packs', async () => {
    await fixture.start({ data_coding_overrides: { 0: 'gsm0338_packed' } });
    await fixture.smsc.deliver({ shortMessage: packSeptets(Buffer.from('hello12')) });
    for (const [number, text] of [
      [1, 'first '],
      [2, 'second'],
    ] as const) {
      const header = Buffer.from([5, 0, 3, 9, 2, number]);
      const shortMessage = Buffer.concat([header, packSeptets(Buffer.from(text), header.length)]);
      await fixture.smsc.deliver({ esmClass: UDHI, shortMessage });
    }
    expect(fixture.ports.inbound.map(({ content }) => content)).toEqual(['hello12', 'first second']);
  });

  it.each([
    ['gsm0338_packed', '31d98c56b3dd1a', '1234567'],
    ['gsm0338_packed', '31d98c56b3dd00', '1234567@'],
    ['gsm0338_packed_zero', '31d98c56b3dd00', '1234567'],
  ])('point 38: in %s, %s is %j', async (charset, hex, content) => {
    await fixture.start({ data_coding_overrides: { 0: charset } });
    await fixture.smsc.deliver({ shortMessage: octets(hex) });
    expect(fixture.ports.inbound).toMatchObject([{ content }]);
  });

  it('point 41: is read in the tables that its header names, each part in its own', async () => {
    await fixture.start();
    await fixture.smsc.deliver({ esmClass: UDHI, shortMessage: octets('032401011b67') });
    await fixture.smsc.deliver({ esmClass: UDHI, shortMessage: octets('0800030902012501010c') });
    await fixture.smsc.deliver({ esmClass: UDHI, shortMessage: octets('0500030902020c') });
    expect(fixture.ports.inbound.map(({ content }) => content)).toEqual(['ğ', 'ğø']);
  });

  it('point 43: tells ports and header, and parts are found behind them', async () => {
    await fixture.start();
    await fixture.smsc.deliver({ esmClass: UDHI, shortMessage: octets('0605041582000961') });
    await fixture.smsc.deliver({ esmClass: UDHI, shortMessage: octets('0b05041582000900032a020161') });
    await fixture.smsc.deliver({ esmClass: UDHI, shortMessage: octets('0b05041582000900032a020262') });
    const ports = { smpp_destination_port: 0x1582, smpp_source_port: 9 };
    expect(fixture.ports.inbound).toMatchObject([
      { content: 'a', transport_metadata: { ...ports, smpp_udh: '050415820009' } },
      { content: 'ab', transport_metadata: { ...ports, smpp_parts: 2 } },
    ]);
  });

  it('point 44: SAR TLVs count only together', async () => {
    await fixture.start();
    const tlvs = [tlvInteger(TAG.SAR_MSG_REF_NUM, 1, 2), tlvInteger(TAG.SAR_TOTAL_SEGMENTS, 2, 1)];
    await fixture.smsc.deliver({ shortMessage: octets('61'), tlvs });
    expect(fixture.ports.inbound).toMatchObject([{ content: 'a' }]);
  });

  it('point 45: with a place that makes no sense stands alone', async () => {
    await fixture.start();
    for (const place of ['0200', '0203']) {
      await fixture.smsc.deliver({ esmClass: UDHI, shortMessage: octets(`05000309${place}61`) });
    }
    expect(fixture.ports.inbound.map(({ content }) => content)).toEqual(['a', 'a']);
  });

  it('point 26: tells TLVs by name, those of vendors by tag, and of two alike both', async () => {
    await fixture.start();
    const tlvs = [
      tlvInteger(TAG.SOURCE_PORT, 5, 2),
      tlvInteger(TAG.SOURCE_PORT, 6, 2),
      tlvText(0x001d, 'hello'),
      { tag: 0x1401, value: octets('00ff') },
    ];
    await fixture.smsc.deliver({ shortMessage: octets('61'), tlvs });
    expect(fixture.ports.inbound).toMatchObject([
      {
        transport_metadata: {
          smpp_tlvs: { source_port: [5, 6], additional_status_info_text: 'hello', '0x1401': '00ff' },
        },
      },
    ]);
  });

  it('that cannot be read is refused where the bind says so', async () => {
    await fixture.start({ deliver_sm_decoding_error: 'ESME_RX_P_APPN' });
    expect(await fixture.smsc.deliver({ shortMessage: octets('e9') })).toMatchObject({
      status: STATUS.RX_P_APPN,
    });
    expect(await fixture.smsc.deliver({ shortMessage: octets('05') })).toMatchObject({ status: STATUS.ROK });
    expect(fixture.ports.inbound.map(({ content }) => content)).toEqual(['é']);
  });

  it('that is empty is taken, or refused where the bind says so', async () => {
    const first = await fixture.start();
    expect(await fixture.smsc.deliver({})).toMatchObject({ status: STATUS.ROK });
    await first[Symbol.asyncDispose]();
    await fixture.start({ allow_empty_messages: false });
    expect(await fixture.smsc.deliver({})).toMatchObject({ status: STATUS.RDELIVERYFAILURE });
    expect(fixture.ports.inbound).toMatchObject([{ content: '' }]);
  });

  it('comes from a number that is normalised, of an operator that is recognised', async () => {
    await fixture.start({ COUNTRY_CODE: '27', OPERATOR_PREFIX: { '2776': 'VODACOM' } });
    await fixture.smsc.deliver({ sourceAddr: '0761234567', shortMessage: octets('61') });
    expect(fixture.ports.inbound).toMatchObject([{ from_addr: '27761234567', provider: 'VODACOM' }]);
  });
});

describe('a session of USSD', () => {
  const op = (value: number) => tlvInteger(TAG.USSD_SERVICE_OP, value, 1);
  const info = (value: number) => tlvInteger(TAG.ITS_SESSION_INFO, value, 2);
  const reference = (value: number) => tlvInteger(TAG.USER_MESSAGE_REFERENCE, value, 2);

  it.each([
    [0x00, 0x00a2, 'new'],
    [0x01, 0x00a2, 'new'],
    [0x02, 0x00a2, 'resume'],
    [0x12, 0x00a2, 'resume'],
    [0x11, 0x00a2, 'close'],
    [0x13, 0x00a2, 'close'],
    [0x81, 0x00a2, 'close'],
    [0x7f, 0x00a2, 'close'],
    [0x12, 0x00a3, 'close'],
  ])('point 31: at Tata, operation %i with session %i is %s', async (operation, session, event) => {
    await fixture.start();
    await fixture.smsc.deliver({ shortMessage: Buffer.from('*120#'), tlvs: [op(operation), info(session)] });
    expect(fixture.ports.inbound).toMatchObject([
      {
        transport_type: 'ussd',
        session_event: event,
        content: '*120#',
        to_addr: '12345',
        transport_metadata: { session_info: '00a2' },
      },
    ]);
  });

  it.each([
    ['tata', TAG.ITS_SESSION_INFO],
    ['mica', TAG.USER_MESSAGE_REFERENCE],
    ['6d', TAG.ITS_SESSION_INFO],
  ])('point 31: at %s, has the name that the operator gives it, or none', async (dialect, tag) => {
    await fixture.start({ ussd_dialect: dialect });
    const names = [undefined, '00a2', '0102030c'];
    for (const name of names) {
      const tlvs = [op(1), ...(name === undefined ? [] : [{ tag, value: octets(name) }])];
      await fixture.smsc.deliver({ shortMessage: Buffer.from('*120#'), tlvs });
    }
    const infos = fixture.ports.inbound.map(({ transport_metadata: metadata }) => metadata['session_info']);
    expect(infos).toEqual(['', '00a2', '0102030c']);
  });

  it.each([
    ['*120*8000#', 'new'],
    ['1', 'resume'],
  ])('point 31: is known by its service_type where there is no operation: %j is %s', async (text, event) => {
    await fixture.start();
    await fixture.smsc.deliver({ serviceType: 'USSD', shortMessage: Buffer.from(text) });
    expect(fixture.ports.inbound).toMatchObject([
      { transport_type: 'ussd', session_event: event, content: text },
    ]);
  });

  it.each([
    ['mica', reference],
    ['6d', info],
  ] as const)(
    'point 31: at %s, the code that was dialled is its address until it ends',
    async (dialect, id) => {
      await fixture.start({ ussd_dialect: dialect });
      const turns = [
        [0x01, '*120*1#'],
        [0x12, 'yes'],
        [0x81, ''],
        [0x12, 'late'],
      ] as const;
      for (const [operation, text] of turns) {
        await fixture.smsc.deliver({ shortMessage: Buffer.from(text), tlvs: [op(operation), id(7)] });
      }
      const seen = fixture.ports.inbound.map(({ session_event, to_addr, content }) => [
        session_event,
        to_addr,
        content,
      ]);
      expect(seen).toEqual([
        ['new', '*120*1#', null],
        ['resume', '*120*1#', 'yes'],
        ['close', '*120*1#', null],
        ['resume', '12345', 'late'],
      ]);
    },
  );

  it('point 31: is remembered over a restart', async () => {
    const first = await fixture.start({ ussd_dialect: 'mica' });
    await fixture.smsc.deliver({ shortMessage: Buffer.from('*120#'), tlvs: [op(1), reference(7)] });
    await first[Symbol.asyncDispose]();
    const later = fixture.nextLife();
    await fixture.start({ ussd_dialect: 'mica' }, later);
    await fixture.smsc.deliver({ shortMessage: Buffer.from('1'), tlvs: [op(0x12), reference(7)] });
    expect(later.inbound).toMatchObject([{ to_addr: '*120#', session_event: 'resume', content: '1' }]);
  });
});
