import { describe, expect, it } from 'vitest';
import { decodePdu } from './decode.ts';
import { encodeFrame } from './encode.ts';
import { BLANK_MESSAGE, PduError, type MessageBody, type Tlv } from './pdu.ts';
import { STATUS } from './statuses.ts';

const STATE: Tlv = { tag: 0x0427, value: Buffer.from([2]) };
const VENDOR: Tlv = { tag: 0x1403, value: Buffer.from('655001') };
const ID: Tlv = { tag: 0x001e, value: Buffer.from('7\0') };

const octetsOf = (tlvs: readonly Tlv[]): Buffer =>
  Buffer.concat(
    tlvs.map(({ tag, value }) => Buffer.concat([Buffer.from([tag >> 8, tag & 255, 0, value.length]), value])),
  );

interface Damage {
  readonly text?: string | Buffer;
  readonly smLength: number;
  readonly behind?: Buffer | undefined;
  readonly dataCoding?: number;
  readonly command?: MessageBody['command'];
}

/** A deliver_sm whose end is written by hand. */
function frameOf({
  text = 'hello',
  smLength,
  behind = Buffer.alloc(0),
  dataCoding = 0,
  command,
}: Damage): Buffer {
  const body: MessageBody = {
    ...BLANK_MESSAGE,
    command: command ?? 'deliver_sm',
    sourceAddr: '27',
    dataCoding,
  };
  const head = encodeFrame({ status: 0, sequence: 5, body }).subarray(0, -1);
  const frame = Buffer.concat([head, Buffer.from([smLength]), Buffer.from(text), behind]);
  frame.writeUInt32BE(frame.length, 0);
  return frame;
}

function read(damage: Damage): { text: string; tags: number[]; mended: readonly string[] } {
  const { body, mended = [] } = decodePdu(frameOf(damage));
  if (body.command !== 'deliver_sm') throw new Error(`a ${body.command}`);
  return { text: body.shortMessage.toString('latin1'), tags: body.tlvs.map(({ tag }) => tag), mended };
}

const nul = (count: number): Buffer => Buffer.alloc(count);
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('what an SMSC delivers with a wrong end', () => {
  it.each<[string, Damage, number[], string]>([
    ['a NUL behind it', { smLength: 5, behind: nul(1) }, [], '1 NUL behind the last field'],
    ['many NULs behind it', { smLength: 5, behind: nul(7) }, [], '7 NUL behind the last field'],
    [
      'a NUL in front of TLVs',
      { smLength: 5, behind: Buffer.concat([nul(1), octetsOf([ID, STATE])]) },
      [0x1e, 0x427],
      '1 NUL behind the last field',
    ],
    [
      'five NULs in front of TLVs',
      { smLength: 5, behind: Buffer.concat([nul(5), octetsOf([ID, VENDOR])]) },
      [0x1e, 0x1403],
      '5 NUL behind the last field',
    ],
    [
      'a NUL behind TLVs',
      { smLength: 5, behind: Buffer.concat([octetsOf([STATE]), nul(1)]) },
      [0x427],
      '1 NUL behind the last field',
    ],
    ['an sm_length that is one too short', { smLength: 4 }, [], 'sm_length 4 instead of 5'],
    ['an sm_length that is two too short', { smLength: 3 }, [], 'sm_length 3 instead of 5'],
    [
      'an sm_length that is one too short, and TLVs',
      { smLength: 4, behind: octetsOf([STATE, VENDOR]) },
      [0x427, 0x1403],
      'sm_length 4 instead of 5',
    ],
    ['an sm_length that is one too long', { smLength: 6 }, [], 'sm_length 6 instead of 5'],
    [
      'an sm_length that is one too long, and TLVs',
      { smLength: 6, behind: octetsOf([STATE, VENDOR]) },
      [0x427, 0x1403],
      'sm_length 6 instead of 5',
    ],
    [
      'a TLV of the wrong length',
      { smLength: 5, behind: octetsOf([{ tag: 0x0006, value: nul(2) }, STATE]) },
      [0x06, 0x427],
      'TLV dest_network_type has 2 octets instead of 1',
    ],
    [
      'a last TLV that is cut off',
      { smLength: 5, behind: octetsOf([STATE, VENDOR]).subarray(0, -2) },
      [0x427],
      'TLV 0x1403 of 6 octets is cut off: 140300063635353',
    ],
    [
      'half the head of a TLV behind others',
      { smLength: 5, behind: Buffer.concat([octetsOf([STATE]), Buffer.from([0x14, 0x03])]) },
      [0x427],
      'optional parameters are cut off: 1403',
    ],
    [
      'half the head of a TLV',
      { smLength: 5, behind: Buffer.from([2, 4, 0]) },
      [],
      'optional parameters are cut off: 020400',
    ],
    [
      'octets that are no TLVs',
      { smLength: 5, behind: Buffer.from('ffffffffffff', 'hex') },
      [],
      'TLV 0xffff of 65535 octets is cut off: ffffffffffff',
    ],
  ])('is kept: %s', (_, damage, tags, note) => {
    const { text, mended, ...rest } = read(damage);
    expect({ text, tags: rest.tags }).toEqual({ text: 'hello', tags });
    expect(mended).toEqual([expect.stringContaining(note)]);
  });

  it.each<[string, Damage, string]>([
    ['whose sm_length counts characters', { text: wide('Привет'), smLength: 6, dataCoding: 8 }, 'Привет'],
    ['whose last octet is not counted', { text: wide('на'), smLength: 3, dataCoding: 8 }, 'на'],
    ['whose last octet, a zero, is not counted', { text: wide('aЀ'), smLength: 3, dataCoding: 8 }, 'aЀ'],
    ['with two NULs behind it', { text: wide('на'), smLength: 4, behind: nul(2), dataCoding: 8 }, 'на'],
  ])('is kept whole in UCS-2: a text %s', (_, damage, expected) => {
    const octets = Buffer.from(read(damage).text, 'latin1');
    expect(octets.swap16().toString('utf16le')).toBe(expected);
  });

  it.each<[string, Damage, number]>([
    ['a text that is cut off', { smLength: 200 }, STATUS.RINVMSGLEN],
    [
      'a text in message_payload that is cut off',
      { text: '', smLength: 0, behind: Buffer.from('0424000a6869', 'hex') },
      STATUS.RINVOPTPARSTREAM,
    ],
    [
      'a submit_sm with a broken TLV',
      { command: 'submit_sm', smLength: 5, behind: Buffer.from('14000009ff', 'hex') },
      STATUS.RINVOPTPARSTREAM,
    ],
    [
      'a submit_sm with an sm_length that is one too long',
      { command: 'submit_sm', smLength: 6 },
      STATUS.RINVMSGLEN,
    ],
  ])('is refused with its status: %s', (_, damage, status) => {
    expect(() => decodePdu(frameOf(damage))).toThrow(expect.objectContaining({ status }));
    expect(() => decodePdu(frameOf(damage))).toThrow(PduError);
  });

  it('is read in no time when it is a frame of NULs and one octet more', () => {
    const started = process.threadCpuUsage();
    read({ smLength: 5, behind: Buffer.concat([nul(65_000), Buffer.from([1])]) });
    expect(process.threadCpuUsage(started).user).toBeLessThan(500_000);
  });

  it('is kept in a data_sm whose text comes before what is broken, but not when a client submits it', () => {
    const frame = Buffer.from(
      '00000029 00000103 00000000 00000005 00 00 00 3100 00 00 3200 00 00 00 0424 0002 6869 1400 0009 ff01 ff'.replaceAll(
        ' ',
        '',
      ),
      'hex',
    );
    expect(() => decodePdu(frame, 'esme')).toThrow(
      expect.objectContaining({ status: STATUS.RINVOPTPARSTREAM }),
    );
    expect(decodePdu(frame)).toMatchObject({
      body: { tlvs: [{ tag: 0x0424 }] },
      mended: [expect.stringContaining('0x1400')],
    });
  });
});
