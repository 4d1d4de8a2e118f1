import {
  backoffMs,
  createFailure,
  errorText,
  sleep,
  VumiError,
  type BodyHandler,
  type BrokerConsumeOptions,
  type Delivery,
  type FailureMessage,
  type Logger,
} from '@vumi/core';

const DEFAULT_MAX_ATTEMPTS = 5;
const LONGEST_WAIT_MS = 10_000;

/** Milliseconds before a rejected body is tried a second time; doubles with each further attempt. */
export const DEFAULT_RETRY_DELAY_MS = 250;

/** What becomes of a delivery once its handler has settled. `tried` false: nothing of this attempt counts. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'requeue'; readonly tried: boolean }
  | { readonly kind: 'failed'; readonly failure: FailureMessage };

const DONE: Outcome = { kind: 'done' };

export interface Attempts {
  readonly queue: string;
  readonly handle: BodyHandler;
  readonly options: BrokerConsumeOptions;
  readonly retryDelayMs: number;
  /** Aborts when the consumer goes: a body that waits for its next attempt is put back at once. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Hands a body to its handler and decides what comes after. A rejection costs an attempt and a growing delay; an
 * outage costs none: the body stays here and is tried again until the outage is over.
 */
export async function attemptDelivery(body: string, delivery: Delivery, use: Attempts): Promise<Outcome> {
  let current = delivery;
  for (let outages = 0; ; outages += 1) {
    try {
      await use.handle(body, current);
      return DONE;
    } catch (error) {
      if (!(error instanceof VumiError && error.outage)) return afterRejection(body, current, error, use);
      use.logger.warn(
        { queue: use.queue, message_id: idIn(body), code: error.code, reason: error.message },
        'delivery waits for an outage',
      );
      if (!(await waited(backoffMs(outages, use.retryDelayMs, LONGEST_WAIT_MS), use.signal))) {
        return { kind: 'requeue', tried: false };
      }
      current = { ...delivery, redelivered: true };
    }
  }
}

async function afterRejection(
  body: string,
  { attempt }: Delivery,
  error: unknown,
  use: Attempts,
): Promise<Outcome> {
  const final = error instanceof VumiError && !error.retry;
  const { maxAttempts = DEFAULT_MAX_ATTEMPTS, failuresKey } = use.options;
  const fields = { queue: use.queue, message_id: idIn(body), attempt, reason: errorText(error) };
  if (final || attempt >= maxAttempts) {
    use.logger.error({ ...fields, failuresKey }, 'delivery failed');
    return { kind: 'failed', failure: failureOf(body, error, use.queue) };
  }
  use.logger.warn(fields, 'delivery rejected');
  await waited(backoffMs(attempt - 1, use.retryDelayMs, LONGEST_WAIT_MS), use.signal);
  return { kind: 'requeue', tried: true };
}

/** Of the message, or of that which an event is about; null for what is neither. */
function idIn(body: string): string | null {
  const payload = payloadOf(body);
  if (typeof payload !== 'object' || payload === null) return null;
  const { user_message_id: about, message_id: own } = payload as Readonly<Record<string, unknown>>;
  const id = about ?? own;
  return typeof id === 'string' ? id : null;
}

/** Whether the whole time passed. */
function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, signal).then(
    () => true,
    () => false,
  );
}

function failureOf(body: string, error: unknown, queue: string): FailureMessage {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const code = error instanceof VumiError ? error.code : null;
  return createFailure(payloadOf(body), reason, failureCode(error), { queue, error: code });
}

function failureCode(error: unknown): FailureMessage['failure_code'] {
  if (!(error instanceof VumiError)) return null;
  return error.retry ? 'temporary' : 'permanent';
}

/** Vumi's failures carry the payload itself; a body that is no JSON travels as the text that it is. */
function payloadOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
