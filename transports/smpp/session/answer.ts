import { commandName, isResponseId, responseId, type CommandName } from '../codec/commands.ts';
import {
  NO_TLVS,
  type AlertNotificationBody,
  type BindBody,
  type DataBody,
  type MessageBody,
  type OperationBody,
  type OutbindBody,
  type PduBody,
  type QueryRespBody,
  type ResponseBody,
  type Tlv,
  type Unreached,
} from '../codec/pdu.ts';

/** Requests that a session hands to its owner; it answers enquire_link and unbind itself. */
export type IncomingBody =
  | BindBody
  | MessageBody
  | DataBody
  | OperationBody
  | OutbindBody
  | AlertNotificationBody;

export interface Answer {
  readonly status: number;
  /** The message's id in the responses that have one; in bind responses our system_id. */
  readonly id?: string;
  readonly tlvs?: readonly Tlv[];
  /** submit_multi_resp: the receivers that the message cannot reach. */
  readonly unreached?: readonly Unreached[];
  /** query_sm_resp: what became of the message. */
  readonly query?: Pick<QueryRespBody, 'finalDate' | 'messageState' | 'errorCode'>;
  /** Nothing is sent after all: a simulated SMSC that is silent. */
  readonly withheld?: boolean;
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
  'submit_multi_resp',
  'query_sm_resp',
  'cancel_sm_resp',
  'replace_sm_resp',
  'bind_receiver_resp',
  'bind_transmitter_resp',
  'bind_transceiver_resp',
]);

export function isResponse(body: PduBody): body is ResponseBody {
  return RESPONSES.has(body.command);
}

const UNQUERIED = { finalDate: '', messageState: 0, errorCode: 0 };

/** The response to a request, or null where the specification has none (alert_notification, outbind: section 2.8). */
export function createResponse(command: IncomingBody['command'], answer: Answer): ResponseBody | null {
  const { id = '', tlvs = NO_TLVS } = answer;
  switch (command) {
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      return { command: `${command}_resp`, systemId: id, tlvs };
    case 'submit_sm':
    case 'deliver_sm':
    case 'data_sm':
      return { command: `${command}_resp`, messageId: id, tlvs };
    default:
      return operationResponse(command, answer);
  }
}

function operationResponse(command: IncomingBody['command'], answer: Answer): ResponseBody | null {
  const { id = '' } = answer;
  switch (command) {
    case 'submit_multi':
      return { command: 'submit_multi_resp', messageId: id, unreached: answer.unreached ?? [] };
    case 'query_sm':
      return { command: 'query_sm_resp', messageId: id, ...(answer.query ?? UNQUERIED) };
    case 'cancel_sm':
    case 'replace_sm':
      return { command: `${command}_resp` };
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
