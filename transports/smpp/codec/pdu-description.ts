import { commandName } from './commands.ts';
import { decodePdu } from './decode.ts';
import { describeTlvs } from './named-tlvs.ts';
import { PduError, type PduBody, type Tlv } from './pdu.ts';
import { statusName } from './statuses.ts';

/** A PDU as people read it; fields have the specification's names. */
export interface PduDescription {
  readonly command: string;
  readonly command_length: number;
  readonly command_status: string;
  readonly sequence_number: number;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Why it could not be read. */
  readonly error?: string;
}

const HIDDEN = '********';

/** Decodes one whole frame. Passwords are never in what comes back. */
export function describePdu(frame: Buffer): PduDescription {
  const id = frame.readUInt32BE(4);
  const head = {
    command: commandName(id) ?? `0x${id.toString(16).padStart(8, '0')}`,
    command_length: frame.readUInt32BE(0),
    command_status: statusName(frame.readUInt32BE(8)),
    sequence_number: frame.readUInt32BE(12),
  };
  try {
    return { ...head, fields: describeBody(decodePdu(frame).body) };
  } catch (error) {
    if (!(error instanceof PduError)) throw error;
    return { ...head, fields: {}, error: error.message };
  }
}

/** The fields of a body by their names in the specification. Passwords are hidden. */
export function describeBody(body: PduBody): Record<string, unknown> {
  const fields = Object.entries(body).filter(([key]) => key !== 'command');
  return Object.fromEntries(fields.map(([key, value]) => [snakeCase(key), describeValue(key, value)]));
}

function describeValue(key: string, value: unknown): unknown {
  if (key === 'password') return HIDDEN;
  if (key === 'tlvs') return describeTlvs(value as readonly Tlv[]);
  return Buffer.isBuffer(value) ? describeOctets(value) : value;
}

/** Hexadecimal, and the text where all of it is printable. */
function describeOctets(octets: Buffer): Record<string, unknown> {
  const text = octets.toString('latin1').replace(/\0$/, '');
  return { octets: octets.toString('hex'), ...(/^[\x20-\x7e]{2,}$/.test(text) ? { text } : {}) };
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
