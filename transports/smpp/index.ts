/** The pieces of SMPP, for benches, conformance suites and servers. */
export { decodePdu } from './codec/decode.ts';
export { encodeFrame } from './codec/encode.ts';
export { FrameError, FrameReader, MAX_FRAME } from './codec/frame-reader.ts';
export { BLANK_MESSAGE, NO_TLVS, PduError, type MessageBody, type Pdu, type PduBody } from './codec/pdu.ts';
export { STATUS, statusName } from './codec/statuses.ts';
export { TAG } from './codec/tags.ts';
export type { Outcome } from './session/outcome.ts';
export { Session, type SessionOptions } from './session/session.ts';
export { decodeText, encodeText, type Charset } from './text/charset.ts';
export { createCharsetTable } from './text/data-coding.ts';
export { packSeptets, unpackSeptets } from './text/septets.ts';
export { codeText, createTextCoding, type CodedText, type TextCoding } from './text/text-coding.ts';
