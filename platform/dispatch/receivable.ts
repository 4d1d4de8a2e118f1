import { stampOf, VumiError, type UserMessage } from '@vumi/core';

/**
 * A message that answers nothing, to the receiver as its network has it. A reply goes to whoever wrote, whatever the
 * network calls him, and may have no text where it ends a session.
 * @throws VumiError `message.invalid_receiver` or `message.empty` for what no phone could get.
 */
export function receivable(
  message: UserMessage,
  readReceiver: (address: string) => string | null,
): UserMessage {
  if (message.in_reply_to !== null) return message;
  if (saysNothing(message)) {
    throw new VumiError('message.empty', 'the message has no text: say something', { field: 'content' });
  }
  // An SMPP client writes addresses as its network does, and was told at once if it could not.
  if (stampOf(message)?.sender !== undefined) return message;
  const to_addr = readReceiver(message.to_addr ?? '');
  if (to_addr !== null) return to_addr === message.to_addr ? message : { ...message, to_addr };
  throw new VumiError(
    'message.invalid_receiver',
    `${JSON.stringify(message.to_addr)} is no address of ${message.transport_name}: a number reads +27761234567`,
    { field: 'to_addr' },
  );
}

/** Octets, headers and codings say something without a text, and so do files. */
function saysNothing({ content, transport_metadata, helper_metadata }: UserMessage): boolean {
  return (
    (content === null || content === '') &&
    transport_metadata['smpp'] === undefined &&
    helper_metadata['smpp'] === undefined &&
    helper_metadata['send'] === undefined
  );
}
