import { describeTlvs, isKnownTag, tlvName, type TlvValues } from '../codec/named-tlvs.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { findTlvInteger } from '../codec/tlvs.ts';
import type { Tlv } from '../codec/pdu.ts';
import type { Refused } from './submission.ts';

const PLACE_TAGS: readonly number[] = [TAG.SAR_MSG_REF_NUM, TAG.SAR_TOTAL_SEGMENTS, TAG.SAR_SEGMENT_SEQNUM];
/** What carries text and place: the text itself goes on. */
const OWN_TAGS: ReadonlySet<number> = new Set([TAG.MESSAGE_PAYLOAD, ...PLACE_TAGS]);
/** What only an SMSC says, of a message that was sent (section 5.3.2). */
const SMSC_TAGS: ReadonlySet<number> = new Set([
  TAG.ADDITIONAL_STATUS_INFO_TEXT,
  TAG.RECEIPTED_MESSAGE_ID,
  TAG.SC_INTERFACE_VERSION,
  TAG.DPF_RESULT,
  TAG.MS_AVAILABILITY_STATUS,
  TAG.NETWORK_ERROR_CODE,
  TAG.DELIVERY_FAILURE_REASON,
  TAG.MESSAGE_STATE,
]);

/** Why the TLVs of a submit_sm or data_sm are not taken; null when they are. */
export function tlvFault(tlvs: readonly Tlv[]): Refused | null {
  const wrong = tlvs.find(({ tag }) => SMSC_TAGS.has(tag) || !isKnownTag(tag));
  if (wrong !== undefined)
    return {
      status: STATUS.ROPTPARNOTALLWD,
      reason: `TLV ${tlvName(wrong.tag)} has no place in what is submitted`,
    };
  return placeFault(tlvs);
}

/** The three that tell the place in a long message count only together (section 5.3.2.22). */
function placeFault(tlvs: readonly Tlv[]): Refused | null {
  const [reference, total, part] = PLACE_TAGS.map((tag) => findTlvInteger(tlvs, tag));
  const given = [reference, total, part].filter((value) => value !== undefined);
  if (given.length === 0) return null;
  if (total === undefined || part === undefined || given.length < PLACE_TAGS.length)
    return { status: STATUS.RMISSINGOPTPARAM, reason: 'of the three TLVs sar_* some are missing' };
  return part >= 1 && part <= total
    ? null
    : { status: STATUS.RINVOPTPARAMVAL, reason: `there is no part ${part} of ${total}` };
}

/** Those that are to reach the network, as `transport_metadata.smpp` has them; undefined when there are none. */
export function carriedTlvs(tlvs: readonly Tlv[]): TlvValues | undefined {
  const carried = tlvs.filter(({ tag }) => !OWN_TAGS.has(tag));
  return carried.length === 0 ? undefined : describeTlvs(carried);
}

/** Those of a long message: each tag as the first part has it that has it, but that more follows as the last one says. */
export function joinTlvs(parts: readonly (TlvValues | undefined)[]): TlvValues | undefined {
  const joined: TlvValues = Object.assign({}, ...parts.toReversed());
  const { more_messages_to_send: _more, ...rest } = joined;
  const last = parts.at(-1)?.['more_messages_to_send'];
  const all = last === undefined ? rest : { ...rest, more_messages_to_send: last };
  return Object.keys(all).length === 0 ? undefined : all;
}
