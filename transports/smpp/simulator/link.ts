import type { Socket } from 'node:net';
import { encodeFrame } from '../codec/encode.ts';
import { BLANK_MESSAGE } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import type { Session } from '../session/session.ts';
import type { Chance } from './chance.ts';
import type { Fault } from './script.ts';

/** One connection of the simulator, and what can go wrong with it. */
export interface Link {
  /** Counts from 1. */
  readonly number: number;
  readonly socket: Socket;
  readonly session: Session;
  /** Empty until it is bound. */
  systemId: string;
  /** interface_version of the bind. */
  version: number;
  /** Nothing that the peer says is heard. */
  deaf: boolean;
}

const DELIVER = encodeFrame({
  status: STATUS.ROK,
  sequence: 0x7ffffff0,
  body: {
    ...BLANK_MESSAGE,
    command: 'deliver_sm',
    sourceAddr: '27761234567',
    destinationAddr: '12345',
    shortMessage: Buffer.from('cut off'),
  },
});

function damaged(change: (frame: Buffer) => void): Buffer {
  const frame = Buffer.from(DELIVER);
  change(frame);
  return frame;
}

/** PDUs that are wrong in themselves; the stream goes on behind them. */
const MALFORMED: readonly Buffer[] = [
  damaged((frame) => frame.writeUInt32BE(0x00000f00, 4)),
  // sm_length says more than there is.
  damaged((frame) => frame.writeUInt8(200, frame.length - 'cut off'.length - 1)),
  // sm_length 255 is not allowed (section 5.2.21).
  damaged((frame) => frame.writeUInt8(255, frame.length - 'cut off'.length - 1)),
  // A header alone.
  Buffer.from('0000001000000005000000007ffffff1', 'hex'),
  // A response to nothing, with a body that is cut off.
  Buffer.from('0000001280000004000000007ffffff24142', 'hex'),
];

/** Streams in which no next PDU can be found. */
const NOT_SMPP: readonly Buffer[] = [
  Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
  Buffer.from('0000000400000005', 'hex'),
  Buffer.from('7fffffff000000050000000000000001', 'hex'),
];

/** Makes it happen, now. */
export function failLink(link: Link, fault: Fault, chance: Chance): void {
  const { socket, session } = link;
  if (typeof fault === 'object') return writeRaw(link, Buffer.from(fault.raw, 'hex'));
  switch (fault) {
    case 'disconnect':
      return session.destroy({ kind: 'closed_here', message: 'cut' });
    case 'disconnect_mid_pdu':
      writeRaw(link, DELIVER.subarray(0, 17 + Math.floor(chance.next() * (DELIVER.length - 18))));
      socket.once('finish', () => session.destroy({ kind: 'closed_here', message: 'cut in mid-PDU' }));
      socket.end();
      return;
    case 'unbind':
      void session.close();
      return;
    case 'malformed':
      return writeRaw(link, pickOne(MALFORMED, chance));
    case 'not_smpp':
      return writeRaw(link, pickOne(NOT_SMPP, chance));
    case 'stop_reading':
      // The session resumes its socket whenever it may read again.
      socket.on('resume', () => socket.pause());
      socket.pause();
      return;
    case 'stop_answering':
      link.deaf = true;
  }
}

function pickOne(choices: readonly Buffer[], chance: Chance): Buffer {
  return choices[Math.floor(chance.next() * choices.length)] ?? Buffer.alloc(0);
}

/** Beside the session, between two of its writes. */
export function writeRaw({ socket }: Link, octets: Buffer): void {
  if (socket.writable) socket.write(octets);
}
