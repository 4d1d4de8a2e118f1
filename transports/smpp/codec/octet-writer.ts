import { MAX_SHORT_MESSAGE } from './limits.ts';
import { PduError, type Tlv } from './pdu.ts';
import { STATUS } from './statuses.ts';

const SLAB = 32 * 1024;
/** More than all mandatory fields of any command together. */
const FIXED_FIELDS = 320;

/** Gathers PDUs in one piece of memory, so that what one tick says goes out in one write. */
export class OctetWriter {
  #slab = Buffer.allocUnsafeSlow(SLAB);
  /** Where the octets not yet taken start. */
  #taken = 0;
  #start = 0;
  #offset = 0;
  #header = { commandId: 0, sequence: 0 };

  /** Octets that `take` would give. */
  get length(): number {
    return this.#offset - this.#taken;
  }

  /** Begins a PDU whose texts and TLVs have `variable` octets. Follow with its fields, then `end` or `undo`. */
  begin(header: { commandId: number; status: number; sequence: number }, variable: number): void {
    this.#reserve(FIXED_FIELDS + variable);
    this.#header = header;
    this.#start = this.#offset;
    this.#offset += 4;
    this.uint32(header.commandId);
    this.uint32(header.status);
    this.uint32(header.sequence);
  }

  end(): void {
    this.#slab.writeUInt32BE(this.#offset - this.#start, this.#start);
  }

  /** Forgets the PDU begun last, which turned out to be one that cannot be written. */
  undo(): void {
    this.#offset = this.#start;
  }

  fail(status: number, message: string): never {
    throw new PduError(message, status, this.#header);
  }

  uint8(value: number): void {
    this.#slab[this.#offset] = value;
    this.#offset += 1;
  }

  uint16(value: number): void {
    this.#offset = this.#slab.writeUInt16BE(value, this.#offset);
  }

  uint32(value: number): void {
    this.#offset = this.#slab.writeUInt32BE(value, this.#offset);
  }

  /** `max` counts the NUL. What is longer or holds a NUL cannot be written. */
  cString(text: string, field: string, max: number, status: number): void {
    if (text.length >= max) this.fail(status, `${field} is longer than ${max - 1} characters`);
    if (text !== '') {
      if (text.includes('\0')) this.fail(status, `${field} holds a NUL`);
      this.#offset += this.#slab.write(text, this.#offset, 'latin1');
    }
    this.uint8(0);
  }

  octets(value: Buffer): void {
    this.#offset += value.copy(this.#slab, this.#offset);
  }

  /** sm_length and short_message (section 5.2.21). */
  shortMessage(value: Buffer): void {
    if (value.length > MAX_SHORT_MESSAGE)
      this.fail(STATUS.RINVMSGLEN, `short_message has ${value.length} octets`);
    this.uint8(value.length);
    this.octets(value);
  }

  tlvs(tlvs: readonly Tlv[]): void {
    for (const tlv of tlvs) {
      this.uint16(tlv.tag);
      this.uint16(tlv.value.length);
      this.octets(tlv.value);
    }
  }

  /** All whole PDUs since the last call. */
  take(): Buffer {
    const octets = this.#slab.subarray(this.#taken, this.#offset);
    this.#taken = this.#offset;
    return octets;
  }

  #reserve(size: number): void {
    if (this.#offset + size <= this.#slab.length) return;
    const waiting = this.#slab.subarray(this.#taken, this.#offset);
    const slab = Buffer.allocUnsafeSlow(Math.max(SLAB, (waiting.length + size) * 2));
    waiting.copy(slab);
    this.#slab = slab;
    this.#taken = 0;
    this.#offset = waiting.length;
  }
}
