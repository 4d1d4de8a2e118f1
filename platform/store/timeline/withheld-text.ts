import { SECRET_ANSWER, type ExchangeDescription } from '@vumi/core';

/** Names of fields that say who, where, when and which: letters only. What else a field holds may be what was typed. */
const FACTS = new Set(
  [
    'from to fromaddr toaddr sender recipient receiver source destination sourceaddr destaddr',
    'msisdn mobile phone phonenumber shortcode servicecode network networkcode networkid operator provider',
    'id messageid msgid smsid session sessionid transactionid requestid',
    'time timestamp date encoding charset coding',
  ].flatMap((names) => names.split(' ')),
);
const HEADERS =
  /^(?:accept|connection|content-|date|forwarded|host|idempotency-key|user-agent|via|x-forwarded-|x-request-id)/i;
const FORM = /^[^\s=&]+=[^\s]*$/;

/** What else there is to know of a request that brought what a user typed. Twice is the same as once. */
export function withoutText({ request, answer, ...rest }: ExchangeDescription): ExchangeDescription {
  return rest.protocol === 'smpp'
    ? { ...rest, request: withoutPduText(request), answer }
    : { ...rest, request: withoutRequestText(request), answer: withoutBody(answer) };
}

function withoutPduText({
  octets: _octets,
  fields,
  ...head
}: ExchangeDescription['request']): ExchangeDescription['request'] {
  const { short_message: _text, tlvs, ...others } = (fields ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...head,
    fields: { ...others, ...(tlvs === undefined ? {} : { tlvs: numbersOf(tlvs) }), text: SECRET_ANSWER },
  };
}

/** Numbers of TLVs are codes, references and counts. */
function numbersOf(value: unknown): unknown {
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(numbersOf);
  if (typeof value !== 'object' || value === null) return SECRET_ANSWER;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, numbersOf(member)]));
}

function withoutRequestText({
  query,
  headers,
  body,
  ...head
}: ExchangeDescription['request']): ExchangeDescription['request'] {
  return {
    ...head,
    ...(typeof query === 'string' ? { query: factsOfForm(query) } : {}),
    ...(typeof headers === 'object' ? { headers: factsOfHeaders(headers ?? {}) } : {}),
    ...(body === undefined ? {} : { body: factsOfBody(body) }),
  };
}

function factsOfForm(text: string): string {
  const pairs = [...new URLSearchParams(text)].map(([name, value]): [string, string] => [
    name,
    isFact(name) ? value : SECRET_ANSWER,
  ]);
  return new URLSearchParams(pairs).toString();
}

function factsOfHeaders(headers: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, HEADERS.test(name) ? value : SECRET_ANSWER]),
  );
}

function factsOfBody(body: unknown): unknown {
  if (typeof body !== 'string') return factsOfJson('', body);
  if (body === '') return '';
  return FORM.test(body) ? factsOfForm(body) : SECRET_ANSWER;
}

function factsOfJson(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => factsOfJson(name, item));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([member, item]) => [member, factsOfJson(member, item)]),
    );
  return isFact(name) ? value : SECRET_ANSWER;
}

function isFact(name: string): boolean {
  return FACTS.has(name.toLowerCase().replaceAll(/[^a-z]/g, ''));
}

/** Some networks are answered with what they have said. */
function withoutBody(answer: ExchangeDescription['answer']): ExchangeDescription['answer'] {
  if (answer === null || answer['body'] === undefined || answer['body'] === '') return answer;
  return { ...answer, body: SECRET_ANSWER };
}
