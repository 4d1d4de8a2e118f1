import { commandName, isResponseId, responseId, type CommandName } from '../codec/commands.ts';
import {
  NO_TLVS,
  type AlertNotificationBody,
  type BindBody,
  type DataBody,
  type MessageBody,
  type OutbindBody,
  type PduBody,
  type ResponseBody,
  type Tlv,
} from '../codec/pdu.ts';

/** Requests that a session hands to its owner; it answers enquire_link and unbind itself. */
export type IncomingBody = BindBody | MessageBody | DataBody | OutbindBody | AlertNotificationBody;

export interface Answer {
  readonly status: number;
  /** submit_sm_resp and data_sm_resp: the message's id; bind responses: our system_id. */
  readonly id?: string;
  readonly tlvs?: readonly Tlv[];
  /** Told the number that the response has in the session's output (see `SessionOptions.onRead`). */
  readonly onQueued?: (order: number) => void;
}

const RESPONSES: ReadonlySet<CommandName> = new Set<ResponseBody['command']>([
  'generic_nack',
  'unbind_resp',
  'enquire_link_resp',
  'submit_sm_resp',
  'deliver_sm_resp',
  'data_sm_resp',
  'bind_receiver_resp',
  'bind_transmitter_resp',
  'bind_transceiver_resp',
]);

export function isResponse(body: PduBody): body is ResponseBody {
  return RESPONSES.has(body.command);
}

/** The response to a request, or null where the specification has none (alert_notification, outbind: section 2.8). */
export function createResponse(command: IncomingBody['command'], answer: Answer): ResponseBody | null {
  const { id = '', tlvs = NO_TLVS } = answer;
  switch (command) {
    case 'bind_receiver':
      return { command: 'bind_receiver_resp', systemId: id, tlvs };
    case 'bind_transmitter':
      return { command: 'bind_transmitter_resp', systemId: id, tlvs };
    case 'bind_transceiver':
      return { command: 'bind_transceiver_resp', systemId: id, tlvs };
    case 'submit_sm':
      return { command: 'submit_sm_resp', messageId: id, tlvs };
    case 'deliver_sm':
      return { command: 'deliver_sm_resp', messageId: id, tlvs };
    case 'data_sm':
      return { command: 'data_sm_resp', messageId: id, tlvs };
    default:
      return null;
  }
}

/** The response to a PDU of which only the header could be read; null for one that is never answered. */
export function createRefusal(commandId: number): ResponseBody | null {
  if (isResponseId(commandId)) return null;
  const command = commandName(commandId);
  if (command === undefined || commandName(responseId(commandId)) === undefined) {
    return command === 'alert_notification' || command === 'outbind' ? null : { command: 'generic_nack' };
  }
  if (command === 'unbind' || command === 'enquire_link') return null;
  return createResponse(command as IncomingBody['command'], { status: 0 });
}
