import { MAX_SHORT_MESSAGE } from '../codec/limits.ts';
import type { MessageBody, Tlv } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger } from '../codec/tlvs.ts';
import { fillingOf } from '../text/charset.ts';
import { packSeptets } from '../text/septets.ts';
import type { CodedText } from '../text/text-coding.ts';
import { concatenationElement, createHeader, ESM_CLASS_UDHI } from '../text/user-data-header.ts';

/**
 * How parts of a long message are told to belong together; `whole` is one PDU, of whatever length; so is `screen`, of
 * USSD, whose text is in short_message as long as that holds it.
 */
export type Carriage = 'udh8' | 'udh16' | 'sar' | 'whole' | 'screen';

/** A message made ready for the SMSC. */
export interface Submission {
  readonly text: CodedText;
  /** How many submit_sm it takes. */
  readonly total: number;
  /** References of its parts are below this. */
  readonly references: number;
  readonly carriage: Carriage;
  /** Elements that every part has in its header. */
  readonly elements: readonly Buffer[];
  /** The fields that all parts share. */
  readonly common: MessageBody;
}

const NOTHING = Buffer.alloc(0);

/** Whether a message is one PDU, however long it is. */
export function isOne(carriage: Carriage): carriage is 'whole' | 'screen' {
  return carriage === 'whole' || carriage === 'screen';
}

interface Place {
  readonly reference: number;
  readonly total: number;
  /** 1 to total. */
  readonly part: number;
}

/** The submit_sm of one part; `index` counts from 0. */
export function composePart(submission: Submission, index: number, reference: number): MessageBody {
  const { total, carriage, common } = submission;
  const place = { reference, total, part: index + 1 };
  const userData = userDataOf(submission, place);
  const isLong = carriage === 'whole' && submission.text.segments.length > 1;
  const inPayload = isLong || userData.octets.length > MAX_SHORT_MESSAGE;
  return {
    ...common,
    esmClass: common.esmClass | (userData.headed ? ESM_CLASS_UDHI : 0),
    shortMessage: inPayload ? NOTHING : userData.octets,
    tlvs: [
      ...common.tlvs,
      ...(total > 1 && carriage === 'sar' ? sarTlvs(place) : []),
      ...(inPayload ? [{ tag: TAG.MESSAGE_PAYLOAD, value: userData.octets }] : []),
    ],
  };
}

/** Header and text of a part. */
function userDataOf(submission: Submission, place: Place): { octets: Buffer; headed: boolean } {
  const { text, carriage } = submission;
  const header = createHeader([...placeElements(carriage, place), ...submission.elements]);
  const part = isOne(carriage) ? Buffer.concat([...text.segments]) : text.segments[place.part - 1];
  const plain = part ?? NOTHING;
  const filling = fillingOf(text.charset);
  const octets = filling === null ? plain : packSeptets(plain, header.length, filling);
  const headed = header.length > 0;
  return { octets: headed ? Buffer.concat([header, octets]) : octets, headed };
}

function placeElements(carriage: Carriage, place: Place): Buffer[] {
  if (place.total === 1 || carriage === 'sar' || isOne(carriage)) return [];
  return [concatenationElement({ ...place, kind: carriage })];
}

function sarTlvs({ reference, total, part }: Place): Tlv[] {
  return [
    tlvInteger(TAG.SAR_MSG_REF_NUM, reference, 2),
    tlvInteger(TAG.SAR_TOTAL_SEGMENTS, total, 1),
    tlvInteger(TAG.SAR_SEGMENT_SEQNUM, part, 1),
  ];
}
