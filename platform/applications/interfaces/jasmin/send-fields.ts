import type { HttpRequest } from '@vumi/http';
import { decodeOctets, FormFields } from '../form-fields.ts';

/** What a client of Jasmin wants sent. */
export interface JasminSend {
  readonly username: string;
  readonly password: string;
  readonly to: string;
  readonly from: string | null;
  readonly content: string;
  /** Beside the text, as SMPP transports have it (transports/README.md). */
  readonly smpp: Readonly<Record<string, unknown>>;
  /** Minutes. */
  readonly validity: number | null;
  readonly tags: readonly string[];
  /** Null: nobody wants to hear of it. */
  readonly report: Report | null;
}

export interface Report {
  readonly url: string;
  readonly level: 1 | 2 | 3;
  readonly method: 'GET' | 'POST';
}

type Read = (name: string) => string | null;

/** Data codings whose octets are no text. */
const BINARY: ReadonlySet<number> = new Set([2, 4]);
const UCS2 = 8;

/** Reads a query, a form or JSON. A text: why it is none. */
export function readSend({ method, url, headers, body }: HttpRequest): JasminSend | string {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (method === 'GET') return readFields(ofForm(url.search.slice(1)));
  if (type === 'application/json') {
    const read = ofJson(body);
    return read === null ? 'The body is no JSON object.' : readFields(read);
  }
  if (type !== 'application/x-www-form-urlencoded')
    return `Content-Type [${type}] is not taken: send a form or JSON.`;
  return readFields(ofForm(body.toString('latin1')));
}

function ofForm(text: string): Read {
  const fields = new FormFields(text);
  return (name) => fields.text(name);
}

/** Numbers stand for their digits. */
function ofJson(body: Buffer): Read | null {
  try {
    const given = JSON.parse(body.toString()) as unknown;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
    const fields = given as Readonly<Record<string, unknown>>;
    return (name) => {
      const value = Object.hasOwn(fields, name) ? fields[name] : null;
      return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
    };
  } catch {
    return null;
  }
}

const RULES: Readonly<Record<string, RegExp>> = {
  to: /^\+?\d{1,20}$/,
  coding: /^(?:\d|1[0-4])$/,
  priority: /^[0-3]$/,
  'validity-period': /^\d{1,5}$/,
  sdt: /^\d{15}[R+-]$/,
  dlr: /^(?:yes|no)$/,
  'dlr-url': /^https?:\/\//,
  'dlr-level': /^[1-3]$/,
  'dlr-method': /^(?:get|post)$/i,
  'hex-content': /^(?:[0-9a-f]{2})+$/i,
};

/** What is wrong with them; null: nothing. */
function faultIn(read: Read): string | null {
  for (const name of ['to', 'username', 'password'])
    if ((read(name) ?? '') === '') return `Mandatory argument [${name}] is not found.`;
  for (const [name, rule] of Object.entries(RULES)) {
    const value = read(name);
    if (value !== null && !rule.test(value)) return `Argument [${name}] has an invalid value: [${value}].`;
  }
  if (read('hex-content') === null && read('content') === null)
    return 'content or hex-content must be present.';
  const wantsReports = read('dlr') === 'yes';
  return wantsReports && read('dlr-url') === null ? 'Mandatory argument [dlr-url] is not found.' : null;
}

function readFields(read: Read): JasminSend | string {
  const fault = faultIn(read);
  if (fault !== null) return fault;
  const text = (name: string): string => read(name) ?? '';
  const validity = read('validity-period');
  const { content, octets } = contentOf(read);
  return {
    username: text('username'),
    password: text('password'),
    to: text('to'),
    from: text('from') === '' ? null : text('from'),
    content,
    smpp: { ...(octets === null ? {} : { octets }), ...submitOptionsOf(read) },
    validity: validity === null ? null : Number(validity),
    tags: text('tags')
      .split(',')
      .filter((tag) => tag !== ''),
    report: reportOf(read),
  };
}

function submitOptionsOf(read: Read): JasminSend['smpp'] {
  const [priority, sdt] = [read('priority'), read('sdt')];
  return {
    ...(priority === null ? {} : { priority_flag: Number(priority) }),
    ...(sdt === null ? {} : { schedule_delivery_time: sdt }),
  };
}

/** The text that octets are, or the octets where they are none. */
function contentOf(read: Read): { readonly content: string; readonly octets: string | null } {
  const hex = read('hex-content');
  if (hex === null) return { content: read('content') ?? '', octets: null };
  const coding = Number(read('coding') ?? 0);
  if (BINARY.has(coding)) return { content: '', octets: hex.toLowerCase() };
  const charset = coding === UCS2 ? 'utf-16be' : 'iso-8859-1';
  return { content: decodeOctets(Buffer.from(hex, 'hex'), charset) ?? '', octets: null };
}

function reportOf(read: Read): Report | null {
  const [url, level] = [read('dlr-url'), read('dlr-level')];
  if (read('dlr') !== 'yes' || url === null) return null;
  return {
    url,
    level: level === '2' ? 2 : level === '3' ? 3 : 1,
    method: (read('dlr-method') ?? 'POST').toUpperCase() === 'GET' ? 'GET' : 'POST',
  };
}
