import { createNack, deriveId, type TransportEvent, type UserMessage } from '@vumi/core';

/** The nack of a message that never reached its network. Derived, so that doing it twice tells it once. */
export function nackOf(
  message: UserMessage,
  reason: string,
  endpoint: string,
  metadata: Record<string, unknown> = {},
): TransportEvent {
  const nack = createNack(
    {
      event_id: deriveId(message.message_id, 'dispatch-nack'),
      user_message_id: message.message_id,
      transport_name: message.transport_name ?? '',
      transport_metadata: metadata,
    },
    reason,
  );
  return { ...nack, routing_metadata: { endpoint_name: endpoint } };
}
