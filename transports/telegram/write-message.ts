import { readRich, type QuickReply, type UserMessage } from '@vumi/core';
import { mediaKindOf } from '../sending/media-kind.ts';
import { richPieces, type PieceLimits } from '../sending/rich-pieces.ts';

const LONGEST_TEXT = 4096;
const LONGEST_CAPTION = 1024;

export const TELEGRAM_LIMITS = {
  quickReplies: { most: 10, title: 72, text: LONGEST_TEXT },
  media: true,
} as const;

const PIECES: PieceLimits = {
  text: { max: LONGEST_TEXT, unit: 'utf16', tooLong: 'split' },
  caption: LONGEST_CAPTION,
  hasCaption: () => true,
};
const METHODS = {
  image: ['sendPhoto', 'photo'],
  audio: ['sendAudio', 'audio'],
  video: ['sendVideo', 'video'],
  document: ['sendDocument', 'document'],
} as const;

export function piecesOf(message: UserMessage): ReturnType<typeof richPieces> {
  return richPieces(message, PIECES);
}

/** A method of the Bot API and its parameters. Nothing is marked up, so that nothing must be escaped. */
export function writeMessage(message: UserMessage): { readonly method: string; readonly body: object } {
  const { attachments, quick_replies: buttons } = readRich(message);
  const chat_id = message.group ?? message.to_addr;
  const [file] = attachments;
  if (file === undefined) {
    const markup = buttons.length === 0 ? {} : { reply_markup: { inline_keyboard: keyboardOf(buttons) } };
    return { method: 'sendMessage', body: { chat_id, text: message.content ?? '', ...markup } };
  }
  const [method, field] = METHODS[mediaKindOf(file)];
  const caption = file.caption === undefined ? {} : { caption: file.caption };
  return { method, body: { chat_id, [field]: file.url, ...caption } };
}

/** A button a row. */
function keyboardOf(buttons: readonly QuickReply[]): object[][] {
  return buttons.map(({ title, payload }, index) => [
    { text: title, callback_data: payload ?? String(index) },
  ]);
}
