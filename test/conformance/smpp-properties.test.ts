import { NATIONAL_LANGUAGES, previewText } from '@vumi/core/text';
import {
  codeText,
  createCharsetTable,
  createTextCoding,
  decodePdu,
  decodeText,
  encodeFrame,
  FrameError,
  FrameReader,
  packSeptets,
  PduError,
  unpackSeptets,
  type MessageBody,
  type TextCoding,
} from '@vumi/transports/smpp';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const octet = fc.integer({ min: 0, max: 255 });
const buffer = (maxLength: number) => fc.uint8Array({ maxLength }).map((octets) => Buffer.from(octets));
const latin1 = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength })
    .map((codes) => Buffer.from(codes).toString('latin1'));
/** Above the tags whose lengths the specification fixes. */
const tlv = fc.record({ tag: fc.integer({ min: 0x1400, max: 0x3fff }), value: buffer(300) });

const message: fc.Arbitrary<MessageBody> = fc.record({
  command: fc.constantFrom('submit_sm' as const, 'deliver_sm' as const),
  serviceType: latin1(5),
  sourceAddrTon: octet,
  sourceAddrNpi: octet,
  sourceAddr: latin1(20),
  destAddrTon: octet,
  destAddrNpi: octet,
  destinationAddr: latin1(20),
  esmClass: octet,
  protocolId: octet,
  priorityFlag: octet,
  scheduleDeliveryTime: latin1(16),
  validityPeriod: latin1(16),
  registeredDelivery: octet,
  replaceIfPresentFlag: octet,
  dataCoding: octet,
  smDefaultMsgId: octet,
  shortMessage: buffer(254),
  tlvs: fc.array(tlv, { maxLength: 5 }),
});
const sequence = fc.integer({ min: 1, max: 0x7fffffff });

describe('the SMPP codec', () => {
  it('reads what it has written', () => {
    fc.assert(
      fc.property(message, sequence, (body, number) => {
        const pdu = { status: 0, sequence: number, body };
        expect(decodePdu(encodeFrame(pdu))).toEqual(pdu);
      }),
      { numRuns: 300 },
    );
  });

  it('reads any frame, or says with which status to refuse it', () => {
    const commands = [
      1, 2, 4, 5, 6, 9, 0x0b, 0x15, 0x102, 0x103, 0x80000000, 0x80000004, 0x80000009, 0x12345,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...commands), sequence, buffer(400), (command, number, body) => {
        const frame = Buffer.concat([Buffer.alloc(16), body]);
        frame.writeUInt32BE(frame.length, 0);
        frame.writeUInt32BE(command, 4);
        frame.writeUInt32BE(number, 12);
        try {
          decodePdu(frame);
        } catch (error) {
          if (!(error instanceof PduError)) throw error;
          expect([error.sequence, error.commandId]).toEqual([number, command]);
          expect(error.status).toBeGreaterThan(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('finds the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }),
        (bodies, cuts) => {
          const frames = bodies.map((body, index) => encodeFrame({ status: 0, sequence: index + 1, body }));
          const stream = Buffer.concat(frames);
          const seen: string[] = [];
          const reader = new FrameReader((frame) => seen.push(frame.toString('hex')));
          for (let offset = 0, turn = 0; offset < stream.length; turn += 1) {
            const size = cuts[turn % cuts.length] ?? 1;
            reader.push(stream.subarray(offset, offset + size));
            offset += size;
          }
          expect(seen).toEqual(frames.map((frame) => frame.toString('hex')));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('reads any stream to its end or to where it stops being SMPP', () => {
    fc.assert(
      fc.property(fc.array(buffer(100), { maxLength: 20 }), (chunks) => {
        const reader = new FrameReader(() => {});
        try {
          for (const chunk of chunks) reader.push(chunk);
        } catch (error) {
          if (!(error instanceof FrameError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the segments of a text', () => {
  const gsm = fc.string({
    unit: fc.constantFrom(...'abc 123@£éÅΔ_^{}[]~\\|€\r\n'.split('')),
    maxLength: 600,
  });
  const turkish = fc.string({ unit: fc.constantFrom(...'abc ğĞşŞıİçé€{\n'.split('')), maxLength: 600 });
  const hindi = fc.string({ unit: fc.constantFrom(...'नमसतदनयर् िाे।१२ab'.split('')), maxLength: 400 });
  const any = fc.string({ unit: 'grapheme', maxLength: 400 });
  const latin1 = createCharsetTable({ 0: 'latin1' });

  it.each<[string, TextCoding, fc.Arbitrary<string>]>([
    ['GSM 03.38', createTextCoding(), gsm],
    ['packed GSM 03.38', createTextCoding({ charset: 'gsm0338_packed' }), gsm],
    ['whatever the text needs', createTextCoding(), any],
    ['Latin-1', createTextCoding({ table: latin1 }), gsm],
    ['UTF-16 by default', createTextCoding({ charset: 'ucs2', referenceBits: 16 }), any],
    ['UTF-8', createTextCoding({ charset: 'utf-8' }), any],
    ['tables of Turkish', createTextCoding({ languages: ['turkish'] }), turkish],
    ['tables of any language', createTextCoding({ languages: NATIONAL_LANGUAGES }), hindi],
  ])('points 36 and 37: in %s make up the text, fit, and are whole in themselves', (_, coding, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const coded = codeText(text, coding);
        if (coded === null) throw new Error('no segments');
        const { charset, segments, shift } = coded;
        const parts = segments.map((segment) => decodeText(charset, segment, shift));
        expect(parts.map((part) => part.text).join('')).toBe(text);
        expect(parts.some(({ lossy }) => lossy)).toBe(false);
        const languages = (shift.locking === 0 ? 0 : 3) + (shift.single === 0 ? 0 : 3);
        const elements =
          languages + (segments.length === 1 ? 0 : coding.options.referenceBits === 16 ? 6 : 5);
        const octets = 140 - (elements === 0 ? 0 : elements + 1);
        const septets = charset.startsWith('gsm0338') || charset === 'ascii';
        const room = septets ? Math.floor((octets * 8) / 7) : octets;
        for (const segment of segments) expect(segment.length).toBeLessThanOrEqual(room);
      }),
      { numRuns: 200 },
    );
  });

  it('points 36 and 37: are as many, and as long, in a preview as on the wire', () => {
    const options = { languages: NATIONAL_LANGUAGES };
    fc.assert(
      fc.property(fc.oneof(gsm, turkish, hindi, any), (text) => {
        const coded = codeText(text, createTextCoding(options));
        const preview = previewText(text, options);
        const perUnit = preview.encoding === 'ucs2' ? 2 : 1;
        expect(coded?.segments.map(({ length }) => length / perUnit)).toEqual(
          preview.segments.map(({ units }) => units),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('point 38: packed are what they were when unpacked', () => {
    const septets = fc.uint8Array({ max: 127, min: 1, maxLength: 160 }).map((codes) => Buffer.from(codes));
    fc.assert(
      fc.property(septets, fc.integer({ min: 0, max: 20 }), (codes, header) => {
        const read = unpackSeptets(packSeptets(codes, header), header);
        // A carriage return at the end may be there twice, which is the same to a phone (TS 23.038 section 6.1.1).
        expect(read.subarray(0, codes.length)).toEqual(codes);
        expect(read.subarray(codes.length).toString()).toMatch(codes.at(-1) === 0x0d ? /^\r?$/ : /^$/);
      }),
      { numRuns: 300 },
    );
  });
});
