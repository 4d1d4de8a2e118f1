import { stampOf } from './stamp.ts';
import type { UserMessage } from './wire.ts';

/** In place of what a user answered to a question that is secret. */
export const SECRET_ANSWER = '[secret]';
/** What is shorter stands within other texts by chance. */
const LEAST_WITHIN = 4;

/** Whether it answers a question whose answers are nobody's to read but the app's. */
export function isSecretAnswer(message: Pick<UserMessage, 'helper_metadata'>): boolean {
  return stampOf(message)?.isSecret === true;
}

/** Whether it is such an answer of which the text is gone: nobody can handle it any more. */
export function isHiddenAnswer({ helper_metadata }: Pick<UserMessage, 'helper_metadata'>): boolean {
  const { isHidden } = (helper_metadata['vumi'] ?? {}) as { readonly isHidden?: unknown };
  return isHidden === true;
}

/** As it may be written down: a secret answer without its text, also where its transport tells it once more. */
export function withoutSecretAnswer<M extends UserMessage>(message: M): M {
  if (!isSecretAnswer(message)) return message;
  const { content, helper_metadata, transport_metadata } = message;
  const { vumi, ...metadata } = helper_metadata;
  const { sealed: _sealed, ...stamp } = vumi as Readonly<Record<string, unknown>>;
  return {
    ...message,
    content: content === null ? null : SECRET_ANSWER,
    helper_metadata: {
      ...(without(metadata, content) as typeof metadata),
      vumi: { ...stamp, isHidden: true },
    },
    transport_metadata: without(transport_metadata, content) as typeof transport_metadata,
  };
}

/**
 * What a reply takes over from its message, without what that told. A part of a text stays: it may be by chance in the name
 * of a session, which the network wants back.
 */
export function metadataForReply(
  message: UserMessage,
): Pick<UserMessage, 'helper_metadata' | 'transport_metadata'> {
  const { content, helper_metadata, transport_metadata } = message;
  if (!isSecretAnswer(message)) return { helper_metadata, transport_metadata };
  const { vumi, ...metadata } = helper_metadata;
  return {
    helper_metadata: { ...(without(metadata, content) as typeof metadata), vumi },
    transport_metadata: without(transport_metadata, content, isSame) as typeof transport_metadata,
  };
}

/** As it may be written down, of what may be anything, such as the body of a failure. */
export function withoutSecretIn(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  const { helper_metadata: metadata } = payload as { readonly helper_metadata?: unknown };
  return typeof metadata === 'object' && metadata !== null
    ? withoutSecretAnswer(payload as UserMessage)
    : payload;
}

function without(value: unknown, text: string | null, isTold = tells): unknown {
  if (text === null || text === '') return value;
  if (typeof value === 'string') return isTold(value, text) ? SECRET_ANSWER : value;
  if (Array.isArray(value)) return value.map((item) => without(item, text, isTold));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, without(member, text, isTold)]),
  );
}

function tells(value: string, text: string): boolean {
  return isSame(value, text) || (text.length >= LEAST_WITHIN && value.includes(text));
}

function isSame(value: string, text: string): boolean {
  return value.trim() === text.trim();
}
