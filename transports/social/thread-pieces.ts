import type { UserMessage } from '@vumi/core';
import { readOrRefuse } from '../sending/rich-pieces.ts';
import { fitText, measureText, type TextLimits } from '../sending/text-limits.ts';
import { NO_USER } from './terms.ts';

/** The posts of a thread, each with the name of who is to see it in front. */
export function threadPieces(
  message: UserMessage,
  limits: TextLimits,
): readonly UserMessage[] | { readonly refused: string } {
  const rich = readOrRefuse(message);
  if ('refused' in rich) return rich;
  const name = mentionOf(message);
  const room = limits.max - measureText(name, limits);
  if (room < 1) return { refused: `there is no room for a text beside ${name.trim()}` };
  if ((message.content ?? '').trim() === '') return { refused: 'the message has no text' };
  const fitted = fitText(message.content, { ...limits, max: room });
  if (fitted.kind === 'refused') return { refused: fitted.reason };
  // oxlint-disable-next-line oxc/no-map-spread -- a message belongs to whoever gave it
  return fitted.parts.map((part) => ({ ...message, content: name + part }));
}

/** Posts to nobody are for all who follow. */
function mentionOf({ to_addr: to }: UserMessage): string {
  return to === null || to === '' || to === NO_USER ? '' : `@${to.replace(/^@/, '')} `;
}
