import type { Received, ReceivedAttachment } from '@vumi/core';
import { plain } from '../http/answers.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { fieldsOf, listOf, textOf } from '../http/json.ts';
import { entriesOf } from '../meta/webhook.ts';
import type { MessengerConfig } from './config.ts';

type Fields = Readonly<Record<string, unknown>>;

const NO_JSON: Reading = { kind: 'refused', answer: plain(400, 'no JSON object') };
/** Meta tells what a file is by these words only. */
const TYPES: Readonly<Record<string, string>> = {
  image: 'image/jpeg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  file: 'application/octet-stream',
};

/** What a call of Messenger or Instagram says; of other pages, and of what pages themselves say, nothing. */
export function readWebhook(request: ChannelRequest, config: MessengerConfig): readonly Reading[] {
  const entries = entriesOf(request);
  if (entries === null) return [NO_JSON];
  const events = entries
    .flatMap(({ messaging }) => listOf(messaging))
    .filter(({ recipient }) => textOf(fieldsOf(recipient)['id']) === config.page_id);
  return [...events.flatMap((event) => readMessage(event, config)), ...events.flatMap(readReceipts)];
}

function readMessage(event: Fields, { page_id }: MessengerConfig): readonly Reading[] {
  const from_addr = textOf(fieldsOf(event['sender'])['id']);
  const said = readSaid(event);
  if (from_addr === undefined || said === null) return [];
  const { id, content, received } = said;
  return [
    {
      kind: 'message',
      id,
      fields: {
        to_addr: page_id,
        from_addr,
        content,
        transport_metadata: { messenger: { mid: id, timestamp: event['timestamp'] } },
        ...(Object.keys(received).length === 0 ? {} : { helper_metadata: { received } }),
      },
    },
  ];
}

interface Said {
  readonly id: string;
  readonly content: string | null;
  readonly received: Received;
}

/** Null for what is no message of a user. */
function readSaid(event: Fields): Said | null {
  if (event['postback'] !== undefined) return readPostback(event);
  const message = fieldsOf(event['message']);
  const id = textOf(message['mid']);
  if (id === undefined || message['is_echo'] === true || message['is_deleted'] === true) return null;
  const payload = textOf(fieldsOf(message['quick_reply'])['payload']);
  const parts = listOf(message['attachments']);
  const attachments = parts.flatMap(readAttachment);
  const place = parts.find(({ type }) => type === 'location');
  const { lat, long } = fieldsOf(fieldsOf(place?.['payload'])['coordinates']);
  const isPlace = typeof lat === 'number' && typeof long === 'number';
  return {
    id,
    content: textOf(message['text']) ?? null,
    received: {
      ...(payload === undefined ? {} : { payload }),
      ...(attachments.length === 0 ? {} : { attachments }),
      ...(isPlace ? { location: { latitude: lat, longitude: long } } : {}),
    },
  };
}

/** Older ones have no id: nobody presses twice in one millisecond. */
function readPostback({ sender, timestamp, postback: given }: Fields): Said {
  const { mid, title, payload } = fieldsOf(given);
  const text = textOf(payload);
  return {
    id: textOf(mid) ?? `${textOf(fieldsOf(sender)['id']) ?? ''}/${String(timestamp)}`,
    content: textOf(title) ?? text ?? null,
    received: text === undefined ? {} : { payload: text },
  };
}

function readAttachment({ type, payload }: Fields): ReceivedAttachment[] {
  const content_type = TYPES[String(type)];
  const url = textOf(fieldsOf(payload)['url']);
  return content_type === undefined || url === undefined ? [] : [{ content_type, url }];
}

/** Messenger names what was delivered; Instagram what was read, and Messenger only until when. */
function readReceipts({ delivery, read }: Fields): readonly Reading[] {
  const { mids } = fieldsOf(delivery);
  const delivered = Array.isArray(mids) ? mids.flatMap((mid: unknown) => textOf(mid) ?? []) : [];
  const seen = textOf(fieldsOf(read)['mid']);
  return [
    ...delivered.map((remoteId): Reading => ({ kind: 'receipt', remoteId, status: 'delivered' })),
    ...(seen === undefined
      ? []
      : [{ kind: 'receipt', remoteId: seen, status: 'delivered', read: true } as const]),
  ];
}
