import { decodeOctets } from '../form-fields.ts';
import type { SendFields } from './request.ts';

/** What a client of Kannel wants sent. */
export interface SendSms {
  readonly receivers: readonly string[];
  readonly from: string | null;
  readonly smsc: string | null;
  /** Empty where octets are sent in its place. */
  readonly content: string;
  /** What SMPP transports do with it beside the text (transports/README.md), or nothing. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Minutes. */
  readonly validity: number | null;
  readonly dlrMask: number;
  readonly dlrUrl: string | null;
}

/** Of one request. */
const MOST_RECEIVERS = 100;
const BINARY = 1;
const UCS2 = 2;
const DENIED = 'Number(s) has/have been denied by white- and/or black-lists.';

/** Numbers that Kannel refuses beyond their limits, in its order; what is no number is not heeded. */
const NUMBERS = [
  { name: 'mclass', label: 'MClass', most: 3 },
  { name: 'mwi', label: 'MWI', most: 7 },
  { name: 'coding', label: 'Coding', most: 2 },
  { name: 'compress', label: 'Compress', most: 1 },
  { name: 'validity', label: 'Validity', most: 43_200 },
  { name: 'deferred', label: 'Deferred', most: 43_200 },
  { name: 'dlr-mask', label: 'DLR-Mask', most: 63 },
  { name: 'pid', label: 'PID', most: 255 },
  { name: 'rpi', label: 'RPI', most: 2 },
  { name: 'alt-dcs', label: 'Alt-DCS', most: 1 },
  { name: 'priority', label: 'Priority', most: 3 },
] as const;
type NumberName = (typeof NUMBERS)[number]['name'];

/** Reads what is to be sent. A text: why it is refused, as Kannel says it. */
export function readSendSms(asked: SendFields): SendSms | string {
  const text = (name: string): string | null => present(asked.field(name)?.toString() ?? null);
  const receivers = (text('to') ?? '').split(' ').filter((one) => one !== '');
  if (receivers.length === 0) return asked.noReceiver;
  if (!receivers.every((one) => /^\+?[\d-]{1,30}$/.test(one))) return DENIED;
  if (receivers.length > MOST_RECEIVERS) return `More than ${MOST_RECEIVERS} receiver numbers, rejected`;
  const udh = readHeader(asked);
  if (udh === null) return misformed('UDH');
  const numbers = readNumbers(text);
  if (typeof numbers === 'string') return misformed(numbers);
  const content = contentOf(asked, numbers.coding, text('charset'));
  if (content === null) return 'Charset or body misformed, rejected';
  return {
    receivers,
    from: text('from'),
    smsc: text('smsc'),
    content,
    options: submitOptionsOf(asked, numbers, udh),
    validity: numbers.validity,
    dlrMask: numbers['dlr-mask'] ?? 0,
    dlrUrl: text('dlr-url'),
  };
}

function misformed(label: string): string {
  return `${label} field misformed, rejected`;
}

function present(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

/** Elements with the octet of their length before them; null when they are none. Empty: there are none. */
function readHeader({ field, isHex }: SendFields): Buffer | null {
  const given = field('udh') ?? Buffer.alloc(0);
  const digits = given.toString();
  if (isHex && !/^(?:[0-9a-f]{2})*$/i.test(digits)) return null;
  const udh = isHex ? Buffer.from(digits, 'hex') : given;
  return udh.length === 0 || udh[0] === udh.length - 1 ? udh : null;
}

type Numbers = Readonly<Record<NumberName, number | null>>;

/** A text: the label of the one that is beyond its limits. */
function readNumbers(text: (name: string) => string | null): Numbers | string {
  const read: Partial<Record<NumberName, number | null>> = {};
  for (const { name, label, most } of NUMBERS) {
    const digits = /^-?\d+/.exec(text(name) ?? '')?.[0];
    const value = digits === undefined ? -1 : Number(digits);
    if (value < -1 || value > most) return label;
    read[name] = value === -1 ? null : value;
  }
  return read as Numbers;
}

/**
 * The text; null when its character set is unknown. Of UCS-2 in a query it is UTF-16BE where nothing else is said, else
 * UTF-8.
 */
function contentOf(asked: SendFields, coding: number | null, charset: string | null): string | null {
  if (coding === BINARY) return '';
  const known =
    (asked.charset === null ? charset : asked.charset) ?? (coding === UCS2 ? 'utf-16be' : 'utf-8');
  return decodeOctets(asked.field('text') ?? Buffer.alloc(0), known);
}

function submitOptionsOf(asked: SendFields, numbers: Numbers, udh: Buffer): SendSms['options'] {
  const { coding, mclass, priority, pid, rpi, deferred } = numbers;
  const text = asked.field('text') ?? Buffer.alloc(0);
  const smpp = {
    ...(coding === BINARY ? { octets: text.toString('hex') } : {}),
    ...(udh.length > 1 ? { udh: udh.subarray(1).toString('hex') } : {}),
    ...(mclass === null ? {} : { message_class: mclass }),
    ...(priority === null ? {} : { priority_flag: priority }),
    ...(pid === null ? {} : { protocol_id: pid }),
    ...(rpi === 1 ? { reply_path: true } : {}),
    ...(deferred === null || deferred === 0 ? {} : { schedule_delivery_time: deferred * 60 }),
  };
  // Kannel sends a message without a text, too.
  return Object.keys(smpp).length === 0 && text.length > 0 ? {} : { smpp };
}
