import { MAX } from './limits.ts';
import type { OctetWriter } from './octet-writer.ts';
import type { MessageBody } from './pdu.ts';
import { STATUS } from './statuses.ts';

type Contents = Omit<
  MessageBody,
  | 'command'
  | 'serviceType'
  | 'sourceAddrTon'
  | 'sourceAddrNpi'
  | 'sourceAddr'
  | 'destAddrTon'
  | 'destAddrNpi'
  | 'destinationAddr'
>;

/** What follows the addresses in submit_sm, deliver_sm (section 4.4.1) and submit_multi (4.5.1). */
export function encodeContents(writer: OctetWriter, contents: Contents): void {
  writer.uint8(contents.esmClass);
  writer.uint8(contents.protocolId);
  writer.uint8(contents.priorityFlag);
  writer.cString(contents.scheduleDeliveryTime, 'schedule_delivery_time', MAX.time, STATUS.RINVSCHED);
  writer.cString(contents.validityPeriod, 'validity_period', MAX.time, STATUS.RINVEXPIRY);
  writer.uint8(contents.registeredDelivery);
  writer.uint8(contents.replaceIfPresentFlag);
  writer.uint8(contents.dataCoding);
  writer.uint8(contents.smDefaultMsgId);
  writer.shortMessage(contents.shortMessage);
  writer.tlvs(contents.tlvs);
}
