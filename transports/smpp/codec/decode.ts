import { commandName, type CommandName } from './commands.ts';
import { MAX, MAX_BIND_TEXT } from './limits.ts';
import { OctetReader } from './octet-reader.ts';
import {
  decodeCancel,
  decodeMulti,
  decodeMultiResp,
  decodeQuery,
  decodeQueryResp,
  decodeReplace,
} from './operations.ts';
import type {
  AlertNotificationBody,
  BindBody,
  BindCommand,
  BindRespBody,
  DataBody,
  MessageBody,
  MessageRespBody,
  OutbindBody,
  Pdu,
  PduBody,
} from './pdu.ts';
import { STATUS } from './statuses.ts';

/** Who wrote a frame: of a data_sm, which both sides send, nothing else tells. */
type Writer = 'smsc' | 'esme';

/**
 * Reads one whole frame. Requests are read strictly, with the specification's status for each fault, but for what an
 * SMSC delivers: that is kept wherever its text is known. Responses are read leniently, because one that is thrown away
 * leaves a message uncertain. `mended` says what was borne.
 * @throws PduError with the status to answer; ESME_RINVCMDID for an unknown command.
 */
export function decodePdu(frame: Buffer, writer: Writer = 'smsc'): Pdu {
  const reader = new OctetReader(frame);
  const command = commandName(reader.commandId);
  if (command === undefined) return reader.fail(STATUS.RINVCMDID, 'unknown command_id');
  const body = DECODERS[command](reader, writer);
  const { status, sequence, mended } = reader;
  return mended.length === 0 ? { status, sequence, body } : { status, sequence, body, mended };
}

const DECODERS: Readonly<Record<CommandName, (reader: OctetReader, writer: Writer) => PduBody>> = {
  submit_sm: (reader) => decodeMessage('submit_sm', reader),
  submit_sm_resp: (reader) => decodeMessageResp('submit_sm_resp', reader),
  deliver_sm: (reader) => decodeMessage('deliver_sm', reader),
  deliver_sm_resp: (reader) => decodeMessageResp('deliver_sm_resp', reader),
  data_sm: decodeData,
  data_sm_resp: (reader) => decodeMessageResp('data_sm_resp', reader),
  bind_receiver: (reader) => decodeBind('bind_receiver', reader),
  bind_receiver_resp: (reader) => decodeBindResp('bind_receiver_resp', reader),
  bind_transmitter: (reader) => decodeBind('bind_transmitter', reader),
  bind_transmitter_resp: (reader) => decodeBindResp('bind_transmitter_resp', reader),
  bind_transceiver: (reader) => decodeBind('bind_transceiver', reader),
  bind_transceiver_resp: (reader) => decodeBindResp('bind_transceiver_resp', reader),
  query_sm: decodeQuery,
  query_sm_resp: decodeQueryResp,
  cancel_sm: decodeCancel,
  cancel_sm_resp: () => ({ command: 'cancel_sm_resp' }),
  replace_sm: decodeReplace,
  replace_sm_resp: () => ({ command: 'replace_sm_resp' }),
  submit_multi: decodeMulti,
  submit_multi_resp: decodeMultiResp,
  outbind: (reader) => decodeOutbind(reader),
  alert_notification: (reader) => decodeAlertNotification(reader),
  unbind: () => ({ command: 'unbind' }),
  unbind_resp: () => ({ command: 'unbind_resp' }),
  enquire_link: () => ({ command: 'enquire_link' }),
  enquire_link_resp: () => ({ command: 'enquire_link_resp' }),
  generic_nack: () => ({ command: 'generic_nack' }),
};

function decodeMessage(command: MessageBody['command'], reader: OctetReader): MessageBody {
  const serviceType = reader.cString('service_type', MAX.serviceType, STATUS.RINVSERTYP);
  const sourceAddrTon = reader.uint8('source_addr_ton');
  const sourceAddrNpi = reader.uint8('source_addr_npi');
  const sourceAddr = reader.cString('source_addr', MAX.address, STATUS.RINVSRCADR);
  const destAddrTon = reader.uint8('dest_addr_ton');
  const destAddrNpi = reader.uint8('dest_addr_npi');
  const destinationAddr = reader.cString('destination_addr', MAX.address, STATUS.RINVDSTADR);
  const esmClass = reader.uint8('esm_class');
  const protocolId = reader.uint8('protocol_id');
  const priorityFlag = reader.uint8('priority_flag');
  const scheduleDeliveryTime = reader.cString('schedule_delivery_time', MAX.time, STATUS.RINVSCHED);
  const validityPeriod = reader.cString('validity_period', MAX.time, STATUS.RINVEXPIRY);
  const registeredDelivery = reader.uint8('registered_delivery');
  const replaceIfPresentFlag = reader.uint8('replace_if_present_flag');
  const dataCoding = reader.uint8('data_coding');
  const smDefaultMsgId = reader.uint8('sm_default_msg_id');
  return {
    command,
    serviceType,
    sourceAddrTon,
    sourceAddrNpi,
    sourceAddr,
    destAddrTon,
    destAddrNpi,
    destinationAddr,
    esmClass,
    protocolId,
    priorityFlag,
    scheduleDeliveryTime,
    validityPeriod,
    registeredDelivery,
    replaceIfPresentFlag,
    dataCoding,
    smDefaultMsgId,
    ...(command === 'deliver_sm'
      ? reader.delivered(dataCoding)
      : { shortMessage: reader.shortMessage(), tlvs: reader.tlvs() }),
  };
}

function decodeData(reader: OctetReader, writer: Writer): DataBody {
  return {
    command: 'data_sm',
    serviceType: reader.cString('service_type', MAX.serviceType, STATUS.RINVSERTYP),
    sourceAddrTon: reader.uint8('source_addr_ton'),
    sourceAddrNpi: reader.uint8('source_addr_npi'),
    sourceAddr: reader.cString('source_addr', MAX.longAddress, STATUS.RINVSRCADR),
    destAddrTon: reader.uint8('dest_addr_ton'),
    destAddrNpi: reader.uint8('dest_addr_npi'),
    destinationAddr: reader.cString('destination_addr', MAX.longAddress, STATUS.RINVDSTADR),
    esmClass: reader.uint8('esm_class'),
    registeredDelivery: reader.uint8('registered_delivery'),
    dataCoding: reader.uint8('data_coding'),
    tlvs: writer === 'smsc' ? reader.deliveredTlvs() : reader.tlvs(),
  };
}

function decodeMessageResp(command: MessageRespBody['command'], reader: OctetReader): MessageRespBody {
  return { command, messageId: reader.lenientCString(), tlvs: reader.lenientTlvs() };
}

function decodeBindResp(command: BindRespBody['command'], reader: OctetReader): BindRespBody {
  return { command, systemId: reader.lenientCString(), tlvs: reader.lenientTlvs() };
}

function decodeBind(command: BindCommand, reader: OctetReader): BindBody {
  return {
    command,
    systemId: reader.cString('system_id', MAX_BIND_TEXT, STATUS.RINVSYSID),
    password: reader.cString('password', MAX_BIND_TEXT, STATUS.RINVPASWD),
    systemType: reader.cString('system_type', MAX_BIND_TEXT, STATUS.RINVSYSTYP),
    interfaceVersion: reader.uint8('interface_version'),
    addrTon: reader.uint8('addr_ton'),
    addrNpi: reader.uint8('addr_npi'),
    addressRange: reader.lastCString('address_range', MAX.addressRange, STATUS.RBINDFAIL),
  };
}

function decodeOutbind(reader: OctetReader): OutbindBody {
  return {
    command: 'outbind',
    systemId: reader.cString('system_id', MAX_BIND_TEXT, STATUS.RINVSYSID),
    password: reader.lastCString('password', MAX_BIND_TEXT, STATUS.RINVPASWD),
  };
}

function decodeAlertNotification(reader: OctetReader): AlertNotificationBody {
  reader.octets(2, 'source_addr_ton and source_addr_npi');
  const sourceAddr = reader.cString('source_addr', MAX.longAddress, STATUS.RINVSRCADR);
  reader.octets(2, 'esme_addr_ton and esme_addr_npi');
  const esmeAddr = reader.lastCString('esme_addr', MAX.longAddress, STATUS.RINVDSTADR);
  return { command: 'alert_notification', sourceAddr, esmeAddr, tlvs: reader.tlvs() };
}
