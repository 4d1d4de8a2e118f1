import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { NEVER, outbound, SmppFixture } from '../../testing/smpp-fixture.ts';
import { TestSmsc } from '../../testing/test-smsc.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger } from '../codec/tlvs.ts';

let fixture: SmppFixture;

beforeEach(async () => {
  fixture = await SmppFixture.create();
});

afterEach(() => fixture[Symbol.asyncDispose]());

describe('an inbound message', () => {
  it('is published as Vumi has it', async () => {
    await fixture.start();
    await fixture.smsc.deliver({ shortMessage: Buffer.from('Hello\0'), serviceType: 'CMT' });
    expect(fixture.ports.inbound).toMatchObject([
      {
        from_addr: '27761234567',
        to_addr: '12345',
        content: 'Hello@',
        transport_name: 'smpp_a',
        transport_type: 'sms',
        session_event: null,
        in_reply_to: null,
        transport_metadata: { smpp_data_coding: 0, smpp_charset: 'gsm0338', smpp_service_type: 'CMT' },
      },
    ]);
  });

  it('may come in message_payload, and as data_sm', async () => {
    await fixture.start();
    const session = await fixture.smsc.session();
    const payload = [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.from('x'.repeat(300)) }];
    await fixture.smsc.deliver({ tlvs: payload });
    await session.request({
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
      dataCoding: 3,
      tlvs: [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.from('é', 'latin1') }],
    });
    expect(fixture.ports.inbound.map(({ content }) => content)).toEqual(['x'.repeat(300), 'é']);
  });

  it('that cannot be read is shown as well as can be, and nothing of it is lost', async () => {
    await fixture.start({ data_coding_overrides: { 0: 'ascii' } });
    await fixture.smsc.deliver({ shortMessage: Buffer.from('caf\xe9', 'latin1') });
    expect(fixture.ports.inbound).toMatchObject([
      { content: 'café', transport_metadata: { smpp_undecodable: true, smpp_octets: '636166e9' } },
    ]);
  });

  it('is kept though a TLV of it is wrong, and says so', async () => {
    await fixture.start();
    await fixture.smsc.deliver({
      shortMessage: Buffer.from('x'),
      tlvs: [{ tag: 0x0006, value: Buffer.alloc(2) }],
    });
    expect(fixture.ports.inbound).toMatchObject([
      {
        content: 'x',
        transport_metadata: { smpp_mended: ['TLV dest_network_type has 2 octets instead of 1'] },
      },
    ]);
  });

  it('is answered ROK when it is durable, not before', async () => {
    const durable = Promise.withResolvers<void>();
    fixture.ports.onInbound = () => durable.promise;
    await fixture.start();
    const session = await fixture.smsc.session();
    const outcome = fixture.smsc.deliver({ shortMessage: Buffer.from('x') });
    await eventually(
      () => session.inFlight,
      (count) => count > 0,
    );
    durable.resolve();
    expect(await outcome).toMatchObject({ status: STATUS.ROK });
  });

  it('that cannot be made durable is asked for again, and keeps its id', async () => {
    const ids: string[] = [];
    let broken = true;
    fixture.ports.onInbound = ({ message_id: id }) => {
      ids.push(id);
      return broken ? Promise.reject(new Error('no broker')) : Promise.resolve();
    };
    await fixture.start();
    expect(await fixture.smsc.deliver({ shortMessage: Buffer.from('x') })).toMatchObject({
      status: STATUS.RX_T_APPN,
    });
    broken = false;
    expect(await fixture.smsc.deliver({ shortMessage: Buffer.from('x') })).toMatchObject({
      status: STATUS.ROK,
    });
    expect(new Set(ids).size).toBe(1);
  });

  it('begins to be published in the order of arrival', async () => {
    await fixture.start();
    // The bind is there before the first is sent: it would wait for it, and the others pass it.
    await fixture.smsc.session('bound_trx');
    const texts = Array.from({ length: 50 }, (_, index) => `text ${index}`);
    await Promise.all(texts.map((text) => fixture.smsc.deliver({ shortMessage: Buffer.from(text) })));
    expect(fixture.ports.inbound.map(({ content }) => content)).toEqual(texts);
  });

  const udh8 = (part: number, text: string) => ({
    esmClass: 0x40,
    shortMessage: Buffer.concat([Buffer.from([5, 0, 3, 77, 3, part]), Buffer.from(text)]),
  });
  const udh16 = (part: number, text: string) => ({
    esmClass: 0x40,
    shortMessage: Buffer.concat([Buffer.from([6, 8, 4, 1, 77, 3, part]), Buffer.from(text)]),
  });
  const sar = (part: number, text: string) => ({
    shortMessage: Buffer.from(text),
    tlvs: [
      tlvInteger(TAG.SAR_SEGMENT_SEQNUM, part, 1),
      tlvInteger(TAG.SAR_TOTAL_SEGMENTS, 3, 1),
      tlvInteger(TAG.SAR_MSG_REF_NUM, 77, 2),
    ],
  });

  it.each([
    ['8-bit UDH in order', udh8, [1, 2, 3]],
    ['8-bit UDH backwards', udh8, [3, 2, 1]],
    ['16-bit UDH', udh16, [2, 3, 1]],
    ['SAR TLVs', sar, [3, 1, 2]],
    ['8-bit UDH with a doubled part', udh8, [1, 1, 3, 3, 2]],
    ['8-bit UDH with the last part doubled', udh8, [1, 3, 2, 2, 2]],
  ])('in parts by %s is joined once', async (_, part, order) => {
    await fixture.start();
    const outcomes = await Promise.all(
      order.map((number) => fixture.smsc.deliver(part(number, `<${number}>`))),
    );
    expect(outcomes.every((outcome) => outcome.outcome === 'answered' && outcome.status === STATUS.ROK)).toBe(
      true,
    );
    expect(fixture.ports.inbound).toMatchObject([
      { content: '<1><2><3>', transport_metadata: { smpp_parts: 3 } },
    ]);
  });

  it('in parts is joined over a restart, and cut characters are whole again', async () => {
    const first = await fixture.start();
    const octets = Buffer.from('😀!', 'utf16le').swap16();
    const part = (number: number, text: Buffer) => ({
      esmClass: 0x40,
      dataCoding: 8,
      shortMessage: Buffer.concat([Buffer.from([5, 0, 3, 9, 2, number]), text]),
    });
    await fixture.smsc.deliver(part(1, octets.subarray(0, 2)));
    await first[Symbol.asyncDispose]();
    const later = fixture.nextLife();
    await fixture.start({}, later);
    await fixture.smsc.deliver(part(2, octets.subarray(2)));
    expect(later.inbound).toMatchObject([{ content: '😀!' }]);
  });

  it('whose state is gone is asked for again', async () => {
    await fixture.start();
    fixture.ports.state.broken = true;
    expect(await fixture.smsc.deliver(udh8(1, 'a'))).toMatchObject({ status: STATUS.RX_T_APPN });
    fixture.ports.state.broken = false;
    for (const number of [1, 2, 3]) await fixture.smsc.deliver(udh8(number, `<${number}>`));
    expect(fixture.ports.inbound).toMatchObject([{ content: '<1><2><3>' }]);
  });
});

describe('what an SMSC sends again', () => {
  const text = { shortMessage: Buffer.from('yes') };

  it('after the connection broke before the response has the id of the first time', async () => {
    const ids: string[] = [];
    const first = Promise.withResolvers<void>();
    fixture.ports.onInbound = ({ message_id: id }) =>
      ids.push(id) === 1 ? first.promise : Promise.resolve();
    await fixture.start();
    const outcome = fixture.smsc.deliver(text);
    await eventually(
      () => ids.length,
      (count) => count === 1,
    );
    await fixture.smsc.cut();
    expect((await outcome).outcome).toBe('lost');
    first.resolve();
    await fixture.smsc.deliver(text);
    await fixture.smsc.deliver(text);
    expect(ids).toEqual([ids[0], ids[0], expect.not.stringMatching(ids[0] ?? '')]);
  });

  it('after a kill has the id of the first time', async () => {
    let seen: string | undefined;
    fixture.ports.onInbound = ({ message_id: id }) => {
      seen = id;
      return NEVER;
    };
    await fixture.start();
    void fixture.smsc.deliver(text);
    await eventually(
      () => seen,
      (id) => id !== undefined,
    );
    expect(fixture.ports.ledger.flushes).toBeGreaterThan(0);
    const survivor = fixture.nextLife();
    await fixture.smsc.cut();
    const next = await TestSmsc.start();
    await fixture.start({ port: next.port }, survivor);
    await next.deliver(text);
    await next.deliver(text);
    expect(survivor.inbound.map(({ message_id: id }) => id === seen)).toEqual([true, false]);
    await next[Symbol.asyncDispose]();
  });

  it('is not what a user writes twice', async () => {
    await fixture.start();
    await Promise.all([fixture.smsc.deliver(text), fixture.smsc.deliver(text)]);
    await fixture.smsc.deliver(text);
    expect(new Set(fixture.ports.inbound.map(({ message_id: id }) => id)).size).toBe(3);
  });

  it('is forgotten when the SMSC has read the response', async () => {
    await fixture.start();
    await fixture.smsc.deliver(text);
    expect(fixture.ports.ledger.entries('in/')).toHaveLength(1);
    await fixture.ports.send(outbound('proves it'));
    expect(fixture.ports.ledger.entries('in/')).toEqual([]);
    await fixture.smsc.cut();
    await fixture.smsc.deliver(text);
    expect(new Set(fixture.ports.inbound.map(({ message_id: id }) => id)).size).toBe(2);
  });
});
