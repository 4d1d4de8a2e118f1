import { hash } from 'node:crypto';
import type { UserMessage } from '@vumi/core';
import { BLANK_MESSAGE, type MessageBody } from '../codec/pdu.ts';
import { codeText, createTextCoding } from '../text/text-coding.ts';
import { ESM_CLASS_UDHI, joinHeader } from '../text/user-data-header.ts';
import type { ServerClient } from './ports.ts';
import type { ClientAddress } from './receipt.ts';
import { charsetTableOf } from './submission.ts';

const TON = { unknown: 0, international: 1, alphanumeric: 5 } as const;
const NPI = { unknown: 0, isdn: 1 } as const;

/** The deliver_sm of a message for a client, one for each part; null when the text needs more than 255. */
export function deliverBodies(message: UserMessage, client: ServerClient): MessageBody[] | null {
  const text = codeText(message.content ?? '', createTextCoding({ table: charsetTableOf(client) }));
  if (text === null) return null;
  const { transport_metadata: metadata } = message;
  const written = metadata['smpp_source_addr'];
  const from = typeof written === 'string' ? written : (message.from_addr ?? '');
  const source = addressOf(from, metadata, 'smpp_source_addr');
  const destination = addressOf(message.to_addr ?? '', metadata, 'smpp_dest_addr');
  const total = text.segments.length;
  const reference = referenceOf(message.message_id);
  const deliver: MessageBody = {
    ...BLANK_MESSAGE,
    command: 'deliver_sm',
    sourceAddrTon: source.ton,
    sourceAddrNpi: source.npi,
    sourceAddr: source.address,
    destAddrTon: destination.ton,
    destAddrNpi: destination.npi,
    destinationAddr: destination.address,
    esmClass: total > 1 ? ESM_CLASS_UDHI : 0,
    dataCoding: text.dataCoding,
  };
  const { segments } = text;
  if (total === 1) return segments.map((shortMessage) => Object.assign({}, deliver, { shortMessage }));
  return segments.map((segment, index) =>
    Object.assign({}, deliver, { shortMessage: joinHeader({ reference, total, part: index + 1 }, segment) }),
  );
}

/** The same for a message that is delivered again, so that the client joins parts of both times. */
function referenceOf(messageId: string): number {
  return Number.parseInt(hash('sha1', messageId, 'hex').slice(0, 2), 16);
}

/** As the network gave it where that is known, else as its letters and digits look (spec smpp §5 point 29). */
function addressOf(text: string, metadata: Readonly<Record<string, unknown>>, field: string): ClientAddress {
  const address = text.slice(0, 20);
  const [ton, npi] = [metadata[`${field}_ton`], metadata[`${field}_npi`]];
  if (typeof ton === 'number' && typeof npi === 'number') {
    return { ton, npi, address: ton === TON.international ? address.replace(/^\+/, '') : address };
  }
  if (/^\+\d+$/.test(address)) return { ton: TON.international, npi: NPI.isdn, address: address.slice(1) };
  if (/^\d*$/.test(address)) return { ton: TON.unknown, npi: NPI.isdn, address };
  return { ton: TON.alphanumeric, npi: NPI.unknown, address };
}
