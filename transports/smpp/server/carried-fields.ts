import type { MessageBody } from '../codec/pdu.ts';
import { relativeTime } from '../codec/smpp-time.ts';
import { TAG } from '../codec/tags.ts';
import { findTlvInteger } from '../codec/tlvs.ts';
import type { TlvValues } from '../codec/named-tlvs.ts';
import type { PartText } from '../inbound/incoming-text.ts';
import type { CharsetTable } from '../text/data-coding.ts';
import { otherElements } from '../text/user-data-header.ts';
import { carriedTlvs, joinTlvs } from './carried-tlvs.ts';

/** esm_class to an SMSC (section 5.2.12): bits 1 and 0 are the mode. */
const MODE_MASK = 0x03;
const STORE_AND_FORWARD = 0x03;
const REPLY_PATH = 0x80;
/** From here on a data_coding says more than an alphabet: class, waiting messages, compression (section 5.2.19). */
const FIRST_GROUP = 0x10;

/** What a client says of its submit_sm beside text and addresses, as `transport_metadata.smpp` takes it. */
export interface CarriedFields {
  readonly service_type?: string;
  readonly source_addr_ton?: number;
  readonly source_addr_npi?: number;
  readonly dest_addr_ton?: number;
  readonly dest_addr_npi?: number;
  readonly reply_path?: true;
  readonly store_and_forward?: true;
  readonly protocol_id?: number;
  readonly priority_flag?: number;
  readonly validity_period?: string;
  readonly tlvs?: TlvValues;
}

/** The fields that are to reach the network as the client has set them. */
export function carriedFields(body: MessageBody): CarriedFields {
  const { serviceType, sourceAddr, esmClass, protocolId, priorityFlag, validityPeriod } = body;
  const tlvs = carriedTlvs(body.tlvs);
  const lifetime = findTlvInteger(body.tlvs, TAG.QOS_TIME_TO_LIVE);
  const validity = validityPeriod === '' && lifetime !== undefined ? relativeTime(lifetime) : validityPeriod;
  return {
    ...(serviceType === '' ? {} : { service_type: serviceType }),
    // Who names no sender says nothing of its type.
    ...(sourceAddr === ''
      ? {}
      : { source_addr_ton: body.sourceAddrTon, source_addr_npi: body.sourceAddrNpi }),
    dest_addr_ton: body.destAddrTon,
    dest_addr_npi: body.destAddrNpi,
    ...((esmClass & REPLY_PATH) === 0 ? {} : { reply_path: true }),
    ...((esmClass & MODE_MASK) === STORE_AND_FORWARD ? { store_and_forward: true } : {}),
    ...(protocolId === 0 ? {} : { protocol_id: protocolId }),
    ...(priorityFlag === 0 ? {} : { priority_flag: priorityFlag }),
    ...(validity === '' ? {} : { validity_period: validity }),
    ...(tlvs === undefined ? {} : { tlvs }),
  };
}

/** The fields of a whole message: those of its first part, with the TLVs of all. */
export function joinFields(parts: readonly (CarriedFields | undefined)[]): CarriedFields {
  const { tlvs: _own, ...first } = parts[0] ?? {};
  const tlvs = joinTlvs(parts.map((part) => part?.tlvs));
  return tlvs === undefined ? first : { ...first, tlvs };
}

/** How the text of a message is to be sent where that is more than its characters. */
export function carriedText(
  texts: readonly PartText[],
  { table, lossy }: { table: CharsetTable; lossy: boolean },
) {
  const [first] = texts;
  if (first === undefined) return {};
  const { dataCoding, header } = first;
  // What cannot be read is not guessed at: its octets go on as they are.
  const isRaw = lossy || table[dataCoding] === 'binary';
  const { ports } = header;
  const udh = otherElements(header.elements);
  return {
    ...(isRaw || dataCoding >= FIRST_GROUP ? { data_coding: dataCoding } : {}),
    ...(isRaw ? { octets: Buffer.concat(texts.map(({ octets }) => octets)).toString('hex') } : {}),
    ...(ports?.bits !== 16 ? {} : { source_port: ports.source, destination_port: ports.destination }),
    ...(udh.length === 0 ? {} : { udh: udh.toString('hex') }),
  };
}
