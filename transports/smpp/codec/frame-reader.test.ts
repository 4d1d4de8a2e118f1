import { describe, expect, it } from 'vitest';
import { FrameError, FrameReader, MAX_FRAME } from './frame-reader.ts';

function frame(length: number, fill: number): Buffer {
  const octets = Buffer.alloc(length, fill);
  octets.writeUInt32BE(length, 0);
  return octets;
}

function lengthOnly(length: number): Buffer {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(length, 0);
  return octets;
}

const FRAMES = [frame(16, 1), frame(200, 2), frame(17, 3), frame(3000, 4), frame(16, 5)];

describe('the frame reader', () => {
  it.each([1, 2, 3, 4, 5, 15, 16, 17, 100, 216, 5000])(
    'finds the same frames in chunks of %i octets',
    (size) => {
      const stream = Buffer.concat(FRAMES);
      const seen: Buffer[] = [];
      const reader = new FrameReader((octets) => seen.push(Buffer.from(octets)));
      for (let offset = 0; offset < stream.length; offset += size) {
        reader.push(stream.subarray(offset, offset + size));
      }
      expect(seen).toEqual(FRAMES);
    },
  );

  it.each([0, 4, 8, 15, MAX_FRAME + 1, 0x7fffffff, 0xffffffff])('refuses the length %i', (length) => {
    const reader = new FrameReader(() => {});
    expect(() => reader.push(lengthOnly(length))).toThrow(FrameError);
  });

  it('refuses a bad length that comes octet by octet, and reads nothing after it', () => {
    const seen: Buffer[] = [];
    const reader = new FrameReader((octets) => seen.push(octets));
    const stream = [...lengthOnly(5).subarray(0, 4)];
    expect(() => stream.map((octet) => reader.push(Buffer.from([octet])))).toThrow(FrameError);
    reader.push(frame(16, 1));
    expect(seen).toEqual([]);
  });

  it('hands over the frames before a bad length', () => {
    const seen: Buffer[] = [];
    const reader = new FrameReader((octets) => seen.push(octets));
    expect(() => reader.push(Buffer.concat([frame(20, 1), lengthOnly(3)]))).toThrow(FrameError);
    expect(seen.length).toBe(1);
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['AMQP', Buffer.from('AMQP\0\0\x09\x01')],
    ['TLS', Buffer.from('1603010200010001fc0303aabbccdd00', 'hex')],
    ['RDP', Buffer.from('0300002f2ae00000000000436f6f6b69', 'hex')],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n')],
    ['SMPP', lengthOnly(3)],
  ])('names what the peer speaks: %s', (name, octets) => {
    const reader = new FrameReader(() => {});
    expect(() => reader.push(octets)).toThrow(name === 'SMPP' ? /command_length 3/ : `speaks ${name}`);
  });
});
