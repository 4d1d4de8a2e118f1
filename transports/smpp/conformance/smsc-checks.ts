import { encodeFrame } from '../codec/encode.ts';
import { BLANK_MESSAGE, type BindCommand, type MessageBody, type Pdu } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv, tlvInteger } from '../codec/tlvs.ts';
import { answered, need, needRefusal, needStatus, Skipped, type Check } from './check.ts';
import type { SmscBench } from './smsc-bench.ts';
import { damagedLength, frameOf, smLengthOf } from './octets.ts';

type Checks = Readonly<Record<number, Check<SmscBench>>>;

/** Points 1 to 26: frames, session and fields, from the side of an ESME. */
export const SMSC_SESSION_CHECKS: Checks = {
  1: async (bench) => {
    const wire = await bench.bound();
    await wire.ask({ command: 'enquire_link' }, bench.ms);
    const { frame } = wire.heard.find(({ pdu }) => pdu?.body.command === 'enquire_link_resp') ?? {};
    need(frame?.length === 16 && frame.readUInt32BE(0) === 16, 'enquire_link_resp has not 16 octets');
  },
  2: async (bench) => {
    const wire = await bench.bound();
    const one = encodeFrame({ status: 0, sequence: 101, body: { command: 'enquire_link' } });
    for (const octet of one) wire.raw(Buffer.from([octet]));
    answered(await wire.response(101, bench.ms), 'a PDU sent octet by octet');
    const many = [102, 103, 104].map((sequence) =>
      encodeFrame({ status: 0, sequence, body: { command: 'enquire_link' } }),
    );
    wire.raw(Buffer.concat(many));
    for (const sequence of [102, 103, 104])
      answered(await wire.response(sequence, bench.ms), 'three PDUs in one');
  },
  3: async (bench) => {
    for (const length of [8, 0, 0x7fffffff]) {
      const wire = await bench.bound();
      wire.raw(damagedLength(frameOf(bench.submit()), length));
      const nack = await wire.receive(({ body }) => body.command === 'generic_nack', bench.ms);
      needStatus(nack, [STATUS.RINVCMDLEN], `command_length ${length}`);
      need(await wire.closes(bench.ms), `the connection stays open after command_length ${length}`);
    }
  },
  4: async (bench) => {
    const wire = await bench.bound();
    wire.raw(Buffer.from('00000010000000ff000000000000004d', 'hex'));
    const nack = needStatus(await wire.response(0x4d, bench.ms), [STATUS.RINVCMDID], 'command_id 0xff');
    need(nack.body.command === 'generic_nack', `command_id 0xff got ${nack.body.command}`);
    await bench.alive(wire);
  },
  5: async (bench) => {
    const wire = await bench.bound();
    wire.raw(Buffer.from('00000010800000150000000000000051', 'hex'));
    wire.raw(Buffer.from('00000010800000000000000300000052', 'hex'));
    await bench.alive(wire);
    const answers = wire.pdus.filter(({ sequence }) => sequence === 0x51 || sequence === 0x52);
    need(answers.length === 0, 'a response was answered');
  },
  6: async (bench) => {
    const wire = await bench.bound();
    for (const sequence of [0x7fffffff, 1, 0, 0xfffffffe]) {
      wire.send({ command: 'enquire_link' }, { sequence });
      answered(await wire.response(sequence, bench.ms), `sequence_number ${sequence}`);
    }
  },
  7: async (bench) => {
    const wire = await bench.bound();
    const numbers = Array.from({ length: 10 }, (_, index) =>
      wire.send(index % 2 === 0 ? { command: 'enquire_link' } : bench.submit()),
    );
    for (const sequence of numbers) answered(await wire.response(sequence, bench.ms), 'a request');
    await bench.alive(wire);
    for (const sequence of numbers) {
      const answers = wire.pdus.filter(
        (pdu) => pdu.sequence === sequence && pdu.body.command.endsWith('_resp'),
      );
      need(answers.length === 1, `a request got ${answers.length} responses`);
    }
  },
  8: async (bench) => {
    const wire = await bench.bound();
    const numbers = Array.from({ length: 10 }, () => wire.send(bench.submit()));
    for (const sequence of numbers)
      needStatus(await wire.response(sequence, bench.ms), [STATUS.ROK], 'one of ten outstanding submit_sm');
  },
  9: async (bench) => {
    const wire = await bench.bound();
    const sequence = wire.send(bench.submit({ destinationAddr: '' }));
    needRefusal(await wire.response(sequence, bench.ms), 'submit_sm without destination_addr');
  },
  10: async (bench) => {
    const wire = await bench.connect();
    needStatus(await wire.ask(bench.submit(), bench.ms), [STATUS.RINVBNDSTS], 'submit_sm before a bind');
    const bound = await bench.bound();
    needStatus(await bench.bind(bound), [STATUS.RALYBND], 'a second bind in a session');
    await bench.alive(bound);
  },
  11: async (bench) => {
    const transmitter = await bench.bound({ command: 'bind_transmitter' });
    needStatus(await transmitter.ask(bench.submit(), bench.ms), [STATUS.ROK], 'submit_sm of a transmitter');
    const receiver = await bench.bound({ command: 'bind_receiver' });
    needStatus(await receiver.ask(bench.submit(), bench.ms), [STATUS.RINVBNDSTS], 'submit_sm of a receiver');
  },
  12: async (bench) => {
    const wire = await bench.connect();
    const answer = answered(await bench.bind(wire, { password: 'wrong-pw' }), 'a bind with a wrong password');
    if (answer.status === STATUS.ROK) throw new Skipped('the SMSC takes any password');
    needStatus(
      answer,
      [STATUS.RBINDFAIL, STATUS.RINVPASWD, STATUS.RINVSYSID],
      'a bind with a wrong password',
    );
  },
  13: async (bench) => {
    const old = await bench.connect();
    const answer = needStatus(
      await bench.bind(old, { interfaceVersion: 0x33 }),
      [STATUS.ROK],
      'a bind as 3.3',
    );
    need('tlvs' in answer.body && answer.body.tlvs.length === 0, 'bind_resp to a 3.3 peer has TLVs');
    old.destroy();
    const wire = await bench.connect();
    const modern = needStatus(await bench.bind(wire), [STATUS.ROK], 'a bind as 3.4');
    const tlvs = 'tlvs' in modern.body ? modern.body.tlvs : [];
    need(findTlv(tlvs, TAG.SC_INTERFACE_VERSION) !== undefined, 'bind_resp lacks sc_interface_version');
  },
  14: async (bench) => {
    const wire = await bench.bound({ interfaceVersion: 0x33 });
    const answer = needStatus(await wire.ask(bench.submit(), bench.ms), [STATUS.ROK], 'submit_sm as 3.3');
    const id = 'messageId' in answer.body ? answer.body.messageId : '';
    need(id.length <= 8, `message_id "${id}" has ${id.length} octets`);
  },
  16: async (bench) => {
    const wire = await bench.bound();
    needStatus(await wire.ask({ command: 'unbind' }, bench.ms), [STATUS.ROK], 'unbind');
    wire.socket.end();
    need(await wire.closes(bench.ms), 'the connection stays open after unbind');
  },
  17: async (bench) => {
    for (const command of ['bind_transmitter', 'bind_receiver', 'bind_transceiver'] satisfies BindCommand[]) {
      const wire = await bench.bound({ command });
      await bench.alive(wire);
      // An SMSC may count the sessions of a client.
      await bench.leave(wire);
    }
  },
  18: async (bench) => {
    if (!bench.slow) throw new Skipped('takes up to 65 s: ask for it with --slow');
    need(await (await bench.connect()).closes(65_000), 'a session without a bind stays open for 65 s');
  },
  22: async (bench) => {
    const wire = await bench.bound();
    const long = frameOf(bench.submit({ destinationAddr: '12345678901234567890' }), 77);
    // One octet more in an address of the greatest length.
    const at = long.indexOf('12345678901234567890') + 20;
    const octets = Buffer.concat([long.subarray(0, at), Buffer.from('9'), long.subarray(at)]);
    wire.raw(damagedLength(octets, octets.length));
    needRefusal(await wire.response(77, bench.ms), 'a destination_addr of 21 characters');
    await bench.alive(wire);
  },
  23: async (bench) => {
    const wire = await bench.bound();
    const most = bench.submit({ shortMessage: Buffer.alloc(254, 65) });
    needStatus(await wire.ask(most, bench.ms), [STATUS.ROK], 'sm_length 254');
    for (const length of [255, 200]) {
      wire.raw(smLengthOf(frameOf(bench.submit(), 80 + length), length));
      needStatus(
        await wire.response(80 + length, bench.ms),
        [STATUS.RINVMSGLEN],
        `sm_length ${length} of 2 octets`,
      );
    }
    await bench.alive(wire);
  },
  24: async (bench) => {
    const wire = await bench.bound();
    const payload = [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.alloc(300, 65) }];
    const whole = bench.submit({ shortMessage: Buffer.alloc(0), tlvs: payload });
    needStatus(await wire.ask(whole, bench.ms), [STATUS.ROK], 'text in message_payload');
    needRefusal(await wire.ask(bench.submit({ tlvs: payload }), bench.ms), 'text in both places');
  },
  25: async (bench) => {
    const wire = await bench.bound();
    const unknown = bench.submit({ tlvs: [{ tag: 0x3ffe, value: Buffer.from('x') }] });
    needStatus(await wire.ask(unknown, bench.ms), [STATUS.ROK], 'an unknown TLV');
    const wrong = bench.submit({ tlvs: [{ tag: TAG.USER_MESSAGE_REFERENCE, value: Buffer.from([1]) }] });
    needStatus(await wire.ask(wrong, bench.ms), [STATUS.RINVPARLEN], 'user_message_reference of 1 octet');
    const cut = frameOf(bench.submit({ tlvs: [{ tag: 0x1400, value: Buffer.alloc(10) }] }), 90);
    wire.raw(damagedLength(cut.subarray(0, -3), cut.length - 3));
    needStatus(await wire.response(90, bench.ms), [STATUS.RINVOPTPARSTREAM], 'a TLV that is cut off');
    await bench.alive(wire);
  },
  26: async (bench) => {
    const wire = await bench.bound();
    const tlvs = [tlvInteger(TAG.USER_MESSAGE_REFERENCE, 1, 2), tlvInteger(TAG.USER_MESSAGE_REFERENCE, 2, 2)];
    const vendor = { tag: 0x1400, value: Buffer.from('vendor') };
    needStatus(
      await wire.ask(bench.submit({ tlvs: [...tlvs, vendor] }), bench.ms),
      [STATUS.ROK],
      'repeated TLVs',
    );
  },
};

/** Points 27 to 60: what a message says, receipts and operations. */
export const SMSC_MESSAGE_CHECKS: Checks = {
  27: async (bench) => {
    const wire = await bench.bound();
    const shortMessage = Buffer.from('050003010101', 'hex');
    await take(bench, wire, { esmClass: 0x03 }, 'store and forward');
    await take(bench, wire, { esmClass: 0x40, shortMessage }, 'a text with header');
    for (const esmClass of [0x01, 0x02, 0x80]) {
      const answer = await wire.ask(bench.submit({ esmClass }), bench.ms);
      needStatus(answer, [STATUS.ROK, STATUS.RINVESMCLASS], `esm_class ${esmClass}`);
    }
  },
  28: async (bench) => {
    const wire = await bench.bound();
    const asked = await bench.receiptFor(wire, 1);
    need(asked !== null, 'no receipt came for registered_delivery 1');
    const unasked = await bench.receiptFor(wire, 0, 500);
    need(unasked === null, 'a receipt came for registered_delivery 0');
  },
  30: async (bench) => {
    const wire = await bench.bound();
    needStatus(
      await wire.ask(bench.submit({ scheduleDeliveryTime: 'R' }), bench.ms),
      [STATUS.RINVSCHED],
      'schedule_delivery_time "R"',
    );
    needStatus(
      await wire.ask(bench.submit({ validityPeriod: 'x' }), bench.ms),
      [STATUS.RINVEXPIRY],
      'validity_period "x"',
    );
    await take(bench, wire, { validityPeriod: '000001000000000R' }, 'a relative validity_period');
  },
  31: async (bench) => {
    const wire = await bench.bound();
    await take(bench, wire, { priorityFlag: 3 }, 'priority_flag 3');
    needRefusal(await wire.ask(bench.submit({ priorityFlag: 4 }), bench.ms), 'priority_flag 4');
  },
  32: async (bench) => {
    const wire = await bench.bound();
    const { destAddrTon: ton, destAddrNpi: npi, destinationAddr: address, ...fields } = bench.submit();
    const destinations = [{ ton, npi, address }];
    const answer = answered(
      await wire.ask({ ...fields, command: 'submit_multi', destinations }, bench.ms),
      'submit_multi',
    );
    supported(answer, 'submit_multi');
    needStatus(answer, [STATUS.ROK], 'submit_multi');
    need(
      'unreached' in answer.body && answer.body.unreached.length === 0,
      'submit_multi left the receiver out',
    );
  },
  33: coding(0x00),
  39: async (bench) => {
    const wire = await bench.bound();
    await take(bench, wire, { dataCoding: 8, shortMessage: Buffer.from('00480069', 'hex') }, 'UCS-2');
    answered(
      await wire.ask(bench.submit({ dataCoding: 8, shortMessage: Buffer.from('004800', 'hex') }), bench.ms),
      'UCS-2 of 3 octets',
    );
    await bench.alive(wire);
  },
  40: coding(0xf0, 0x10, 0xc8, 0xd0),
  42: async (bench) => {
    const wire = await bench.bound();
    for (const dataCoding of [0x02, 0x04]) {
      const shortMessage = Buffer.from('00ff', 'hex');
      const answer = answered(await wire.ask(bench.submit({ dataCoding, shortMessage }), bench.ms), 'binary');
      if (answer.status !== STATUS.ROK)
        throw new Skipped(`the SMSC takes no binary: ${statusName(answer.status)}`);
    }
  },
  43: async (bench) => {
    const wire = await bench.bound();
    const partOf = (header: string, part: string) => ({
      esmClass: 0x40,
      shortMessage: Buffer.from(`${header}${part}41`, 'hex'),
    });
    for (const part of ['01', '02'])
      await take(bench, wire, partOf('0500030102', part), 'a part with header');
    for (const part of ['01', '02']) {
      const answer = await wire.ask(bench.submit(partOf('0b05040010001100030202', part)), bench.ms);
      // Ports are for programs on phones: an SMSC may not take them, but says so.
      needStatus(answer, [STATUS.ROK, STATUS.RINVESMCLASS], 'a part with ports in its header');
    }
  },
  44: async (bench) => {
    const wire = await bench.bound();
    for (const part of [1, 2]) {
      const tlvs = [
        tlvInteger(TAG.SAR_MSG_REF_NUM, 7, 2),
        tlvInteger(TAG.SAR_TOTAL_SEGMENTS, 2, 1),
        tlvInteger(TAG.SAR_SEGMENT_SEQNUM, part, 1),
      ];
      await take(bench, wire, { tlvs }, 'a part with SAR TLVs');
    }
  },
  48: async (bench) => {
    const { body } = await bench.needReceipt();
    need('esmClass' in body && (body.esmClass & 0x3c) === 0x04, 'the receipt has not esm_class 0x04');
  },
  49: async (bench) => {
    const text = receiptText(await bench.needReceipt());
    for (const field of ['id:', 'submit date:', 'done date:', 'stat:', 'err:'])
      need(text.toLowerCase().includes(field), `the receipt has no "${field}": ${text}`);
  },
  50: async (bench) => {
    const text = receiptText(await bench.needReceipt());
    const state = /stat:(\w+)/i.exec(text)?.[1] ?? '';
    const known = /^(DELIVRD|EXPIRED|DELETED|UNDELIV|ACCEPTD|UNKNOWN|REJECTD|ENROUTE|FAILED|SKIPPED)$/i;
    need(known.test(state), `the receipt has the state "${state}"`);
  },
  51: async (bench) => {
    const receipt = await bench.needReceipt();
    const id = /id:(\S+)/i.exec(receiptText(receipt))?.[1] ?? '';
    need(id === bench.lastId, `the response said "${bench.lastId}", the receipt "${id}"`);
  },
  55: async (bench) => {
    const wire = await bench.bound();
    const first = await bench.receiptFor(wire, 1, bench.receiptMs, STATUS.RX_T_APPN);
    if (first === null) throw new Skipped('no receipt came');
    const again = await bench.nextDelivery(wire, first.sequence);
    need(again !== null, 'a deliver_sm refused with ESME_RX_T_APPN did not come again');
  },
  60: async (bench) => {
    const wire = await bench.bound();
    const source = { sourceAddrTon: 0, sourceAddrNpi: 0, sourceAddr: bench.from };
    const query = answered(
      await wire.ask({ command: 'query_sm', messageId: 'none', ...source }, bench.ms),
      'query_sm',
    );
    supported(query, 'query_sm');
    needStatus(query, [STATUS.RQUERYFAIL, STATUS.RINVMSGID], 'query_sm of an unknown id');
    await take(bench, wire, {}, 'submit_sm');
    const known = await wire.ask({ command: 'query_sm', messageId: bench.lastId, ...source }, bench.ms);
    needStatus(known, [STATUS.ROK], 'query_sm of a known id');
    const dest = { destAddrTon: 0, destAddrNpi: 0, destinationAddr: bench.to };
    const cancel = await wire.ask(
      { command: 'cancel_sm', serviceType: '', messageId: 'none', ...source, ...dest },
      bench.ms,
    );
    needRefusal(cancel, 'cancel_sm of an unknown id');
    const { scheduleDeliveryTime, validityPeriod, registeredDelivery, smDefaultMsgId } = BLANK_MESSAGE;
    const rest = { scheduleDeliveryTime, validityPeriod, registeredDelivery, smDefaultMsgId };
    const shortMessage = Buffer.from('other');
    const replace = await wire.ask(
      { command: 'replace_sm', messageId: 'none', ...source, ...rest, shortMessage },
      bench.ms,
    );
    needRefusal(replace, 'replace_sm of an unknown id');
  },
};

function coding(...values: readonly number[]): Check<SmscBench> {
  return async (bench) => {
    const wire = await bench.bound();
    for (const dataCoding of values)
      await take(bench, wire, { dataCoding }, `data_coding 0x${dataCoding.toString(16)}`);
  };
}

async function take(
  bench: SmscBench,
  wire: Awaited<ReturnType<SmscBench['bound']>>,
  fields: Partial<MessageBody>,
  what: string,
): Promise<void> {
  bench.note(needStatus(await wire.ask(bench.submit(fields), bench.ms), [STATUS.ROK], what));
}

function supported(answer: Pdu, command: string): void {
  if (answer.status === STATUS.RINVCMDID) throw new Skipped(`the SMSC has no ${command}`);
}

function receiptText({ body }: Pdu): string {
  if (!('tlvs' in body)) return '';
  const short = 'shortMessage' in body ? body.shortMessage : Buffer.alloc(0);
  return (short.length > 0 ? short : (findTlv(body.tlvs, TAG.MESSAGE_PAYLOAD) ?? short)).toString('latin1');
}
