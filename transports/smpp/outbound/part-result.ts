import {
  createAck,
  createNack,
  deriveId,
  type EventFields,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';

/** What became of one part of a message. `uncertain`: nobody knows whether the SMSC has it (DESIGN §4.5). */
export type PartResult =
  | { readonly kind: 'ok'; readonly remoteId: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'uncertain'; readonly reason: string }
  /** It was not sent: its validity had ended, or its sender did not want it any more. */
  | { readonly kind: 'expired' | 'cancelled'; readonly reason: string };

export const CANCELLED: PartResult = {
  kind: 'cancelled',
  reason: 'its sender does not want it sent any more',
};

/** The one event for all parts: the first hard failure, else the first doubt, else what was not sent, else the ids joined by commas. */
export function resultEvent(
  message: Pick<UserMessage, 'message_id'>,
  transport: string,
  results: readonly PartResult[],
): TransportEvent {
  const failed = results.find((result) => result.kind === 'failed');
  if (failed !== undefined) return createNack(fields(message, transport, 'nack'), failed.reason);
  const uncertain = results.find((result) => result.kind === 'uncertain');
  if (uncertain !== undefined) {
    const about = {
      ...fields(message, transport, 'uncertain'),
      transport_metadata: { outcome: 'uncertain' },
    };
    return createNack(about, `uncertain: ${uncertain.reason}`);
  }
  const unsent = results.find(({ kind }) => kind === 'expired' || kind === 'cancelled');
  if (unsent !== undefined && unsent.kind !== 'ok') {
    const { kind, reason } = unsent;
    return createNack(
      { ...fields(message, transport, kind), transport_metadata: { outcome: kind } },
      `${kind}: ${reason}`,
    );
  }
  const ids = results.map((result) => (result.kind === 'ok' ? result.remoteId : ''));
  return createAck(fields(message, transport, 'ack'), ids.join(','));
}

/** Derived ids: the event may be published again by a later life of the transport. */
function fields(message: Pick<UserMessage, 'message_id'>, transport: string, kind: string): EventFields {
  return {
    user_message_id: message.message_id,
    transport_name: transport,
    event_id: deriveId(message.message_id, kind),
  };
}
