/** Whose behaviour a point is about: what one side owes, or both. */
type Side = 'smsc' | 'esme' | 'both';

/** One point of the conformance list; sections and pages are of "SMPP v3.4 Issue 1.2". */
export interface Point {
  readonly number: number;
  readonly title: string;
  /** Empty where it is field practice. */
  readonly section: string;
  readonly side: Side;
}

const point = (number: number, side: Side, section: string, title: string): Point => ({
  number,
  title,
  section,
  side,
});

/** The list that tests, runner and documentation share. */
export const POINTS: readonly Point[] = [
  point(1, 'both', '3.1, 3.2', 'integers are big-endian, command_length counts its own header'),
  point(2, 'both', '2.4', 'PDUs are read however TCP cuts or joins them'),
  point(3, 'both', '4.3', 'an impossible command_length gets generic_nack ESME_RINVCMDLEN, then the end'),
  point(
    4,
    'both',
    '3.3, 4.3',
    'an unknown command_id gets generic_nack ESME_RINVCMDID, and the session lives',
  ),
  point(5, 'both', '4.3', 'responses and generic_nack are never answered'),
  point(6, 'both', '5.1.4', 'sequence numbers are echoed, also 0 and those above 0x7FFFFFFF'),
  point(7, 'both', '2.8', 'every request gets exactly one response'),
  point(8, 'both', '2.7', 'ten requests may be outstanding, responses are matched by sequence'),
  point(9, 'both', '4.4.2', 'an error response has a body or none, and reads either way'),
  point(10, 'both', '2.3', 'bind only when open, nothing else before it'),
  point(11, 'both', '2.3', 'transmitters submit, receivers do not'),
  point(12, 'both', '4.1', 'a refused bind says why; the ESME does not hammer'),
  point(13, 'both', '3.4', 'no TLVs for peers below 3.4; a bind_resp without sc_interface_version is borne'),
  point(14, 'smsc', '3.4', 'message ids of at most 8 octets for peers of version 3.3'),
  point(15, 'both', '2.2.1', 'outbind is answered with a bind'),
  point(16, 'both', '4.2', 'unbind gets unbind_resp, then the connection ends'),
  point(17, 'both', '4.11', 'enquire_link is answered'),
  point(18, 'both', '7.2', 'a session that is not bound in time ends'),
  point(19, 'both', '7.2', 'a peer that has gone without a word is noticed'),
  point(20, 'smsc', '', 'one session too many of a system_id is refused'),
  point(21, 'both', '', 'a peer that does not read costs no memory'),
  point(22, 'both', '5.2', 'a text that is too long gets its own status, and the session lives'),
  point(23, 'both', '5.2.21', 'sm_length is 0 to 254 and no more than is there'),
  point(24, 'smsc', '3.2.3', 'longer text is in message_payload, and text twice is an error'),
  point(
    25,
    'both',
    '3.2.4',
    'unknown TLVs are skipped, broken ones refused with their status or kept from harm',
  ),
  point(26, 'both', '3.2.4', 'repeated and vendor TLVs do no harm'),
  point(27, 'both', '5.2.12', 'esm_class: modes, types, UDHI'),
  point(28, 'smsc', '5.2.17', 'registered_delivery decides whether a receipt comes'),
  point(29, 'esme', '', 'type of number follows from the address'),
  point(30, 'both', '7.1.1', 'times are checked, and a malformed one is no disaster'),
  point(31, 'smsc', '5.2.14', 'priority_flag is 0 to 3'),
  point(32, 'smsc', '4.5', 'submit_multi reaches many and says whom it does not'),
  point(33, 'both', '5.2.19', 'data_coding 0 is taken'),
  point(34, 'esme', '', 'all of GSM 03.38 goes and comes, @ included'),
  point(35, 'esme', '', "GSM 03.38's extension table"),
  point(36, 'esme', '', '160, 140 or 70 units in one part, 153, 134 or 67 in several'),
  point(37, 'esme', '', 'nothing is cut inside an escape, a surrogate pair or a grapheme'),
  point(38, 'esme', '', 'packed 7-bit with fill bits'),
  point(39, 'both', '5.2.19', 'UCS-2 is taken, an odd number of octets too'),
  point(40, 'both', '5.2.19', 'message classes and waiting indicators are taken'),
  point(41, 'esme', '', 'national shift tables'),
  point(42, 'both', '5.2.19', 'binary is taken as it is'),
  point(43, 'both', '', 'parts by user data header, anywhere among other elements'),
  point(44, 'both', '5.3.2.22', 'parts by SAR TLVs'),
  point(45, 'esme', '', 'parts in any order, twice, or senseless'),
  point(46, 'esme', '', 'parts over several binds are one message'),
  point(47, 'esme', '', 'what is sent again is not delivered again'),
  point(48, 'both', '5.2.12', 'a receipt is known by its esm_class'),
  point(49, 'both', 'B', 'the text of a receipt is that of appendix B'),
  point(50, 'both', '5.2.28', 'the state of a receipt is one of the known'),
  point(51, 'both', '', 'the id of a receipt is that of the response'),
  point(52, 'esme', '', 'a receipt before its response is met with it'),
  point(53, 'esme', '', 'a receipt on another bind, twice, late or unknown'),
  point(54, 'esme', '', 'equal ids of two SMSCs do not mix'),
  point(55, 'both', '4.6.2', 'every deliver_sm is answered; what was refused for now comes again'),
  point(56, 'esme', '5.1.3', 'throttling is a delay, a wrong address is final'),
  point(57, 'esme', '', 'no response means unknown, and a policy decides'),
  point(58, 'esme', '', 'a late response is recorded'),
  point(59, 'esme', '', 'a throttled part is sent again alone'),
  point(60, 'smsc', '4.8, 4.9, 4.10', 'query_sm, cancel_sm and replace_sm'),
];
