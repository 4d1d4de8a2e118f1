import type { HttpAnswer } from '@vumi/http';
import { childOf, readXml, writeXml, xmlNode, type XmlElement, type XmlNode } from './xml.ts';

/** What an envelope of SOAP 1.1 holds, its elements without their prefixes. */
export interface SoapMessage {
  /** Null: there is none. */
  readonly header: XmlElement | null;
  /** The first element of the body: what is asked, answered, or a `Fault`. */
  readonly body: XmlElement;
}

/** Why a call was not done. */
export interface SoapFault {
  /** Without its prefix, such as `Server` or `Client`. */
  readonly code: string;
  readonly text: string;
  /** The elements that say more, by the service's own schema. */
  readonly details: readonly XmlElement[];
}

const ENVELOPE_NS = 'http://schemas.xmlsoap.org/soap/envelope/';
export const SOAP_HEADERS = { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' } as const;
const XML_HEADERS = { 'content-type': 'text/xml; charset=utf-8' } as const;

/** Null: it is no envelope with something in it. */
export function readSoap(octets: Buffer): SoapMessage | null {
  const root = readXml(octets);
  if (root === null) return null;
  const envelope = withoutPrefixes(root);
  const [body] = childOf(envelope, 'Body')?.children ?? [];
  if (envelope.name !== 'Envelope' || body === undefined) return null;
  return { header: childOf(envelope, 'Header') ?? null, body };
}

/** Null: it is none. */
export function faultIn({ body }: SoapMessage): SoapFault | null {
  if (body.name !== 'Fault') return null;
  const textOf = (name: string): string => childOf(body, name)?.text.trim() ?? '';
  return {
    code: textOf('faultcode').replace(/^.*:/, ''),
    text: textOf('faultstring'),
    details: childOf(body, 'detail')?.children ?? [],
  };
}

export function writeSoap(body: XmlNode, ...headers: readonly XmlNode[]): string {
  const envelope = xmlNode(
    'soapenv:Envelope',
    { 'xmlns:soapenv': ENVELOPE_NS },
    xmlNode('soapenv:Header', {}, ...headers),
    xmlNode('soapenv:Body', {}, body),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>${writeXml(envelope)}`;
}

export function soapAnswer(body: XmlNode): HttpAnswer {
  return { status: 200, headers: XML_HEADERS, body: writeSoap(body) };
}

/** The caller is wrong; SOAP says it with 500 (SOAP 1.1 section 6.2). */
export function soapRefusal(text: string): HttpAnswer {
  const fault = xmlNode(
    'soapenv:Fault',
    {},
    xmlNode('faultcode', {}, 'soapenv:Client'),
    xmlNode('faultstring', {}, text),
  );
  return { status: 500, headers: XML_HEADERS, body: writeSoap(fault) };
}

function withoutPrefixes({ name, children, ...rest }: XmlElement): XmlElement {
  return { ...rest, name: name.slice(name.indexOf(':') + 1), children: children.map(withoutPrefixes) };
}
