import {
  BLANK_MESSAGE,
  decodePdu,
  encodeFrame,
  FrameError,
  FrameReader,
  NO_TLVS,
  PduError,
  type Pdu,
  type PduBody,
} from '@vumi/transports/smpp';
import { mutate, repaired, type Dice } from './octets.ts';

const SOURCE = { sourceAddrTon: 1, sourceAddrNpi: 1, sourceAddr: '12345' };
const MESSAGE = {
  ...BLANK_MESSAGE,
  ...SOURCE,
  destinationAddr: '27761234567',
  scheduleDeliveryTime: '000000010000000R',
  shortMessage: Buffer.from(
    'id:1 sub:001 dlvrd:001 submit date:2611250000 done date:2611250000 stat:DELIVRD err:000 text:x',
  ),
  tlvs: [
    { tag: 0x0424, value: Buffer.from('payload') },
    { tag: 0x020c, value: Buffer.from([0, 1]) },
    { tag: 0x1400, value: Buffer.from('vendor') },
  ],
};
const { destAddrTon: _ton, destAddrNpi: _npi, destinationAddr: _to, ...MULTI } = MESSAGE;
const BIND = { systemId: 'fuzz', password: 'fuzz', systemType: 'x', interfaceVersion: 0x34 };
const RANGE = { addrTon: 0, addrNpi: 0, addressRange: '^1' };

/** One of each kind, whole. */
const BODIES: readonly PduBody[] = [
  { ...MESSAGE, command: 'submit_sm' },
  { ...MESSAGE, command: 'deliver_sm' },
  {
    ...MESSAGE,
    esmClass: 0x40,
    shortMessage: Buffer.from('050003010201414243', 'hex'),
    command: 'deliver_sm',
  },
  { ...BIND, ...RANGE, command: 'bind_transceiver' },
  { command: 'bind_transceiver_resp', systemId: 'smsc', tlvs: [{ tag: 0x0210, value: Buffer.from([0x34]) }] },
  { command: 'submit_sm_resp', messageId: '0a', tlvs: NO_TLVS },
  { command: 'deliver_sm_resp', messageId: '', tlvs: NO_TLVS },
  { command: 'query_sm', messageId: '0a', ...SOURCE },
  { command: 'query_sm_resp', messageId: '0a', finalDate: '', messageState: 2, errorCode: 0 },
  {
    ...MULTI,
    command: 'submit_multi',
    destinations: [{ ton: 1, npi: 1, address: '1' }, { list: 'all' }],
  },
  {
    command: 'submit_multi_resp',
    messageId: '0a',
    unreached: [{ ton: 1, npi: 1, address: '1', status: 11 }],
  },
  { command: 'outbind', systemId: 'smsc', password: 'pw' },
  { command: 'alert_notification', sourceAddr: '1', esmeAddr: '2', tlvs: NO_TLVS },
  { command: 'enquire_link' },
  { command: 'unbind' },
  { command: 'generic_nack' },
];
export const WHOLE_FRAMES: readonly Buffer[] = BODIES.map((body, index) =>
  encodeFrame({ status: 0, sequence: index + 1, body }),
);

/** Reads one damaged frame. Throws when the codec does anything but read it or refuse it. */
export function fuzzDecoder(dice: Dice): void {
  const base = dice.roll(5) === 0 ? dice.octets(16 + dice.roll(400)) : mutate(dice.one(WHOLE_FRAMES), dice);
  const frame = repaired(base);
  const pdu = read(frame);
  if (pdu !== null) writeAgain(pdu);
}

function read(frame: Buffer): Pdu | null {
  try {
    return decodePdu(frame);
  } catch (error) {
    if (error instanceof PduError) return null;
    throw error;
  }
}

/** What was read of a request can be written and is the same when it is read again. */
function writeAgain(pdu: Pdu): void {
  let frame: Buffer;
  try {
    frame = encodeFrame(pdu);
  } catch (error) {
    // Responses are read leniently: such as an id that is too long to be sent.
    if (error instanceof PduError && pdu.body.command.endsWith('_resp')) return;
    throw error;
  }
  const [first, again] = [pdu, decodePdu(frame)].map((one) => JSON.stringify({ ...one, mended: undefined }));
  if (again !== first) throw new Error(`read ${first}, then ${again}`);
}

/** Reads a damaged stream in pieces. Throws when the reader does anything but give frames or give up. */
export function fuzzReader(dice: Dice): void {
  const parts = Array.from({ length: 1 + dice.roll(6) }, () => {
    const frame = dice.one(WHOLE_FRAMES);
    return dice.roll(3) === 0 ? mutate(frame, dice) : frame;
  });
  const stream = Buffer.concat(parts);
  let octets = 0;
  const reader = new FrameReader((frame) => {
    octets += frame.length;
    read(frame);
  });
  try {
    for (let at = 0; at < stream.length;) {
      const size = 1 + dice.roll(64);
      reader.push(stream.subarray(at, at + size));
      at += size;
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
  }
  if (octets > stream.length) throw new Error(`${octets} octets came of ${stream.length}`);
}
