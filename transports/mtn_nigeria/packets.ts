import { readXml, writeXml, xmlNode } from '../http/xml.ts';

/** A packet: a header with the session that it belongs to, and an element whose elements are fields. */
export interface MtnPacket {
  readonly session: string;
  readonly name: string;
  /** In the order in which they stand. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const SESSION = 16;
const LENGTH = 16;
const HEADER = SESSION + LENGTH;
/** No packet is so long: nobody knows where the next begins. */
const LONGEST = 64 * 1024;
const BEYOND_LATIN1 = /[\u0100-\u{10ffff}]/gu;

export function mtnDecoder(): (octets: Buffer) => MtnPacket[] {
  let rest: Buffer = Buffer.alloc(0);
  return (octets) => {
    rest = rest.length === 0 ? octets : Buffer.concat([rest, octets]);
    const packets: MtnPacket[] = [];
    while (rest.length >= HEADER) {
      const length = readLength(rest);
      if (rest.length < length) break;
      packets.push(readPacket(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
    return packets;
  };
}

/** Characters that Latin-1 lacks are references. */
export function encodeMtn({ session, name, fields }: MtnPacket): Buffer {
  const elements = fields.map(([field, value]) => xmlNode(field, {}, value));
  const text = writeXml(xmlNode(name, {}, ...elements)).replaceAll(BEYOND_LATIN1, referTo);
  const body = Buffer.from(text, 'latin1');
  return Buffer.concat([padded(session, SESSION), padded(String(HEADER + body.length), LENGTH), body]);
}

function referTo(character: string): string {
  return `&#${character.codePointAt(0) ?? 0};`;
}

function padded(text: string, length: number): Buffer {
  return Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(length)]).subarray(0, length);
}

function readLength(octets: Buffer): number {
  const text = textOf(octets.subarray(SESSION, HEADER));
  const length = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (length < HEADER || length > LONGEST) throw new RangeError(`a packet of "${text}" octets`);
  return length;
}

function readPacket(octets: Buffer): MtnPacket {
  const root = readXml(Buffer.from(octets.toString('latin1', HEADER), 'utf8'));
  if (root === null) throw new SyntaxError('a packet whose body is no XML');
  return {
    session: textOf(octets.subarray(0, SESSION)),
    name: root.name,
    fields: root.children.map(({ name, text }) => [name, text]),
  };
}

function textOf(octets: Buffer): string {
  return octets.toString('latin1').replaceAll('\0', '').trim();
}
