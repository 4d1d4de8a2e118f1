import type { Received, ReceivedAttachment, UserMessage } from '@vumi/core';
import type { Reading } from '../http/channel.ts';
import { fieldsOf, listOf, textOf } from '../http/json.ts';
import type { TelegramConfig } from './config.ts';

type Fields = Readonly<Record<string, unknown>>;
type Said = Pick<UserMessage, 'content'> & {
  readonly session_event?: 'new';
  readonly received?: Received;
};

const FILES = ['voice', 'audio', 'video', 'video_note', 'animation', 'document', 'sticker'];
const TYPES: Readonly<Record<string, string>> = {
  voice: 'audio/ogg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  video_note: 'video/mp4',
  animation: 'video/mp4',
  sticker: 'image/webp',
};

/** What an update says; of edits, members and channels nothing. */
export function readUpdate(update: Fields, config: Pick<TelegramConfig, 'username'>): readonly Reading[] {
  const id = textOf(update['update_id']);
  if (id === undefined) return [];
  const pressed = update['callback_query'];
  if (pressed !== undefined) return readPress(fieldsOf(pressed), id, config);
  const message = fieldsOf(update['message']);
  const said = readSaid(message);
  return said === null ? [] : readingOf(id, { message, from: fieldsOf(message['from']), said }, config);
}

/** The button says what is on it, as the message has it under which it stands. */
function readPress(query: Fields, id: string, config: Pick<TelegramConfig, 'username'>): readonly Reading[] {
  const message = fieldsOf(query['message']);
  const payload = textOf(query['data']);
  if (payload === undefined) return [];
  const rows = fieldsOf(message['reply_markup'])['inline_keyboard'];
  const buttons = Array.isArray(rows) ? rows.flatMap((row) => listOf(row)) : [];
  const button = buttons.find(({ callback_data }) => callback_data === payload);
  const said: Said = { content: textOf(button?.['text']) ?? payload, received: { payload } };
  return readingOf(id, { message, from: fieldsOf(query['from']), said }, config);
}

function readingOf(
  id: string,
  { message, from, said }: { readonly message: Fields; readonly from: Fields; readonly said: Said },
  { username }: Pick<TelegramConfig, 'username'>,
): readonly Reading[] {
  const chat = fieldsOf(message['chat']);
  const chatId = textOf(chat['id']);
  const isGroup = chat['type'] !== 'private';
  const sender = isGroup ? textOf(from['id']) : chatId;
  if (chatId === undefined || sender === undefined) return [];
  const { received, ...fields } = said;
  const telegram = {
    message_id: message['message_id'],
    date: message['date'],
    username: from['username'],
    first_name: from['first_name'],
    language_code: from['language_code'],
  };
  return [
    {
      kind: 'message',
      id,
      fields: {
        ...fields,
        to_addr: username,
        from_addr: sender,
        group: isGroup ? chatId : null,
        transport_metadata: { telegram: JSON.parse(JSON.stringify(telegram)) as Fields },
        ...(received === undefined ? {} : { helper_metadata: { received } }),
      },
    },
  ];
}

/** Null for what is nothing to an app. */
function readSaid(message: Fields): Said | null {
  const text = textOf(message['text']);
  if (text !== undefined) return readText(text);
  const caption = textOf(message['caption']);
  const file = readFile(message, caption);
  if (file !== null) return { content: caption ?? null, received: { attachments: [file] } };
  const { latitude, longitude } = fieldsOf(message['location']);
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return null;
  const { title: name, address } = fieldsOf(message['venue']);
  const words = {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof address === 'string' ? { address } : {}),
  };
  return { content: null, received: { location: { latitude, longitude, ...words } } };
}

/** Who begins with a bot has said nothing yet; a link may have brought something along. */
function readText(text: string): Said {
  const start = /^\/start(?:@\w+)?(?:\s+(\S+))?\s*$/.exec(text);
  if (start === null) return { content: text };
  const [, payload] = start;
  return {
    content: null,
    session_event: 'new',
    ...(payload === undefined ? {} : { received: { payload } }),
  };
}

/** The largest of the sizes of a picture; of a file its id, which the token fetches. */
function readFile(message: Fields, caption: string | undefined): ReceivedAttachment | null {
  const photo = listOf(message['photo']).at(-1);
  const kind = FILES.find((name) => message[name] !== undefined);
  const file = photo ?? (kind === undefined ? {} : fieldsOf(message[kind]));
  const id = textOf(file['file_id']);
  if (id === undefined) return null;
  const usual = photo === undefined ? TYPES[kind ?? ''] : 'image/jpeg';
  const name = textOf(file['file_name']);
  return {
    content_type: textOf(file['mime_type']) ?? usual ?? 'application/octet-stream',
    id,
    ...(name === undefined ? {} : { name }),
    ...(caption === undefined ? {} : { caption }),
  };
}
