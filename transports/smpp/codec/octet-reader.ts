import { commandName } from './commands.ts';
import { keepTlvs, readDelivered, type Delivered } from './delivered-text.ts';
import { MAX_SHORT_MESSAGE } from './limits.ts';
import { NO_TLVS, PduError, type Tlv } from './pdu.ts';
import { STATUS } from './statuses.ts';
import { oddLength, readTlvs } from './tlv-stream.ts';

const HEADER_LENGTH = 16;
/** data_coding bits that say UCS-2, in SMPP's own values as in those of GSM 03.38. */
const ALPHABET = 0x0c;
const UCS2 = 0x08;

/** A cursor over one frame. Every read is bounded; a read that fails throws a PduError with the status to answer. */
export class OctetReader {
  readonly commandId: number;
  readonly status: number;
  readonly sequence: number;
  /** What was wrong and could be borne. */
  mended: readonly string[] = [];
  readonly #frame: Buffer;
  #offset = HEADER_LENGTH;

  /** Of a whole frame: at least the header. */
  constructor(frame: Buffer) {
    this.#frame = frame;
    this.commandId = frame.readUInt32BE(4);
    this.status = frame.readUInt32BE(8);
    this.sequence = frame.readUInt32BE(12);
  }

  get remaining(): number {
    return this.#frame.length - this.#offset;
  }

  fail(status: number, message: string): never {
    const command = commandName(this.commandId) ?? `command 0x${this.commandId.toString(16)}`;
    throw new PduError(`${command}: ${message}`, status, this);
  }

  uint8(field: string): number {
    const value = this.#frame[this.#offset];
    if (value === undefined) this.fail(STATUS.RINVCMDLEN, `ends before ${field}`);
    this.#offset += 1;
    return value;
  }

  /** A C-octet string of at most `max` octets with its NUL (section 3.1), read as Latin-1. */
  cString(field: string, max: number, status: number): string {
    const frame = this.#frame;
    const start = this.#offset;
    const limit = Math.min(start + max, frame.length);
    let end = start;
    while (end < limit && frame[end] !== 0) end += 1;
    if (end === limit) {
      const cut = limit === frame.length && limit < start + max;
      this.fail(
        cut ? STATUS.RINVCMDLEN : status,
        cut ? `ends within ${field}` : `${field} is longer than ${max - 1}`,
      );
    }
    this.#offset = end + 1;
    return end === start ? '' : frame.toString('latin1', start, end);
  }

  /** As cString, of the last field: the end of the frame ends it too, since some peers leave out that NUL or the field. */
  lastCString(field: string, max: number, status: number): string {
    const { remaining } = this;
    if (remaining >= max || this.#frame.includes(0, this.#offset)) return this.cString(field, max, status);
    const text = this.octets(remaining, field).toString('latin1');
    this.mended = [...this.mended, `${field} without its NUL`];
    return text;
  }

  /** As cString, for responses: a missing or unterminated text is what there is of it. */
  lenientCString(): string {
    const frame = this.#frame;
    const nul = frame.indexOf(0, this.#offset);
    const end = nul === -1 ? frame.length : nul;
    const text = frame.toString('latin1', this.#offset, end);
    this.#offset = Math.min(end + 1, frame.length);
    return text;
  }

  /** sm_length and short_message (section 5.2.21). */
  shortMessage(): Buffer {
    return this.octets(this.#smLength(), 'short_message');
  }

  /** sm_length, short_message and the TLVs of what an SMSC delivers: kept wherever the text is known. */
  delivered(dataCoding: number): Pick<Delivered, 'shortMessage' | 'tlvs'> {
    const smLength = this.#smLength();
    const read = readDelivered(this.#toEnd(), { smLength, wide: (dataCoding & ALPHABET) === UCS2 });
    if (read === null) this.fail(STATUS.RINVMSGLEN, `short_message of ${smLength} octets is cut off`);
    if ('lost' in read) this.fail(read.lost.status, read.lost.message);
    const { shortMessage, tlvs, mended } = read;
    this.mended = mended;
    return { shortMessage, tlvs: tlvs.length === 0 ? NO_TLVS : tlvs };
  }

  /** The TLVs of a data_sm, in which the text is: kept wherever it is there. */
  deliveredTlvs(): readonly Tlv[] {
    const read = keepTlvs(readTlvs(this.#toEnd()), false);
    if ('lost' in read) this.fail(read.lost.status, read.lost.message);
    this.mended = read.mended;
    return read.tlvs;
  }

  octets(length: number, field: string): Buffer {
    if (length > this.remaining) this.fail(STATUS.RINVMSGLEN, `${field} of ${length} octets is cut off`);
    const value = this.#frame.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return value;
  }

  /** The optional parameters, to the end of the frame (section 3.2.4). Unknown tags pass through. */
  tlvs(): readonly Tlv[] {
    if (this.remaining === 0) return NO_TLVS;
    const { tlvs, rest, fault: broken } = readTlvs(this.#toEnd());
    const fault = broken ?? oddLength(tlvs);
    if (fault !== null) this.fail(fault.status, fault.message);
    if (rest.length > 0) this.mended = [`${rest.length} NUL behind the last field`];
    return tlvs.length === 0 ? NO_TLVS : tlvs;
  }

  /** As uint8, for responses: 0 where it is missing. */
  lenientUint8(): number {
    const value = this.#frame[this.#offset] ?? 0;
    this.#offset = Math.min(this.#offset + 1, this.#frame.length);
    return value;
  }

  lenientUint32(): number {
    const value = this.remaining >= 4 ? this.#frame.readUInt32BE(this.#offset) : 0;
    this.#offset = Math.min(this.#offset + 4, this.#frame.length);
    return value;
  }

  /** As tlvs, for responses: from the first broken one on they are ignored, for the answer itself must count. */
  lenientTlvs(): readonly Tlv[] {
    if (this.remaining === 0) return NO_TLVS;
    const { tlvs } = readTlvs(this.#toEnd());
    return tlvs.length === 0 ? NO_TLVS : tlvs;
  }

  #smLength(): number {
    const length = this.uint8('sm_length');
    if (length > MAX_SHORT_MESSAGE)
      this.fail(STATUS.RINVMSGLEN, `sm_length ${length} is over ${MAX_SHORT_MESSAGE}`);
    return length;
  }

  #toEnd(): Buffer {
    return this.octets(this.remaining, 'the rest');
  }
}
