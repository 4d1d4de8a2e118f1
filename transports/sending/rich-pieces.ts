import { readRich, VumiError, withRich, type Attachment, type Rich, type UserMessage } from '@vumi/core';
import { fitText, type TextLimits } from './text-limits.ts';

/** What one request of a chat network holds. */
export interface PieceLimits {
  readonly text: TextLimits;
  /** Characters of a caption. */
  readonly caption: number;
  /** Whether the network shows words with such a file; else they follow it. */
  hasCaption(attachment: Attachment): boolean;
}

type Pieces = readonly UserMessage[] | { readonly refused: string };

/**
 * The requests that a message takes on a chat network, each as a message with what it holds: its files, then its text
 * in parts, the last of them with the buttons. A text that fits is the caption of the only file.
 */
export function richPieces(message: UserMessage, limits: PieceLimits): Pieces {
  const rich = readOrRefuse(message);
  if ('refused' in rich) return rich;
  const { attachments, quick_replies: buttons } = rich;
  const content = message.content ?? '';
  if (buttons.length > 0 && content.trim() === '') return { refused: 'buttons need a text above them' };
  const captioned = buttons.length === 0 ? captionOnly(content, attachments, limits) : null;
  if (captioned !== null) return [fileOf(message, captioned)];
  const files = attachments.flatMap((file) => {
    const { caption, ...bare } = file;
    const spoken = caption === undefined || limits.hasCaption(file);
    return spoken ? [fileOf(message, file)] : [fileOf(message, bare), textOnly(message, caption)];
  });
  if (content.trim() === '') return files.length > 0 ? files : { refused: 'the message has no text' };
  const texts = textPieces(message, limits.text);
  return 'refused' in texts ? texts : [...files, ...texts];
}

/** The requests that a text takes, the last of them with the buttons. */
export function textPieces(message: UserMessage, limits: TextLimits): Pieces {
  const rich = readOrRefuse(message);
  if ('refused' in rich) return rich;
  const fitted = fitText(message.content, limits);
  if (fitted.kind === 'refused') return { refused: fitted.reason };
  const last = fitted.parts.length - 1;
  return fitted.parts.map((part, index) =>
    withRich(
      { ...message, content: part },
      { attachments: [], quick_replies: index === last ? rich.quick_replies : [] },
    ),
  );
}

/** What a message has beside its text; a reason where it cannot be sent so. */
export function readOrRefuse(message: UserMessage): Rich | { readonly refused: string } {
  try {
    return readRich(message);
  } catch (error) {
    if (error instanceof VumiError) return { refused: error.message };
    throw error;
  }
}

function captionOnly(
  content: string,
  [file, ...more]: readonly Attachment[],
  limits: PieceLimits,
): Attachment | null {
  if (file === undefined || more.length > 0 || file.caption !== undefined || content === '') return null;
  const fits = content.length <= limits.caption && limits.hasCaption(file);
  return fits ? { ...file, caption: content } : null;
}

function fileOf(message: UserMessage, attachment: Attachment): UserMessage {
  return withRich({ ...message, content: null }, { attachments: [attachment], quick_replies: [] });
}

function textOnly(message: UserMessage, content: string): UserMessage {
  return withRich({ ...message, content }, { attachments: [], quick_replies: [] });
}
