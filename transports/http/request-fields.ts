import { isUtf8 } from 'node:buffer';
import type { HttpRequest } from '@vumi/http';

/** What a request says, by field, each with its values in their order: of the query before those of the body. */
export type RequestFields = ReadonlyMap<string, readonly unknown[]>;

/** Query, form and JSON together; null when something of it is no UTF-8, or no JSON that has fields. */
export function readFields({
  url,
  headers,
  body,
}: Pick<HttpRequest, 'url' | 'headers' | 'body'>): RequestFields | null {
  const query = readForm(url.search.slice(1));
  const read = isUtf8(body) ? readBody(body.toString('utf8'), headers['content-type'] ?? '') : null;
  if (query === null || read === null) return null;
  const fields = new Map<string, unknown[]>();
  for (const [name, value] of [...query, ...read]) {
    const known = fields.get(name);
    if (known === undefined) fields.set(name, [value]);
    else known.push(value);
  }
  return fields;
}

type Pairs = readonly (readonly [string, unknown])[];

function readBody(text: string, contentType: string): Pairs | null {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) return readJson(text);
  return type === 'application/x-www-form-urlencoded' || type === '' ? readForm(text) : [];
}

function readJson(text: string): Pairs | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.entries(value).flatMap(([name, inner]) =>
      Array.isArray(inner) ? inner.map((one) => [name, one] as const) : [[name, inner] as const],
    );
  } catch {
    return null;
  }
}

/** As browsers write forms. Node's own reading would put U+FFFD where there is no UTF-8. */
function readForm(text: string): Pairs | null {
  try {
    return text
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const equals = pair.indexOf('=');
        const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
        return [decode(name), decode(value)] as const;
      });
  } catch {
    return null;
  }
}

/** A percent sign that codes nothing is one. */
function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' ').replaceAll(/%(?![\da-f]{2})/gi, '%25'));
}
