import type { DeliveryStatus } from '@vumi/core';

/** What an SMSC says about a message that it took earlier. */
export interface Receipt {
  /** The SMSC's id of that message, as the receipt spells it. */
  readonly remoteId: string;
  /** The state as the receipt spells it, or the name of its message_state. */
  readonly state: string;
  /** `err:` of the text, where there is one. */
  readonly error: string | null;
}

/** message_state (SMPP v3.4 section 5.2.28; 0 and 9 are of v5.0). */
const MESSAGE_STATES: readonly string[] = [
  'SCHEDULED',
  'ENROUTE',
  'DELIVERED',
  'EXPIRED',
  'DELETED',
  'UNDELIVERABLE',
  'ACCEPTED',
  'UNKNOWN',
  'REJECTED',
  'SKIPPED',
];

export function messageStateName(state: number): string {
  return MESSAGE_STATES[state] ?? String(state);
}

/**
 * Vumi's map, and the abbreviations of appendix B that Vumi left pending forever: UNDELIV, ACCEPTD
 * (spec vumi-core §5.1 ⚠). What is not here is pending: a state that we do not know is not final.
 */
const STATUSES: Readonly<Record<string, DeliveryStatus>> = {
  DELIVRD: 'delivered',
  DELIVERED: 'delivered',
  ACCEPTD: 'delivered',
  ACCEPTED: 'delivered',
  '0': 'delivered',
  EXPIRED: 'failed',
  DELETED: 'failed',
  UNDELIV: 'failed',
  UNDELIVERABLE: 'failed',
  REJECTD: 'failed',
  REJECTED: 'failed',
  FAILED: 'failed',
  SKIPPED: 'failed',
  ENROUTE: 'pending',
  SCHEDULED: 'pending',
  UNKNOWN: 'pending',
};

export type StatusOf = (state: string) => DeliveryStatus;

/** Reads states without regard to case; `overrides` is the option `delivery_report_status_mapping`. */
export function createStatusMap(overrides: Readonly<Record<string, DeliveryStatus>>): StatusOf {
  const map = new Map<string, DeliveryStatus>();
  for (const [state, status] of [...Object.entries(STATUSES), ...Object.entries(overrides)]) {
    map.set(state.toUpperCase(), status);
  }
  return (state) => map.get(state.toUpperCase()) ?? 'pending';
}

export type ReceiptReader = (text: string) => Receipt | null;

/** The fields of appendix B in any order, any case and any spacing; `text` is the rest of the line. */
const FIELD = /\b(id|sub|dlvrd|submit[ _-]?date|done[ _-]?date|stat|err|text)\s*:\s*/gi;
const LONGEST_ID = 65;

/** Reads the text of a receipt (SMPP v3.4 appendix B and its variants: spec smpp §5.49), or null when it is none. */
export const readReceiptText: ReceiptReader = (text) => {
  const fields = readFields(text);
  const remoteId = firstWord(fields.get('id'));
  const state = firstWord(fields.get('stat'));
  if (remoteId === '' || remoteId.length > LONGEST_ID || !/^\w{1,16}$/.test(state)) return null;
  return { remoteId, state, error: firstWord(fields.get('err')) || null };
};

function readFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  const heads = [...text.matchAll(FIELD)];
  for (const [index, head] of heads.entries()) {
    const name = (head[1] ?? '').toLowerCase();
    if (name === 'text') break;
    const end = heads[index + 1]?.index ?? text.length;
    // The first of each counts: what a subscriber wrote may be quoted behind.
    if (!fields.has(name)) fields.set(name, text.slice(head.index + head[0].length, end));
  }
  return fields;
}

function firstWord(value: string | undefined): string {
  return value?.trim().split(/\s/, 1)[0] ?? '';
}

/** Option `delivery_report_regex`. */
export function createPatternReader(pattern: RegExp): ReceiptReader {
  return (text) => {
    const groups = pattern.exec(text)?.groups;
    const remoteId = groups?.['id'];
    const state = groups?.['stat'];
    if (remoteId === undefined || state === undefined) return null;
    return { remoteId, state, error: groups?.['err'] ?? null };
  };
}

/** What a receipt in the words of appendix B says. Times are milliseconds since the epoch. */
export interface ReceiptText {
  readonly id: string;
  /** As appendix B abbreviates it: DELIVRD, UNDELIV, … */
  readonly state: string;
  /** Three characters. */
  readonly error: string;
  readonly submittedAt: number;
  readonly doneAt: number;
  /** The message; its first 20 characters are quoted. */
  readonly text: string;
}

/** Writes the text of a receipt for one message (SMPP v3.4 appendix B), ASCII whatever the message was. */
export function formatReceiptText({ id, state, error, submittedAt, doneAt, text }: ReceiptText): string {
  const delivered = state === 'DELIVRD' ? '001' : '000';
  const quoted = text.slice(0, 20).replaceAll(/[^\x20-\x7e]/g, '?');
  return (
    `id:${id} sub:001 dlvrd:${delivered} submit date:${receiptDate(submittedAt)} ` +
    `done date:${receiptDate(doneAt)} stat:${state} err:${error} text:${quoted}`
  );
}

/** YYMMDDhhmm. */
function receiptDate(at: number): string {
  return new Date(at).toISOString().replaceAll(/\D/g, '').slice(2, 12);
}
