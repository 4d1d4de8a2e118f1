import { deriveId, parseFailure, parseTimestamp, stampOf, VumiError, type FailureMessage } from '@vumi/core';
import type { NewFailure } from '@vumi/store';
import { keyFor, type FailureOptions } from './options.ts';
import { nextRetry, readRetries, retryTime, type RetryMetadata } from './retries.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * What a body of a queue of failures says, and what is to become of it: only what is temporary is tried again, and only so
 * often. The same body is the same failure.
 */
export function readFailure(
  body: string,
  connector: string,
  now: number,
  options: FailureOptions,
): NewFailure {
  const failure = parse(body);
  const { message, failure_code, reason } = failure;
  const members = isMembers(message) ? message : null;
  const past = readRetries(message);
  const mayRetry = members !== null && isRetried(failure, past, options);
  const next = nextRetry(past, options);
  return {
    id: deriveId('failure', connector, body),
    connector,
    queue: queueOf(failure, members, connector, options),
    ...ownerOf(members),
    failure_code,
    error: typeof failure['error'] === 'string' ? failure['error'] : null,
    reason,
    message_id: textOf(members, 'message_id') ?? textOf(members, 'event_id'),
    failedAt: parseTimestamp(failure.timestamp) ?? now,
    retries: past.retries,
    message: mayRetry ? { ...members, retry_metadata: next } : message,
    dueAt: mayRetry ? retryTime(now, next.delay, options.retry_granularity) : null,
  };
}

function isRetried(
  { failure_code }: FailureMessage,
  { retries }: RetryMetadata,
  { retry_delivery_period, max_retries }: FailureOptions,
): boolean {
  return failure_code === 'temporary' && retry_delivery_period > 0 && retries < max_retries;
}

/** What is no failure at all is kept as it is. */
function parse(body: string): FailureMessage {
  try {
    return parseFailure(body);
  } catch (error) {
    if (!(error instanceof VumiError)) throw error;
    const nothing = { message_version: '20110921', message_type: 'failure_message', timestamp: '' } as const;
    const reason = `no failure message: ${error.message}`;
    return {
      ...nothing,
      routing_metadata: {},
      helper_metadata: {},
      message: body,
      failure_code: null,
      reason,
    };
  }
}

/** Events and messages of Vumi do not say where they were on their way to. */
function queueOf(
  failure: FailureMessage,
  message: Members | null,
  connector: string,
  options: FailureOptions,
): string {
  const { queue } = failure as { readonly queue?: unknown };
  if (typeof queue === 'string' && queue !== '') return queue;
  if (message?.['message_type'] === 'event') return `${connector}.event`;
  return keyFor(options.retry_routing_key, connector);
}

function ownerOf(message: Members | null): { account: string | null; app: string | null } {
  const metadata = message?.['helper_metadata'];
  const stamp = isMembers(metadata) ? stampOf({ helper_metadata: metadata }) : null;
  return { account: stamp?.account ?? null, app: stamp?.app ?? null };
}

function textOf(message: Members | null, field: string): string | null {
  const value = message?.[field];
  return typeof value === 'string' ? value : null;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
