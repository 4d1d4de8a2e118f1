import { endpointOf, type UserMessage } from '@vumi/core';
import { segments } from '@vumi/sdk';
import type { Received, Sent } from './api.ts';

/** A message as a phone shows it. */
export function received(message: UserMessage, at: number): Received {
  const text = message.content ?? '';
  const { units, encoding, segments: parts } = segments(text);
  return {
    text,
    units,
    encoding,
    segments: message.transport_type === 'ussd' ? 1 : parts.length,
    ends: message.session_event === 'close',
    at: new Date(at).toISOString(),
    endpoint: endpointOf(message),
  };
}

export function sent(message: UserMessage, at: number): Sent {
  return {
    ...received(message, at),
    id: message.message_id,
    to: message.to_addr ?? '',
    isReply: message.in_reply_to !== null,
  };
}
