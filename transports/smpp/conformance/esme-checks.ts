import { encodeFrame } from '../codec/encode.ts';
import { BLANK_MESSAGE } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger, tlvText } from '../codec/tlvs.ts';
import { answered, need, needRefusal, needStatus, type Check } from './check.ts';
import { needSlow, type EsmeBench } from './esme-bench.ts';
import { damagedLength, frameOf, smLengthOf } from './octets.ts';

type Checks = Readonly<Record<number, Check<EsmeBench>>>;
const HAMMERING_MS = 1500;
const MOST_BINDS = 5;

/** Frames and session, from the side of an SMSC. */
export const ESME_SESSION_CHECKS: Checks = {
  1: async (bench) => {
    const wire = await bench.bound();
    await bench.alive(wire);
    const { frame } = wire.heard.find(({ pdu }) => pdu?.body.command === 'enquire_link_resp') ?? {};
    need(frame?.length === 16 && frame.readUInt32BE(0) === 16, 'enquire_link_resp has not 16 octets');
  },
  2: async (bench) => {
    const wire = await bench.bound();
    const numbers = Array.from({ length: 4 }, () => bench.number());
    const [alone = Buffer.alloc(0), ...joined] = numbers.map((sequence) =>
      frameOf(bench.deliver(), sequence),
    );
    for (const octet of alone) wire.raw(Buffer.from([octet]));
    wire.raw(Buffer.concat(joined));
    for (const sequence of numbers)
      answered(await wire.response(sequence, bench.ms), 'a PDU that TCP cut or joined');
  },
  3: async (bench) => {
    for (const length of [8, 0, 0x7fffffff]) {
      const wire = await bench.bound();
      wire.raw(damagedLength(frameOf(bench.deliver()), length));
      const nack = await wire.receive(({ body }) => body.command === 'generic_nack', bench.ms);
      needStatus(nack, [STATUS.RINVCMDLEN], `command_length ${length}`);
      need(await wire.closes(bench.ms), `the connection stays open after command_length ${length}`);
    }
    await bench.bound();
  },
  4: async (bench) => {
    const wire = await bench.bound();
    const octets = Buffer.from('00000010000000ff000000000000004d', 'hex');
    const sequence = bench.number();
    octets.writeUInt32BE(sequence, 12);
    wire.raw(octets);
    const nack = needStatus(await wire.response(sequence, bench.ms), [STATUS.RINVCMDID], 'command_id 0xff');
    need(nack.body.command === 'generic_nack', `command_id 0xff got ${nack.body.command}`);
    await bench.alive(wire);
  },
  5: async (bench) => {
    const wire = await bench.bound();
    wire.raw(Buffer.from('00000010800000150000000000f00051', 'hex'));
    wire.raw(Buffer.from('00000010800000000000000300f00052', 'hex'));
    await bench.alive(wire);
    need(!wire.pdus.some(({ sequence }) => sequence >> 16 === 0xf0), 'a response was answered');
  },
  6: async (bench) => {
    const wire = await bench.bound();
    for (const { pdu } of bench.binds)
      need(pdu.sequence >= 1 && pdu.sequence <= 0x7fffffff, `the bind has sequence_number ${pdu.sequence}`);
    for (const sequence of [0x7fffffff, 1, 0, 0xfffffffe]) {
      wire.send(bench.deliver({ shortMessage: Buffer.from(`number ${sequence}`) }), { sequence });
      answered(await wire.response(sequence, bench.ms), `sequence_number ${sequence}`);
    }
  },
  7: async (bench) => {
    const wire = await bench.bound();
    const numbers = Array.from({ length: 10 }, () =>
      wire.send(bench.deliver(), { sequence: bench.number() }),
    );
    for (const sequence of numbers) answered(await wire.response(sequence, bench.ms), 'deliver_sm');
    const alert = { command: 'alert_notification', sourceAddr: '1', esmeAddr: '2', tlvs: [] } as const;
    const unanswered = wire.send(alert, { sequence: bench.number() });
    await bench.alive(wire);
    for (const sequence of numbers) {
      const count = wire.pdus.filter(
        (pdu) => pdu.sequence === sequence && pdu.body.command.endsWith('_resp'),
      ).length;
      need(count === 1, `a deliver_sm got ${count} responses`);
    }
    need(!wire.pdus.some(({ sequence }) => sequence === unanswered), 'alert_notification was answered');
  },
  10: async (bench) => {
    const wire = await bench.bound();
    const bind = { systemId: 'x', password: 'x', systemType: '', interfaceVersion: 0x34 };
    const rest = { addrTon: 0, addrNpi: 0, addressRange: '' };
    const sequence = wire.send({ command: 'bind_receiver', ...bind, ...rest }, { sequence: bench.number() });
    needRefusal(await wire.response(sequence, bench.ms), 'a bind from the SMSC');
    await bench.alive(wire);
  },
  11: async (bench) => {
    const wire = await bench.bound();
    const sequence = wire.send({ ...bench.deliver(), command: 'submit_sm' }, { sequence: bench.number() });
    needRefusal(await wire.response(sequence, bench.ms), 'submit_sm to an ESME');
    await bench.alive(wire);
  },
  12: async (bench) => {
    await bench.bound();
    bench.manners = { status: STATUS.RBINDFAIL, version: true };
    const before = bench.binds.length;
    bench.drop();
    await new Promise((resolve) => setTimeout(resolve, HAMMERING_MS));
    bench.manners = { status: STATUS.ROK, version: true };
    const tries = bench.binds.length - before;
    need(tries <= MOST_BINDS, `${tries} binds in ${HAMMERING_MS} ms after a refusal`);
    await bench.bound();
  },
  13: async (bench) => {
    bench.manners = { status: STATUS.ROK, version: false };
    bench.drop();
    const wire = await bench.bound();
    await bench.alive(wire);
    needStatus(
      await bench.ask(wire),
      [STATUS.ROK],
      'deliver_sm after a bind_resp without sc_interface_version',
    );
  },
  16: async (bench) => {
    const wire = await bench.bound();
    const sequence = wire.send({ command: 'unbind' }, { sequence: bench.number() });
    needStatus(await wire.response(sequence, bench.ms), [STATUS.ROK], 'unbind');
    need(await wire.closes(bench.ms), 'the connection stays open after unbind');
    await bench.bound();
  },
  17: async (bench) => bench.alive(await bench.bound()),
  19: async (bench) => {
    needSlow(bench, 'takes up to 3 minutes');
    const wire = await bench.bound();
    wire.onPdu = () => {};
    need(await wire.closes(180_000), 'a peer that answers nothing is kept for 3 minutes');
  },
  22: async (bench) => {
    const wire = await bench.bound();
    const sequence = bench.number();
    const long = frameOf(bench.deliver({ destinationAddr: '12345678901234567890' }), sequence);
    const at = long.indexOf('12345678901234567890') + 20;
    const octets = Buffer.concat([long.subarray(0, at), Buffer.from('9'), long.subarray(at)]);
    wire.raw(damagedLength(octets, octets.length));
    needRefusal(await wire.response(sequence, bench.ms), 'a destination_addr of 21 characters');
    await bench.alive(wire);
  },
};

/** What a deliver_sm says. */
export const ESME_MESSAGE_CHECKS: Checks = {
  23: async (bench) => {
    const wire = await bench.bound();
    await take(bench, { shortMessage: Buffer.alloc(254, 65), dataCoding: 4 }, 'sm_length 254');
    for (const length of [255, 200]) {
      const sequence = bench.number();
      wire.raw(smLengthOf(frameOf(bench.deliver(), sequence), length));
      needStatus(
        await wire.response(sequence, bench.ms),
        [STATUS.RINVMSGLEN],
        `sm_length ${length} of 2 octets`,
      );
    }
    await bench.alive(wire);
  },
  25: async (bench) => {
    const wire = await bench.bound();
    await take(bench, { tlvs: [{ tag: 0x3ffe, value: Buffer.from('x') }] }, 'an unknown TLV');
    const wrong = await bench.ask(wire, {
      tlvs: [{ tag: TAG.USER_MESSAGE_REFERENCE, value: Buffer.from([1]) }],
    });
    needStatus(wrong, [STATUS.ROK, STATUS.RINVPARLEN], 'user_message_reference of 1 octet');
    const sequence = bench.number();
    const cut = frameOf(bench.deliver({ tlvs: [{ tag: 0x1400, value: Buffer.alloc(10) }] }), sequence);
    wire.raw(damagedLength(cut.subarray(0, -3), cut.length - 3));
    const broken = await wire.response(sequence, bench.ms);
    needStatus(broken, [STATUS.ROK, STATUS.RINVOPTPARSTREAM], 'a TLV that is cut off');
    await bench.alive(wire);
  },
  26: async (bench) => {
    const tlvs = [tlvInteger(TAG.USER_MESSAGE_REFERENCE, 1, 2), tlvInteger(TAG.USER_MESSAGE_REFERENCE, 2, 2)];
    await take(bench, { tlvs: [...tlvs, { tag: 0x1400, value: Buffer.from('vendor') }] }, 'repeated TLVs');
  },
  27: async (bench) => {
    for (const esmClass of [0x01, 0x03, 0x08, 0x10, 0x80])
      await take(bench, { esmClass }, `esm_class ${esmClass}`);
  },
  30: async (bench) => {
    const wire = await bench.bound();
    for (const time of ['R', '0000', '999999999999999R'])
      answered(
        await bench.ask(wire, { scheduleDeliveryTime: time, validityPeriod: time }),
        `the time "${time}"`,
      );
    await bench.alive(wire);
  },
  33: coding('6869', 0x00),
  39: coding('00480069', 0x08, 0x18),
  40: coding('6869', 0xf0, 0xf4, 0x10, 0xc8, 0xd0),
  42: coding('00ff', 0x02, 0x04),
  43: async (bench) => {
    for (const header of ['0500030102', '0b05040010001100030202'])
      for (const part of ['02', '01'])
        await take(
          bench,
          { esmClass: 0x40, shortMessage: Buffer.from(`${header}${part}41`, 'hex') },
          'a part with header',
        );
  },
  44: async (bench) => {
    for (const part of [2, 1]) {
      const tlvs = [
        tlvInteger(TAG.SAR_MSG_REF_NUM, 7, 2),
        tlvInteger(TAG.SAR_TOTAL_SEGMENTS, 2, 1),
        tlvInteger(TAG.SAR_SEGMENT_SEQNUM, part, 1),
      ];
      await take(bench, { tlvs, shortMessage: Buffer.from('hi') }, 'a part with SAR TLVs');
    }
  },
  45: async (bench) => {
    const wire = await bench.bound();
    for (const place of ['0303', '0301', '0301', '0302', '0300', '0304'])
      answered(
        await bench.ask(wire, { esmClass: 0x40, shortMessage: Buffer.from(`05000309${place}41`, 'hex') }),
        `part ${place}`,
      );
    await bench.alive(wire);
  },
  48: async (bench) => {
    const text =
      'id:none sub:001 dlvrd:001 submit date:2611250000 done date:2611250000 stat:DELIVRD err:000 text:x';
    await take(bench, { esmClass: 0x04, shortMessage: Buffer.from(text) }, 'a receipt of an unknown id');
    const tlvs = [tlvText(TAG.RECEIPTED_MESSAGE_ID, 'none'), tlvInteger(TAG.MESSAGE_STATE, 2, 1)];
    await take(bench, { esmClass: 0x04, shortMessage: Buffer.alloc(0), tlvs }, 'a receipt in TLVs');
  },
  49: async (bench) => {
    const wire = await bench.bound();
    for (const text of [
      'id:1 stat:delivrd',
      'id:1\nstat:UNDELIV\nerr:0A7',
      'stat:DELIVRD id:1',
      'nonsense',
      '',
    ])
      answered(
        await bench.ask(wire, { esmClass: 0x04, shortMessage: Buffer.from(text) }),
        `the receipt "${text}"`,
      );
    await bench.alive(wire);
  },
  55: async (bench) => {
    const wire = await bench.bound();
    const numbers = Array.from({ length: 50 }, () =>
      wire.send(bench.deliver(), { sequence: bench.number() }),
    );
    for (const sequence of numbers) answered(await wire.response(sequence, bench.ms), 'one of 50 deliver_sm');
    const { destAddrTon, destAddrNpi, sourceAddrTon, sourceAddrNpi } = BLANK_MESSAGE;
    const numbering = { destAddrTon, destAddrNpi, sourceAddrTon, sourceAddrNpi };
    const { sourceAddr, destinationAddr } = bench.deliver();
    const rest = { serviceType: '', esmClass: 0, registeredDelivery: 0, dataCoding: 0 };
    const tlvs = [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.from('hi') }];
    const sequence = bench.number();
    wire.raw(
      encodeFrame({
        status: 0,
        sequence,
        body: { command: 'data_sm', ...numbering, sourceAddr, destinationAddr, ...rest, tlvs },
      }),
    );
    answered(await wire.response(sequence, bench.ms), 'data_sm');
  },
};

async function take(
  bench: EsmeBench,
  fields: Parameters<EsmeBench['deliver']>[0],
  what: string,
): Promise<void> {
  needStatus(await bench.ask(await bench.bound(), fields), [STATUS.ROK], what);
}

function coding(hex: string, ...values: readonly number[]): Check<EsmeBench> {
  return async (bench) => {
    for (const dataCoding of values)
      await take(
        bench,
        { dataCoding, shortMessage: Buffer.from(hex, 'hex') },
        `data_coding 0x${dataCoding.toString(16)}`,
      );
  };
}
