/** One optional parameter. Integers are big-endian; `tlvs.ts` reads them. */
export interface Tlv {
  readonly tag: number;
  readonly value: Buffer;
}

export type BindCommand = 'bind_receiver' | 'bind_transmitter' | 'bind_transceiver';

/** Section 4.1: the ESME's introduction. */
export interface BindBody {
  readonly command: BindCommand;
  readonly systemId: string;
  readonly password: string;
  readonly systemType: string;
  /** 0x34 is version 3.4; below that no TLVs may be sent to the peer (section 3.4). */
  readonly interfaceVersion: number;
  readonly addrTon: number;
  readonly addrNpi: number;
  readonly addressRange: string;
}

export interface BindRespBody {
  readonly command: `${BindCommand}_resp`;
  readonly systemId: string;
  readonly tlvs: readonly Tlv[];
}

/** submit_sm and deliver_sm have the same layout (sections 4.4.1, 4.6.1). Addresses are Latin-1 texts. */
export interface MessageBody {
  readonly command: 'submit_sm' | 'deliver_sm';
  readonly serviceType: string;
  readonly sourceAddrTon: number;
  readonly sourceAddrNpi: number;
  readonly sourceAddr: string;
  readonly destAddrTon: number;
  readonly destAddrNpi: number;
  readonly destinationAddr: string;
  readonly esmClass: number;
  readonly protocolId: number;
  readonly priorityFlag: number;
  readonly scheduleDeliveryTime: string;
  readonly validityPeriod: string;
  readonly registeredDelivery: number;
  readonly replaceIfPresentFlag: number;
  readonly dataCoding: number;
  readonly smDefaultMsgId: number;
  /** At most 254 octets; longer text goes into the TLV message_payload. */
  readonly shortMessage: Buffer;
  readonly tlvs: readonly Tlv[];
}

/** The fields of a message that says nothing: whoever makes one sets what he means. */
export const BLANK_MESSAGE: Omit<MessageBody, 'command'> = {
  serviceType: '',
  sourceAddrTon: 0,
  sourceAddrNpi: 0,
  sourceAddr: '',
  destAddrTon: 0,
  destAddrNpi: 0,
  destinationAddr: '',
  esmClass: 0,
  protocolId: 0,
  priorityFlag: 0,
  scheduleDeliveryTime: '',
  validityPeriod: '',
  registeredDelivery: 0,
  replaceIfPresentFlag: 0,
  dataCoding: 0,
  smDefaultMsgId: 0,
  shortMessage: Buffer.alloc(0),
  tlvs: [],
};

/** Section 4.7.1: the text is always in the TLV message_payload. */
export interface DataBody {
  readonly command: 'data_sm';
  readonly serviceType: string;
  readonly sourceAddrTon: number;
  readonly sourceAddrNpi: number;
  readonly sourceAddr: string;
  readonly destAddrTon: number;
  readonly destAddrNpi: number;
  readonly destinationAddr: string;
  readonly esmClass: number;
  readonly registeredDelivery: number;
  readonly dataCoding: number;
  readonly tlvs: readonly Tlv[];
}

export interface MessageRespBody {
  readonly command: 'submit_sm_resp' | 'deliver_sm_resp' | 'data_sm_resp';
  /** Empty in a deliver_sm_resp and where an error response has no body. */
  readonly messageId: string;
  readonly tlvs: readonly Tlv[];
}

export interface OutbindBody {
  readonly command: 'outbind';
  readonly systemId: string;
  readonly password: string;
}

export interface AlertNotificationBody {
  readonly command: 'alert_notification';
  readonly sourceAddr: string;
  readonly esmeAddr: string;
  readonly tlvs: readonly Tlv[];
}

/** One receiver of a submit_multi: a number, or the name of a list that the SMSC keeps (section 4.5.1.1). */
export type Destination =
  | { readonly ton: number; readonly npi: number; readonly address: string }
  | { readonly list: string };

/** Section 4.5.1: one text for up to 254 receivers. */
export interface MultiBody extends Omit<
  MessageBody,
  'command' | 'destAddrTon' | 'destAddrNpi' | 'destinationAddr'
> {
  readonly command: 'submit_multi';
  readonly destinations: readonly Destination[];
}

/** A receiver that a submit_multi did not reach, and the status that says why (section 4.5.2.1). */
export interface Unreached {
  readonly ton: number;
  readonly npi: number;
  readonly address: string;
  readonly status: number;
}

export interface MultiRespBody {
  readonly command: 'submit_multi_resp';
  readonly messageId: string;
  readonly unreached: readonly Unreached[];
}

/** The sender's address is that of the message which is asked for (section 4.8.1). */
export interface QueryBody {
  readonly command: 'query_sm';
  readonly messageId: string;
  readonly sourceAddrTon: number;
  readonly sourceAddrNpi: number;
  readonly sourceAddr: string;
}

export interface QueryRespBody {
  readonly command: 'query_sm_resp';
  readonly messageId: string;
  /** Empty until the message has reached a final state. */
  readonly finalDate: string;
  readonly messageState: number;
  readonly errorCode: number;
}

/** One message by its id, or, where that is empty, those of the same sender, receiver and service (section 4.9). */
export interface CancelBody {
  readonly command: 'cancel_sm';
  readonly serviceType: string;
  readonly messageId: string;
  readonly sourceAddrTon: number;
  readonly sourceAddrNpi: number;
  readonly sourceAddr: string;
  readonly destAddrTon: number;
  readonly destAddrNpi: number;
  readonly destinationAddr: string;
}

/** Section 4.10.1. */
export interface ReplaceBody {
  readonly command: 'replace_sm';
  readonly messageId: string;
  readonly sourceAddrTon: number;
  readonly sourceAddrNpi: number;
  readonly sourceAddr: string;
  readonly scheduleDeliveryTime: string;
  readonly validityPeriod: string;
  readonly registeredDelivery: number;
  readonly smDefaultMsgId: number;
  readonly shortMessage: Buffer;
}

/** The operations on messages beside sending one. */
export type OperationBody = MultiBody | QueryBody | CancelBody | ReplaceBody;
export type OperationRespBody =
  | MultiRespBody
  | QueryRespBody
  | { readonly command: 'cancel_sm_resp' | 'replace_sm_resp' };

type EmptyCommand = 'unbind' | 'unbind_resp' | 'enquire_link' | 'enquire_link_resp' | 'generic_nack';
interface EmptyBody {
  readonly command: EmptyCommand;
}

export type PduBody =
  | BindBody
  | BindRespBody
  | MessageBody
  | DataBody
  | MessageRespBody
  | OutbindBody
  | AlertNotificationBody
  | OperationBody
  | OperationRespBody
  | EmptyBody;

/** What a session may ask of its peer and gets an answer to. */
export type RequestBody =
  | BindBody
  | MessageBody
  | DataBody
  | OperationBody
  | { readonly command: 'unbind' | 'enquire_link' };
export type ResponseBody =
  | BindRespBody
  | MessageRespBody
  | OperationRespBody
  | { readonly command: 'unbind_resp' | 'enquire_link_resp' | 'generic_nack' };

export interface Pdu {
  /** command_status; 0 in requests. */
  readonly status: number;
  readonly sequence: number;
  readonly body: PduBody;
  /** What was wrong with its octets and could be borne, for people; absent when nothing was. */
  readonly mended?: readonly string[];
}

/** Every optional parameter is absent. */
export const NO_TLVS: readonly Tlv[] = [];

/**
 * A PDU that cannot be read or written. `status` is what to answer with; `commandId` and `sequence` are those of the
 * header, which is always readable.
 */
export class PduError extends Error {
  override readonly name = 'PduError';
  readonly status: number;
  readonly commandId: number;
  readonly sequence: number;

  constructor(message: string, status: number, header: { commandId: number; sequence: number }) {
    super(message);
    this.status = status;
    this.commandId = header.commandId;
    this.sequence = header.sequence;
  }
}
