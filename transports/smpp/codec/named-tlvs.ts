import type { Tlv } from './pdu.ts';

/** How a value is written: an integer of so many octets, a text that ends with NUL, or octets. */
type Kind = 1 | 2 | 4 | 'text' | 'octets';

interface NamedTlv {
  readonly tag: number;
  readonly kind: Kind;
}

/** The optional parameters of section 5.3.2 by their names there; and its_session_info, which is octets to us. */
const NAMED: Readonly<Record<string, NamedTlv>> = {
  dest_addr_subunit: { tag: 0x0005, kind: 1 },
  dest_network_type: { tag: 0x0006, kind: 1 },
  dest_bearer_type: { tag: 0x0007, kind: 1 },
  dest_telematics_id: { tag: 0x0008, kind: 2 },
  source_addr_subunit: { tag: 0x000d, kind: 1 },
  source_network_type: { tag: 0x000e, kind: 1 },
  source_bearer_type: { tag: 0x000f, kind: 1 },
  source_telematics_id: { tag: 0x0010, kind: 1 },
  qos_time_to_live: { tag: 0x0017, kind: 4 },
  payload_type: { tag: 0x0019, kind: 1 },
  additional_status_info_text: { tag: 0x001d, kind: 'text' },
  receipted_message_id: { tag: 0x001e, kind: 'text' },
  ms_msg_wait_facilities: { tag: 0x0030, kind: 1 },
  privacy_indicator: { tag: 0x0201, kind: 1 },
  source_subaddress: { tag: 0x0202, kind: 'octets' },
  dest_subaddress: { tag: 0x0203, kind: 'octets' },
  user_message_reference: { tag: 0x0204, kind: 2 },
  user_response_code: { tag: 0x0205, kind: 1 },
  source_port: { tag: 0x020a, kind: 2 },
  destination_port: { tag: 0x020b, kind: 2 },
  sar_msg_ref_num: { tag: 0x020c, kind: 2 },
  language_indicator: { tag: 0x020d, kind: 1 },
  sar_total_segments: { tag: 0x020e, kind: 1 },
  sar_segment_seqnum: { tag: 0x020f, kind: 1 },
  sc_interface_version: { tag: 0x0210, kind: 1 },
  callback_num_pres_ind: { tag: 0x0302, kind: 1 },
  callback_num_atag: { tag: 0x0303, kind: 'octets' },
  number_of_messages: { tag: 0x0304, kind: 1 },
  callback_num: { tag: 0x0381, kind: 'octets' },
  dpf_result: { tag: 0x0420, kind: 1 },
  set_dpf: { tag: 0x0421, kind: 1 },
  ms_availability_status: { tag: 0x0422, kind: 1 },
  network_error_code: { tag: 0x0423, kind: 'octets' },
  message_payload: { tag: 0x0424, kind: 'octets' },
  delivery_failure_reason: { tag: 0x0425, kind: 1 },
  more_messages_to_send: { tag: 0x0426, kind: 1 },
  message_state: { tag: 0x0427, kind: 1 },
  ussd_service_op: { tag: 0x0501, kind: 1 },
  display_time: { tag: 0x1201, kind: 1 },
  sms_signal: { tag: 0x1203, kind: 2 },
  ms_validity: { tag: 0x1204, kind: 1 },
  alert_on_message_delivery: { tag: 0x130c, kind: 'octets' },
  its_reply_type: { tag: 0x1380, kind: 1 },
  its_session_info: { tag: 0x1383, kind: 2 },
};

const NETWORK_ERROR_CODE_LENGTH = 3;
const NAMES = new Map(Object.entries(NAMED).map(([name, { tag, kind }]) => [tag, { name, kind }]));

/** The exact length in octets of the values that have one; a peer's other length is ESME_RINVPARLEN. */
export const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map([
  ...Object.values(NAMED).flatMap(({ tag, kind }) =>
    typeof kind === 'number' ? [[tag, kind] as const] : [],
  ),
  [NAMED['network_error_code']?.tag ?? 0, NETWORK_ERROR_CODE_LENGTH],
]);

type TlvValue = number | string;

/**
 * TLVs as people and apps write them: integers as numbers, texts as texts, octets in hexadecimal digits; those without
 * a name by their tag, `"0x1401": "00ff"`. A tag that comes more than once has a list. An integer of another length
 * than it should have is shown as its octets, `"0x0102"`.
 */
export type TlvValues = Readonly<Record<string, TlvValue | readonly TlvValue[]>>;

export function describeTlvs(tlvs: readonly Tlv[]): TlvValues {
  const values = new Map<string, TlvValue[]>();
  for (const { tag, value } of tlvs) {
    const { name, kind } = NAMES.get(tag) ?? { name: tagName(tag), kind: 'octets' };
    const known = values.get(name);
    if (known === undefined) values.set(name, [readValue(kind, value)]);
    else known.push(readValue(kind, value));
  }
  return Object.fromEntries(
    [...values].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]),
  );
}

function tagName(tag: number): string {
  return `0x${tag.toString(16).padStart(4, '0')}`;
}

/** What people call a tag. */
export function tlvName(tag: number): string {
  return NAMES.get(tag)?.name ?? tagName(tag);
}

/** A tag of the specification or of the vendors' range (section 5.3.1). */
export function isKnownTag(tag: number): boolean {
  return NAMES.has(tag) || (tag >= 0x1400 && tag <= 0x3fff);
}

function readValue(kind: Kind, value: Buffer): TlvValue {
  if (kind === 'octets') return value.toString('hex');
  if (kind !== 'text')
    return value.length === kind ? value.readUIntBE(0, kind) : `0x${value.toString('hex')}`;
  const nul = value.indexOf(0);
  return value.toString('latin1', 0, nul === -1 ? value.length : nul);
}

/** @throws Error with a line that names the TLV, when a value does not fit or nothing has that name. */
export function parseTlvs(values: TlvValues): Tlv[] {
  return Object.entries(values).flatMap(([name, given]) => {
    const { tag, kind } = namedTlv(name);
    const all = typeof given === 'object' ? given : [given];
    return all.map((value) => ({ tag, value: writeValue(name, kind, value) }));
  });
}

/** A name of the specification, or a tag. */
function namedTlv(name: string): NamedTlv {
  const named = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  if (named !== undefined) return named;
  if (!/^0x[\da-f]{1,4}$/i.test(name))
    throw new Error(`no TLV is called ${JSON.stringify(name)}; write 0x1401`);
  return { tag: Number(name), kind: 'octets' };
}

function writeValue(name: string, kind: Kind, value: TlvValue): Buffer {
  if (typeof value === 'string' && /^0x(?:[\da-f]{2})+$/i.test(value))
    return Buffer.from(value.slice(2), 'hex');
  if (kind === 'text') return Buffer.from(`${value}\0`, 'latin1');
  if (kind === 'octets') {
    if (typeof value === 'string' && /^(?:[\da-f]{2})*$/i.test(value)) return Buffer.from(value, 'hex');
    throw new Error(`TLV ${name} takes octets in hexadecimal digits`);
  }
  if (!Number.isInteger(value) || Number(value) < 0 || Number(value) >= 256 ** kind)
    throw new Error(`TLV ${name} takes a whole number of ${kind} octets`);
  const octets = Buffer.alloc(kind);
  octets.writeUIntBE(Number(value), 0, kind);
  return octets;
}
