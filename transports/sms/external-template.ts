import type { UserMessage } from '@vumi/core';
import { at, listAt, textAt } from '../http/json.ts';

export const CONTENT_TYPES = {
  urlencoded: 'application/x-www-form-urlencoded',
  json: 'application/json',
  xml: 'text/xml; charset=utf-8',
} as const;
export type ContentKind = keyof typeof CONTENT_TYPES;

type Value = string | readonly string[];

/** How a value is written in each kind of text; one of JSON brings its quotes. */
const WRITERS: Readonly<Record<ContentKind, (value: Value, name: string) => string>> = {
  urlencoded: (value, name) =>
    typeof value === 'string'
      ? encodeURIComponent(value)
      : value.map((one) => `&${name.replace(/ies$/, 'y')}=${encodeURIComponent(one)}`).join(''),
  json: (value) => JSON.stringify(value),
  xml: (value) =>
    typeof value === 'string'
      ? escapeXml(value)
      : value.map((one) => `<item>${escapeXml(one)}</item>`).join(''),
};

const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

/** What templates may name (RapidPro's External channel, spec channels §D). */
export const VARIABLES = [
  'id',
  'text',
  'to',
  'to_no_plus',
  'from',
  'from_no_plus',
  'channel',
  'session_status',
  'quick_replies',
] as const;
type Variable = (typeof VARIABLES)[number];

/** The variables of a template that nobody knows. */
export function unknownVariables(template: string): string[] {
  return variablesIn(template).filter((name) => !VARIABLES.includes(name as Variable));
}

/** Whether a template has a place for it. */
export function hasVariable(template: string, name: Variable): boolean {
  return variablesIn(template).includes(name);
}

function variablesIn(template: string): string[] {
  return [...template.matchAll(VARIABLE)].map(([, name = '']) => name);
}

/** The template with what its variables stand for, written as its kind of text wants it. */
export function fillTemplate(template: string, message: UserMessage, kind: ContentKind): string {
  const values = valuesOf(message);
  return template.replaceAll(VARIABLE, (_whole, name: string) =>
    WRITERS[kind](values[name as Variable] ?? '', name),
  );
}

function valuesOf(message: UserMessage): Record<Variable, Value> {
  const { message_id: id, content, transport_name: channel, session_event } = message;
  const [to, from] = [message.to_addr ?? '', message.from_addr ?? ''];
  const replies = listAt(message.helper_metadata, 'send', 'quick_replies');
  return {
    id,
    text: content ?? '',
    to,
    to_no_plus: to.replace(/^\+/, ''),
    from,
    from_no_plus: from.replace(/^\+/, ''),
    channel: channel ?? '',
    session_status: session_event ?? '',
    quick_replies: replies.map((reply) => textAt(reply, 'title') ?? String(at(reply))),
  };
}

function escapeXml(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (character) => escapes[character] ?? character);
}
