import { COMMAND_IDS } from '../codec/commands.ts';
import { NO_TLVS, PduError, type RequestBody, type ResponseBody, type Tlv } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { findTlvInteger } from '../codec/tlvs.ts';

const VERSION_3_4 = 0x34;
/** Without these what we deliver is another message, so it must not go without them. */
const ESSENTIAL: ReadonlySet<number> = new Set([
  TAG.MESSAGE_PAYLOAD,
  TAG.SAR_MSG_REF_NUM,
  TAG.USSD_SERVICE_OP,
]);
/** What we submit may go without these only: whoever asked for another one is not to lose it in silence. */
const DISPENSABLE: ReadonlySet<number> = new Set([TAG.USER_MESSAGE_REFERENCE]);

/** Whether the two sides agreed on version 3.4, before which there are no TLVs (section 3.4, p. 44). */
export class PeerVersion {
  readonly #strict: boolean;
  #takesTlvs = true;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  get takesTlvs(): boolean {
    return this.#takesTlvs;
  }

  /** The version in the bind, whichever side sent it. */
  announced(version: number): void {
    this.#takesTlvs = version >= VERSION_3_4;
  }

  /** ESME: the SMSC tells its own version in the response, or does not. */
  onBindResponse(body: ResponseBody): void {
    if (!('tlvs' in body)) return;
    const version = findTlvInteger(body.tlvs, TAG.SC_INTERFACE_VERSION);
    if (version === undefined ? this.#strict : version < VERSION_3_4) this.#takesTlvs = false;
  }

  /**
   * The request as the peer may have it.
   * @throws PduError when it means nothing without a TLV.
   */
  fit(body: RequestBody): RequestBody {
    if (this.#takesTlvs || !('tlvs' in body) || body.tlvs.length === 0) return body;
    if (isBoundTo(body.command, body.tlvs)) {
      const header = { commandId: COMMAND_IDS[body.command], sequence: 0 };
      throw new PduError(
        'the peer speaks a version before 3.4 and takes no TLVs',
        STATUS.ROPTPARNOTALLWD,
        header,
      );
    }
    return { ...body, tlvs: NO_TLVS };
  }
}

function isBoundTo(command: RequestBody['command'], tlvs: readonly Tlv[]): boolean {
  return command === 'submit_sm'
    ? tlvs.some(({ tag }) => !DISPENSABLE.has(tag))
    : tlvs.some(({ tag }) => ESSENTIAL.has(tag));
}
