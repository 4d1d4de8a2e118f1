import { deriveId, type UserMessage } from '@vumi/core';
import type { InboundFields } from '../socket/inbound-queue.ts';

/** What is read of an element; that of the library has it. */
export interface Stanza {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string | undefined>>;
  readonly children: readonly unknown[];
  getChild(name: string, namespace?: string): Stanza | undefined;
  getChildText(name: string): string | null;
}

/** Makes an element: the library's `xml`. */
export type MakeStanza<E> = (name: string, attrs: Record<string, string>, ...children: (E | string)[]) => E;

export type StanzaReading =
  | { readonly kind: 'message'; readonly fields: InboundFields; readonly receiptFor: string | null }
  | { readonly kind: 'bounce'; readonly messageId: string; readonly reason: string }
  | { readonly kind: 'delivered'; readonly messageId: string }
  | { readonly kind: 'subscription'; readonly from: string; readonly type: 'subscribe' | 'unsubscribe' }
  | { readonly kind: 'ignored' };

const RECEIPTS = 'urn:xmpp:receipts';
const DELAY = 'urn:xmpp:delay';
const IGNORED: StanzaReading = { kind: 'ignored' };
const NOT_FOR_US: ReadonlySet<string> = new Set(['groupchat', 'headline']);
const SHOWS: ReadonlySet<string> = new Set(['chat', 'away', 'xa', 'dnd']);

/** An address without what names a device. */
export function bareJid(jid: string): string {
  return (jid.split('/')[0] ?? '').toLowerCase();
}

/** Who reads: our address there, and the name of the transport. */
export interface StanzaReader {
  readonly own: string;
  readonly transport: string;
}

/** What a stanza says (spec channels §A). */
export function readStanza(stanza: Stanza, reader: StanzaReader): StanzaReading {
  const { type, from = '' } = stanza.attrs;
  if (stanza.name === 'presence' && (type === 'subscribe' || type === 'unsubscribe'))
    return { kind: 'subscription', from: bareJid(from), type };
  if (stanza.name !== 'message' || NOT_FOR_US.has(type ?? '')) return IGNORED;
  if (type === 'error') return readBounce(stanza);
  const receipt = stanza.getChild('received', RECEIPTS)?.attrs['id'];
  return receipt === undefined ? readMessage(stanza, reader) : { kind: 'delivered', messageId: receipt };
}

function readMessage(stanza: Stanza, { own, transport }: StanzaReader): StanzaReading {
  const { id, from = '' } = stanza.attrs;
  const content = stanza.getChildText('body')?.trim() ?? '';
  const sender = bareJid(from);
  if (content === '' || sender === '' || sender === own) return IGNORED;
  const wish = stanza.getChild('request', RECEIPTS);
  return {
    kind: 'message',
    receiptFor: wish === undefined ? null : (id ?? null),
    fields: {
      ...(id === undefined ? {} : { message_id: deriveId(transport, sender, id) }),
      from_addr: sender,
      to_addr: own,
      content,
      transport_metadata: { xmpp_id: id ?? null, ...delayOf(stanza) },
    },
  };
}

/** Since when the server has kept it for us. */
function delayOf(stanza: Stanza): { xmpp?: { delayed_since: string } } {
  const stamp = stanza.getChild('delay', DELAY)?.attrs['stamp'];
  return stamp === undefined ? {} : { xmpp: { delayed_since: stamp } };
}

function readBounce(stanza: Stanza): StanzaReading {
  const { id } = stanza.attrs;
  if (id === undefined) return IGNORED;
  const error = stanza.getChild('error');
  const condition = error?.children.find(isStanza)?.name ?? 'undefined-condition';
  const text = error?.getChildText('text')?.trim() ?? '';
  return { kind: 'bounce', messageId: id, reason: text === '' ? condition : `${condition}: ${text}` };
}

function isStanza(child: unknown): child is Stanza {
  return typeof child === 'object' && child !== null && 'name' in child && child.name !== 'text';
}

/** A message; asks to be told when it has arrived. */
export function writeMessage<E>(message: UserMessage, xml: MakeStanza<E>): E {
  const { message_id: id, to_addr: to, content } = message;
  return xml(
    'message',
    { type: 'chat', to: to ?? '', id },
    xml('body', {}, printable(content ?? '')),
    xml('request', { xmlns: RECEIPTS }),
  );
}

export function writeReceipt<E>(to: string, id: string, xml: MakeStanza<E>): E {
  return xml('message', { to }, xml('received', { xmlns: RECEIPTS, id }));
}

export function writePresence<E>(
  { status, status_message: message }: { status: string; status_message?: string | undefined },
  xml: MakeStanza<E>,
): E {
  const isShow = SHOWS.has(status);
  const shown = [isShow ? undefined : status, message].filter((text) => text !== undefined).join(': ');
  return xml(
    'presence',
    {},
    ...(isShow ? [xml('show', {}, status)] : []),
    ...(shown === '' ? [] : [xml('status', {}, printable(shown))]),
  );
}

/** XML has no other control characters, not even escaped ones. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- those are what is meant
  return text.toWellFormed().replaceAll(/[\0-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
}
