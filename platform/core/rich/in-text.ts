import type { UserMessage } from '../wire.ts';
import { withRich, type Attachment, type QuickReply, type Rich } from './send.ts';

/** Buttons as a network has them: more, or longer ones, are lines of the text. */
interface ButtonLimits {
  readonly most: number;
  /** Characters of a title. */
  readonly title: number;
  /** Characters of the text that they stand under. */
  readonly text: number;
}

/** What a kind of transport can show beside text. */
export interface RichLimits {
  /** Null: its network has no buttons. */
  readonly quickReplies: ButtonLimits | null;
  /** Whether it takes attachments. */
  readonly media: boolean;
}

export const TEXT_ONLY: RichLimits = { quickReplies: null, media: false };

/** Whether the network shows the buttons of a message as such. */
export function showsButtons(
  { content }: Pick<UserMessage, 'content'>,
  { quick_replies: buttons }: Rich,
  { quickReplies: limits }: RichLimits,
): boolean {
  if (limits === null || buttons.length > limits.most) return false;
  const fits = (text: string, most: number): boolean => Array.from(text).length <= most;
  return fits(content ?? '', limits.text) && buttons.every(({ title }) => fits(title, limits.title));
}

/**
 * The message as a network of such limits can show it: buttons as numbered lines after the text, attachments as their
 * caption and address. Whatever the network shows itself stays where it is.
 */
export function inText(message: UserMessage, rich: Rich, limits: RichLimits): UserMessage {
  const isNumbered = rich.quick_replies.length > 0 && !showsButtons(message, rich, limits);
  const isListed = rich.attachments.length > 0 && !limits.media;
  if (!isNumbered && !isListed) return message;
  const lines = [
    ...(message.content === null || message.content === '' ? [] : [message.content]),
    ...(isListed ? rich.attachments.map(attachmentLine) : []),
    ...(isNumbered ? rich.quick_replies.map(buttonLine) : []),
  ];
  const shown: Rich = {
    ...rich,
    attachments: isListed ? [] : rich.attachments,
    quick_replies: isNumbered ? [] : rich.quick_replies,
  };
  return { ...withRich(message, shown), content: lines.join('\n') };
}

function attachmentLine({ caption, name, url }: Attachment): string {
  const words = caption ?? name;
  return words === undefined ? url : `${words} ${url}`;
}

function buttonLine({ title, description }: QuickReply, index: number): string {
  return `${index + 1}. ${title}${description === undefined ? '' : ` - ${description}`}`;
}
