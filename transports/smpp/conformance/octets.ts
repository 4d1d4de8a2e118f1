import { encodeFrame } from '../codec/encode.ts';
import type { MessageBody } from '../codec/pdu.ts';

/** A message whose text is its end, so that sm_length can be found. */
export function frameOf(body: MessageBody, sequence = 5): Buffer {
  return encodeFrame({ status: 0, sequence, body });
}

/** The same octets with another command_length. */
export function damagedLength(octets: Buffer, length: number): Buffer {
  const damaged = Buffer.from(octets);
  damaged.writeUInt32BE(length >>> 0, 0);
  return damaged;
}

/** A message of the text "hi" without TLVs, which says that it has another length. */
export function smLengthOf(frame: Buffer, length: number): Buffer {
  const damaged = Buffer.from(frame);
  damaged[damaged.length - 'hi'.length - 1] = length;
  return damaged;
}
