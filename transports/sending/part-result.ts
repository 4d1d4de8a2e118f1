import {
  createAck,
  createNack,
  deriveId,
  type EventFields,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';

/** The network has it. */
export interface SentPart {
  readonly kind: 'ok';
  readonly remoteId: string;
  /** What the parts after it need to know of it beside its id. */
  readonly note?: string;
}

/** What became of one part of a message. `uncertain`: nobody knows whether the network has it (DESIGN §4.5). */
export type PartResult =
  | SentPart
  /** `optedOut`: the network says that the receiver wants no messages of ours. */
  | { readonly kind: 'failed'; readonly reason: string; readonly optedOut?: boolean }
  | { readonly kind: 'uncertain'; readonly reason: string }
  /** It was not sent: its validity had ended, its sender did not want it any more, or the platform stopped it. */
  | Unsent;

interface Unsent {
  readonly kind: 'expired' | 'cancelled' | 'discarded';
  readonly reason: string;
}

export const CANCELLED: PartResult = {
  kind: 'cancelled',
  reason: 'its sender does not want it sent any more',
};

/** The one event for all parts that were tried: the first hard failure, else the first doubt, else what was not sent, else the ids joined by commas. */
export function resultEvent(
  message: Pick<UserMessage, 'message_id'>,
  transport: string,
  results: readonly PartResult[],
): TransportEvent {
  const failed = results.find((result) => result.kind === 'failed');
  const parts = sentOf(results);
  if (failed !== undefined) {
    const about = failed.optedOut === true ? { opted_out: true, ...parts } : parts;
    return createNack({ ...fields(message, transport, 'nack'), transport_metadata: about }, failed.reason);
  }
  const uncertain = results.find((result) => result.kind === 'uncertain');
  if (uncertain !== undefined) {
    const about = {
      ...fields(message, transport, 'uncertain'),
      transport_metadata: { outcome: 'uncertain' },
    };
    return createNack(about, `uncertain: ${uncertain.reason}`);
  }
  const unsent = results.find(isUnsent);
  if (unsent !== undefined) {
    const { kind, reason } = unsent;
    return createNack(
      { ...fields(message, transport, kind), transport_metadata: { outcome: kind, ...parts } },
      `${kind}: ${reason}`,
    );
  }
  const ids = results.map((result) => (result.kind === 'ok' ? result.remoteId : ''));
  return createAck(fields(message, transport, 'ack'), ids.join(','));
}

/** Whether nothing of it went to the network, because somebody wanted so. */
export function isUnsent(result: PartResult): result is Unsent {
  return result.kind === 'expired' || result.kind === 'cancelled' || result.kind === 'discarded';
}

/** Of a message that was not sent as a whole: what the network has of it nevertheless, for whoever pays for it. */
function sentOf(results: readonly PartResult[]): { parts_sent?: number } {
  const sent = results.filter(({ kind }) => kind === 'ok' || kind === 'uncertain').length;
  return sent === 0 ? {} : { parts_sent: sent };
}

/** Derived ids: the event may be published again by a later life of the transport. */
function fields(message: Pick<UserMessage, 'message_id'>, transport: string, kind: string): EventFields {
  return {
    user_message_id: message.message_id,
    transport_name: transport,
    event_id: deriveId(message.message_id, kind),
  };
}
