import { COMMAND_IDS, isResponseId } from './commands.ts';
import { MAX, MAX_BIND_TEXT } from './limits.ts';
import { encodeContents } from './message-contents.ts';
import { OctetWriter } from './octet-writer.ts';
import { encodeOperation, listLength } from './operations.ts';
import type {
  AlertNotificationBody,
  BindBody,
  BindRespBody,
  DataBody,
  MessageBody,
  MessageRespBody,
  OutbindBody,
  OperationBody,
  OperationRespBody,
  Pdu,
  PduBody,
  Tlv,
} from './pdu.ts';
import { STATUS } from './statuses.ts';

/**
 * Appends one PDU to the writer, whole or not at all.
 * @throws PduError when a field does not fit, with the status a peer would answer.
 */
export function encodePdu(writer: OctetWriter, body: PduBody, status: number, sequence: number): void {
  writer.begin({ commandId: COMMAND_IDS[body.command], status, sequence }, variableLength(body));
  try {
    if (!isBare(body, status)) encodeBody(writer, body);
  } catch (error) {
    writer.undo();
    throw error;
  }
  writer.end();
}

/** One PDU as a buffer of its own. */
export function encodeFrame(pdu: Pdu): Buffer {
  const writer = new OctetWriter();
  encodePdu(writer, pdu.body, pdu.status, pdu.sequence);
  return writer.take();
}

/** Error responses have no body (sections 4.4.2, 4.6.2). */
function isBare(body: PduBody, status: number): boolean {
  if (status === STATUS.ROK || !isResponseId(COMMAND_IDS[body.command])) return false;
  if (!('messageId' in body) || body.messageId !== '') return false;
  if ('errorCode' in body) return body.errorCode === 0 && body.messageState === 0 && body.finalDate === '';
  if ('unreached' in body) return body.unreached.length === 0;
  return !('tlvs' in body) || body.tlvs.length === 0;
}

function variableLength(body: PduBody): number {
  const text = 'shortMessage' in body ? body.shortMessage.length : 0;
  const lists = isOperation(body) ? listLength(body) : 0;
  return 'tlvs' in body ? text + lists + tlvsLength(body.tlvs) : text + lists;
}

function tlvsLength(tlvs: readonly Tlv[]): number {
  let length = 0;
  for (const tlv of tlvs) length += 4 + tlv.value.length;
  return length;
}

const OPERATIONS: ReadonlySet<string> = new Set<(OperationBody | OperationRespBody)['command']>([
  'submit_multi',
  'submit_multi_resp',
  'query_sm',
  'query_sm_resp',
  'cancel_sm',
  'cancel_sm_resp',
  'replace_sm',
  'replace_sm_resp',
]);

function isOperation(body: PduBody): body is OperationBody | OperationRespBody {
  return OPERATIONS.has(body.command);
}

function encodeBody(writer: OctetWriter, body: PduBody): void {
  if (isOperation(body)) encodeOperation(writer, body);
  else if ('shortMessage' in body) encodeMessage(writer, body);
  else if ('messageId' in body) encodeMessageResp(writer, body);
  else if ('dataCoding' in body) encodeData(writer, body);
  else if ('systemType' in body) encodeBind(writer, body);
  else if ('password' in body) encodeOutbind(writer, body);
  else if ('systemId' in body) encodeBindResp(writer, body);
  else if ('esmeAddr' in body) encodeAlertNotification(writer, body);
}

function encodeMessageResp(writer: OctetWriter, body: MessageRespBody): void {
  writer.cString(body.messageId, 'message_id', MAX.messageId, STATUS.RINVMSGID);
  writer.tlvs(body.tlvs);
}

function encodeBindResp(writer: OctetWriter, body: BindRespBody): void {
  writer.cString(body.systemId, 'system_id', MAX.systemId, STATUS.RINVSYSID);
  writer.tlvs(body.tlvs);
}

function encodeOutbind(writer: OctetWriter, body: OutbindBody): void {
  writer.cString(body.systemId, 'system_id', MAX_BIND_TEXT, STATUS.RINVSYSID);
  writer.cString(body.password, 'password', MAX_BIND_TEXT, STATUS.RINVPASWD);
}

function encodeMessage(writer: OctetWriter, body: MessageBody): void {
  writer.cString(body.serviceType, 'service_type', MAX.serviceType, STATUS.RINVSERTYP);
  writer.uint8(body.sourceAddrTon);
  writer.uint8(body.sourceAddrNpi);
  writer.cString(body.sourceAddr, 'source_addr', MAX.address, STATUS.RINVSRCADR);
  writer.uint8(body.destAddrTon);
  writer.uint8(body.destAddrNpi);
  writer.cString(body.destinationAddr, 'destination_addr', MAX.address, STATUS.RINVDSTADR);
  encodeContents(writer, body);
}

function encodeData(writer: OctetWriter, body: DataBody): void {
  writer.cString(body.serviceType, 'service_type', MAX.serviceType, STATUS.RINVSERTYP);
  writer.uint8(body.sourceAddrTon);
  writer.uint8(body.sourceAddrNpi);
  writer.cString(body.sourceAddr, 'source_addr', MAX.longAddress, STATUS.RINVSRCADR);
  writer.uint8(body.destAddrTon);
  writer.uint8(body.destAddrNpi);
  writer.cString(body.destinationAddr, 'destination_addr', MAX.longAddress, STATUS.RINVDSTADR);
  writer.uint8(body.esmClass);
  writer.uint8(body.registeredDelivery);
  writer.uint8(body.dataCoding);
  writer.tlvs(body.tlvs);
}

function encodeBind(writer: OctetWriter, body: BindBody): void {
  writer.cString(body.systemId, 'system_id', MAX_BIND_TEXT, STATUS.RINVSYSID);
  writer.cString(body.password, 'password', MAX_BIND_TEXT, STATUS.RINVPASWD);
  writer.cString(body.systemType, 'system_type', MAX_BIND_TEXT, STATUS.RINVSYSTYP);
  writer.uint8(body.interfaceVersion);
  writer.uint8(body.addrTon);
  writer.uint8(body.addrNpi);
  writer.cString(body.addressRange, 'address_range', MAX.addressRange, STATUS.RBINDFAIL);
}

function encodeAlertNotification(writer: OctetWriter, body: AlertNotificationBody): void {
  writer.uint16(0);
  writer.cString(body.sourceAddr, 'source_addr', MAX.longAddress, STATUS.RINVSRCADR);
  writer.uint16(0);
  writer.cString(body.esmeAddr, 'esme_addr', MAX.longAddress, STATUS.RINVDSTADR);
  writer.tlvs(body.tlvs);
}
