import type { NetworkExchange } from '@vumi/core';
import type { HttpAnswer, HttpRequest, RequestOutcome } from '@vumi/http';
import { exchangeOf, type ExchangeAbout } from '../sending/exchange.ts';
import type { ChannelRequestOut } from './channel-sending.ts';

const SECRET =
  /password|passphrase|secret|token|signature|api.?key|_key$|authorization|cookie|^pass$|^pwd$|^k$/i;
const MASK = '***';
/** What is as long as this and part of a path is a key, as some networks want it. */
const KEY_LENGTH = 20;
const ELEMENT = /(<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>)[^<]+/g;
const MEMBER = /(<name>([^<]*)<\/name>\s*<value>\s*(?:<[\w.]+>)?)[^<]+/g;
/** Characters of a body. */
const LONGEST_BODY = 8192;

/** A request that a message was sent by, and what came of it. `failed`: as the transport judges it. */
export function sentExchange(
  about: ExchangeAbout,
  request: ChannelRequestOut,
  { outcome, failed }: { readonly outcome: RequestOutcome; readonly failed: boolean },
): NetworkExchange {
  return exchangeOf(about, failed, () => ({
    protocol: 'http',
    direction: 'sent',
    request: {
      method: request.method,
      url: maskedUrl(new URL(request.url)),
      headers: maskedHeaders(request.headers ?? {}),
      body: maskedBody(request.body ?? ''),
    },
    answer:
      outcome.kind === 'answered'
        ? {
            status: outcome.status,
            headers: maskedHeaders(outcome.headers),
            body: maskedBody(outcome.body.toString('utf8')),
          }
        : { status: `${outcome.kind.replace('_', ' ')}: ${outcome.reason}` },
  }));
}

/** A request that brought a message or a receipt, and what it was answered; null while that is not known. */
export function receivedExchange(
  about: ExchangeAbout,
  request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body' | 'remoteAddress'>,
  { answer, failed }: { readonly answer: HttpAnswer | null; readonly failed: boolean },
): NetworkExchange {
  return exchangeOf(about, failed, () => ({
    protocol: 'http',
    direction: 'received',
    request: {
      method: request.method,
      // Not the path: there is a secret in it.
      query: maskedQuery(request.url.searchParams).toString(),
      headers: maskedHeaders(request.headers),
      body: maskedBody(request.body.toString('utf8')),
      remote_address: request.remoteAddress,
    },
    answer:
      answer === null
        ? { status: 'the reply is the answer' }
        : { status: answer.status, body: maskedBody(answer.body?.toString() ?? '') },
  }));
}

function maskedUrl({ protocol, host, pathname, searchParams }: URL): string {
  const path = pathname
    .split('/')
    .map((part) => (part.length >= KEY_LENGTH ? MASK : part))
    .join('/');
  const query = maskedQuery(searchParams).toString();
  return `${protocol}//${host}${path}${query === '' ? '' : `?${query}`}`;
}

function maskedQuery(given: URLSearchParams): URLSearchParams {
  const pairs = [...given].map(([name, value]): [string, string] => [name, SECRET.test(name) ? MASK : value]);
  return new URLSearchParams(pairs);
}

function maskedHeaders(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SECRET.test(name) ? MASK : value]),
  );
}

function maskedBody(text: string): unknown {
  const cut = text.length > LONGEST_BODY ? `${text.slice(0, LONGEST_BODY)}…` : text;
  if (/^\s*[[{]/.test(cut)) return maskedJson(cut);
  if (/^\s*</.test(cut)) return maskedXml(cut);
  return /^[^\s=&]+=[^\s]*$/.test(cut) ? maskedQuery(new URLSearchParams(cut)).toString() : cut;
}

/** The texts of elements and of members of XML-RPC whose names say so. */
function maskedXml(text: string): string {
  return text
    .replaceAll(ELEMENT, (all, tag: string, name: string) => (SECRET.test(name) ? tag + MASK : all))
    .replaceAll(MEMBER, (all, start: string, name: string) => (SECRET.test(name) ? start + MASK : all));
}

/** What cannot be read may hold anything, and is not shown. */
function maskedJson(text: string): unknown {
  try {
    return JSON.parse(text, (name, value: unknown) => (SECRET.test(name) ? MASK : value));
  } catch {
    return `${text.length} characters that are no JSON`;
  }
}
