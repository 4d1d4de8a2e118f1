import type { DataBody, MessageBody } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv } from '../codec/tlvs.ts';
import { decodeText } from '../text/charset.ts';
import type { CharsetTable } from '../text/data-coding.ts';
import { unpackSeptets } from '../text/septets.ts';
import { headerLength } from '../text/user-data-header.ts';
import { incomingText } from './incoming-text.ts';

/** What a receipt says is in front; behind it may be 64 KiB of anything. An even number, for characters of two octets. */
const MOST_READ = 2000;

/**
 * The text of a receipt in the ways in which it may be meant, the likely ones first. Receipts are ASCII, whatever the
 * bind's default alphabet is and whatever data_coding says, which is often that of the message; some are UTF-16, with
 * zeros between the letters, or begin as the one and end as the other; a few are packed.
 */
export function* receiptTexts(body: MessageBody | DataBody, table: CharsetTable): Generator<string> {
  const { dataCoding, header, ...text } = incomingText(body);
  const octets = text.octets.subarray(0, MOST_READ);
  const charset = table[dataCoding];
  if (charset === 'utf-16be' || charset === 'ucs2') yield decodeText(charset, octets).text;
  yield latin1(octets);
  if (octets.includes(0)) yield latin1(octets.filter((octet) => octet !== 0));
  yield latin1(unpackSeptets(octets, headerLength(header)));
  const payload = findTlv(body.tlvs, TAG.MESSAGE_PAYLOAD);
  if (payload !== undefined && payload !== text.octets)
    yield latin1(payload.subarray(0, MOST_READ).filter((octet) => octet !== 0));
}

/** In GSM 03.38 the octet 0x11 is an underscore; ids have them, and no control characters. */
function latin1(octets: Uint8Array): string {
  return Buffer.from(octets).toString('latin1').replaceAll('\x11', '_');
}
