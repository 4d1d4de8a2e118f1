import type { HttpRequest } from '@vumi/http';
import { readXml, type XmlElement } from '@vumi/transports/xml';
import { FormFields } from '../form-fields.ts';

/** The fields of a request, by the names that they have in a query, in whichever form Kannel takes them. */
export interface SendFields {
  /** Octets: their character set stands in another one. */
  readonly field: (name: string) => Buffer | null;
  /** Of the text, where the form itself says it. */
  readonly charset: string | null;
  /** What is said where there is no receiver. */
  readonly noReceiver: string;
  /** Octets are written in hexadecimal digits. */
  readonly isHex: boolean;
}

const OF_QUERY = 'Missing receiver number, rejected';
const OF_BODY = 'Missing receiver(s) number(s), rejected';

/** Reads a request; null: its body is of a type that Kannel does not take. */
export function readFields({ method, url, headers, body }: HttpRequest): SendFields | null {
  if (method === 'GET') return ofQuery(url.search.slice(1));
  const [type = '', charset = null] = (headers['content-type'] ?? '')
    .toLowerCase()
    .replaceAll('"', '')
    .split(/; *charset=/);
  switch (type.trim()) {
    case 'text/plain':
      return ofHeaders(headers, body, charset ?? 'utf-8');
    case 'application/octet-stream': {
      const plain = ofHeaders(headers, body, charset);
      return {
        ...plain,
        field: (name) => plain.field(name) ?? (name === 'coding' ? Buffer.from('1') : null),
      };
    }
    case 'text/xml':
      return ofXml(body);
    default:
      return null;
  }
}

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  username: ['username', 'user'],
  password: ['password', 'pass'],
  'dlr-url': ['dlr-url', 'dlrurl'],
  'dlr-mask': ['dlr-mask', 'dlrmask'],
};

function ofQuery(query: string): SendFields {
  const fields = new FormFields(query);
  const field: SendFields['field'] = (name) => fields.octets(...(ALIASES[name] ?? [name]));
  return { field, charset: null, noReceiver: OF_QUERY, isHex: false };
}

/** The body is the text, and `X-Kannel-…` the rest. */
function ofHeaders(headers: HttpRequest['headers'], body: Buffer, charset: string | null): SendFields {
  const field: SendFields['field'] = (name) => {
    if (name === 'text') return body;
    const value = headers[`x-kannel-${name}`];
    return typeof value === 'string' ? Buffer.from(value, 'latin1') : null;
  };
  return { field, charset, noReceiver: OF_BODY, isHex: true };
}

/** Where the fields stand in `<message><submit>`. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  username: ['from/user', 'from/username'],
  password: ['from/pass', 'from/password'],
  from: ['oa/number'],
  text: ['ud'],
  udh: ['udh'],
  coding: ['dcs/coding'],
  mclass: ['dcs/mclass'],
  mwi: ['dcs/mwi'],
  'alt-dcs': ['dcs/alt-dcs'],
  compress: ['dcs/compress'],
  pid: ['pid'],
  rpi: ['rpi'],
  priority: ['priority'],
  validity: ['vp/delay'],
  deferred: ['timing/delay'],
  'dlr-mask': ['statusrequest/dlr-mask'],
  'dlr-url': ['statusrequest/dlr-url'],
  smsc: ['smsc'],
};

/** What is no such document has no credentials. A receiver that is none is left out where there are others. */
function ofXml(body: Buffer): SendFields {
  const root = readXml(body);
  const submit = root?.name === 'message' ? elementsAt(root, 'submit')[0] : undefined;
  const textAt = (path: string): string | undefined => {
    const [found] = submit === undefined ? [] : elementsAt(submit, path);
    return found?.text.trim();
  };
  const field: SendFields['field'] = (name) => {
    const text =
      name === 'to' ? receiversOf(submit) : PATHS[name]?.map(textAt).find((value) => value !== undefined);
    return text === undefined ? null : Buffer.from(text);
  };
  return { field, charset: 'utf-8', noReceiver: OF_BODY, isHex: true };
}

function receiversOf(submit: XmlElement | undefined): string {
  const all = submit === undefined ? [] : elementsAt(submit, 'da/number').map(({ text }) => text.trim());
  const good = all.filter((one) => /^\+?[\d-]+$/.test(one));
  return (good.length > 0 ? good : all).join(' ');
}

function elementsAt(from: XmlElement, path: string): XmlElement[] {
  let found = [from];
  for (const name of path.split('/'))
    found = found.flatMap(({ children }) => children.filter((child) => child.name === name));
  return found;
}
