import {
  endpointOf,
  eventStatus,
  formatCredits,
  MICROS,
  stampOf,
  timestampToIso,
  type AppRef,
  type ExchangeDescription,
  type TransportEvent,
} from '@vumi/core';
import type { LogRow } from '../message-records.ts';
import type { RunDetail } from '../run-records.ts';
import type { FoundMessage } from './find-message.ts';
import type { TimelineEntry } from './records.ts';

export interface ExchangePart {
  readonly message_id: string;
  readonly transport: string;
  readonly at: string;
  readonly failed: boolean;
  readonly exchange: ExchangeDescription;
}

export interface DeliveryPart {
  readonly webhook: string;
  readonly event: string;
  readonly message_id: string;
  readonly status: string;
  readonly attempts: number;
  readonly created_at: string;
  readonly next_at: string | null;
  readonly last: unknown;
}

export interface FailurePart {
  readonly id: string;
  readonly message_id: string;
  readonly connector: string;
  readonly state: string;
  readonly error: string | null;
  readonly reason: string;
  readonly failed_at: string;
  readonly retries: number;
}

export interface CreditPart {
  readonly message_id: string;
  readonly at: string;
  readonly kind: 'charge' | 'refund';
  /** In millionths of a credit, as all amounts here. */
  readonly amount: number;
  readonly transport: string | null;
  readonly route: string | null;
  readonly segments: number | null;
  readonly price: string | null;
  readonly per_segment: number | null;
  readonly per_message: number | null;
  readonly per_session: number | null;
  readonly reason: string | null;
}

/** A message, and where it was led to. */
export function messageEntries(message: FoundMessage): TimelineEntry[] {
  const { body, direction, status, account, app } = message;
  const at = timestampToIso(body.timestamp);
  const [from, to] = [body.from_addr ?? '?', body.to_addr ?? '?'];
  const text =
    direction === 'inbound'
      ? `${from} wrote to ${to} over ${body.transport_name ?? 'no transport'}`
      : `${status} for ${to}${body.transport_name === null ? '' : ` over ${body.transport_name}`}`;
  const details = { direction, status, account, app, message: body };
  const failed = status !== 'received' && status !== 'queued';
  const entry = { at, message_id: message.id, kind: 'message', text, failed, details } as const;
  return direction === 'inbound' ? [entry, routeEntry(message, at)] : [entry];
}

function routeEntry(message: FoundMessage, at: string): TimelineEntry {
  const { account, status, body } = message;
  const stamp = stampOf(body);
  const name = stamp?.route;
  const connector = stamp === null ? null : whereTo(stamp);
  const endpoint = endpointOf(body);
  const by = name === undefined ? '' : `route "${name}" `;
  const text =
    account === null
      ? 'no route leads on from here'
      : `${by}to ${connector ?? account}${endpoint === 'default' ? '' : `, endpoint ${endpoint}`}`;
  const details = { route: name ?? null, account, connector, endpoint };
  return { at, message_id: message.id, kind: 'route', text, failed: status === 'unrouted', details };
}

function whereTo({ account, app, connector }: NonNullable<ReturnType<typeof stampOf>>): string {
  if (app !== null) return `app ${account}/${app}`;
  return connector ?? `account ${account}`;
}

export function exchangeEntry({ message_id, transport, at, failed, exchange }: ExchangePart): TimelineEntry {
  const { direction, request, answer, ms } = exchange;
  const asked = wordOf(request, ['command', 'method']);
  const answered = answer === null ? 'no answer' : wordOf(answer, ['command_status', 'status']);
  const taken = ms === undefined ? '' : ` after ${ms} ms`;
  const who = direction === 'sent' ? `${transport} sent` : `${transport} got`;
  const text = `${who} ${asked}: ${answered}${taken}`;
  return { at, message_id, kind: 'network', text, failed, details: { transport, ...exchange } };
}

/** The first of some fields that there is. */
function wordOf(of: Readonly<Record<string, unknown>>, fields: readonly string[]): string {
  const found = fields.map((field) => of[field]).find((value) => value !== undefined);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '?';
}

export function runEntry(ref: AppRef, run: RunDetail, messageId: string): TimelineEntry {
  const { version, kind, outcome, error, cost, at, record } = run;
  const waited = cost.wait_ms < 1 ? '' : `, waited ${Math.round(cost.wait_ms)} ms`;
  const what = kind === 'message' ? '' : ` (${kind})`;
  const text = `${ref.account}/${ref.app} version ${version}${what}: ${outcome}; CPU ${(cost.cpu_us / 1000).toFixed(1)} ms, ${Math.round(cost.wall_ms)} ms by the clock${waited}`;
  const details = { ...ref, version, kind, outcome, error, cost, ...recorded(record) };
  return { at, message_id: messageId, kind: 'run', text, failed: outcome !== 'ok', details };
}

/** What it read and left, of what was recorded of it. */
function recorded(record: RunDetail['record']): Record<string, unknown> {
  if (record === null) return {};
  const { calls, answers, effects } = record;
  return { calls, answers, effects };
}

export function logEntry(ref: AppRef, line: LogRow, messageId: string): TimelineEntry {
  const { level, text, fields, timestamp } = line;
  const details = { ...ref, level, text, ...(fields == null ? {} : { fields }) };
  const failed = level === 'error';
  return { at: timestamp, message_id: messageId, kind: 'log', text: `${level}: ${text}`, failed, details };
}

export function eventEntry(event: TransportEvent): TimelineEntry {
  const status = eventStatus(event);
  const by = event.transport_name ?? '';
  const failed = event.event_type === 'nack' || status === 'delivery_report.failed';
  return {
    at: timestampToIso(event.timestamp),
    message_id: event.user_message_id,
    kind: 'event',
    text: eventText(event, by),
    failed,
    details: { event },
  };
}

function eventText(event: TransportEvent, by: string): string {
  switch (event.event_type) {
    case 'ack':
      return `${by} sent it; its network calls it ${event.sent_message_id}`;
    case 'nack': {
      const outcome = event.transport_metadata['outcome'];
      return `${typeof outcome === 'string' ? outcome : 'not sent'}: ${event.nack_reason}`;
    }
    default: {
      const { smpp_delivery_status: state, smpp_delivery_error: error } = event.transport_metadata;
      const words = [state, typeof error === 'string' ? `error ${error}` : null].filter(
        (word) => typeof word === 'string',
      );
      return `${event.delivery_status}${words.length === 0 ? '' : ` (${words.join(', ')})`}`;
    }
  }
}

export function webhookEntry(delivery: DeliveryPart): TimelineEntry {
  const { webhook, event, message_id, status, attempts, created_at } = delivery;
  const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const text = `webhook "${webhook}" for ${event}: ${status}, ${times}`;
  return {
    at: created_at,
    message_id,
    kind: 'webhook',
    text,
    failed: status === 'dead',
    details: { ...delivery },
  };
}

export function failureEntry(failure: FailurePart): TimelineEntry {
  const { message_id, connector, state, reason, failed_at } = failure;
  const [first = ''] = reason.split('\n');
  const text = `failed at ${connector}, ${state}: ${first}`;
  return { at: failed_at, message_id, kind: 'failure', text, failed: true, details: { ...failure } };
}

/** What the message cost, or what of it was paid back; amounts as people write them. What the account has is in the ledger. */
export function creditEntry(entry: CreditPart): TimelineEntry {
  const { at, message_id, kind, amount, segments, reason } = entry;
  const size = Math.abs(amount) === MICROS ? '1 credit' : `${formatCredits(Math.abs(amount))} credits`;
  const counted = segments === 1 ? '1 segment' : `${segments} segments`;
  const text =
    kind === 'charge' ? `charged ${size} for ${counted}${unitsText(entry)}` : `${size} paid back: ${reason}`;
  const details = {
    ...entry,
    amount: formatCredits(amount),
    per_segment: shownCredits(entry.per_segment),
    per_message: shownCredits(entry.per_message),
    per_session: shownCredits(entry.per_session),
  };
  return { at, message_id, kind: 'credit', text, failed: false, details };
}

/** What it was made of; empty where that is nothing. */
function unitsText({ per_segment, per_message, per_session, route }: CreditPart): string {
  const units = [
    [per_segment, 'a segment'],
    [per_message, 'a message'],
    [per_session, 'a session'],
  ] as const;
  const told = units.flatMap(([amount, unit]) =>
    amount === null || amount === 0 ? [] : [`${formatCredits(amount)} ${unit}`],
  );
  const by = route === null ? '' : ` by route "${route}"`;
  return told.length === 0 ? by : ` at ${told.join(' and ')}${by}`;
}

function shownCredits(amount: number | null): string | null {
  return amount === null ? null : formatCredits(amount);
}
