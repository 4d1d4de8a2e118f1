import type { Attachment, QuickReply, Rich, Template, UserMessage } from '@vumi/core';
import { readRich } from '@vumi/core';
import { mediaKindOf } from '../sending/media-kind.ts';
import { readOrRefuse, richPieces, type PieceLimits } from '../sending/rich-pieces.ts';
import type { WhatsappConfig } from './config.ts';

const LONGEST_TEXT = 4096;
const LONGEST_CAPTION = 1024;
/** More of them are a list, which may have longer titles. */
const MOST_BUTTONS = 3;
const LONGEST_TITLE = 20;

/** What the list holds, which holds more than buttons do. */
export const WHATSAPP_LIMITS = {
  quickReplies: { most: 10, title: 24, text: LONGEST_CAPTION },
  media: true,
} as const;

const PIECES: PieceLimits = {
  text: { max: LONGEST_TEXT, unit: 'utf16', tooLong: 'split' },
  caption: LONGEST_CAPTION,
  hasCaption: (file) => kindOf(file) !== 'audio' && kindOf(file) !== 'sticker',
};

/** A template is all of its message: it holds its own text. */
export function piecesOf(message: UserMessage): ReturnType<typeof richPieces> {
  const rich = readOrRefuse(message);
  return 'template' in rich && rich.template !== undefined ? [message] : richPieces(message, PIECES);
}

/** The body of one request. */
export function writeMessage(message: UserMessage, { list_button }: WhatsappConfig): object {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...receiverOf(message.to_addr ?? ''),
    ...contentOf(message, readRich(message), list_button),
  };
}

/** The text in a template, for who has not written for 24 hours. */
export function inTemplate(
  message: UserMessage,
  { outside_window: given }: WhatsappConfig,
): UserMessage | null {
  if (given === undefined || readRich(message).template !== undefined) return null;
  const { template: name, language } = given;
  // Variables hold no line ends.
  const variables = [(message.content ?? '').replaceAll(/\s+/g, ' ')];
  const send: Rich = { attachments: [], quick_replies: [], template: { name, language, variables } };
  return { ...message, helper_metadata: { ...message.helper_metadata, send } };
}

/** A number, or the id of who shows none. */
function receiverOf(address: string): object {
  const digits = address.replace(/^\+/, '');
  return /^\d+$/.test(digits) ? { to: digits } : { recipient: address };
}

function contentOf(
  { content }: UserMessage,
  { template, attachments: [file], quick_replies: buttons }: Rich,
  listButton: string,
): object {
  if (template !== undefined) return { type: 'template', template: writeTemplate(template) };
  if (file !== undefined) return writeFile(file);
  const text = content ?? '';
  if (buttons.length === 0) return { type: 'text', text: { body: text } };
  const isList = buttons.length > MOST_BUTTONS || buttons.some(({ title }) => title.length > LONGEST_TITLE);
  const interactive = isList ? writeList(buttons, listButton) : writeButtons(buttons);
  return { type: 'interactive', interactive: { ...interactive, body: { text } } };
}

function writeTemplate({ name, language, variables }: Template): object {
  const parameters = variables.map((text) => ({ type: 'text', text }));
  const components = parameters.length === 0 ? [] : [{ type: 'body', parameters }];
  return { name, language: { code: language }, components };
}

function writeFile(file: Attachment): object {
  const kind = kindOf(file);
  const caption = file.caption === undefined ? {} : { caption: file.caption };
  const filename = kind === 'document' && file.name !== undefined ? { filename: file.name } : {};
  return { type: kind, [kind]: { link: file.url, ...caption, ...filename } };
}

function kindOf(file: Attachment): ReturnType<typeof mediaKindOf> | 'sticker' {
  return file.content_type === 'image/webp' ? 'sticker' : mediaKindOf(file);
}

/** Each has an id, and no two the same. */
function idOf({ payload }: QuickReply, index: number): string {
  return payload ?? String(index);
}

function writeButtons(buttons: readonly QuickReply[]): object {
  return {
    type: 'button',
    action: {
      buttons: buttons.map((button, index) => ({
        type: 'reply',
        reply: { id: idOf(button, index), title: button.title },
      })),
    },
  };
}

function writeList(buttons: readonly QuickReply[], button: string): object {
  const rows = buttons.map((one, index) => ({
    id: idOf(one, index),
    title: one.title,
    ...(one.description === undefined ? {} : { description: one.description }),
  }));
  return { type: 'list', action: { button, sections: [{ rows }] } };
}
