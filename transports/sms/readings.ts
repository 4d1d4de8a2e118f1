import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import type { HttpAnswer } from '@vumi/http';
import { json } from '../http/answers.ts';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { textAt } from '../http/json.ts';

/** What an SMS says that came. */
export interface ReadSms {
  /** The provider's id for it; absent: each request is a new message. */
  readonly id?: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly content: string;
  readonly transportType?: string;
  /** For `transport_metadata`. */
  readonly metadata?: Record<string, unknown>;
  /** For `helper_metadata.received`. */
  readonly received?: Record<string, unknown>;
}

export function smsReading({ id, from, to, content, ...more }: ReadSms): Reading {
  const { transportType, metadata = {}, received = {} } = more;
  return {
    kind: 'message',
    ...(id === undefined || id === '' ? {} : { id }),
    fields: {
      to_addr: to,
      from_addr: from,
      content,
      transport_metadata: metadata,
      ...(transportType === undefined ? {} : { transport_type: transportType }),
      ...(Object.keys(received).length === 0 ? {} : { helper_metadata: { received } }),
    },
  };
}

/** Fields by name, or the reading for a request that lacks some (spec channels §1.3). */
export function requireFields<K extends string>(
  source: Readonly<Record<string, unknown>> | null,
  names: readonly K[],
): Record<K, string> | Extract<Reading, { readonly kind: 'refused' }> {
  const missing = names.filter((name) => textAt(source, name) === undefined);
  if (missing.length > 0) return { kind: 'refused', answer: json(400, { missing_parameter: missing }) };
  return Object.fromEntries(names.map((name) => [name, textAt(source, name) ?? ''])) as Record<K, string>;
}

export function isRefused(value: object): value is Extract<Reading, { readonly kind: 'refused' }> {
  return 'kind' in value && value.kind === 'refused';
}

/** The first value of each field of query, form and JSON; null where they cannot be read. */
export function fieldsOf({ fields }: ChannelRequest): Record<string, unknown> | null {
  return fields === null ? null : Object.fromEntries([...fields].map(([name, [first]]) => [name, first]));
}

/** What the provider calls its states, in ours; a state that nobody knows is passed over. */
export function receiptReading(
  status: ReceiptReading['status'] | 'read' | undefined,
  about: { readonly messageId: string } | { readonly remoteId: string },
  metadata: Record<string, unknown>,
): readonly Reading[] {
  if (status === undefined) return [];
  if (status === 'read') return [{ kind: 'receipt', status: 'delivered', read: true, metadata, ...about }];
  return [{ kind: 'receipt', status, metadata, ...about }];
}

/** `<code>: <text>`, or what there is of it. */
export function refusal(
  code: string | undefined,
  text: string | undefined,
  more: Partial<Refusal> = {},
): Verdict {
  const reason = [code, text].filter((part) => part !== undefined && part !== '').join(': ');
  return { kind: 'refused', reason: reason === '' ? 'refused without a reason' : reason, ...more };
}

type Refusal = Extract<Verdict, { readonly kind: 'refused' }>;

export function isSuccess({ status }: Answered): boolean {
  return status >= 200 && status < 300;
}

export const TAKEN: HttpAnswer = { status: 200 };

/** Without those that have no value. */
export function given(fields: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== null,
    ),
  );
}

export const FORM = {
  'content-type': 'application/x-www-form-urlencoded',
  accept: 'application/json',
} as const;
export const JSON_BODY = { 'content-type': 'application/json', accept: 'application/json' } as const;

export function formBody(fields: Readonly<Record<string, string | null | undefined>>): string {
  return new URLSearchParams(given(fields)).toString();
}
