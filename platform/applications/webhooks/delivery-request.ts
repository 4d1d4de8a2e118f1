import { SIGNATURE_HEADER, signRequest } from '@vumi/core';
import type { OutboundRequest } from '@vumi/http';
import type { DueDelivery, WebhookReceiver } from '@vumi/store';

/** The id under which a receiver can tell that it has had a delivery; the same at each attempt. */
function deliveryId(receiver: Pick<WebhookReceiver, 'id'>, { seq }: Pick<DueDelivery, 'seq'>): string {
  return `${receiver.id}-${seq}`;
}

/** The request of one attempt: only its signature and the number of the attempt differ from those before it. */
export function deliveryRequest(
  receiver: WebhookReceiver,
  delivery: DueDelivery,
  now: number,
): OutboundRequest {
  const { settings, secrets, private_services: privateServices } = receiver;
  const id = deliveryId(receiver, delivery);
  const body = JSON.stringify(deliveryBody(receiver, delivery));
  return {
    method: 'POST',
    url: settings.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Vumi',
      'vumi-delivery': id,
      'vumi-event': delivery.event,
      'vumi-attempt': String(delivery.attempts + 1),
      'idempotency-key': id,
      ...settings.headers,
      [SIGNATURE_HEADER]: signRequest(body, secrets, now),
    },
    body,
    ...(delivery.message === null ? {} : { about: delivery.message.message_id }),
    timeoutMs: settings.timeout * 1000,
    // Where the platform's own receivers are is its administrator's affair.
    ...(privateServices === null ? { allowPrivate: true } : { privateServices }),
  };
}

/** What a receiver reads (docs/http-api-for-sms.md). The fields of `message` and `outcome` are those of the API. */
function deliveryBody({ id, account, name }: WebhookReceiver, delivery: DueDelivery): object {
  return {
    id: deliveryId({ id }, delivery),
    event: delivery.event,
    account,
    webhook: name,
    user: delivery.user === '' || delivery.event === 'alert' ? null : delivery.user,
    sequence: delivery.number === 0 ? null : delivery.number,
    created_at: delivery.created_at,
    message: delivery.message,
    outcome: delivery.told,
    ...(delivery.alert === null ? {} : { alert: delivery.alert }),
  };
}
