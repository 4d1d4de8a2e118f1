import type { HttpRequest } from '@vumi/http';
import { decodeOctets, FormFields } from '../form-fields.ts';

/** What a client of Kannel wants sent. */
export interface SendSms {
  readonly username: string;
  readonly password: string;
  /** Null: nothing was said. */
  readonly to: string | null;
  readonly from: string | null;
  readonly smsc: string | null;
  /** Octets where they are no text. */
  readonly text: Buffer;
  readonly charset: string | null;
  /** 0: 7 bits, 1: octets, 2: UCS-2; null: as the text needs. */
  readonly coding: number | null;
  readonly mclass: number | null;
  /** With the octet of its length before it. */
  readonly udh: Buffer;
  readonly priority: number | null;
  readonly pid: number | null;
  /** Minutes. */
  readonly validity: number | null;
  readonly deferred: number | null;
  readonly dlrMask: number;
  readonly dlrUrl: string | null;
}

type Field = (name: string) => Buffer | null;

/** Reads a request. A text: why it is none, as Kannel says it. */
export function readSendSms({ method, url, headers, body }: HttpRequest): SendSms | string {
  if (method === 'GET') {
    const fields = new FormFields(url.search.slice(1));
    return readFields((name) => fields.octets(...(ALIASES[name] ?? [name])));
  }
  const [type = '', charset] = (headers['content-type'] ?? '').toLowerCase().split(/; *charset=/);
  const header: Field = (name) => {
    const value = headers[`x-kannel-${name}`];
    return typeof value === 'string' ? Buffer.from(value, 'latin1') : null;
  };
  if (type === 'text/plain')
    return readFields((name) => (name === 'text' ? body : header(name)), charset?.replaceAll('"', ''));
  if (type === 'application/octet-stream')
    return readFields((name) =>
      name === 'text' ? body : name === 'coding' ? (header(name) ?? Buffer.from('1')) : header(name),
    );
  return 'Invalid content-type';
}

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  username: ['username', 'user'],
  password: ['password', 'pass'],
  'dlr-url': ['dlr-url', 'dlrurl'],
  'dlr-mask': ['dlr-mask', 'dlrmask'],
};

function readFields(field: Field, charset: string | null = null): SendSms | string {
  const text = (name: string): string | null => field(name)?.toString() ?? null;
  const number = (name: string, least: number, most: number): number | null | 'misformed' => {
    const value = text(name);
    if (value === null || value === '') return null;
    const read = Number(value);
    return Number.isInteger(read) && read >= least && read <= most ? read : 'misformed';
  };
  const coding = number('coding', 0, 2);
  if (coding === 'misformed') return 'Coding field misformed, rejected';
  const mclass = number('mclass', 0, 3);
  if (mclass === 'misformed') return 'MClass field misformed, rejected';
  // What Kannel does not read it does not refuse.
  const lenient = (name: string, most: number): number | null => {
    const read = number(name, 0, most);
    return read === 'misformed' ? null : read;
  };
  return {
    username: text('username') ?? '',
    password: text('password') ?? '',
    to: text('to'),
    from: present(text('from')),
    smsc: present(text('smsc')),
    text: field('text') ?? Buffer.alloc(0),
    charset: present(text('charset')) ?? charset,
    coding,
    mclass,
    udh: field('udh') ?? Buffer.alloc(0),
    priority: lenient('priority', 3),
    pid: lenient('pid', 255),
    validity: lenient('validity', 43_200),
    deferred: lenient('deferred', 43_200),
    dlrMask: lenient('dlr-mask', 63) ?? 0,
    dlrUrl: present(text('dlr-url')),
  };
}

function present(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

/** The receivers, which spaces part; null when there is none, or the one that Kannel would not take. */
export function readReceivers(to: string | null): readonly string[] | { readonly denied: string } | null {
  const receivers = (to ?? '').split(' ').filter((one) => one !== '');
  if (receivers.length === 0) return null;
  const denied = receivers.find((one) => !/^\+?[\d-]{1,30}$/.test(one));
  return denied === undefined ? receivers : { denied };
}

/** The text; null when its character set is unknown. Of UCS-2 it is UTF-16BE where nothing else is said, else UTF-8. */
function textOf({ text, charset, coding }: SendSms): string | null {
  return decodeOctets(text, charset ?? (coding === 2 ? 'utf-16be' : 'utf-8'));
}

const BINARY = 1;

/** What SMPP transports do with it beside the text (transports/README.md), or nothing. */
export function submitOptionsOf(asked: SendSms): Readonly<Record<string, unknown>> {
  const { coding, mclass, udh, priority, pid, deferred, text } = asked;
  const smpp = {
    ...(coding === BINARY ? { octets: text.toString('hex') } : {}),
    ...(udh.length > 1 ? { udh: udh.subarray(1).toString('hex') } : {}),
    ...(mclass === null ? {} : { message_class: mclass }),
    ...(priority === null ? {} : { priority_flag: priority }),
    ...(pid === null ? {} : { protocol_id: pid }),
    ...(deferred === null || deferred === 0 ? {} : { schedule_delivery_time: deferred * 60 }),
  };
  // Kannel sends a message without a text, too.
  return Object.keys(smpp).length === 0 && text.length > 0 ? {} : { smpp };
}

/** The content of a message: none where octets are sent in its place; null when its character set is unknown. */
export function contentOf(asked: SendSms): string | null {
  return asked.coding === BINARY ? '' : textOf(asked);
}
