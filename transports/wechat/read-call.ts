import type { Received } from '@vumi/core';
import { json, plain } from '../http/answers.ts';
import type { ChannelRequest, MessageFields, Reading } from '../http/channel.ts';
import { readXml, textsOf } from '../http/xml.ts';

type Texts = Readonly<Record<string, string | undefined>>;

/** Between the account and what its user chose last in the menu: `gh_7f083739789a@orders`. */
const MASK_MARK = '@';
/** Of a user who chose nothing. */
const NO_MASK = 'default';

const BEGINS: ReadonlySet<string> = new Set(['subscribe', 'click']);
const ENDS: ReadonlySet<string> = new Set(['unsubscribe', 'view']);
/** What files are: WeChat does not say. */
const MEDIA: Readonly<Record<string, string>> = {
  image: 'image/jpeg',
  voice: 'audio/amr',
  video: 'video/mp4',
  shortvideo: 'video/mp4',
};

/** The account of an address of ours. */
export function accountOf(address: string | null): string {
  return (address ?? '').split(MASK_MARK)[0] ?? '';
}

/** A message that was to the account is to what its user chose there. */
export function masked(fields: MessageFields, mask: string | null): MessageFields {
  return { ...fields, to_addr: `${fields.to_addr}${MASK_MARK}${mask ?? NO_MASK}` };
}

/** What a call of WeChat says (spec channels §B, vumi-core-appendix §A). */
export function readCall({ method, body }: ChannelRequest): readonly Reading[] {
  if (method === 'GET') return [];
  const document = readXml(body);
  if (document === null) return [{ kind: 'refused', answer: plain(400, 'no XML') }];
  const texts: Texts = textsOf(document);
  const isEvent = texts['MsgType'] === 'event';
  const needed = ['ToUserName', 'FromUserName', 'MsgType', ...(isEvent ? ['Event'] : ['MsgId'])];
  const missing = needed.filter((name) => (texts[name] ?? '') === '');
  if (missing.length > 0) return [{ kind: 'refused', answer: json(400, { missing_parameter: missing }) }];
  return [isEvent ? readEvent(texts) : readMessage(texts)];
}

/** What is answered to an event at once lets nobody wait: its reply is a message of its own. */
function readEvent(texts: Texts): Reading {
  const { FromUserName: user = '', CreateTime, Event = '', EventKey = '' } = texts;
  const event = Event.toLowerCase();
  if (ENDS.has(event)) return { kind: 'ignored', why: Event, note: { user, text: null } };
  if (!BEGINS.has(event)) return { kind: 'ignored', why: Event };
  return {
    kind: 'message',
    // Events have no ids: a person does one thing at a time.
    id: `${user} ${CreateTime} ${event} ${EventKey}`,
    waits: false,
    ...(EventKey === '' ? {} : { note: { user, text: EventKey } }),
    fields: {
      ...addressesOf(texts),
      content: null,
      session_event: 'new',
      transport_metadata: { wechat: picked(texts, ['Event', 'EventKey']) },
    },
  };
}

function readMessage(texts: Texts): Reading {
  const said = readSaid(texts);
  if (said === null) return { kind: 'ignored', why: texts['MsgType'] ?? '' };
  const { content, received } = said;
  return {
    kind: 'message',
    id: texts['MsgId'] ?? '',
    fields: {
      ...addressesOf(texts),
      content,
      transport_metadata: { wechat: picked(texts, ['MsgId']) },
      ...(received === undefined ? {} : { helper_metadata: { received } }),
    },
  };
}

/** Null for what no app would know what to do with. */
function readSaid(texts: Texts): { content: string | null; received?: Received } | null {
  const { MsgType: type = '', Content, MediaId: id, Recognition } = texts;
  const media = MEDIA[type];
  if (media !== undefined && id !== undefined)
    // What was said, where the account has WeChat listen to it.
    return { content: Recognition || null, received: { attachments: [{ content_type: media, id }] } };
  if (type === 'location') return readLocation(texts);
  return type === 'text' ? { content: Content ?? '' } : null;
}

function readLocation({ Location_X, Location_Y, Label }: Texts): ReturnType<typeof readSaid> {
  const [latitude, longitude] = [Number(Location_X), Number(Location_Y)];
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return null;
  const name = Label === undefined || Label === '' ? {} : { name: Label };
  return { content: null, received: { location: { latitude, longitude, ...name } } };
}

function addressesOf({ ToUserName, FromUserName }: Texts): MessageFields {
  return { to_addr: ToUserName ?? null, from_addr: FromUserName ?? null };
}

function picked(texts: Texts, names: readonly string[]): Record<string, string | undefined> {
  const all = ['FromUserName', 'ToUserName', 'MsgType', ...names];
  return Object.fromEntries(all.map((name) => [name, texts[name]]));
}
