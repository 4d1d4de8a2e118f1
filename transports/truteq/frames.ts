/** One frame of SSMI: what it is, and its fields. */
export interface SsmiFrame {
  readonly id: string;
  /** Without commas, but for the last. */
  readonly fields: readonly string[];
}

export const SSMI_ENCODINGS = ['latin1', 'utf-8'] as const;
export type SsmiEncoding = (typeof SSMI_ENCODINGS)[number];

const CR = 0x0d;
const LF = 0x0a;
/** No frame is so long: nobody knows where the next begins. */
const LONGEST = 64 * 1024;
const HEAD = 'SSMI';

/** Frames end with CR; a LF behind it is passed over. */
export function ssmiDecoder(encoding: SsmiEncoding): (octets: Buffer) => SsmiFrame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (octets) => {
    rest = rest.length === 0 ? octets : Buffer.concat([rest, octets]);
    const frames: SsmiFrame[] = [];
    for (let end = rest.indexOf(CR); end >= 0; end = rest.indexOf(CR)) {
      const start = rest[0] === LF ? 1 : 0;
      frames.push(readFrame(rest.toString(encoding, start, end)));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LONGEST) throw new RangeError(`a frame of more than ${LONGEST} octets`);
    return frames;
  };
}

/** The fields of a frame by their count: the last has all that is left, commas too. */
export function fieldsOf({ fields }: SsmiFrame, count: number): string[] {
  const first = fields.slice(0, count - 1);
  const last = fields.slice(count - 1).join(',');
  return [...first, ...Array.from({ length: Math.max(0, count - 1 - first.length) }, () => ''), last];
}

/** CR and LF in a field would end the frame, or be lost: they are LF. */
export function encodeSsmi({ id, fields }: SsmiFrame, encoding: SsmiEncoding): Buffer {
  const text = [HEAD, id, ...fields].join(',').replaceAll(/\r\n?/g, '\n');
  return Buffer.from(`${text}\r`, encoding);
}

function readFrame(text: string): SsmiFrame {
  const [head, id = '', ...fields] = text.split(',');
  if (head !== HEAD) throw new SyntaxError('a frame that does not begin with SSMI');
  return { id, fields };
}
