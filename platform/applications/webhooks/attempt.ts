import { backoffMs } from '@vumi/core';
import type { HttpPort } from '@vumi/http';
import type { DeliveryOutcome, DueDelivery, WebhookAttempt, WebhookReceiver } from '@vumi/store';
import { judge } from '../receiver/verdict.ts';
import { deliveryRequest } from './delivery-request.ts';

/** How much of an answer is kept, for whoever looks why a delivery fails. */
const ANSWER_BYTES = 500;
/** Attempts of which what comes after it waits for a delivery; then it goes its own way, and they pass it. */
const HOLDING_ATTEMPTS = 5;
const HOUR_MS = 3_600_000;

export interface AttemptPorts {
  readonly http: Pick<HttpPort, 'send'>;
  readonly clock: () => number;
  readonly random: () => number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
}

/** An attempt, and for how long the receiver asks to be left alone. */
export interface Attempted {
  readonly attempt: WebhookAttempt;
  readonly afterMs: number;
}

/** Never rejects. */
export async function attemptDelivery(
  receiver: WebhookReceiver,
  delivery: DueDelivery,
  { http, clock }: AttemptPorts,
): Promise<Attempted> {
  const began = clock();
  const outcome = await http.send(deliveryRequest(receiver, delivery, began));
  const now = clock();
  const verdict = judge(outcome, now);
  const answered = outcome.kind === 'answered' ? outcome : null;
  const attempt: WebhookAttempt = {
    at: new Date(began).toISOString(),
    status: answered?.status ?? null,
    ms: Math.max(0, Math.round(now - began)),
    answer:
      answered === null ? null : answered.body.subarray(0, ANSWER_BYTES).toString().replaceAll('\0', ''),
    error: verdict.kind === 'taken' ? null : verdict.reason,
  };
  return { attempt, afterMs: verdict.kind === 'again' ? verdict.afterMs : 0 };
}

/**
 * What an attempt means for the delivery and for those that wait behind it. `counts` false: the receiver takes nothing
 * from anybody, so that this delivery is not to blame.
 */
export function concludeAttempt(
  { id, settings }: WebhookReceiver,
  delivery: DueDelivery,
  { attempt, afterMs, counts }: Attempted & { readonly counts: boolean },
  { clock, random, retryBaseMs, retryCapMs }: AttemptPorts,
): DeliveryOutcome {
  const { seq, user, number, apart } = delivery;
  const common = { webhook: id, seq, user, number, attempt };
  const goesOn = apart ? null : { pauseMs: null, failures: 0 };
  if (attempt.error === null) return { ...common, status: 'delivered', nextAt: null, stream: goesOn };
  const now = clock();
  const end =
    delivery.give_up_at === null
      ? Date.parse(delivery.created_at) + settings.retry_hours * HOUR_MS
      : Date.parse(delivery.give_up_at);
  if (delivery.event === 'test' || now >= end) {
    return { ...common, status: 'dead', nextAt: null, stream: goesOn };
  }
  const pauseMs = Math.max(backoffMs(delivery.attempts, retryBaseMs, retryCapMs, random), afterMs);
  const failures = delivery.failures + (counts ? 1 : 0);
  if (apart || failures >= HOLDING_ATTEMPTS) {
    return { ...common, status: 'pending', nextAt: now + pauseMs, stream: goesOn };
  }
  return { ...common, status: 'pending', nextAt: null, stream: { pauseMs, failures } };
}
