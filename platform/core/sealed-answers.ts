import { VumiError } from './errors.ts';
import type { Logger } from './logger.ts';
import { openValue, sealValue, type AccountKeys } from './sealed-value.ts';
import { isSecretAnswer, withoutSecretAnswer } from './secret-answers.ts';
import { stampOf } from './stamp.ts';
import type { UserMessage } from './wire.ts';

/** What is told of a message in more than one place, and sealed as one. */
type Told = Pick<UserMessage, 'content' | 'helper_metadata' | 'transport_metadata'>;

/**
 * A secret answer as it may lie in the queue of its app, and in the queue's files: under its account's key, bound to its
 * id. Any other message stays as it is.
 */
export async function sealAnswer(message: UserMessage, keys: AccountKeys): Promise<UserMessage> {
  const stamp = stampOf(message);
  if (stamp === null || !isSecretAnswer(message)) return message;
  const { content, helper_metadata, transport_metadata } = message;
  const told: Told = { content, helper_metadata, transport_metadata };
  const sealed = sealValue(told, message.message_id, await keys.keyOf(stamp.account));
  const hidden = withoutSecretAnswer(message);
  return { ...hidden, helper_metadata: { ...hidden.helper_metadata, vumi: { ...stamp, sealed } } };
}

/** Whether it has to be opened before it is handled. */
export function isSealedAnswer(message: UserMessage): boolean {
  return typeof sealOf(message) === 'string';
}

/** As it was before it was sealed. What does not open has lost its text: nobody can handle it. */
export async function openAnswer(
  message: UserMessage,
  keys: AccountKeys,
  logger: Logger,
): Promise<UserMessage> {
  const sealed = sealOf(message);
  const stamp = stampOf(message);
  if (typeof sealed !== 'string' || stamp === null) return message;
  const key = await keys.keyOf(stamp.account);
  try {
    return { ...message, ...(openValue(sealed, message.message_id, key) as Told) };
  } catch (error) {
    if (error instanceof VumiError) throw error;
    logger.error({ error, message_id: message.message_id }, 'a secret answer cannot be opened');
    return withoutSecretAnswer(message);
  }
}

function sealOf({ helper_metadata }: UserMessage): unknown {
  return ((helper_metadata['vumi'] ?? {}) as { readonly sealed?: unknown }).sealed;
}
