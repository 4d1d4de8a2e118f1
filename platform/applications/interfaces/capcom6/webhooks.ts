import { createHmac } from 'node:crypto';
import { deriveId, parseTimestamp, type TransportEvent, type UserMessage } from '@vumi/core';
import type { ServedInterface } from '@vumi/store';
import { z } from 'zod';
import type { Callback, Keeping, Note } from '../dialect.ts';

/** Those that ours never have are taken, so that programs which register for all start. */
const EVENTS = [
  'sms:received',
  'sms:sent',
  'sms:delivered',
  'sms:failed',
  'sms:data-received',
  'mms:received',
  'mms:downloaded',
  'system:ping',
] as const;
const MOST = 20;
const KEY = 'webhooks';

/** A URL of a program, as it registers it. */
export const webhookSchema = z.object({
  id: z.string().max(36).nullish(),
  url: z.url({ protocol: /^https?$/ }).max(2000),
  event: z.enum(EVENTS),
  deviceId: z.string().nullish(),
});

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly event: (typeof EVENTS)[number];
  readonly deviceId: string | null;
}

export async function listWebhooks(keeping: Keeping): Promise<readonly Webhook[]> {
  return read(await keeping.get(KEY));
}

/** In place of the one with its id. Null: there are too many. */
export async function putWebhook(keeping: Keeping, webhook: Webhook): Promise<Webhook | null> {
  let isFull = false;
  await keeping.change(KEY, (before) => {
    const others = read(before).filter(({ id }) => id !== webhook.id);
    isFull = others.length >= MOST;
    return isFull ? before : JSON.stringify([...others, webhook]);
  });
  return isFull ? null : webhook;
}

export async function removeWebhook(keeping: Keeping, id: string): Promise<void> {
  await keeping.change(KEY, (before) => JSON.stringify(read(before).filter((one) => one.id !== id)));
}

function read(text: string | null): readonly Webhook[] {
  return text === null ? [] : (JSON.parse(text) as Webhook[]);
}

interface Told {
  readonly event: Webhook['event'];
  readonly payload: object;
  /** The same each time that it is told. */
  readonly id: string;
}

/** The requests by which the programs hear of it that have registered for it. */
export async function tellWebhooks(
  told: UserMessage | TransportEvent,
  door: ServedInterface,
  { note, keeping }: { readonly note: Note; readonly keeping: Keeping },
): Promise<readonly Callback[]> {
  const what = isEvent(told) ? ofEvent(told, note) : ofMessage(told);
  if (what === null) return [];
  const all = [...(await listWebhooks(keeping)), ...settled(door)];
  return all
    .filter(({ event }) => event === what.event)
    .map(({ id: webhookId, url }) => {
      const { event, payload, id } = what;
      const envelope = { id: deriveId(id, webhookId), webhookId, deviceId: door.name, event, payload };
      return signed(url, JSON.stringify(envelope), door.auth_token);
    });
}

function isEvent(told: UserMessage | TransportEvent): told is TransportEvent {
  return told.message_type === 'event';
}

/** Those that are set up with the interface. */
function settled({
  message_url,
  event_url,
}: ServedInterface): readonly Pick<Webhook, 'id' | 'url' | 'event'>[] {
  const of = (url: string | null, ...events: readonly Webhook['event'][]) =>
    url === null ? [] : events.map((event) => ({ id: event, url, event }));
  return [...of(message_url, 'sms:received'), ...of(event_url, 'sms:sent', 'sms:delivered', 'sms:failed')];
}

/** The time is signed too, so that each attempt has its own signature. */
function signed(url: string, body: string, key: string | null): Callback {
  const headers = { 'content-type': 'application/json' };
  if (key === null) return { method: 'POST', url, headers, body };
  return {
    method: 'POST',
    url,
    headers,
    body,
    proof: (now) => {
      const timestamp = String(Math.floor(now / 1000));
      const signature = createHmac('sha256', key)
        .update(body + timestamp)
        .digest('hex');
      return { 'x-timestamp': timestamp, 'x-signature': signature };
    },
  };
}

function ofMessage({ message_id, from_addr, to_addr, content, timestamp }: UserMessage): Told {
  const sender = from_addr ?? '';
  return {
    event: 'sms:received',
    id: message_id,
    payload: {
      messageId: message_id,
      message: content ?? '',
      sender,
      phoneNumber: sender,
      recipient: to_addr,
      simNumber: null,
      receivedAt: isoOf(timestamp),
    },
  };
}

/** Null: the gateway has no such event. */
function ofEvent(event: TransportEvent, { id, to }: Note): Told | null {
  const name = nameOf(event);
  if (name === null) return null;
  const at = isoOf(event.timestamp);
  const [, word = ''] = name.split(':');
  const recipient = typeof to === 'string' ? to : '';
  return {
    event: name,
    id: event.event_id,
    payload: {
      messageId: typeof id === 'string' ? id : event.user_message_id,
      recipient,
      phoneNumber: recipient,
      simNumber: null,
      [`${word}At`]: at,
      ...(name === 'sms:failed' ? { reason: reasonOf(event) } : {}),
      ...(name === 'sms:sent' ? { partsCount: 1 } : {}),
    },
  };
}

function nameOf(event: TransportEvent): 'sms:sent' | 'sms:delivered' | 'sms:failed' | null {
  if (event.event_type === 'ack') return 'sms:sent';
  if (event.event_type === 'nack') return 'sms:failed';
  const { delivery_status: status } = event;
  if (status === 'pending') return null;
  return status === 'delivered' ? 'sms:delivered' : 'sms:failed';
}

function reasonOf(event: TransportEvent): string {
  return event.event_type === 'nack' ? event.nack_reason : 'the network could not deliver it';
}

function isoOf(timestamp: string): string {
  return new Date(parseTimestamp(timestamp) ?? 0).toISOString();
}
