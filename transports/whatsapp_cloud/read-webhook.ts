import type { Received, ReceivedAttachment, UserMessage } from '@vumi/core';
import { plain } from '../http/answers.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { fieldsOf, listOf, textOf } from '../http/json.ts';
import { entriesOf } from '../meta/webhook.ts';
import type { WhatsappConfig } from './config.ts';
import { userAddress } from './user-address.ts';

type Fields = Readonly<Record<string, unknown>>;
type Said = { readonly content: string | null; readonly received?: Received };

const MEDIA: ReadonlySet<string> = new Set(['image', 'audio', 'voice', 'video', 'document', 'sticker']);
const NO_JSON: Reading = { kind: 'refused', answer: plain(400, 'no JSON object') };
const RECEIPTS = { sent: 'pending', delivered: 'delivered', read: 'delivered', failed: 'failed' } as const;

/** What a call of WhatsApp says; of other numbers of the account nothing. */
export function readWebhook(request: ChannelRequest, config: WhatsappConfig): readonly Reading[] {
  const entries = entriesOf(request);
  if (entries === null) return [NO_JSON];
  const values = entries
    .flatMap(({ changes }) => listOf(changes))
    .map(({ value }) => fieldsOf(value))
    .filter(({ metadata }) => textOf(fieldsOf(metadata)['phone_number_id']) === config.phone_number_id);
  const messages = values.flatMap((value) =>
    listOf(value['messages']).flatMap((message) => readMessage(message, value)),
  );
  return [...messages, ...values.flatMap(({ statuses }) => listOf(statuses).flatMap(readStatus))];
}

function readMessage(message: Fields, { metadata, contacts }: Fields): readonly Reading[] {
  const id = textOf(message['id']);
  const from = textOf(message['from']) ?? textOf(message['from_user_id']);
  const said = readSaid(message);
  if (id === undefined || from === undefined || said === null) return [];
  const number = textOf(fieldsOf(metadata)['display_phone_number'])?.replaceAll(/\D/g, '');
  const [contact] = listOf(contacts);
  const address = userAddress(from);
  const whatsapp = {
    id,
    type: message['type'],
    timestamp: message['timestamp'],
    ...named('profile_name', textOf(fieldsOf(contact?.['profile'])['name'])),
    ...named('quoted_id', textOf(fieldsOf(message['context'])['id'])),
  };
  const fields: Partial<UserMessage> & Pick<UserMessage, 'to_addr' | 'from_addr'> = {
    to_addr: number === undefined ? null : `+${number}`,
    from_addr: address,
    from_addr_type: address.startsWith('+') ? 'msisdn' : null,
    content: said.content,
    transport_metadata: { whatsapp },
    ...(said.received === undefined ? {} : { helper_metadata: { received: said.received } }),
  };
  return [{ kind: 'message', id, fields }];
}

/** Null for what is nothing to an app: reactions, changes of numbers, messages of groups, what WhatsApp cannot carry. */
function readSaid(message: Fields): Said | null {
  const type = textOf(message['type']) ?? '';
  if (message['group_id'] !== undefined) return null;
  const inner = fieldsOf(message[type]);
  if (MEDIA.has(type)) return readMedia(inner);
  switch (type) {
    case 'text':
      return { content: textOf(inner['body']) ?? '' };
    case 'button':
      return pressed(inner['text'], inner['payload']);
    case 'interactive':
      return readInteractive(inner);
    case 'location':
      return readLocation(inner);
    default:
      return null;
  }
}

function readInteractive(inner: Fields): Said | null {
  const reply = fieldsOf(inner['button_reply'] ?? inner['list_reply']);
  if (reply['title'] !== undefined) return pressed(reply['title'], reply['id']);
  const form = fieldsOf(inner['nfm_reply']);
  return form['response_json'] === undefined ? null : pressed(form['body'], form['response_json']);
}

function pressed(title: unknown, payload: unknown): Said {
  const text = textOf(payload);
  return { content: textOf(title) ?? '', ...(text === undefined ? {} : { received: { payload: text } }) };
}

/** The file stays with WhatsApp: its id is told, which whoever has the token can fetch for 30 days. */
function readMedia(inner: Fields): Said | null {
  const id = textOf(inner['id']);
  if (id === undefined) return null;
  const caption = textOf(inner['caption']);
  const attachment: ReceivedAttachment = {
    content_type: textOf(inner['mime_type']) ?? 'application/octet-stream',
    id,
    ...named('name', textOf(inner['filename'])),
    ...named('caption', caption),
  };
  return { content: caption ?? null, received: { attachments: [attachment] } };
}

function readLocation({ latitude, longitude, name, address }: Fields): Said | null {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return null;
  const words = { ...named('name', textOf(name)), ...named('address', textOf(address)) };
  return { content: null, received: { location: { latitude, longitude, ...words } } };
}

function readStatus(status: Fields): readonly Reading[] {
  const remoteId = textOf(status['id']);
  const state = status['status'] as keyof typeof RECEIPTS;
  if (remoteId === undefined || !Object.hasOwn(RECEIPTS, state)) return [];
  const [error] = listOf(status['errors']);
  const told = error === undefined ? {} : { error: { code: error['code'], title: error['title'] } };
  const metadata = { whatsapp: { status: state, ...told } };
  const read = state === 'read' ? { read: true } : {};
  return [{ kind: 'receipt', remoteId, status: RECEIPTS[state], ...read, metadata }];
}

function named<N extends string>(name: N, value: string | undefined): { readonly [K in N]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [K in N]?: string });
}
