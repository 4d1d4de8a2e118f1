import type { KeyedState, SessionEvent, UserMessage } from '@vumi/core';
import type { DataBody, MessageBody, Tlv } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv, tlvInteger } from '../codec/tlvs.ts';
import { DIALECTS, OP, type UssdDialect, type UssdDialectName } from './dialects.ts';

export interface UssdPorts {
  readonly state: KeyedState;
  /** Keys begin with it. */
  readonly prefix: string;
  readonly dialect: UssdDialectName;
  /** Sessions without a message for so long are forgotten. */
  readonly timeoutMs: number;
}

/** What a USSD message has otherwise than a text message. */
export interface UssdFields {
  readonly to_addr: string;
  readonly content: string | null;
  readonly session_event: SessionEvent;
  readonly session_info: string;
}

/** Whether a PDU belongs to a session of USSD (spec smpp §5.31); some operators say so in service_type only. */
export function isUssd({ tlvs, serviceType }: MessageBody | DataBody): boolean {
  if (tlvs.length > 0 && findTlv(tlvs, TAG.USSD_SERVICE_OP) !== undefined) return true;
  return serviceType.toUpperCase() === 'USSD';
}

/** Without an operation a code that was dialled opens a session, and other words go on with it. */
function withOperation(tlvs: readonly Tlv[], text: string): readonly Tlv[] {
  if (findTlv(tlvs, TAG.USSD_SERVICE_OP) !== undefined) return tlvs;
  return [
    ...tlvs,
    tlvInteger(TAG.USSD_SERVICE_OP, /^[*#][\d*#]+$/.test(text) ? OP.PSSR_INDICATION : OP.USSR_CONFIRM, 1),
  ];
}

/** Reads sessions of USSD. What was dialled is kept in the state, since the operator tells it only once. */
export class UssdSessions {
  readonly #ports: UssdPorts;
  readonly #dialect: UssdDialect;

  constructor(ports: UssdPorts) {
    this.#ports = ports;
    this.#dialect = DIALECTS[ports.dialect];
  }

  async read(body: MessageBody | DataBody, text: string): Promise<UssdFields> {
    const { event, sessionInfo } = this.#dialect.read(withOperation(body.tlvs, text));
    const fields = { session_event: event, session_info: sessionInfo };
    if (!this.#dialect.remembersCode) return { ...fields, to_addr: body.destinationAddr, content: text };
    const code = await this.#codeOf(body, event === 'new' ? text : null, fields);
    return { ...fields, to_addr: code ?? body.destinationAddr, content: event === 'resume' ? text : null };
  }

  async #codeOf(
    body: MessageBody | DataBody,
    dialled: string | null,
    { session_event, session_info }: Pick<UssdFields, 'session_event' | 'session_info'>,
  ): Promise<string | null> {
    const { state, prefix, timeoutMs } = this.#ports;
    const key = `${prefix}/ussd/${body.sourceAddr}+${session_info}`;
    if (session_event === 'close') return state.take(key);
    const code = dialled ?? (await state.get(key));
    if (code !== null) await state.set(key, code, timeoutMs);
    return code;
  }
}

interface UssdOptions {
  readonly ussd_dialect: UssdDialectName;
  readonly ussd_close_op?: number | undefined;
}

/** The TLVs of an answer to a session of USSD; none for other messages. */
export function ussdTlvs(message: UserMessage, { ussd_dialect, ussd_close_op }: UssdOptions): Tlv[] {
  const sessionInfo = message.transport_metadata['session_info'];
  if (message.transport_type !== 'ussd' || typeof sessionInfo !== 'string') return [];
  const closing = message.session_event === 'close';
  return DIALECTS[ussd_dialect].write({ sessionInfo, closing, closeOp: ussd_close_op });
}
