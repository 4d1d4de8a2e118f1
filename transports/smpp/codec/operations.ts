import { MAX, MAX_DESTINATIONS } from './limits.ts';
import { encodeContents } from './message-contents.ts';
import type { OctetReader } from './octet-reader.ts';
import type { OctetWriter } from './octet-writer.ts';
import type {
  CancelBody,
  Destination,
  MultiBody,
  MultiRespBody,
  OperationBody,
  OperationRespBody,
  QueryBody,
  QueryRespBody,
  ReplaceBody,
} from './pdu.ts';
import { STATUS } from './statuses.ts';

/** submit_multi, query_sm, cancel_sm and replace_sm (sections 4.5, 4.8, 4.9, 4.10), both ways. */

/** dest_flag (section 5.2.25). */
const TO_NUMBER = 1;
const TO_LIST = 2;

export function decodeMulti(reader: OctetReader): MultiBody {
  return {
    command: 'submit_multi',
    serviceType: reader.cString('service_type', MAX.serviceType, STATUS.RINVSERTYP),
    ...decodeSource(reader),
    destinations: decodeDestinations(reader),
    esmClass: reader.uint8('esm_class'),
    protocolId: reader.uint8('protocol_id'),
    priorityFlag: reader.uint8('priority_flag'),
    scheduleDeliveryTime: reader.cString('schedule_delivery_time', MAX.time, STATUS.RINVSCHED),
    validityPeriod: reader.cString('validity_period', MAX.time, STATUS.RINVEXPIRY),
    registeredDelivery: reader.uint8('registered_delivery'),
    replaceIfPresentFlag: reader.uint8('replace_if_present_flag'),
    dataCoding: reader.uint8('data_coding'),
    smDefaultMsgId: reader.uint8('sm_default_msg_id'),
    shortMessage: reader.shortMessage(),
    tlvs: reader.tlvs(),
  };
}

function decodeDestinations(reader: OctetReader): Destination[] {
  const count = reader.uint8('number_of_dests');
  if (count === 0 || count > MAX_DESTINATIONS)
    reader.fail(STATUS.RINVNUMDESTS, `number_of_dests is ${count}, not within 1 and ${MAX_DESTINATIONS}`);
  return Array.from({ length: count }, () => decodeDestination(reader));
}

function decodeDestination(reader: OctetReader): Destination {
  const flag = reader.uint8('dest_flag');
  if (flag === TO_LIST) return { list: reader.cString('dl_name', MAX.listName, STATUS.RINVDLNAME) };
  if (flag !== TO_NUMBER) reader.fail(STATUS.RINVDESTFLAG, `dest_flag is ${flag}`);
  return {
    ton: reader.uint8('dest_addr_ton'),
    npi: reader.uint8('dest_addr_npi'),
    address: reader.cString('destination_addr', MAX.address, STATUS.RINVDSTADR),
  };
}

export function decodeMultiResp(reader: OctetReader): MultiRespBody {
  const messageId = reader.lenientCString();
  const count = reader.lenientUint8();
  const unreached: MultiRespBody['unreached'][number][] = [];
  while (unreached.length < count && reader.remaining > 0) {
    const ton = reader.lenientUint8();
    const npi = reader.lenientUint8();
    const address = reader.lenientCString();
    unreached.push({ ton, npi, address, status: reader.lenientUint32() });
  }
  return { command: 'submit_multi_resp', messageId, unreached };
}

export function decodeQuery(reader: OctetReader): QueryBody {
  return {
    command: 'query_sm',
    messageId: decodeMessageId(reader),
    sourceAddrTon: reader.uint8('source_addr_ton'),
    sourceAddrNpi: reader.uint8('source_addr_npi'),
    sourceAddr: reader.lastCString('source_addr', MAX.address, STATUS.RINVSRCADR),
  };
}

export function decodeQueryResp(reader: OctetReader): QueryRespBody {
  return {
    command: 'query_sm_resp',
    messageId: reader.lenientCString(),
    finalDate: reader.lenientCString(),
    messageState: reader.lenientUint8(),
    errorCode: reader.lenientUint8(),
  };
}

export function decodeCancel(reader: OctetReader): CancelBody {
  return {
    command: 'cancel_sm',
    serviceType: reader.cString('service_type', MAX.serviceType, STATUS.RINVSERTYP),
    messageId: decodeMessageId(reader),
    ...decodeSource(reader),
    destAddrTon: reader.uint8('dest_addr_ton'),
    destAddrNpi: reader.uint8('dest_addr_npi'),
    destinationAddr: reader.lastCString('destination_addr', MAX.address, STATUS.RINVDSTADR),
  };
}

export function decodeReplace(reader: OctetReader): ReplaceBody {
  return {
    command: 'replace_sm',
    messageId: decodeMessageId(reader),
    ...decodeSource(reader),
    scheduleDeliveryTime: reader.cString('schedule_delivery_time', MAX.time, STATUS.RINVSCHED),
    validityPeriod: reader.cString('validity_period', MAX.time, STATUS.RINVEXPIRY),
    registeredDelivery: reader.uint8('registered_delivery'),
    smDefaultMsgId: reader.uint8('sm_default_msg_id'),
    shortMessage: reader.shortMessage(),
  };
}

function decodeMessageId(reader: OctetReader): string {
  return reader.cString('message_id', MAX.messageId, STATUS.RINVMSGID);
}

function decodeSource(reader: OctetReader) {
  return {
    sourceAddrTon: reader.uint8('source_addr_ton'),
    sourceAddrNpi: reader.uint8('source_addr_npi'),
    sourceAddr: reader.cString('source_addr', MAX.address, STATUS.RINVSRCADR),
  };
}

/** Octets of what has no fixed length, beside short_message and TLVs. */
export function listLength(body: OperationBody | OperationRespBody): number {
  if (body.command === 'submit_multi') return body.destinations.length * (MAX.address + 3);
  return body.command === 'submit_multi_resp' ? body.unreached.length * (MAX.address + 6) : 0;
}

export function encodeOperation(writer: OctetWriter, body: OperationBody | OperationRespBody): void {
  switch (body.command) {
    case 'submit_multi':
      return encodeMulti(writer, body);
    case 'submit_multi_resp':
      return encodeMultiResp(writer, body);
    case 'query_sm':
      encodeMessageId(writer, body);
      return encodeSource(writer, body);
    case 'query_sm_resp':
      encodeMessageId(writer, body);
      writer.cString(body.finalDate, 'final_date', MAX.time, STATUS.RUNKNOWNERR);
      writer.uint8(body.messageState);
      return writer.uint8(body.errorCode);
    case 'cancel_sm':
      return encodeCancel(writer, body);
    case 'replace_sm':
      return encodeReplace(writer, body);
    default:
      // cancel_sm_resp and replace_sm_resp are a header only.
      return undefined;
  }
}

function encodeMulti(writer: OctetWriter, body: MultiBody): void {
  writer.cString(body.serviceType, 'service_type', MAX.serviceType, STATUS.RINVSERTYP);
  encodeSource(writer, body);
  const count = body.destinations.length;
  if (count === 0 || count > MAX_DESTINATIONS)
    writer.fail(STATUS.RINVNUMDESTS, `${count} destinations, not 1 to ${MAX_DESTINATIONS}`);
  writer.uint8(count);
  for (const destination of body.destinations) encodeDestination(writer, destination);
  encodeContents(writer, body);
}

function encodeDestination(writer: OctetWriter, destination: Destination): void {
  if ('list' in destination) {
    writer.uint8(TO_LIST);
    return writer.cString(destination.list, 'dl_name', MAX.listName, STATUS.RINVDLNAME);
  }
  writer.uint8(TO_NUMBER);
  writer.uint8(destination.ton);
  writer.uint8(destination.npi);
  writer.cString(destination.address, 'destination_addr', MAX.address, STATUS.RINVDSTADR);
}

function encodeMultiResp(writer: OctetWriter, body: MultiRespBody): void {
  encodeMessageId(writer, body);
  writer.uint8(body.unreached.length);
  for (const { ton, npi, address, status } of body.unreached) {
    writer.uint8(ton);
    writer.uint8(npi);
    writer.cString(address, 'destination_addr', MAX.address, STATUS.RINVDSTADR);
    writer.uint32(status);
  }
}

function encodeCancel(writer: OctetWriter, body: CancelBody): void {
  writer.cString(body.serviceType, 'service_type', MAX.serviceType, STATUS.RINVSERTYP);
  encodeMessageId(writer, body);
  encodeSource(writer, body);
  writer.uint8(body.destAddrTon);
  writer.uint8(body.destAddrNpi);
  writer.cString(body.destinationAddr, 'destination_addr', MAX.address, STATUS.RINVDSTADR);
}

function encodeReplace(writer: OctetWriter, body: ReplaceBody): void {
  encodeMessageId(writer, body);
  encodeSource(writer, body);
  writer.cString(body.scheduleDeliveryTime, 'schedule_delivery_time', MAX.time, STATUS.RINVSCHED);
  writer.cString(body.validityPeriod, 'validity_period', MAX.time, STATUS.RINVEXPIRY);
  writer.uint8(body.registeredDelivery);
  writer.uint8(body.smDefaultMsgId);
  writer.shortMessage(body.shortMessage);
}

function encodeMessageId(writer: OctetWriter, { messageId }: { readonly messageId: string }): void {
  writer.cString(messageId, 'message_id', MAX.messageId, STATUS.RINVMSGID);
}

function encodeSource(
  writer: OctetWriter,
  body: Pick<QueryBody, 'sourceAddrTon' | 'sourceAddrNpi' | 'sourceAddr'>,
): void {
  writer.uint8(body.sourceAddrTon);
  writer.uint8(body.sourceAddrNpi);
  writer.cString(body.sourceAddr, 'source_addr', MAX.address, STATUS.RINVSRCADR);
}
