import { childOf, readXml, writeXml, xmlNode, type XmlElement, type XmlNode } from './xml.ts';

/** A value of XML-RPC, as it is read: dates and base64 are the text that they are written as. */
export type RpcValue =
  | string
  | number
  | boolean
  | readonly RpcValue[]
  | { readonly [name: string]: RpcValue };

/** A value to be written: octets are base64, and a date is in UTC, to the second. */
export type RpcGiven =
  | string
  | number
  | boolean
  | Buffer
  | Date
  | readonly RpcGiven[]
  | { readonly [name: string]: RpcGiven };

export interface RpcCall {
  readonly method: string;
  readonly params: readonly RpcValue[];
}

const DECLARATION = '<?xml version="1.0"?>';
export const XML_HEADERS = { 'content-type': 'text/xml; charset=utf-8' } as const;

/** A call of XML-RPC; null when the document is none. */
export function readCall(body: Buffer): RpcCall | null {
  const root = readXml(body);
  const method = root === null ? undefined : childOf(root, 'methodName')?.text.trim();
  if (root?.name !== 'methodCall' || method === undefined) return null;
  const params = childOf(root, 'params')?.children ?? [];
  return { method, params: params.map((param) => readValue(childOf(param, 'value'))) };
}

/** The value of a response, or the fault that it is; null when the document is none. */
export function readResponse(body: Buffer): { value: RpcValue } | { fault: RpcValue } | null {
  const root = readXml(body);
  if (root?.name !== 'methodResponse') return null;
  const fault = childOf(root, 'fault');
  if (fault !== undefined) return { fault: readValue(childOf(fault, 'value')) };
  const param = childOf(root, 'params')?.children[0];
  return param === undefined ? null : { value: readValue(childOf(param, 'value')) };
}

export function writeCall(method: string, ...params: readonly RpcGiven[]): string {
  const given = params.map((value) => xmlNode('param', {}, valueNode(value)));
  return (
    DECLARATION +
    writeXml(xmlNode('methodCall', {}, xmlNode('methodName', {}, method), xmlNode('params', {}, ...given)))
  );
}

export function writeResponse(value: RpcGiven): string {
  const params = xmlNode('params', {}, xmlNode('param', {}, valueNode(value)));
  return DECLARATION + writeXml(xmlNode('methodResponse', {}, params));
}

export function writeFault(faultCode: number, faultString: string): string {
  const fault = xmlNode('fault', {}, valueNode({ faultCode, faultString }));
  return DECLARATION + writeXml(xmlNode('methodResponse', {}, fault));
}

const readNumber = ({ text }: XmlElement): number => Number(text);
const READERS: Readonly<Record<string, (typed: XmlElement) => RpcValue>> = {
  int: readNumber,
  i4: readNumber,
  double: readNumber,
  boolean: ({ text }) => text.trim() === '1',
  array: (typed) => (childOf(typed, 'data')?.children ?? []).map(readValue),
  struct: ({ children }) =>
    Object.fromEntries(
      children.map((member) => [childOf(member, 'name')?.text ?? '', readValue(childOf(member, 'value'))]),
    ),
};

/** A value without a type is a text. What has no value is an empty one. */
function readValue(value: XmlElement | undefined): RpcValue {
  const typed = value?.children[0];
  if (typed === undefined) return value?.text ?? '';
  const read = Object.hasOwn(READERS, typed.name) ? READERS[typed.name] : undefined;
  return read === undefined ? typed.text : read(typed);
}

function valueNode(value: RpcGiven): XmlNode {
  return xmlNode('value', {}, typedNode(value));
}

function typedNode(value: RpcGiven): XmlNode {
  if (typeof value === 'string') return xmlNode('string', {}, value);
  if (typeof value === 'boolean') return xmlNode('boolean', {}, value ? '1' : '0');
  if (typeof value === 'number')
    return xmlNode(Number.isInteger(value) ? 'int' : 'double', {}, String(value));
  if (value instanceof Date) return xmlNode('dateTime.iso8601', {}, compactTime(value));
  if (Buffer.isBuffer(value)) return xmlNode('base64', {}, value.toString('base64'));
  if (isList(value)) return xmlNode('array', {}, xmlNode('data', {}, ...value.map(valueNode)));
  const members = Object.entries(value).map(([name, inner]) =>
    xmlNode('member', {}, xmlNode('name', {}, name), valueNode(inner)),
  );
  return xmlNode('struct', {}, ...members);
}

function isList(value: RpcGiven): value is readonly RpcGiven[] {
  return Array.isArray(value);
}

/** `YYYYMMDDTHH:MM:SS`. */
function compactTime(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll('-', '');
}
