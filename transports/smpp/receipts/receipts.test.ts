import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outbound, SmppFixture } from '../../testing/smpp-fixture.ts';
import { TestSmsc } from '../../testing/test-smsc.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger, tlvText } from '../codec/tlvs.ts';

let fixture: SmppFixture;

beforeEach(async () => {
  fixture = await SmppFixture.create();
});

afterEach(() => fixture[Symbol.asyncDispose]());

describe('a receipt', () => {
  const DELIVERED =
    'id:id-1 sub:001 dlvrd:001 submit date:2611222200 done date:2611222200 stat:DELIVRD err:000 text:x';

  it.each([
    ['its text', DELIVERED, {}, ['delivered', 'DELIVRD']],
    ['its text, failed', 'id:id-1 stat:UNDELIV err:034', {}, ['failed', 'UNDELIV']],
    ['its text, on the way', 'id:id-1 stat:ENROUTE', {}, ['pending', 'ENROUTE']],
    ['an id in capitals', 'id:ID-1 stat:DELIVRD', {}, ['delivered', 'DELIVRD']],
    ['an id with zeros in front', 'id:00id-1 stat:DELIVRD', {}, ['delivered', 'DELIVRD']],
    ['an id in quotes', 'id:"id-1" stat:DELIVRD', {}, ['delivered', 'DELIVRD']],
    ['an id that is padded', 'id:id-1      sub:001 stat:DELIVRD', {}, ['delivered', 'DELIVRD']],
    ['ASCII under data_coding 8', DELIVERED, { dataCoding: 8 }, ['delivered', 'DELIVRD']],
    [
      'its TLVs, whatever text and esm_class say',
      'hello',
      {
        esmClass: 0,
        tlvs: [tlvText(TAG.RECEIPTED_MESSAGE_ID, 'id-1'), tlvInteger(TAG.MESSAGE_STATE, 3, 1)],
      },
      ['failed', 'EXPIRED'],
    ],
    ['an intermediate notification', 'id:id-1 stat:ENROUTE', { esmClass: 0x20 }, ['pending', 'ENROUTE']],
    [
      'text in UTF-16',
      '',
      { dataCoding: 8, shortMessage: Buffer.from('id:id-1 stat:DELIVRD', 'utf16le').swap16() },
      ['delivered', 'DELIVRD'],
    ],
    [
      'text in message_payload',
      '',
      { tlvs: [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.from(DELIVERED) }] },
      ['delivered', 'DELIVRD'],
    ],
  ])('points 48 to 50: by %s is a report on its message', async (_, text, fields, [status, state]) => {
    await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    expect(await fixture.smsc.receipt(text, fields)).toMatchObject({ status: STATUS.ROK });
    expect(fixture.eventsOf(message)[1]).toMatchObject({
      event_type: 'delivery_report',
      delivery_status: status,
      transport_metadata: { smpp_delivery_status: state },
    });
    expect(fixture.ports.inbound).toEqual([]);
  });

  it('point 52: before the response waits for it', async () => {
    const answer = Promise.withResolvers<{ status: number; id: string }>();
    fixture.smsc.onSubmit = () => answer.promise;
    await fixture.start();
    const message = outbound('x');
    const sent = fixture.ports.send(message);
    await fixture.smsc.receipt('id:early stat:ENROUTE');
    await fixture.smsc.receipt('id:early stat:DELIVRD');
    expect(fixture.ports.events).toEqual([]);
    answer.resolve({ status: STATUS.ROK, id: 'early' });
    await sent;
    expect(
      fixture.eventsOf(message).map((event) => ('delivery_status' in event ? event.delivery_status : 'ack')),
    ).toEqual(expect.arrayContaining(['pending', 'delivered', 'ack']));
  });

  it.each([
    ['decimal', ['1f', '100', '0000002A'], ['31', '0000000256', '42']],
    ['hexadecimal', ['31', '256', '4294967338'], ['1f', '100', '10000002A']],
    ['as they are', ['31', '256', '42'], ['31', '256', '42']],
  ])('point 51: of an SMSC whose receipts spell ids %s finds its message', async (_, given, told) => {
    const ids = [...given];
    fixture.smsc.onSubmit = () => ({ status: STATUS.ROK, id: ids.shift() ?? '' });
    await fixture.start();
    const messages = given.map(() => outbound('x'));
    for (const message of messages) await fixture.ports.send(message);
    // The second id may be read either way: what it means shows with the others.
    for (const index of [1, 0, 2]) await fixture.smsc.receipt(`id:${told[index]} stat:DELIVRD`);
    for (const message of messages) {
      expect(fixture.eventsOf(message)).toMatchObject([{}, { delivery_status: 'delivered' }]);
    }
  });

  it('points 51 and 52: before the response finds its message where the SMSC spells ids in two ways', async () => {
    fixture.smsc.onSubmit = () => ({ status: STATUS.ROK, id: '1f' });
    await fixture.start();
    await fixture.ports.send(outbound('x'));
    await fixture.smsc.receipt('id:31 stat:DELIVRD');
    const answer = Promise.withResolvers<{ status: number; id: string }>();
    fixture.smsc.onSubmit = () => answer.promise;
    const message = outbound('y');
    const sent = fixture.ports.send(message);
    await fixture.smsc.receipt('id:256 stat:UNDELIV');
    answer.resolve({ status: STATUS.ROK, id: '100' });
    await sent;
    expect(fixture.eventsOf(message)).toContainEqual(expect.objectContaining({ delivery_status: 'failed' }));
  });

  it('point 51: of nobody stays with its id when the spelling of ids is learned', async () => {
    const given = ['1f', 'x-1'];
    fixture.smsc.onSubmit = () => ({ status: STATUS.ROK, id: given.shift() ?? '' });
    await fixture.start();
    await fixture.smsc.receipt('id:X-1 stat:UNDELIV');
    const [first, second] = [outbound('x'), outbound('y')];
    await fixture.ports.send(first);
    await fixture.smsc.receipt('id:31 stat:DELIVRD');
    await fixture.ports.send(second);
    expect(fixture.eventsOf(second)).toContainEqual(expect.objectContaining({ delivery_status: 'failed' }));
  });

  it('point 53: that comes twice is one event', async () => {
    await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    await fixture.smsc.receipt(DELIVERED);
    await fixture.smsc.receipt(DELIVERED);
    expect(new Set(fixture.eventsOf(message).map(({ event_id: id }) => id)).size).toBe(2);
  });

  it('point 53: after a restart finds its message', async () => {
    const first = await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    await first[Symbol.asyncDispose]();
    const later = fixture.nextLife();
    await fixture.start({}, later);
    await fixture.smsc.receipt(DELIVERED);
    expect(fixture.eventsOf(message, later)).toMatchObject([{ delivery_status: 'delivered' }]);
  });

  it('is matched to the newest message when an SMSC gives an id again', async () => {
    fixture.smsc.onSubmit = () => ({ status: STATUS.ROK, id: '1' });
    await fixture.start();
    const [first, second] = [outbound('a'), outbound('b')];
    await fixture.ports.send(first);
    await fixture.smsc.receipt('id:1 stat:DELIVRD');
    await fixture.ports.send(second);
    expect(fixture.eventsOf(second)).toHaveLength(1);
    await fixture.smsc.receipt('id:1 stat:UNDELIV');
    expect(fixture.eventsOf(second)[1]).toMatchObject({ delivery_status: 'failed' });
  });

  it('of a part alone does not say that a long message is delivered', async () => {
    await fixture.start();
    const message = outbound('a'.repeat(400));
    await fixture.ports.send(message);
    await fixture.smsc.receipt('id:id-1 stat:DELIVRD');
    await fixture.smsc.receipt('id:id-3 stat:DELIVRD');
    expect(fixture.eventsOf(message)).toHaveLength(1);
    await fixture.smsc.receipt('id:id-2 stat:DELIVRD');
    expect(fixture.eventsOf(message)[1]).toMatchObject({ delivery_status: 'delivered' });
  });

  it('tells the states of all parts of a long message, and of a failed one nothing more', async () => {
    await fixture.start();
    const message = outbound('a'.repeat(400));
    await fixture.ports.send(message);
    await fixture.smsc.receipt('id:id-1 stat:DELIVRD');
    await fixture.smsc.receipt('id:id-2 stat:UNDELIV');
    await fixture.smsc.receipt('id:id-3 stat:ENROUTE');
    await fixture.smsc.receipt('id:id-3 stat:DELIVRD');
    expect(fixture.eventsOf(message)).toMatchObject([
      { event_type: 'ack' },
      {
        delivery_status: 'failed',
        transport_metadata: { smpp_parts: 3, smpp_part_states: ['DELIVRD', 'UNDELIV', null] },
      },
    ]);
  });

  it('point 53: on another bind of the account finds its message', async () => {
    await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    const other = await TestSmsc.start();
    const ports = fixture.nextLife();
    await fixture.start({ port: other.port }, ports);
    await other.receipt(DELIVERED);
    expect(fixture.eventsOf(message, ports)).toMatchObject([{ delivery_status: 'delivered' }]);
    await other[Symbol.asyncDispose]();
  });

  it('is no event where reports are disabled, and is taken', async () => {
    await fixture.start({ disable_delivery_report: true });
    const message = outbound('x');
    await fixture.ports.send(message);
    expect(await fixture.smsc.receipt(DELIVERED)).toMatchObject({ status: STATUS.ROK });
    expect(fixture.eventsOf(message)).toMatchObject([{ event_type: 'ack' }]);
  });

  it('of a part that failed says that a long message failed', async () => {
    await fixture.start();
    const message = outbound('a'.repeat(400));
    await fixture.ports.send(message);
    await fixture.smsc.receipt('id:id-2 stat:UNDELIV');
    expect(fixture.eventsOf(message)[1]).toMatchObject({ delivery_status: 'failed' });
  });

  it('point 55: that cannot be stored is asked for again', async () => {
    await fixture.start();
    await fixture.ports.send(outbound('x'));
    fixture.ports.state.broken = true;
    expect(await fixture.smsc.receipt(DELIVERED)).toMatchObject({ status: STATUS.RX_T_APPN });
  });

  it.each([
    ['ACCEPTD, then UNDELIV', { esmClass: 4 }, 'ACCEPTD UNDELIV', 'failed'],
    ['an intermediate ACCEPTD, then DELIVRD', { esmClass: 0x20 }, 'ACCEPTD DELIVRD', 'delivered'],
    ['an intermediate UNDELIV, then DELIVRD', { esmClass: 0x20 }, 'UNDELIV DELIVRD', 'delivered'],
    ['an intermediate UNDELIV, then UNDELIV', { esmClass: 0x20 }, 'UNDELIV UNDELIV', 'failed'],
    ['an intermediate DELIVRD, then EXPIRED', { esmClass: 0x20 }, 'DELIVRD EXPIRED', 'failed'],
  ])('point 50: %s: ends with the last', async (_, fields, states, status) => {
    const [early, late] = states.split(' ');
    await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    await fixture.smsc.receipt(`id:id-1 stat:${early}`, fields);
    await fixture.smsc.receipt(`id:id-1 stat:${late}`);
    await fixture.smsc.receipt(`id:id-1 stat:${early}`, fields);
    expect(fixture.eventsOf(message)).toMatchObject([
      { event_type: 'ack' },
      { delivery_status: 'pending', transport_metadata: { smpp_delivery_status: early } },
      { delivery_status: status, transport_metadata: { smpp_delivery_status: late } },
    ]);
  });

  it('point 50: an intermediate one of a part does not fail a long message', async () => {
    await fixture.start();
    const message = outbound('a'.repeat(200));
    await fixture.ports.send(message);
    await fixture.smsc.receipt('id:id-1 stat:UNDELIV', { esmClass: 0x20 });
    for (const id of ['id-1', 'id-2']) await fixture.smsc.receipt(`id:${id} stat:DELIVRD`);
    expect(fixture.eventsOf(message).slice(1)).toMatchObject([
      { delivery_status: 'pending', transport_metadata: { smpp_intermediate: true } },
      { delivery_status: 'delivered', transport_metadata: { smpp_part_states: ['DELIVRD', 'DELIVRD'] } },
    ]);
  });

  it.each([
    ['no id in the text', 'stat:DELIVRD err:000'],
    ['another id in the text', 'id:4711 stat:DELIVRD err:000'],
  ])('point 48: finds its message by the TLV: %s', async (_, text) => {
    await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    await fixture.smsc.receipt(text, { tlvs: [tlvText(TAG.RECEIPTED_MESSAGE_ID, 'id-1')] });
    expect(fixture.eventsOf(message)[1]).toMatchObject({ delivery_status: 'delivered' });
  });

  it('says why, with what the network and its operator add', async () => {
    await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    const tlvs = [
      tlvText(TAG.RECEIPTED_MESSAGE_ID, 'id-1'),
      tlvInteger(TAG.MESSAGE_STATE, 5, 1),
      { tag: TAG.NETWORK_ERROR_CODE, value: Buffer.from([3, 0, 27]) },
      { tag: 0x1411, value: Buffer.from('655001') },
      { tag: 0x0006, value: Buffer.alloc(2) },
    ];
    await fixture.smsc.receipt('id:id-1 stat:UNDELIV err:027 text:secret', { tlvs });
    expect(fixture.eventsOf(message)[1]?.transport_metadata).toEqual({
      smpp_delivery_status: 'UNDELIVERABLE',
      smpp_delivery_error: '027',
      smpp_message_id: 'id-1',
      smpp_receipt: 'id:id-1 stat:UNDELIV err:027',
      smpp_network_error: { network: 'GSM', code: 27 },
      smpp_tlvs: {
        receipted_message_id: 'id-1',
        message_state: 5,
        network_error_code: '03001b',
        '0x1411': '363535303031',
        dest_network_type: '0x0000',
      },
      smpp_mended: ['TLV dest_network_type has 2 octets instead of 1'],
    });
  });

  it('point 55: that cannot be read is refused', async () => {
    await fixture.start();
    expect(await fixture.smsc.receipt('what is this')).toMatchObject({ status: STATUS.RX_R_APPN });
    expect([fixture.ports.inbound, fixture.ports.events]).toEqual([[], []]);
  });

  it('that cannot be read is a message where the option says so', async () => {
    await fixture.start({ unreadable_receipts: 'message' });
    expect(await fixture.smsc.receipt('what is this')).toMatchObject({ status: STATUS.ROK });
    expect(fixture.ports.inbound).toMatchObject([{ content: 'what is this' }]);
  });

  it('points 53 and 55: that belongs to nobody is taken and no message', async () => {
    await fixture.start();
    expect(await fixture.smsc.receipt('id:stranger stat:DELIVRD')).toMatchObject({ status: STATUS.ROK });
    expect([fixture.ports.inbound, fixture.ports.events]).toEqual([[], []]);
  });

  it('point 48: is a text like others when esm_class does not say what it is', async () => {
    await fixture.start();
    await fixture.smsc.receipt(DELIVERED, { esmClass: 0 });
    expect(fixture.ports.inbound).toMatchObject([{ content: DELIVERED }]);
  });

  it('point 48: is known by its text alone where the bind is set to that', async () => {
    await fixture.start({ delivery_report_use_esm_class: false });
    const message = outbound('x');
    await fixture.ports.send(message);
    await fixture.smsc.receipt(DELIVERED, { esmClass: 0 });
    await fixture.smsc.deliver({ shortMessage: Buffer.from('hello') });
    expect(fixture.eventsOf(message)).toHaveLength(2);
    expect(fixture.ports.inbound).toMatchObject([{ content: 'hello' }]);
  });
});
